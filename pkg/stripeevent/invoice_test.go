package stripeevent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// oldInvoice is as small as versions until 2025-02-24.acacia send it.
func oldInvoice() object {
	return object{
		"id": "in_1", "object": "invoice", "customer": "cus_1", "created": start, "currency": "usd",
		"amount_due": 2400, "amount_paid": 2300, "attempt_count": 1, "next_payment_attempt": nil, "billing_reason": "subscription_create", "description": nil,
		"subscription": "sub_1", "subscription_details": object{"metadata": object{"user_id": "user-1"}},
		"payment_intent": "pi_1", "charge": "ch_1", "paid": true,
		"lines": object{"data": []object{{"description": "3 × Team"}, {"description": "Tax"}}},
	}
}

// newInvoice is as small as versions since 2025-03-31.basil send it.
func newInvoice() object {
	return with(oldInvoice(), object{
		"subscription": nil, "subscription_details": nil, "payment_intent": nil, "charge": nil, "paid": nil,
		"parent": object{
			"type":                 "subscription_details",
			"subscription_details": object{"subscription": "sub_1", "metadata": object{"user_id": "user-1"}},
		},
	})
}

func TestDecodeInvoice(t *testing.T) {
	t.Parallel()
	paid := billing.Transaction{
		ID: "in_1", Owner: "cus_1", User: "user-1", Subscription: "sub_1", PaymentIntent: "pi_1",
		Status: billing.TransactionSucceeded, Amount: 2300, AsOf: billing.At(told), Currency: "usd",
		Description: "3 × Team", CreatedAt: billing.At(start),
	}
	due := func(status billing.TransactionStatus) billing.Transaction {
		x := paid
		x.Status, x.Amount = status, 2400
		return x
	}
	edit := func(change func(*billing.Transaction)) billing.Transaction {
		x := paid
		change(&x)
		return x
	}
	noIntent := edit(func(x *billing.Transaction) { x.PaymentIntent = "" })
	intents := func(payments ...object) object { return object{"data": payments} }
	tests := map[string]struct {
		kind   string
		object object
		want   billing.PaymentFact
	}{
		"paid, old":    {"invoice.paid", oldInvoice(), billing.PaymentFact{Payment: paid}},
		"paid, clover": {"invoice.paid", newInvoice(), billing.PaymentFact{Payment: noIntent}},
		"succeeded":    {"invoice.payment_succeeded", oldInvoice(), billing.PaymentFact{Payment: paid}},
		"failed": {
			"invoice.payment_failed", with(oldInvoice(), object{"attempt_count": 2, "next_payment_attempt": end}),
			billing.PaymentFact{Payment: func() billing.Transaction {
				x := due(billing.TransactionFailed)
				x.Retry = billing.Retry{Attempts: 2, Next: billing.At(end), AsOf: billing.At(told)}
				return x
			}()},
		},
		"failed for good, clover": {
			"invoice.payment_failed", with(newInvoice(), object{"attempt_count": 4}),
			billing.PaymentFact{Payment: func() billing.Transaction {
				x := due(billing.TransactionFailed)
				x.PaymentIntent, x.Retry = "", billing.Retry{Attempts: 4, AsOf: billing.At(told)}
				return x
			}()},
		},
		"waits for the payer": {"invoice.payment_action_required", oldInvoice(), billing.PaymentFact{Payment: due(billing.TransactionPending)}},
		"voided":              {"invoice.voided", oldInvoice(), billing.PaymentFact{Payment: due(billing.TransactionCanceled)}},
		"uncollectible":       {"invoice.marked_uncollectible", oldInvoice(), billing.PaymentFact{Payment: due(billing.TransactionCanceled)}},
		"a renewal":           {"invoice.paid", with(oldInvoice(), object{"billing_reason": "subscription_cycle"}), billing.PaymentFact{Payment: paid, Renewal: true}},
		"an upgrade":          {"invoice.paid", with(oldInvoice(), object{"billing_reason": "subscription_update"}), billing.PaymentFact{Payment: paid}},
		"nothing to pay, nobody asked": {
			"invoice.paid", with(oldInvoice(), object{"amount_due": 0, "amount_paid": 0, "attempt_count": 0}),
			billing.PaymentFact{Payment: edit(func(x *billing.Transaction) { x.Amount = 0 }), Free: true},
		},
		"nothing was paid after an attempt": {
			"invoice.paid", with(oldInvoice(), object{"amount_paid": 0}),
			billing.PaymentFact{Payment: edit(func(x *billing.Transaction) { x.Amount = 0 })},
		},
		"paid without an attempt, as outside of Stripe": {
			"invoice.paid", with(oldInvoice(), object{"attempt_count": 0}), billing.PaymentFact{Payment: paid},
		},
		"nothing due is not free before it is paid": {
			"invoice.voided", with(oldInvoice(), object{"amount_due": 0, "attempt_count": 0}),
			billing.PaymentFact{Payment: func() billing.Transaction {
				x := due(billing.TransactionCanceled)
				x.Amount = 0
				return x
			}()},
		},
		"yen are whole": {"invoice.paid", with(oldInvoice(), object{"currency": "jpy", "amount_paid": 501}), billing.PaymentFact{Payment: edit(func(x *billing.Transaction) { x.Currency, x.Amount = "jpy", 501 })}},
		"described":     {"invoice.paid", with(oldInvoice(), object{"description": "March"}), billing.PaymentFact{Payment: edit(func(x *billing.Transaction) { x.Description = "March" })}},
		"no lines":      {"invoice.paid", with(oldInvoice(), object{"lines": nil}), billing.PaymentFact{Payment: edit(func(x *billing.Transaction) { x.Description = "" })}},
		"expanded references": {
			"invoice.paid", with(oldInvoice(), object{
				"customer": object{"id": "cus_1"}, "subscription": object{"id": "sub_1"}, "payment_intent": object{"id": "pi_1"},
			}), billing.PaymentFact{Payment: paid},
		},
		"expanded references, clover": {
			"invoice.paid", with(newInvoice(), object{
				"parent": object{"subscription_details": object{"subscription": object{"id": "sub_1"}, "metadata": object{"user_id": "user-1"}}},
			}), billing.PaymentFact{Payment: noIntent},
		},
		"expanded payments, clover": {
			"invoice.paid", with(newInvoice(), object{"payments": intents(
				object{"payment": object{"type": "charge", "charge": "ch_1"}}, object{"payment": object{"type": "payment_intent", "payment_intent": "pi_1"}},
			)}), billing.PaymentFact{Payment: paid},
		},
		"several payments, the one that paid, clover": {
			"invoice.paid", with(newInvoice(), object{"payments": intents(
				object{"status": "canceled", "payment": object{"type": "payment_intent", "payment_intent": "pi_0"}},
				object{"status": "paid", "payment": object{"type": "payment_intent", "payment_intent": object{"id": "pi_1"}}},
			)}), billing.PaymentFact{Payment: paid},
		},
		"paid by a charge without an intent": {
			"invoice.paid", with(oldInvoice(), object{"payment_intent": nil}),
			billing.PaymentFact{Payment: edit(func(x *billing.Transaction) { x.PaymentIntent = "ch_1" })},
		},
		"a parent of null: no subscription": {
			"invoice.paid", withNull(newInvoice(), "parent"),
			billing.PaymentFact{Payment: edit(func(x *billing.Transaction) { x.Subscription, x.User, x.PaymentIntent = "", "", "" })},
		},
		"both places, the new one counts": {
			"invoice.paid", with(newInvoice(), object{"subscription": "sub_0", "subscription_details": object{"metadata": object{"user_id": "user-0"}}}),
			billing.PaymentFact{Payment: noIntent},
		},
		"no customer": {
			"invoice.paid", with(oldInvoice(), object{"customer": nil}),
			billing.PaymentFact{Payment: edit(func(x *billing.Transaction) { x.Owner = "pi_1" })},
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
