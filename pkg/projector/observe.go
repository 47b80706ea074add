package projector

import (
	"context"
	"fmt"
	"time"

	"billhook/pkg/billing"
)

// Observe brings a subscription, as Stripe answered it to a call of ours, into
// the store at once; its event follows and finds it done. asOf is a whole
// second of Stripe's clock that is no later than the moment the answer shows:
// whatever happened in a later second is told by an event that replaces it.
// An answer that may be older than the row is left to the events.
func (p *Projector) Observe(ctx context.Context, scope billing.Scope, f billing.SubscriptionFact, asOf time.Time) error {
	return decideUntilCommitted(ctx, func() error {
		was, err := p.store.Picture(ctx, scope, billing.Lookup{Owner: f.Customer, Subscription: f.ID})
		if err != nil {
			return fmt.Errorf("read rows of %s: %w", f.ID, err)
		}
		changes := observation(was, f, asOf)
		if changes.Subscription == nil && changes.Customer == nil {
			return nil
		}
		if err := p.store.Commit(ctx, scope, changes); err != nil {
			return fmt.Errorf("commit %s: %w", f.ID, err)
		}
		return nil
	})
}

// observation is what an answer changes. There is no event, so none is recorded.
func observation(was billing.Picture, f billing.SubscriptionFact, asOf time.Time) billing.Changes {
	d := decision{was: was, event: billing.Event{Created: asOf}, changes: billing.Changes{Tally: billing.Tally{}}}
	d.trial(f)
	if overtakes(was.Subscription, f, asOf) {
		d.snapshot(f, nil) // what it was before is not known: a tie asks Stripe
	}
	d.changes.Event = billing.EventRecord{}
	return d.changes
}
