package gateway_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

func TestPricesOfPlans(t *testing.T) {
	t.Parallel()
	const price = `{"id": "price_1", "object": "price", "active": true, "billing_scheme": %q, "currency": "usd", "unit_amount": %s, "unit_amount_decimal": %q,
		"recurring": {"interval": "month", "interval_count": %d, "usage_type": %q}}`
	for name, c := range map[string]struct {
		body, code string
	}{
		"fixed":     {fmt.Sprintf(price, "per_unit", "900", "900", 1, "licensed"), ""},
		"quarterly": {fmt.Sprintf(price, "per_unit", "900", "900", 3, "licensed"), "price_interval_mismatch"},
		"metered":   {fmt.Sprintf(price, "per_unit", "900", "900", 1, "metered"), "price_not_fixed"},
		"tiered":    {fmt.Sprintf(price, "tiered", "null", "0", 1, "licensed"), "price_not_fixed"},
		"fractions": {fmt.Sprintf(price, "per_unit", "null", "0.5", 1, "licensed"), "price_not_fixed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, c.body))
			got, currency, err := account(t, stripe.URL).PlanPrice(t.Context(), "price_1", billing.Month, "stripePriceMonthlyId")
			refused, _ := errors.AsType[*billing.Error](err)
			switch {
			case c.code != "":
				if refused == nil || refused.Code != c.code || refused.Param != "stripePriceMonthlyId" {
					t.Errorf("err = %v, want %s", err, c.code)
				}
			case err != nil || currency != "usd":
				t.Errorf("in %q, %v", currency, err)
			default:
				if diff := cmp.Diff(billing.PlanPrice{ID: "price_1", Interval: billing.Month, Amount: 900}, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// A product has the plan's own id, so there is one; a price has an idempotency
// key of what it is.
func TestWhatIsMadeForPlans(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, `{"id": "price_1", "object": "price"}`))
	a := account(t, stripe.URL)
	gold := billing.Plan{ID: "plan_1", Name: "Gold", Currency: "usd", Product: "billhook_plan_1"}
	if id, err := a.KeepProduct(t.Context(), gold); id != "billhook_plan_1" || err != nil {
		t.Errorf("%q, %v", id, err)
	}
	if form := stripe.Requests()[0].Form; form.Get("id") != "billhook_plan_1" || form.Get("name") != "Gold" || form.Has("description") {
		t.Errorf("product %v", form)
	}
	key := func(p billing.Plan, i billing.Interval, amount int64) string {
		t.Helper()
		if _, err := a.MakePrice(t.Context(), p, i, amount); err != nil {
			t.Fatal(err)
		}
		return stripe.Requests()[0].IdempotencyKey
	}
	renamed, euros, other := gold, gold, gold
	renamed.Name, euros.Currency, other.ID = "Golden", "eur", "plan_2"
	first := key(gold, billing.Month, 900)
	if again := key(renamed, billing.Month, 900); again != first {
		t.Errorf("the same price: %q and %q", first, again)
	}
	seen := map[string]string{first: "the first"}
	for name, k := range map[string]string{
		"of another amount": key(gold, billing.Month, 901), "of another interval": key(gold, billing.Year, 900),
		"of another currency": key(euros, billing.Month, 900), "of another plan": key(other, billing.Month, 900),
	} {
		if k == "" || seen[k] != "" {
			t.Errorf("%s and %s have the key %q", name, seen[k], k)
		}
		seen[k] = name
	}
}
