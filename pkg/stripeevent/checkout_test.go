package stripeevent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

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
		Amount: 2400, AsOf: billing.At(told), Currency: "usd", CreatedAt: billing.At(start),
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
		"a payment by a session that does not tell its age": {with(paidSession(), object{"created": nil}), paid(func(f *billing.CheckoutFact) {
			f.Payment.CreatedAt = billing.At(told)
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

// A bank debit is decided days after the checkout.
func TestDecodeCheckoutDecidedLater(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind, paymentStatus string
		want                billing.TransactionStatus
	}{
		"completed":                          {"checkout.session.completed", "unpaid", billing.TransactionPending},
		"succeeded":                          {"checkout.session.async_payment_succeeded", "paid", billing.TransactionSucceeded},
		"failed":                             {"checkout.session.async_payment_failed", "unpaid", billing.TransactionFailed},
		"succeeded, told before it was paid": {"checkout.session.async_payment_succeeded", "unpaid", billing.TransactionPending},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := decodeAs[billing.CheckoutFact](t, test.kind, with(paidSession(), object{"payment_status": test.paymentStatus}))
			want := &billing.Transaction{
				ID: "pi_1", Owner: "cus_1", User: "user-1", PaymentIntent: "pi_1", Status: test.want,
				Amount: 2400, AsOf: billing.At(told), Currency: "usd", CreatedAt: billing.At(start),
			}
			if diff := cmp.Diff(want, got.Payment); diff != "" {
				t.Errorf("payment (-want +got):\n%s", diff)
			}
		})
	}
}
