package gateway

import (
	"context"
	"fmt"
	"strconv"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/charge"
	"github.com/stripe/stripe-go/v79/refund"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
	"billhook/pkg/stripeevent"
)

// Payment is a one-off payment as Stripe tells it, with its latest charge.
type Payment struct{ *stripe.PaymentIntent }

// Metadata is what callers left on the payment, without what billhook did.
func (p Payment) Metadata() map[string]string {
	own := map[string]string{}
	for key, value := range p.PaymentIntent.Metadata {
		if !reserved(key) {
			own[key] = value
		}
	}
	return own
}

// FeeBasisPoints is the deployment's part. Where it was not kept it follows from
// the amounts, rounded.
func (p Payment) FeeBasisPoints() int64 {
	if kept, err := strconv.ParseInt(p.PaymentIntent.Metadata[metadataFee], 10, 64); err == nil {
		return kept
	}
	if p.Amount == 0 {
		return 0
	}
	return (p.ApplicationFeeAmount*billing.MaxFeeBasisPoints + p.Amount/2) / p.Amount
}

// PaymentPage is a part of a customer's one-off payments, newest first.
type PaymentPage struct {
	Payments []Payment
	Next     string // where the next page begins; empty: there is none
}

// Payments reads a customer's one-off payments from a Next on; empty: from the
// newest on. Of so many payments, those of invoices are left out.
func (a *Account) Payments(ctx context.Context, customer string, limit int, next string) (PaymentPage, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PaymentIntentListParams{Customer: stripe.String(customer)}
	params.Context = ctx
	params.Limit = stripe.Int64(int64(limit))
	params.Single = true
	params.AddExpand("data.latest_charge")
	if a.route.Account != "" {
		params.AddExpand("data.latest_charge.application_fee")
	}
	if next != "" {
		params.StartingAfter = stripe.String(next)
	}
	list := a.paymentIntents().List(params)
	if err := list.Err(); err != nil {
		return PaymentPage{}, stripeError("list payment intents", err)
	}
	listed := list.PaymentIntentList()
	var page PaymentPage
	for _, pi := range listed.Data {
		if pi.Invoice == nil {
			page.Payments = append(page.Payments, Payment{pi})
		}
	}
	if listed.HasMore && len(listed.Data) > 0 {
		page.Next = listed.Data[len(listed.Data)-1].ID
	}
	return page, nil
}

// ErrNoPayment is the error of a payment that does not exist, or is another's.
var ErrNoPayment = billing.NewError(billing.NotFound, "payment_not_found", "Payment not found")

// Payment reads a payment by its intent.
func (a *Account) Payment(ctx context.Context, intent string) (Payment, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PaymentIntentParams{}
	params.Context = ctx
	params.AddExpand("latest_charge")
	pi, err := a.paymentIntents().Get(intent, params)
	switch {
	case isCode(err, stripe.ErrorCodeResourceMissing):
		return Payment{}, ErrNoPayment.Because(err)
	case err != nil:
		return Payment{}, stripeError("read payment intent", err)
	}
	return Payment{pi}, nil
}

// Refund is what is to be paid back of a payment.
type Refund struct {
	Amount *int64  // minor units; nil: all that is left
	Reason *string // one of Stripe's words; nil: none
	Once   string  // names the refund: asked for again under it, it is one
}

// The refusals of refunds.
var (
	errNotPaid       = billing.NewError(billing.Refused, "payment_not_refundable", "The payment has not succeeded")
	errRefundTooMuch = billing.NewError(billing.Refused, "refund_exceeds_payment", "The refund is more than what is left of the payment")
)

// Refund pays back a payment, and the deployment's part of it in proportion.
func (a *Account) Refund(ctx context.Context, p Payment, r Refund) (*stripe.Refund, error) {
	if p.Status != stripe.PaymentIntentStatusSucceeded || p.LatestCharge == nil {
		return nil, errNotPaid
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.RefundParams{PaymentIntent: stripe.String(p.ID), Amount: r.Amount, Reason: r.Reason}
	if p.LatestCharge.ApplicationFee != nil {
		params.RefundApplicationFee = stripe.Bool(true)
	}
	params.Context = ctx
	params.IdempotencyKey = a.idempotencyKey("refund", p.ID, r.Once, strconv.FormatInt(stripe.Int64Value(r.Amount), 10), stripe.StringValue(r.Reason))
	made, err := refund.Client{B: a.backend, Key: a.key.Reveal()}.New(params)
	if err != nil {
		err = stripeError("refund", err)
		left := p.AmountReceived - p.LatestCharge.AmountRefunded
		// Not before Stripe was asked: a refund that is asked for again may be
		// the one that left so little.
		if billing.KindOf(err) == billing.Refused && (left == 0 || stripe.Int64Value(r.Amount) > left) {
			return nil, errRefundTooMuch.Because(err)
		}
		return nil, err
	}
	return made, nil
}

const readCharge = "read charge"

// ObserveCharge reads what became of a charge.
func (a *Account) ObserveCharge(ctx context.Context, id string) (projector.PaymentObservation, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.ChargeParams{}
	params.Context = ctx
	took := stopwatch()
	c, err := charge.Client{B: a.backend, Key: a.key.Reveal()}.Get(id, params)
	if err != nil {
		return projector.PaymentObservation{}, stripeError(readCharge, err)
	}
	told := asOf(c.LastResponse, took())
	fact, err := stripeevent.Charge(c.LastResponse.RawJSON, told)
	if err != nil {
		return projector.PaymentObservation{}, fmt.Errorf("%s %s: %w", readCharge, id, err)
	}
	return projector.PaymentObservation{Fact: fact, AsOf: told, Call: readCharge, Request: c.LastResponse.RequestID}, nil
}
