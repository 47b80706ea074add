package projector

import (
	"context"
	"fmt"
	"time"

	"billhook/pkg/billing"
)

// question is what a decision has to know of Stripe first.
type question struct {
	about subject
	id    string
}

// subject is the kind of a question.
type subject int

const (
	subscriptionNow subject = iota // how is the subscription now?
	chargeNow                      // what became of the charge?
	invoicePaid                    // which invoice does the payment intent pay?
)

// answers are what has been asked for one event.
type answers struct {
	subscriptions map[string]answer
	charge        *billing.PaymentFact
	invoice       *string
}

// answer is a subscription as Stripe showed it.
type answer struct {
	fact billing.SubscriptionFact
	asOf time.Time
}

// payment is a charge's news with what Stripe told of the charge.
func (k answers) payment(f billing.ChargeFact) billing.PaymentFact {
	told := *k.charge
	if f.Dispute != nil {
		told.Payment.Dispute = *f.Dispute
	}
	return told
}

// identified is a payment with the invoice that Stripe told. A payment of no
// invoice stands for itself.
func (k answers) identified(f billing.PaymentFact) billing.PaymentFact {
	if f.Payment.ID != "" || k.invoice == nil {
		return f
	}
	f.Payment.ID = *k.invoice
	if f.Payment.ID == "" {
		f.Payment.ID = f.Payment.PaymentIntent
	}
	return f
}

// ask has Stripe asked. Of many events that leave the same open at once, one
// asks; the others look again at what it has brought in.
func (a *application) ask(ctx context.Context, q question, known *answers) error {
	if err := a.store.MayAsk(ctx, a.scope, q.id, a.now()); err != nil {
		return fmt.Errorf("ask Stripe for %s: %w", q.id, err)
	}
	var err error
	switch q.about {
	case subscriptionNow:
		var now answer
		now.fact, now.asOf, err = a.stripe.Subscription(ctx, a.scope, q.id)
		if known.subscriptions == nil {
			known.subscriptions = map[string]answer{}
		}
		known.subscriptions[q.id] = now
	case chargeNow:
		var f billing.PaymentFact
		f, err = a.stripe.Charge(ctx, a.scope, q.id)
		known.charge = &f
	case invoicePaid:
		var invoice string
		invoice, err = a.stripe.InvoiceOf(ctx, a.scope, q.id)
		known.invoice = &invoice
	}
	if err != nil {
		return fmt.Errorf("ask Stripe for %s: %w", q.id, err)
	}
	return nil
}
