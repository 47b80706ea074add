package gateway

import (
	"context"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/charge"
	"github.com/stripe/stripe-go/v79/invoice"
	"github.com/stripe/stripe-go/v79/refund"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
)

// What events leave open, and what follows from them, goes to Stripe here. The
// client library asks in API version 2024-06-20, in which charges and payment
// intents name their invoice.

var _ projector.Stripe = (*Gateway)(nil)

// Subscription reads a subscription of a scope as it is now, and as of which
// second of Stripe's clock that is, at the earliest.
func (g *Gateway) Subscription(ctx context.Context, s billing.Scope, id string) (billing.SubscriptionFact, time.Time, error) {
	account, err := g.open(ctx, s)
	if err != nil {
		return billing.SubscriptionFact{}, time.Time{}, err
	}
	o, err := account.Observe(ctx, id)
	return o.Fact, o.AsOf, err
}

// Charge reads what became of a charge.
func (g *Gateway) Charge(ctx context.Context, s billing.Scope, id string) (billing.PaymentFact, error) {
	a, err := g.open(ctx, s)
	if err != nil {
		return billing.PaymentFact{}, err
	}
	o, err := a.ObserveCharge(ctx, id)
	return o.Fact, err
}

// InvoiceOf is the invoice that a payment intent, or a charge without one,
// pays; empty for a one-off payment.
func (g *Gateway) InvoiceOf(ctx context.Context, s billing.Scope, payment string) (string, error) {
	a, err := g.open(ctx, s)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var paid *stripe.Invoice
	if isCharge(payment) {
		params := &stripe.ChargeParams{}
		params.Context = ctx
		c, err := charge.Client{B: a.backend, Key: a.key.Reveal()}.Get(payment, params)
		if err != nil {
			return "", stripeError(readCharge, err)
		}
		paid = c.Invoice
	} else {
		params := &stripe.PaymentIntentParams{}
		params.Context = ctx
		pi, err := a.paymentIntents().Get(payment, params)
		if err != nil {
			return "", stripeError("read payment intent", err)
		}
		paid = pi.Invoice
	}
	if paid == nil {
		return "", nil
	}
	return paid.ID, nil
}

// CancelDuplicate refunds what a subscription's first invoice had the customer
// pay, and cancels the subscription at once. Done before, in whole or in part,
// the rest is done; the cancellation comes last, because it is what ends the
// asking for both.
func (g *Gateway) CancelDuplicate(ctx context.Context, s billing.Scope, subscription string) error {
	a, err := g.open(ctx, s)
	if err != nil {
		return err
	}
	payment, err := a.firstPayment(ctx, subscription)
	if err != nil {
		return err
	}
	if payment != "" {
		if err := a.refundOnce(ctx, subscription, payment); err != nil {
			return err
		}
	}
	_, err = a.cancelNow(ctx, subscription, Cancellation{Comment: "Canceled automatically: another subscription of the customer was active."})
	return err
}

// firstPayment is the payment intent, or the charge where there is none, that
// paid a subscription's first invoice; empty if nothing was paid.
func (a *Account) firstPayment(ctx context.Context, subscription string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.InvoiceListParams{Subscription: stripe.String(subscription), Status: stripe.String(string(stripe.InvoiceStatusPaid))}
	params.Context = ctx
	params.Limit = stripe.Int64(listPage)
	invoices := invoice.Client{B: a.backend, Key: a.key.Reveal()}.List(params)
	for invoices.Next() {
		i := invoices.Invoice()
		switch {
		case i.BillingReason != stripe.InvoiceBillingReasonSubscriptionCreate || i.AmountPaid == 0:
		case i.PaymentIntent != nil:
			return i.PaymentIntent.ID, nil
		case i.Charge != nil:
			return i.Charge.ID, nil
		}
	}
	if err := invoices.Err(); err != nil {
		return "", stripeError("list invoices", err)
	}
	return "", nil
}

// refundOnce refunds what is left of a payment.
func (a *Account) refundOnce(ctx context.Context, subscription, payment string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.RefundParams{Reason: stripe.String(string(stripe.RefundReasonDuplicate))}
	if isCharge(payment) {
		params.Charge = stripe.String(payment)
	} else {
		params.PaymentIntent = stripe.String(payment)
	}
	params.Context = ctx
	params.IdempotencyKey = a.idempotencyKey("refund duplicate", subscription, payment)
	_, err := refund.Client{B: a.backend, Key: a.key.Reveal()}.New(params)
	if isCode(err, stripe.ErrorCodeChargeAlreadyRefunded) {
		return nil
	}
	if err != nil {
		return stripeError("refund duplicate", err)
	}
	return nil
}
