package projector

import (
	"context"
	"errors"
	"fmt"
	"time"

	"billhook/pkg/billing"
)

// Observation is a subscription as Stripe answered it to a call of ours.
type Observation struct {
	Fact billing.SubscriptionFact
	// AsOf is a whole second of Stripe's clock that is no later than the moment
	// the answer shows: what happened in a later second is told by an event that
	// replaces it.
	AsOf time.Time
	// Call is what was asked of Stripe, such as "cancel subscription", and
	// Request Stripe's id of it: they are the observation's trace.
	Call    string
	Request string
}

// Observe brings an answer of Stripe's into the store at once; its event follows
// and finds it done. An answer that may be older than the row is left to the
// events.
func (p *Projector) Observe(ctx context.Context, scope billing.Scope, o Observation) error {
	err := decideUntilCommitted(ctx, func() error {
		was, err := p.store.Picture(ctx, scope, billing.Lookup{Owner: o.Fact.Customer, Subscription: o.Fact.ID})
		if err != nil {
			return fmt.Errorf("read rows of %s: %w", o.Fact.ID, err)
		}
		changes := p.observation(was, o)
		if changes.Subscription == nil {
			return nil
		}
		if err := p.store.Commit(ctx, scope, changes); err != nil {
			return fmt.Errorf("commit %s: %w", o.Fact.ID, err)
		}
		return nil
	})
	if errors.Is(err, ErrDuplicate) { // a twin of the request brought it in
		return nil
	}
	return err
}

// observation is what an answer changes.
func (p *Projector) observation(was billing.Picture, o Observation) billing.Changes {
	event := billing.Event{ID: o.Request + "_" + o.Fact.ID, Type: "api." + o.Call, Object: o.Fact.ID, Created: o.AsOf}
	d := decision{was: was, event: event, changes: billing.Changes{Tally: billing.Tally{}}}
	if overtakes(was.Subscription, o.Fact, o.AsOf) {
		d.snapshot(o.Fact)
	} else {
		d.remember(o.Fact)
	}
	d.trace()
	d.changes.Event.ID, d.changes.Event.Type, d.changes.Event.Object = event.ID, event.Type, event.Object
	d.changes.Event.Created, d.changes.Event.ReceivedAt, d.changes.Event.Attempts = o.AsOf, p.now().UTC(), 1
	return d.changes
}
