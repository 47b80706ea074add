package sandbox_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/object"
)

// line is what a test looks at of an invoice's line.
type line struct {
	Amount    int64
	Proration bool
	Price     string
}

func lines(invoice *stripe.Invoice) []line {
	var found []line
	for _, l := range invoice.Lines.Data {
		found = append(found, line{l.Amount, l.Proration, l.Price.ID})
	}
	return found
}

func TestInvoiceItemsAreOnTheNextInvoice(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	item, err := b.api.InvoiceItems.New(&stripe.InvoiceItemParams{
		Customer: &sub.Customer.ID, Price: stripe.String("price_credits_once"), Quantity: stripe.Int64(2),
	})
	b.must(err)
	event, _ := b.lastEvent()
	if event.Type != stripe.EventTypeInvoiceItemCreated || item.Amount != 3000 || item.Invoice != nil {
		t.Fatalf("%s: %d on %v", event.Type, item.Amount, item.Invoice)
	}
	b.advance(`{"days":28}`)
	renewed := b.subscription(sub.ID)
	if diff := cmp.Diff([]line{{3000, false, "price_credits_once"}, {2900, false, "price_pro_monthly"}}, lines(renewed.LatestInvoice)); diff != "" {
		t.Errorf("lines (-want +got)\n%s", diff)
	}
	item, err = b.api.InvoiceItems.Get(item.ID, nil)
	b.must(err)
	if item.Invoice == nil || item.Invoice.ID != renewed.LatestInvoice.ID {
		t.Errorf("the item is on %v", item.Invoice)
	}
	for name, change := range map[string]func() error{
		"updating": func() error {
			_, err := b.api.InvoiceItems.Update(item.ID, &stripe.InvoiceItemParams{Amount: stripe.Int64(1)})
			return err
		},
		"deleting": func() error {
			_, err := b.api.InvoiceItems.Del(item.ID, nil)
			return err
		},
	} {
		if refused := b.stripeError(change()); refused.Code != stripe.ErrorCodeInvoiceNotEditable {
			t.Errorf("%s a paid item: %v", name, refused)
		}
	}
}

func TestInvoiceItemRefuses(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	customer := walk{b}.payer()
	for name, test := range map[string]struct{ body, param string }{
		"no amount":        {"", ""},
		"no currency":      {"&amount=100", "currency"},
		"two amounts":      {"&amount=100&unit_amount=100&currency=usd", "amount"},
		"amount by pieces": {"&amount=100&quantity=2&currency=usd", "quantity"},
		"a monthly price":  {"&price=price_pro_monthly", "price"},
		"unknown invoice":  {"&amount=100&currency=usd&invoice=in_x", "invoice"},
	} {
		var answer struct{ Error stripe.Error }
		got := b.do(http.MethodPost, "/v1/invoiceitems", "customer="+customer+test.body)
		b.must(json.Unmarshal([]byte(got.body), &answer))
		if got.status != http.StatusBadRequest || answer.Error.Param != test.param {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

func TestManualInvoice(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	customer := walk{b}.payer()
	item := func() {
		t.Helper()
		_, err := b.api.InvoiceItems.New(&stripe.InvoiceItemParams{Customer: &customer, Amount: stripe.Int64(700), Currency: stripe.String("usd")})
		b.must(err)
	}
	draft := func(advance bool) *stripe.Invoice {
		t.Helper()
		invoice, err := b.api.Invoices.New(&stripe.InvoiceParams{
			Customer: &customer, AutoAdvance: &advance, PendingInvoiceItemsBehavior: stripe.String("include"),
		})
		b.must(err)
		return invoice
	}
	item()
	invoice := draft(false)
	if invoice.Status != stripe.InvoiceStatusDraft || invoice.Total != 700 || invoice.BillingReason != "manual" {
		t.Fatalf("%s for %d, %s", invoice.Status, invoice.Total, invoice.BillingReason)
	}
	_, err := b.api.InvoiceItems.New(&stripe.InvoiceItemParams{
		Customer: &customer, Amount: stripe.Int64(-200), Currency: stripe.String("usd"), Invoice: &invoice.ID,
	})
	b.must(err)
	_, err = b.api.Invoices.Del(invoice.ID, nil)
	b.must(err)
	invoice = draft(false)
	if invoice.Total != 500 {
		t.Errorf("the items of a deleted draft make %d, want 500", invoice.Total)
	}
	before, _ := b.lastEvent()
	_, err = b.api.Invoices.Pay(invoice.ID, nil)
	b.must(err)
	want := []string{
		"invoice.finalized", "payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "invoice.paid", "invoice.payment_succeeded",
	}
	if diff := cmp.Diff(want, eventsOf(b, before.ID)); diff != "" {
		t.Errorf("paying a draft (-want +got)\n%s", diff)
	}

	item()
	invoice = draft(true)
	if got := b.advance(`{"seconds":3599}`); len(got) != 0 {
		t.Errorf("within the hour: %v", got)
	}
	if diff := cmp.Diff(want, b.advance(`{"seconds":1}`)); diff != "" {
		t.Errorf("an hour later (-want +got)\n%s", diff)
	}
	if empty := draft(false); empty.Total != 0 {
		t.Errorf("total = %d", empty.Total)
	}
	if _, err := b.api.Invoices.Del(invoice.ID, nil); b.stripeError(err).Code != stripe.ErrorCodeInvoiceNotEditable {
		t.Errorf("deleting a paid invoice: %v", err)
	}
}

// eventsOf are the types of the events after one, oldest first.
func eventsOf(b *box, after string) []string {
	types := []string{}
	for _, event := range b.eventsAfter("") {
		types = append(types, string(event.Type))
		if event.ID == after {
			types = []string{}
		}
	}
	return types
}

func TestInvoiceIsSentVoidedAndWrittenOff(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	customer := walk{b}.payer()
	_, err := b.api.InvoiceItems.New(&stripe.InvoiceItemParams{Customer: &customer, Amount: stripe.Int64(700), Currency: stripe.String("usd")})
	b.must(err)
	_, err = b.api.Invoices.New(&stripe.InvoiceParams{Customer: &customer, CollectionMethod: stripe.String("send_invoice")})
	if b.stripeError(err).HTTPStatusCode != http.StatusBadRequest {
		t.Errorf("no due date: %v", err)
	}
	invoice, err := b.api.Invoices.New(&stripe.InvoiceParams{
		Customer: &customer, CollectionMethod: stripe.String("send_invoice"), DaysUntilDue: stripe.Int64(7),
		PendingInvoiceItemsBehavior: stripe.String("include"),
	})
	b.must(err)
	created, _ := b.lastEvent()
	sent, err := b.api.Invoices.SendInvoice(invoice.ID, nil)
	b.must(err)
	if sent.Status != stripe.InvoiceStatusOpen || sent.DueDate != start.AddDate(0, 0, 7).Unix() || sent.Number == "" {
		t.Errorf("sent: %s, due %d", sent.Status, sent.DueDate)
	}
	written, err := b.api.Invoices.MarkUncollectible(invoice.ID, nil)
	b.must(err)
	voided, err := b.api.Invoices.VoidInvoice(invoice.ID, nil)
	b.must(err)
	if written.Status != stripe.InvoiceStatusUncollectible || voided.Status != stripe.InvoiceStatusVoid {
		t.Errorf("%s, then %s", written.Status, voided.Status)
	}
	want := []string{
		"invoice.finalized", "payment_intent.created", "invoice.sent", "invoice.marked_uncollectible", "payment_intent.canceled", "invoice.voided",
	}
	if diff := cmp.Diff(want, eventsOf(b, created.ID)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	for name, change := range map[string]func() error{
		"void":     func() error { _, err := b.api.Invoices.VoidInvoice(invoice.ID, nil); return err },
		"finalize": func() error { _, err := b.api.Invoices.FinalizeInvoice(invoice.ID, nil); return err },
		"send":     func() error { _, err := b.api.Invoices.SendInvoice(invoice.ID, nil); return err },
	} {
		if refused := b.stripeError(change()); refused.Code != stripe.ErrorCodeInvoiceNotEditable {
			t.Errorf("%s a void invoice: %v", name, refused)
		}
	}
}

func TestVoidingReleasesTheSubscription(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	b.payWith(sub, "pm_card_chargeCustomerFail")
	b.advance(`{"days":28}`)
	_, err := b.api.Invoices.VoidInvoice(b.subscription(sub.ID).LatestInvoice.ID, nil)
	b.must(err)
	if got := b.subscription(sub.ID); got.Status != stripe.SubscriptionStatusActive {
		t.Errorf("status = %s", got.Status)
	}
	if got := b.advance(`{"days":3}`); len(got) != 0 {
		t.Errorf("the void invoice is tried again: %v", got)
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	b.advance(`{"days":14}`) // half of February's period
	last, _ := b.lastEvent()
	item := sub.Items.Data[0].ID
	change := func(price, behavior string) *stripe.InvoiceCreatePreviewSubscriptionDetailsParams {
		return &stripe.InvoiceCreatePreviewSubscriptionDetailsParams{
			Items:             []*stripe.InvoiceCreatePreviewSubscriptionDetailsItemParams{{ID: &item, Price: &price}},
			ProrationBehavior: &behavior,
		}
	}
	credit, rest := line{-1450, true, "price_pro_monthly"}, line{450, true, "price_starter_monthly"}
	for name, test := range map[string]struct {
		params stripe.InvoiceCreatePreviewParams
		want   []line
	}{
		"the renewal": {stripe.InvoiceCreatePreviewParams{Customer: &sub.Customer.ID}, []line{{2900, false, "price_pro_monthly"}}},
		"another plan": {
			stripe.InvoiceCreatePreviewParams{Subscription: &sub.ID, SubscriptionDetails: change("price_starter_monthly", "create_prorations")},
			[]line{credit, rest, {900, false, "price_starter_monthly"}},
		},
		"another plan, billed now": {
			stripe.InvoiceCreatePreviewParams{Subscription: &sub.ID, SubscriptionDetails: change("price_starter_monthly", "always_invoice")},
			[]line{credit, rest},
		},
		"another plan from the next period": {
			stripe.InvoiceCreatePreviewParams{Subscription: &sub.ID, SubscriptionDetails: change("price_starter_monthly", "none")},
			[]line{{900, false, "price_starter_monthly"}},
		},
		"another interval": {
			stripe.InvoiceCreatePreviewParams{Subscription: &sub.ID, SubscriptionDetails: change("price_pro_yearly", "create_prorations")},
			[]line{credit, {29000, false, "price_pro_yearly"}},
		},
		"a new subscription": {
			stripe.InvoiceCreatePreviewParams{Customer: &sub.Customer.ID, SubscriptionDetails: &stripe.InvoiceCreatePreviewSubscriptionDetailsParams{
				Items: []*stripe.InvoiceCreatePreviewSubscriptionDetailsItemParams{{Price: stripe.String("price_team_monthly"), Quantity: stripe.Int64(3)}},
			}},
			[]line{{3600, false, "price_team_monthly"}},
		},
	} {
		preview, err := b.api.Invoices.CreatePreview(&test.params)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(test.want, lines(preview)); diff != "" || preview.BillingReason != "upcoming" || preview.Status != stripe.InvoiceStatusDraft {
			t.Errorf("%s: %s %s (-want +got)\n%s", name, preview.BillingReason, preview.Status, diff)
		}
	}
	if event, _ := b.lastEvent(); event.ID != last.ID {
		t.Errorf("a preview made the event %s", event.Type)
	}
	if got := b.subscription(sub.ID); got.Items.Data[0].Price.ID != "price_pro_monthly" {
		t.Errorf("a preview changed the plan to %s", got.Items.Data[0].Price.ID)
	}
	if list := b.api.InvoiceItems.List(&stripe.InvoiceItemListParams{Customer: &sub.Customer.ID}); list.Next() {
		t.Errorf("a preview left the invoice item %s", list.InvoiceItem().ID)
	}
}

// What is previewed is what is billed when the same change is made at the same
// time.
func TestPreviewIsWhatIsBilled(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	b.advance(`{"days":9}`)
	at, item := start.AddDate(0, 0, 8).Unix(), sub.Items.Data[0].ID
	upcoming, err := b.api.Invoices.Upcoming(&stripe.InvoiceUpcomingParams{
		Customer: &sub.Customer.ID, Subscription: &sub.ID, SubscriptionProrationDate: &at,
		SubscriptionItems: []*stripe.SubscriptionItemsParams{{ID: &item, Price: stripe.String("price_team_monthly"), Quantity: stripe.Int64(4)}},
	})
	b.must(err)
	if upcoming.ID != "" || upcoming.SubscriptionProrationDate != at {
		t.Errorf("id %q, prorated at %d", upcoming.ID, upcoming.SubscriptionProrationDate)
	}
	_, err = b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{
		ProrationDate: &at,
		Items:         []*stripe.SubscriptionItemsParams{{ID: &item, Price: stripe.String("price_team_monthly"), Quantity: stripe.Int64(4)}},
	})
	b.must(err)
	b.advance(`{"days":19}`)
	if diff := cmp.Diff(lines(upcoming), lines(b.subscription(sub.ID).LatestInvoice)); diff != "" {
		t.Errorf("(-previewed +billed)\n%s", diff)
	}
}

func TestPreviewRefuses(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	other := walk{b}.payer()
	for name, test := range map[string]struct {
		query, version string
		status         int
		code           stripe.ErrorCode
	}{
		"nobody":           {"", object.APIVersion, http.StatusBadRequest, ""},
		"no subscription":  {"customer=" + other, object.APIVersion, http.StatusNotFound, stripe.ErrorCodeInvoiceUpcomingNone},
		"another's":        {"customer=" + other + "&subscription=" + sub.ID, object.APIVersion, http.StatusBadRequest, ""},
		"about to end":     {"subscription=" + sub.ID + "&subscription_cancel_at_period_end=true", object.APIVersion, http.StatusNotFound, stripe.ErrorCodeInvoiceUpcomingNone},
		"a later version":  {"customer=" + sub.Customer.ID, object.CloverVersion, http.StatusNotFound, ""},
		"an unknown price": {"subscription=" + sub.ID + "&subscription_items[0][price]=price_x", object.APIVersion, http.StatusBadRequest, stripe.ErrorCodeResourceMissing},
	} {
		var answer struct{ Error stripe.Error }
		got := b.do(http.MethodGet, "/v1/invoices/upcoming?"+test.query, "", "Stripe-Version", test.version)
		b.must(json.Unmarshal([]byte(got.body), &answer))
		if got.status != test.status || answer.Error.Code != test.code {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

// An item of no subscription has another parent than a subscription's lines.
func TestInvoiceItemsInClover(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	id := walk{b}.post("/v1/invoiceitems", "amount=500&currency=usd&description=Setup&customer="+sub.Customer.ID)
	got := b.do(http.MethodPost, "/v1/invoices/create_preview", "subscription="+sub.ID, "Stripe-Version", object.CloverVersion)
	var preview struct {
		Lines struct {
			Data []struct {
				Parent struct {
					Type               string
					InvoiceItemDetails struct {
						InvoiceItem string `json:"invoice_item"`
					} `json:"invoice_item_details"`
					SubscriptionItemDetails struct{ Subscription string } `json:"subscription_item_details"`
				}
			}
		}
	}
	b.must(json.Unmarshal([]byte(got.body), &preview))
	if len(preview.Lines.Data) != 2 {
		t.Fatalf("lines: %s", got.body)
	}
	item, period := preview.Lines.Data[0].Parent, preview.Lines.Data[1].Parent
	if item.Type != "invoice_item_details" || item.InvoiceItemDetails.InvoiceItem != id ||
		period.Type != "subscription_item_details" || period.SubscriptionItemDetails.Subscription != sub.ID {
		t.Errorf("parents %+v and %+v", item, period)
	}
	var shown map[string]any
	b.must(json.Unmarshal([]byte(b.do(http.MethodGet, "/v1/invoiceitems/"+id, "", "Stripe-Version", object.CloverVersion).body), &shown))
	for _, gone := range []string{"plan", "price", "subscription", "unit_amount"} {
		if _, there := shown[gone]; there {
			t.Errorf("the item still has %s", gone)
		}
	}
	if pricing, ok := shown["pricing"].(map[string]any); !ok || pricing["unit_amount_decimal"] != "500" {
		t.Errorf("pricing = %v", shown["pricing"])
	}
}
