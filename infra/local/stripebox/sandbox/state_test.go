package sandbox_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/sandbox"
)

// What is to happen later happens after a restart as well.
func TestPlansSurviveARestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "stripebox.json")
	stored := func(o *sandbox.Options) { o.StateFile = file; o.PublicURL = "http://stripe.local" }
	b := newBox(t, stored)
	b.control(http.MethodPost, "/_sandbox/settings", `{"after_retries":"unpaid"}`, nil)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	b.scheduled(sub, "price_starter_monthly", "release")
	paused := b.trialWithoutCard("pause")
	customer := walk{b}.payer()
	walk{b}.post("/v1/invoiceitems", "amount=500&currency=usd&customer="+customer)
	draft := walk{b}.post("/v1/invoices", "pending_invoice_items_behavior=include&auto_advance=true&customer="+customer)
	walk{b}.post("/v1/invoiceitems", "amount=300&currency=usd&customer="+sub.Customer.ID)
	clock, clocked := b.clocked(start.AddDate(1, 0, 0))
	newest, _ := b.lastEvent()
	want := b.resources(newest.ID)
	b.must(b.server.Close())

	b = newBox(t, stored)
	if diff := cmp.Diff(want, b.resources(newest.ID)); diff != "" {
		t.Errorf("resources (-before +after)\n%s", diff)
	}
	b.advance(`{"days":28}`)
	if diff := cmp.Diff([]line{{300, false, ""}, {900, false, "price_starter_monthly"}}, withoutMadeUpPrices(lines(b.subscription(sub.ID).LatestInvoice))); diff != "" {
		t.Errorf("the scheduled plan and the item (-want +got)\n%s", diff)
	}
	if got := b.subscription(paused.ID); got.Status != stripe.SubscriptionStatusPaused {
		t.Errorf("the trial's end left it %s", got.Status)
	}
	invoice, err := b.api.Invoices.Get(draft, nil)
	b.must(err)
	if invoice.Status != stripe.InvoiceStatusPaid {
		t.Errorf("the draft is %s", invoice.Status)
	}
	_, err = b.api.TestHelpersTestClocks.Advance(clock.ID, &stripe.TestHelpersTestClockAdvanceParams{FrozenTime: &clocked.CurrentPeriodEnd})
	b.must(err)
	if got := b.subscription(clocked.ID); got.CurrentPeriodStart != clocked.CurrentPeriodEnd {
		t.Error("the test clock renewed nothing")
	}
	var settings struct {
		AfterRetries string `json:"after_retries"`
	}
	b.control(http.MethodGet, "/_sandbox/settings", "", &settings)
	if settings.AfterRetries != "unpaid" {
		t.Errorf("after_retries = %q", settings.AfterRetries)
	}
}

// withoutMadeUpPrices empties the ids of the prices that were made for a line.
func withoutMadeUpPrices(found []line) []line {
	for i := range found {
		if len(found[i].Price) == len("price_")+24 {
			found[i].Price = ""
		}
	}
	return found
}

// Nothing of a customer that is gone comes due any more.
func TestDeletedCustomerIsNotBilled(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	customer := walk{b}.payer()
	w := walk{b}
	w.post("/v1/invoiceitems", "amount=500&currency=usd&customer="+customer)
	draft := w.post("/v1/invoices", "pending_invoice_items_behavior=include&auto_advance=true&customer="+customer)
	w.post("/v1/invoiceitems", "amount=300&currency=usd&customer="+customer)
	w.post("/v1/subscription_schedules", "customer="+customer+"&start_date="+"1800000000"+phase(0, "[items][0][price]=price_pro_monthly"))
	w.remove("/v1/customers/" + customer)
	if types := b.advance(`{"days":400}`); len(types) != 0 {
		t.Errorf("events: %v", types)
	}
	if got := b.do(http.MethodGet, "/v1/invoices/"+draft, ""); got.status != http.StatusNotFound {
		t.Errorf("the draft answers %d", got.status)
	}
	if list := b.api.InvoiceItems.List(&stripe.InvoiceItemListParams{}); list.Next() {
		t.Errorf("the invoice item %s remains", list.InvoiceItem().ID)
	}
}
