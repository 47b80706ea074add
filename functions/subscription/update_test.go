package main

import (
	"fmt"
	"testing"

	"github.com/stripe/stripe-go/v79"
)

func TestUpdate(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	for name, c := range map[string]struct {
		body     string
		prorated bool // at once, on an invoice
	}{
		"by default":   {`{"new_price_id": "price_pro_monthly"}`, false},
		"null":         {`{"new_price_id": "price_pro_monthly", "proration_behavior": null}`, false},
		"at once":      {`{"new_price_id": "price_pro_monthly", "proration_behavior": "always_invoice"}`, true},
		"no proration": {`{"new_price_id": "price_pro_monthly", "proration_behavior": "none"}`, false},
	} {
		user := "user " + name
		id := h.subscribe(t, user)
		invoice := h.subscription(t, id).LatestInvoice.ID
		h.post(t, user, updatePath, c.body).Is(t, 200, fmt.Sprintf(
			`{"subscription_id": %q, "status": "active", "price_id": "price_pro_monthly", "message": "Subscription updated"}`, id))
		sub := h.subscription(t, id)
		if item := sub.Items.Data[0]; len(sub.Items.Data) != 1 || item.Price.ID != "price_pro_monthly" || item.Quantity != 2 {
			t.Errorf("%s: %d items, the first %+v", name, len(sub.Items.Data), item)
		}
		if invoiced := sub.LatestInvoice.ID != invoice; invoiced != c.prorated {
			t.Errorf("%s: invoiced at once: %t", name, invoiced)
		}
		if sub.Metadata["plan_name"] != "Pro monthly" || sub.Metadata["user_id"] != user {
			t.Errorf("%s: metadata %v", name, sub.Metadata)
		}
		h.shows(t, user, map[string]any{"plan_name": "Pro monthly", "quantity": 2, "status": "active"})
	}
}

func TestUpdateToTheSamePrice(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	id := h.subscribe(t, user)
	h.post(t, user, updatePath, `{"new_price_id": "price_starter_monthly"}`).Is(t, 200, fmt.Sprintf(
		`{"subscription_id": %q, "status": "active", "price_id": "price_starter_monthly", "message": "Subscription updated"}`, id))
	if n := h.changes(t, updated, id); n != 0 {
		t.Errorf("%d updates", n)
	}
}

// There and back and there again are three changes.
func TestUpdateBackAndForth(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	id := h.subscribe(t, user)
	for _, price := range []string{"price_pro_monthly", "price_starter_monthly", "price_pro_monthly"} {
		h.post(t, user, updatePath, fmt.Sprintf(`{"new_price_id": %q}`, price)).Is(t, 200, fmt.Sprintf(
			`{"subscription_id": %q, "status": "active", "price_id": %q, "message": "Subscription updated"}`, id, price))
		if got := h.subscription(t, id).Items.Data[0].Price.ID; got != price {
			t.Errorf("at Stripe: %s, want %s", got, price)
		}
		h.told(t, id)
	}
}

func TestUpdatesThatAreRefused(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	id := h.subscribe(t, user)
	inactive, err := h.sandbox.API.Prices.New(&stripe.PriceParams{
		Currency: stripe.String("usd"), UnitAmount: stripe.Int64(500), Product: stripe.String("prod_pro"), Active: stripe.Bool(false),
		Recurring: &stripe.PriceRecurringParams{Interval: stripe.String("month")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for price, detail := range map[string]string{
		"price_none":            "No such price: 'price_none' (new_price_id)",
		inactive.ID:             "The price is inactive (new_price_id)",
		"price_credits_once":    "The price is paid once; a subscription needs a recurring one (new_price_id)",
		"price_pro_monthly_jpy": "The currency of a subscription cannot be changed. (items[0][price])",
	} {
		h.post(t, user, updatePath, fmt.Sprintf(`{"new_price_id": %q}`, price)).Is(t, 400, fmt.Sprintf(`{"detail": %q}`, detail))
	}
	for body, want := range map[string]struct{ loc, kind string }{
		`{}`:                   {`["body", "new_price_id"]`, "missing"},
		`{"new_price_id": ""}`: {`["body", "new_price_id"]`, "string_too_short"},
		`{"new_price_id": "price_pro_monthly", "proration_behavior": "maybe"}`: {`["body", "proration_behavior"]`, "string_pattern_mismatch"},
	} {
		h.post(t, user, updatePath, body).Invalid(t, want.loc, want.kind)
	}
	if n := h.changes(t, updated, id); n != 0 {
		t.Errorf("%d updates", n)
	}
}
