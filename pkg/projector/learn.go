package projector

import (
	"context"
	"errors"

	"billhook/pkg/billing"
)

// Learn brings in what Stripe answered to a call of ours, as an event would
// tell it: the rules are the same, so it does not matter which comes first. The
// event's id is of the call, and Created, a second of Stripe's clock that is no
// later than what the answer shows, may be zero where Stripe told none. What is
// known already leaves no record, and events need not be received.
func (p *Projector) Learn(ctx context.Context, scope billing.Scope, event billing.Event) error {
	a := application{Projector: p, scope: scope, event: event, settled: billing.Outcome.Settled, receivedAt: p.now().UTC(), answered: true}
	if event.Created.IsZero() {
		a.event.Created = a.receivedAt
	}
	err := decideUntilCommitted(ctx, func() error { return a.try(ctx) })
	if errors.Is(err, ErrDuplicate) { // a twin of the call brought it in
		return nil
	}
	return err
}
