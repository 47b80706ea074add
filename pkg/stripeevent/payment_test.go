package stripeevent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// oldIntent names its invoice, as versions until 2025-02-24.acacia do.
func oldIntent() object {
	return object{
		"id": "pi_1", "object": "payment_intent", "customer": "cus_1", "created": start, "currency": "usd",
		"amount": 2500, "amount_received": 2400, "invoice": "in_1", "description": "Subscription update",
		"metadata": object{"user_id": "user-1"}, "last_payment_error": nil, "status": "succeeded",
	}
}

// newIntent says nothing of an invoice, as versions since 2025-03-31.basil do.
func newIntent() object { return with(oldIntent(), object{"invoice": nil}) }

func TestDecodePaymentIntent(t *testing.T) {
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
	status := func(status billing.TransactionStatus) func(*billing.Transaction) {
		return func(x *billing.Transaction) { x.Status, x.Amount = status, 2500 }
	}
	ofInvoice := edit(unnamed)
	ofInvoice.OfInvoice = true
	order := func(reference string) object {
		return object{"payment_details": object{"customer_reference": nil, "order_reference": reference}}
	}
	declined := object{"last_payment_error": object{
		"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "message": "Your card has insufficient funds.",
	}}
	failure := func(f billing.Failure) func(*billing.Transaction) {
		return func(x *billing.Transaction) {
			f.AsOf = billing.At(told)
			x.Failure = f
		}
	}
	tests := map[string]struct {
		kind   string
		object object
		want   billing.PaymentFact
	}{
		"of an invoice":             {"payment_intent.succeeded", oldIntent(), edit()},
		"of none":                   {"payment_intent.succeeded", withNull(with(oldIntent(), object{"description": "Tickets"}), "invoice"), edit(tickets)},
		"basil does not say":        {"payment_intent.succeeded", newIntent(), edit(unnamed)},
		"basil, marked one-off":     {"payment_intent.succeeded", oneOff(newIntent()), edit(tickets)},
		"clover names an order":     {"payment_intent.succeeded", with(newIntent(), order("in_1SRzqCKXBGcbgpbZs4xgnm")), ofInvoice},
		"marked, but of an invoice": {"payment_intent.succeeded", with(oneOff(newIntent()), order("in_1")), ofInvoice},
		"another order":             {"payment_intent.succeeded", with(newIntent(), order("order-7")), edit(unnamed)},
		"no customer":               {"payment_intent.succeeded", with(oldIntent(), object{"customer": nil}), edit(func(x *billing.Transaction) { x.Owner = "pi_1" })},
		"expanded":                  {"payment_intent.succeeded", with(oldIntent(), object{"customer": object{"id": "cus_1"}, "invoice": object{"id": "in_1"}}), edit()},
		"takes days":                {"payment_intent.processing", oldIntent(), edit(status(billing.TransactionPending))},
		"given up":                  {"payment_intent.canceled", oneOff(newIntent()), edit(tickets, status(billing.TransactionCanceled))},
		"succeeded after a failure": {"payment_intent.succeeded", with(oldIntent(), declined), edit()},
		"failed": {"payment_intent.payment_failed", with(oldIntent(), declined), edit(status(billing.TransactionFailed), failure(billing.Failure{
			Code: "card_declined", Decline: "insufficient_funds", Message: "Your card has insufficient funds.",
		}))},
		"failed without the bank": {
			"payment_intent.payment_failed", with(newIntent(), object{"last_payment_error": object{"code": "payment_intent_authentication_failure"}}),
			edit(unnamed, status(billing.TransactionFailed), failure(billing.Failure{Code: "payment_intent_authentication_failure"})),
		},
		"failed, unexplained": {"payment_intent.payment_failed", oldIntent(), edit(status(billing.TransactionFailed))},
		"failed for nothing that is told": {
			"payment_intent.payment_failed", with(oldIntent(), object{"last_payment_error": object{"type": "api_error"}}), edit(status(billing.TransactionFailed)),
		},
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
