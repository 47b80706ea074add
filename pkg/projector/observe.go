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
	_, err := p.observe(ctx, scope, o, "")
	return err
}

// Correct is Observe for a subscription whose events may never come. It reports
// whether the row was behind. Like a checkout it links the subscription's user,
// if that one has no customer yet, unless the subscription has ended.
func (p *Projector) Correct(ctx context.Context, scope billing.Scope, o Observation) (behind bool, err error) {
	user := o.Fact.User
	if o.Fact.After.Status.Terminal() {
		user = ""
	}
	return p.observe(ctx, scope, o, user)
}

func (p *Projector) observe(ctx context.Context, scope billing.Scope, o Observation, user string) (changed bool, err error) {
	err = decideUntilCommitted(ctx, func() error {
		was, err := p.store.Picture(ctx, scope, billing.Lookup{User: user, Owner: o.Fact.Customer, Subscription: o.Fact.ID})
		if err != nil {
			return fmt.Errorf("read rows of %s: %w", o.Fact.ID, err)
		}
		changes := p.observation(scope, was, o, user)
		if changes.Subscription == nil {
			return nil
		}
		if err := p.store.Commit(ctx, scope, changes); err != nil {
			return fmt.Errorf("commit %s: %w", o.Fact.ID, err)
		}
		changed = true
		return nil
	})
	if errors.Is(err, ErrDuplicate) { // a twin of the request brought it in
		return false, nil
	}
	return changed, err
}

// observation is what an answer changes; user is who is to be linked to the
// customer, empty for nobody.
func (p *Projector) observation(scope billing.Scope, was billing.Picture, o Observation, user string) billing.Changes {
	event := billing.Event{ID: o.Request + "_" + o.Fact.ID, Type: "api." + o.Call, Object: o.Fact.ID, Created: o.AsOf}
	d := decision{scope: scope, was: was, event: event, changes: billing.Changes{Tally: billing.Tally{}}}
	if user != "" {
		d.buyer(billing.CheckoutFact{Customer: o.Fact.Customer, User: user})
	}
	if overtakes(was.Subscription, o.Fact, o.AsOf) {
		d.snapshot(o.Fact, o.AsOf)
	} else {
		d.remember(o.Fact)
	}
	d.record(p.now().UTC())
	return d.changes
}

// ObserveCustomer brings a customer, as Stripe answered it to a call of ours,
// into the store at once. AsOf is as of Observation. There is no record of it: a
// customer has no history.
func (p *Projector) ObserveCustomer(ctx context.Context, scope billing.Scope, f billing.CustomerFact, asOf time.Time) error {
	return decideUntilCommitted(ctx, func() error {
		was, err := p.store.Picture(ctx, scope, billing.Lookup{Owner: f.ID})
		if err != nil {
			return fmt.Errorf("read row of %s: %w", f.ID, err)
		}
		d := decision{scope: scope, was: was, event: billing.Event{Created: asOf}}
		d.customer(f)
		if d.changes.Customer == nil {
			return nil
		}
		changes := billing.Changes{Customer: d.changes.Customer, FindBy: d.changes.FindBy}
		if err := p.store.Commit(ctx, scope, changes); err != nil {
			return fmt.Errorf("commit %s: %w", f.ID, err)
		}
		return nil
	})
}

// PaymentObservation is a payment as Stripe answered it to a call of ours; the
// fields are as of Observation, and the payment has its ID.
type PaymentObservation struct {
	Fact    billing.PaymentFact
	AsOf    time.Time
	Call    string
	Request string
}

// ObservePayment is Observe for a payment. What it tells is joined with what is
// known as if an event told it, so it may come before or after the events.
func (p *Projector) ObservePayment(ctx context.Context, scope billing.Scope, o PaymentObservation) error {
	told := o.Fact.Payment
	err := decideUntilCommitted(ctx, func() error {
		was, err := p.store.Picture(ctx, scope, billing.Lookup{Owner: told.Owner, Transaction: told.ID})
		if err != nil {
			return fmt.Errorf("read rows of %s: %w", told.ID, err)
		}
		event := billing.Event{ID: o.Request + "_" + told.ID, Type: "api." + o.Call, Object: told.ID, Created: o.AsOf}
		d := decision{scope: scope, was: was, event: event, changes: billing.Changes{Tally: billing.Tally{}}}
		d.transaction(told, o.Fact.Wallet)
		if d.changes.Transaction == nil {
			return nil
		}
		d.record(p.now().UTC())
		if err := p.store.Commit(ctx, scope, d.changes); err != nil {
			return fmt.Errorf("commit %s: %w", told.ID, err)
		}
		return nil
	})
	if errors.Is(err, ErrDuplicate) { // a twin of the request brought it in
		return nil
	}
	return err
}

// record makes the decision's trace that of an observation.
func (d *decision) record(receivedAt time.Time) {
	d.trace()
	d.changes.Event.ID, d.changes.Event.Type, d.changes.Event.Object = d.event.ID, d.event.Type, d.event.Object
	d.changes.Event.Created, d.changes.Event.ReceivedAt, d.changes.Event.Attempts = d.event.Created, receivedAt, 1
}
