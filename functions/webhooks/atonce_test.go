package main

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// many is how many deliveries are made at once, to several instances.
const (
	many      = 64
	instances = 4
)

// atOnce delivers bodies at the same time, each until it is taken, as Stripe
// does.
func (f fixture) atOnce(t *testing.T, bodies []string) {
	t.Helper()
	var handlers [instances]http.Handler
	for i := range handlers {
		handlers[i] = handler(f.NewInstance(t), f.stripe.URL)
	}
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, body := range bodies {
		instance := f
		instance.handler = handlers[i%instances]
		wg.Go(func() {
			<-start
			for range patience {
				answer := instance.deliver(t, body)
				switch answer.Status {
				case http.StatusOK:
					return
				case http.StatusServiceUnavailable: // the rows kept changing
				default:
					t.Errorf("%d %s", answer.Status, answer.Body)
					return
				}
			}
			t.Errorf("not taken in %d deliveries: %s", patience, body)
		})
	}
	close(start)
	wg.Wait()
}

// outcomes counts what the log says became of the deliveries.
func (f fixture) outcomes(t *testing.T) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, line := range f.Log(t) {
		if line["msg"] == "event" {
			counts[fmt.Sprint(line["outcome"])]++
		}
	}
	return counts
}

// Of one event delivered many times at once, one delivery has its effects.
func TestOneEventManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bodies := make([]string, many)
	for i := range bodies {
		bodies[i] = told24Dollars("evt_1", "invoice.paid", "in_1", paidObject)
	}
	f.atOnce(t, bodies)
	if diff := cmp.Diff(map[string]int{"applied": 1, "duplicate": many - 1}, f.outcomes(t)); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	payments := f.payments(t, "cus_1")
	if len(payments) != 1 || payments[0].Status != billing.TransactionSucceeded || payments[0].Amount != 2400 || payments[0].Revision != 1 {
		t.Errorf("payments: %+v", payments)
	}
	if diff := cmp.Diff(billing.Tally{"payments.succeeded": 1, "paid.usd": 1, "gross.usd": 2400}, f.tally(t)); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
}

// quantityChanged is an event of a subscription that was changed: the later, the
// more of it.
func quantityChanged(n int) string {
	state := func(quantity int) string {
		return fmt.Sprintf(`"items": {"object": "list", "data": [{"id": "si_1", "object": "subscription_item", "quantity": %d, "price": {
			"id": "price_1", "object": "price", "nickname": "Team", "currency": "usd", "unit_amount": 2400,
			"recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
		}}]}`, quantity)
	}
	return fmt.Sprintf(`{
		"id": "evt_sub_%d", "object": "event", "api_version": "2024-06-20", "type": "customer.subscription.updated", "created": %d, "livemode": false,
		"data": {"object": {
			"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active", "created": 1770110100, "currency": "usd",
			"current_period_start": 1770110100, "current_period_end": 1772529300, "cancel_at_period_end": false, "metadata": {}, %s
		}, "previous_attributes": {%s}}
	}`, n, 1770110100+n, state(n), state(n-1))
}

// What an invoice and its charge have beside what told24Dollars says of both.
const (
	paidObject = `"object": "invoice", "status": "paid", "paid": true, "amount_due": 2400, "amount_paid": 2400, "attempt_count": 1,
		"billing_reason": "manual", "subscription": null, "lines": {"object": "list", "data": []}`
	chargeObject = `"object": "charge", "status": "succeeded", "captured": true, "amount": 2400, "amount_captured": 2400, "refunded": false`
)

// told24Dollars is an event of a payment of 24 dollars: of its invoice, or of
// the charge that paid it.
func told24Dollars(event, kind, invoice, object string) string {
	id := invoice
	if object != paidObject {
		id = "ch_" + invoice
	}
	return fmt.Sprintf(`{
		"id": %q, "object": "event", "api_version": "2024-06-20", "type": %q, "created": 1770110104, "livemode": false,
		"data": {"object": {
			"id": %q, "customer": "cus_1", "created": 1770110100, "currency": "usd", "metadata": {}, "livemode": false,
			"invoice": %q, "payment_intent": "pi_%s", %s
		}}
	}`, event, kind, id, invoice, invoice, object)
}

// Different events of one customer, all at once: what is stored is what they
// tell together, and the counters are a recount of it.
func TestManyEventsOfOneCustomerAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const changes, payments = 16, 12 // a payment is told by four events
	var bodies []string
	for n := 1; n <= changes; n++ {
		bodies = append(bodies, quantityChanged(n))
	}
	for n := range payments {
		invoice := fmt.Sprintf("in_%d", n)
		id := func(kind string) string { return fmt.Sprintf("evt_%s_%d", kind, n) }
		bodies = append(bodies,
			told24Dollars(id("paid"), "invoice.paid", invoice, paidObject),
			told24Dollars(id("paid_again"), "invoice.payment_succeeded", invoice, paidObject),
			told24Dollars(id("charged"), "charge.succeeded", invoice, chargeObject+`, "amount_refunded": 0`),
			told24Dollars(id("refunded"), "charge.refunded", invoice, chargeObject+`, "amount_refunded": 600`),
		)
	}
	if len(bodies) != many {
		t.Fatalf("%d events", len(bodies))
	}
	f.atOnce(t, bodies)

	subscriptions, err := f.Function.Table.Subscriptions(t.Context(), f.scope(billing.Test), "cus_1")
	if err != nil {
		t.Fatal(err)
	}
	if len(subscriptions) != 1 || subscriptions[0].Quantity != changes || subscriptions[0].Status != billing.StatusActive {
		t.Errorf("subscriptions: %+v", subscriptions)
	}
	recount := billing.Tally{}
	for _, s := range subscriptions {
		recount.Subscription(nil, s)
	}
	stored := f.payments(t, "cus_1")
	if len(stored) != payments {
		t.Errorf("%d payments, want %d", len(stored), payments)
	}
	for _, p := range stored {
		if p.Status != billing.TransactionPartiallyRefunded || p.Amount != 2400 || p.Refunded != 600 {
			t.Errorf("payment: %+v", p)
		}
		recount.Transaction(nil, p)
	}
	want := billing.Tally{
		"subscriptions.active": 1, "mrr.usd": 2400 * changes,
		"payments.partially_refunded": payments, "paid.usd": payments, "gross.usd": 2400 * payments, "refunded.usd": 600 * payments,
	}
	if diff := cmp.Diff(want, recount); diff != "" {
		t.Errorf("a recount of the rows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, f.tally(t)); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
}
