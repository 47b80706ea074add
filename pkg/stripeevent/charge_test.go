package stripeevent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

// oldCharge names its invoice, as versions until 2025-02-24.acacia do.
func oldCharge() object {
	return object{
		"id": "ch_1", "object": "charge", "customer": "cus_1", "created": start, "currency": "usd", "status": "succeeded",
		"amount": 2500, "amount_captured": 2400, "amount_refunded": 600, "captured": true, "refunded": false,
		"payment_intent": "pi_1", "invoice": "in_1", "description": "Subscription update",
		"metadata": object{"user_id": "user-1"}, "failure_code": nil, "failure_message": nil, "outcome": object{"reason": nil},
	}
}

// newCharge says nothing of an invoice, as versions since 2025-03-31.basil do.
func newCharge() object { return with(oldCharge(), object{"invoice": nil}) }

// oneOff has the mark that checkout leaves on payments of no invoice.
func oneOff(o object) object {
	return with(o, object{"description": "Tickets", "metadata": object{"user_id": "user-1", "project_id": "project-1"}})
}

// ofOrder is an expanded payment intent that names an order.
func ofOrder(reference any) object {
	return object{"id": "pi_1", "payment_details": object{"order_reference": reference}}
}

func TestDecodeCharge(t *testing.T) {
	t.Parallel()
	paid := billing.Transaction{
		ID: "in_1", Owner: "cus_1", User: "user-1", PaymentIntent: "pi_1", Status: billing.TransactionSucceeded,
		Amount: 2400, AsOf: billing.At(told), Currency: "usd", CreatedAt: billing.At(start),
	}
	edit := func(changes ...func(*billing.Transaction)) billing.PaymentFact {
		x := paid
		for _, change := range changes {
			change(&x)
		}
		return billing.PaymentFact{Payment: x}
	}
	unnamed := func(x *billing.Transaction) { x.ID = "" }
	tickets := func(x *billing.Transaction) { x.ID, x.Description = "pi_1", "Tickets" }
	ofInvoice := edit(unnamed)
	ofInvoice.OfInvoice = true
	declined := object{
		"status": "failed", "captured": false, "amount_captured": 0, "failure_code": "card_declined",
		"failure_message": "Your card was declined.", "outcome": object{"reason": "insufficient_funds"},
	}
	failed := func(x *billing.Transaction) {
		x.Status, x.Amount = billing.TransactionFailed, 2500
		x.Failure = billing.Failure{
			Code: "card_declined", Decline: "insufficient_funds", Message: "Your card was declined.", AsOf: billing.At(told),
		}
	}
	refunded := func(amount int64) func(*billing.Transaction) {
		return func(x *billing.Transaction) { x.Refunded, x.RefundsAsOf = amount, billing.At(told) }
	}
	status := func(status billing.TransactionStatus) func(*billing.Transaction) {
		return func(x *billing.Transaction) { x.Status, x.Amount = status, 2500 }
	}
	tests := map[string]struct {
		kind   string
		object object
		want   billing.PaymentFact
	}{
		"of an invoice":         {"charge.succeeded", oldCharge(), edit()},
		"captured later":        {"charge.captured", oldCharge(), edit()},
		"of an expanded one":    {"charge.succeeded", with(oldCharge(), object{"invoice": object{"id": "in_1"}}), edit()},
		"of none":               {"charge.succeeded", withNull(oneOff(oldCharge()), "invoice"), edit(tickets)},
		"of none, and no mark":  {"charge.succeeded", with(withNull(oldCharge(), "invoice"), object{"description": "Tickets"}), edit(tickets)},
		"basil does not say":    {"charge.succeeded", newCharge(), edit(unnamed)},
		"basil, marked one-off": {"charge.succeeded", oneOff(newCharge()), edit(tickets)},
		"clover names an order": {"charge.succeeded", with(newCharge(), object{"payment_intent": ofOrder("in_1SRzqCKXBGcbgpbZs4xgnm")}), ofInvoice},
		"marked, but an order":  {"charge.succeeded", with(oneOff(newCharge()), object{"payment_intent": ofOrder("in_1")}), ofInvoice},
		"another order":         {"charge.succeeded", with(newCharge(), object{"payment_intent": ofOrder("order-7")}), edit(unnamed)},
		"no order":              {"charge.succeeded", with(newCharge(), object{"payment_intent": ofOrder(nil)}), edit(unnamed)},
		"the invoice's id goes before the order": {
			"charge.succeeded", with(oldCharge(), object{"payment_intent": ofOrder("in_0")}), edit(),
		},
		"expanded customer": {"charge.succeeded", with(oldCharge(), object{"customer": object{"id": "cus_1"}}), edit()},
		"no customer":       {"charge.succeeded", with(oldCharge(), object{"customer": nil}), edit(func(x *billing.Transaction) { x.Owner = "pi_1" })},
		"before payment intents": {
			"charge.succeeded", withNull(with(oneOff(oldCharge()), object{"customer": nil, "payment_intent": nil}), "invoice"),
			edit(func(x *billing.Transaction) {
				x.ID, x.Owner, x.PaymentIntent, x.Description = "ch_1", "ch_1", "ch_1", "Tickets"
			}),
		},
		"failed": {"charge.failed", with(oldCharge(), declined), edit(failed)},
		"failed, unexplained": {
			"charge.failed", with(oldCharge(), object{"status": "failed", "captured": false, "outcome": nil}), edit(status(billing.TransactionFailed)),
		},
		"only authorized": {"charge.succeeded", with(oldCharge(), object{"captured": false, "amount_captured": 0}), edit(status(billing.TransactionPending))},
		"authorization given up": {
			"charge.refunded", with(oldCharge(), object{"captured": false, "amount_captured": 0, "amount_refunded": 2500, "refunded": true}),
			edit(status(billing.TransactionCanceled)),
		},
		"refunded in part":       {"charge.refunded", oldCharge(), edit(refunded(600))},
		"refunded":               {"charge.refunded", with(oldCharge(), object{"amount_refunded": 2400, "refunded": true}), edit(refunded(2400))},
		"a refund that failed":   {"charge.refunded", with(oldCharge(), object{"amount_refunded": 0}), edit(refunded(0))},
		"refunded, basil":        {"charge.refunded", newCharge(), edit(unnamed, refunded(600))},
		"refunded, one-off":      {"charge.refunded", oneOff(newCharge()), edit(tickets, refunded(600))},
		"nobody is told of":      {"charge.refunded", with(oldCharge(), object{"metadata": nil}), edit(refunded(600), func(x *billing.Transaction) { x.User = "" })},
		"yen are whole":          {"charge.succeeded", with(oldCharge(), object{"currency": "jpy"}), edit(func(x *billing.Transaction) { x.Currency = "jpy" })},
		"unknown members":        {"charge.succeeded", with(oldCharge(), object{"radar_options": []int{1}, "level3": "x"}), edit()},
		"a status of the future": {"charge.succeeded", with(oldCharge(), object{"status": "hovering"}), edit(status(billing.TransactionPending))},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := decodeAs[billing.PaymentFact](t, test.kind, test.object)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("fact (-want +got):\n%s", diff)
			}
		})
	}
}

// Charge reads what the API answers, by the same rules as charge.refunded.
func TestCharge(t *testing.T) {
	t.Parallel()
	asked := billing.At(end)
	for name, test := range map[string]struct {
		object object
		id     string
	}{
		"2024-06-20": {oldCharge(), "in_1"},
		"clover":     {newCharge(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := stripeevent.Charge(marshal(t, test.object), asked)
			if err != nil {
				t.Fatal(err)
			}
			want := billing.PaymentFact{Payment: billing.Transaction{
				ID: test.id, Owner: "cus_1", User: "user-1", PaymentIntent: "pi_1", Status: billing.TransactionSucceeded,
				Amount: 2400, AsOf: asked, Refunded: 600, RefundsAsOf: asked, Currency: "usd", CreatedAt: billing.At(start),
			}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Charge (-want +got):\n%s", diff)
			}
		})
	}
	for name, answer := range map[string]string{"no JSON": `charge`, "an error": `{"error":{"type":"invalid_request_error"}}`, "no amounts": `{"id":"ch_1","created":1,"currency":"usd","status":"succeeded","captured":true}`} {
		if _, err := stripeevent.Charge([]byte(answer), asked); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
