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
		"amount_due": 2400, "amount_paid": 2300, "billing_reason": "subscription_create", "description": nil,
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
		Status: billing.TransactionSucceeded, Amount: 2300, Currency: "usd", Description: "3 × Team", CreatedAt: billing.At(start),
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
		"failed": {"invoice.payment_failed", oldInvoice(), billing.PaymentFact{Payment: edit(func(x *billing.Transaction) {
			x.Status, x.Amount = billing.TransactionFailed, 2400
		})}},
		"a renewal":      {"invoice.paid", with(oldInvoice(), object{"billing_reason": "subscription_cycle"}), billing.PaymentFact{Payment: paid, Renewal: true}},
		"an upgrade":     {"invoice.paid", with(oldInvoice(), object{"billing_reason": "subscription_update"}), billing.PaymentFact{Payment: paid}},
		"nothing to pay": {"invoice.paid", with(oldInvoice(), object{"amount_paid": 0}), billing.PaymentFact{Payment: edit(func(x *billing.Transaction) { x.Amount = 0 })}},
		"yen are whole":  {"invoice.paid", with(oldInvoice(), object{"currency": "jpy", "amount_paid": 501}), billing.PaymentFact{Payment: edit(func(x *billing.Transaction) { x.Currency, x.Amount = "jpy", 501 })}},
		"described":      {"invoice.paid", with(oldInvoice(), object{"description": "March"}), billing.PaymentFact{Payment: edit(func(x *billing.Transaction) { x.Description = "March" })}},
		"no lines":       {"invoice.paid", with(oldInvoice(), object{"lines": nil}), billing.PaymentFact{Payment: edit(func(x *billing.Transaction) { x.Description = "" })}},
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

// oldCharge names its invoice, as versions until 2025-02-24.acacia do.
func oldCharge() object {
	return object{
		"id": "ch_1", "object": "charge", "customer": "cus_1", "created": start, "currency": "usd",
		"amount": 2400, "amount_refunded": 600, "payment_intent": "pi_1", "invoice": "in_1", "metadata": object{"user_id": "user-1"},
	}
}

func TestDecodeRefund(t *testing.T) {
	t.Parallel()
	refunded := billing.Transaction{
		ID: "in_1", Owner: "cus_1", User: "user-1", PaymentIntent: "pi_1", Status: billing.TransactionSucceeded,
		Amount: 2400, Refunded: 600, Currency: "usd", CreatedAt: billing.At(start),
	}
	edit := func(change func(*billing.Transaction)) billing.Transaction {
		x := refunded
		change(&x)
		return x
	}
	tests := map[string]struct {
		object object
		want   billing.Transaction
	}{
		"2020-08-27": {oldCharge(), refunded},
		"expanded":   {with(oldCharge(), object{"customer": object{"id": "cus_1"}, "payment_intent": object{"id": "pi_1"}, "invoice": object{"id": "in_1"}}), refunded},
		"clover":     {with(oldCharge(), object{"invoice": nil}), edit(func(x *billing.Transaction) { x.ID = "" })},
		"no customer": {with(oldCharge(), object{"customer": nil}), edit(func(x *billing.Transaction) {
			x.Owner = "pi_1"
		})},
		"before payment intents": {with(oldCharge(), object{"customer": nil, "payment_intent": nil}), edit(func(x *billing.Transaction) {
			x.Owner, x.PaymentIntent = "ch_1", "ch_1"
		})},
		"the whole amount": {with(oldCharge(), object{"amount_refunded": 2400}), edit(func(x *billing.Transaction) { x.Refunded = 2400 })},
		"nothing yet":      {with(oldCharge(), object{"amount_refunded": 0}), edit(func(x *billing.Transaction) { x.Refunded = 0 })},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := decodeAs[billing.RefundFact](t, "charge.refunded", test.object)
			if diff := cmp.Diff(billing.RefundFact{Payment: test.want}, got); diff != "" {
				t.Errorf("fact (-want +got):\n%s", diff)
			}
		})
	}
}

func subscribedSession() object {
	return object{
		"id": "cs_test_1", "object": "checkout.session", "mode": "subscription", "created": start, "customer": "cus_1",
		"client_reference_id": "user-2", "customer_email": "given@example.com", "customer_details": object{"email": "typed@example.com"},
		"metadata": object{"user_id": "user-1"}, "subscription": "sub_1", "payment_intent": nil, "invoice": "in_1",
		"payment_status": "paid", "amount_total": 2400, "currency": "usd",
	}
}

func paidSession() object {
	return with(subscribedSession(), object{"mode": "payment", "subscription": nil, "invoice": nil, "payment_intent": "pi_1"})
}

func TestDecodeCheckout(t *testing.T) {
	t.Parallel()
	subscribed := billing.CheckoutFact{
		Session: "cs_test_1", Customer: "cus_1", User: "user-1", Email: "typed@example.com", Subscription: "sub_1",
	}
	payment := billing.Transaction{
		ID: "pi_1", Owner: "cus_1", User: "user-1", PaymentIntent: "pi_1", Status: billing.TransactionSucceeded,
		Amount: 2400, Currency: "usd", CreatedAt: billing.At(start),
	}
	paid := func(change func(*billing.CheckoutFact)) billing.CheckoutFact {
		f, x := subscribed, payment
		f.Subscription, f.Payment = "", &x
		change(&f)
		return f
	}
	tests := map[string]struct {
		object object
		want   billing.CheckoutFact
	}{
		"a subscription": {subscribedSession(), subscribed},
		"expanded":       {with(subscribedSession(), object{"customer": object{"id": "cus_1"}, "subscription": object{"id": "sub_1"}, "invoice": object{"id": "in_1"}}), subscribed},
		"only a client reference": {with(subscribedSession(), object{"metadata": object{}}), func() billing.CheckoutFact {
			f := subscribed
			f.User = "user-2"
			return f
		}()},
		"nobody named": {with(subscribedSession(), object{"metadata": nil, "client_reference_id": nil}), func() billing.CheckoutFact {
			f := subscribed
			f.User = ""
			return f
		}()},
		"only the given address": {with(subscribedSession(), object{"customer_details": nil}), func() billing.CheckoutFact {
			f := subscribed
			f.Email = "given@example.com"
			return f
		}()},
		"a payment": {paidSession(), paid(func(*billing.CheckoutFact) {})},
		"a payment that takes days": {with(paidSession(), object{"payment_status": "unpaid"}), paid(func(f *billing.CheckoutFact) {
			f.Payment.Status = billing.TransactionPending
		})},
		"a guest's payment": {with(paidSession(), object{"customer": nil}), paid(func(f *billing.CheckoutFact) {
			f.Customer, f.Payment.Owner = "", "pi_1"
		})},
		"a payment with an invoice, which tells it": {with(paidSession(), object{"invoice": "in_1"}), paid(func(f *billing.CheckoutFact) {
			f.Payment = nil
		})},
		"a payment of nothing": {with(paidSession(), object{"payment_intent": nil, "amount_total": 0, "payment_status": "no_payment_required"}), paid(func(f *billing.CheckoutFact) {
			f.Payment = nil
		})},
		"a card to be kept": {with(paidSession(), object{"mode": "setup", "payment_intent": nil, "amount_total": nil, "currency": nil}), paid(func(f *billing.CheckoutFact) {
			f.Payment = nil
		})},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := decodeAs[billing.CheckoutFact](t, "checkout.session.completed", test.object)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("fact (-want +got):\n%s", diff)
			}
		})
	}
}
