package gateway

import (
	"context"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/event"

	"billhook/pkg/billing"
)

// ErrNoEvent is the error of an event that Stripe does not have, or not any
// more: it keeps them for 30 days.
var ErrNoEvent = billing.NewError(billing.NotFound, "event_not_found", "Event not found")

// Event reads an event of a scope as Stripe delivered it, in the API version
// that it was made in.
func (g *Gateway) Event(ctx context.Context, s billing.Scope, id string) ([]byte, error) {
	a, err := g.open(ctx, s)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.EventParams{}
	params.Context = ctx
	e, err := event.Client{B: a.backend, Key: a.key.Reveal()}.Get(id, params)
	switch {
	case isCode(err, stripe.ErrorCodeResourceMissing):
		return nil, ErrNoEvent.Because(err)
	case err != nil:
		return nil, stripeError("read event", err)
	}
	return e.LastResponse.RawJSON, nil
}
