package projector

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"billhook/pkg/billing"
)

// What a Store answers when it cannot commit.
var (
	// ErrConflict: a row changed since it was read; decide again.
	ErrConflict = errors.New("row changed since it was read")
	// ErrDuplicate: the event has been recorded before.
	ErrDuplicate = errors.New("event recorded before")
)

// Store reads and writes the rows.
type Store interface {
	// Picture reads the rows of a lookup, strongly consistent.
	Picture(ctx context.Context, scope billing.Scope, lookup billing.Lookup) (billing.Picture, error)
	// Commit writes all of the changes or none. It fails with ErrDuplicate or
	// ErrConflict, or with the store's own error when nothing is known.
	Commit(ctx context.Context, scope billing.Scope, changes billing.Changes) error
}

// Stripe is asked for what events leave open.
type Stripe interface {
	// Subscription reads the subscription as it is now.
	Subscription(ctx context.Context, scope billing.Scope, id string) (billing.SubscriptionFact, error)
}

// Projector applies events.
type Projector struct {
	store  Store
	stripe Stripe
	now    func() time.Time
}

// New makes a Projector.
func New(store Store, stripe Stripe, now func() time.Time) *Projector {
	return &Projector{store: store, stripe: stripe, now: now}
}

// attempts bounds how often a change is decided again after a conflict. Each
// conflict means that another change of the same customer's went through.
const attempts = 8

// Apply brings an event into the store. An event that comes again is a
// Duplicate and changes nothing. A project that takes no events any more is
// NotFound. After any other error nothing has changed and the same event can
// be applied again.
func (p *Projector) Apply(ctx context.Context, scope billing.Scope, event billing.Event) (billing.Outcome, error) {
	var outcome billing.Outcome
	err := decideUntilCommitted(ctx, func() (err error) {
		outcome, err = p.try(ctx, scope, event)
		return err
	})
	if errors.Is(err, ErrDuplicate) {
		return billing.Duplicate, nil
	}
	return outcome, err
}

// decideUntilCommitted has a change decided again each time that a row of it
// changed meanwhile.
func decideUntilCommitted(ctx context.Context, try func() error) error {
	for attempt := range attempts {
		if err := try(); !errors.Is(err, ErrConflict) {
			return err
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
	return billing.NewError(billing.Unavailable, "busy", "The rows to be changed keep changing; try again")
}

func (p *Projector) try(ctx context.Context, scope billing.Scope, event billing.Event) (billing.Outcome, error) {
	picture, err := p.store.Picture(ctx, scope, lookup(event))
	switch {
	case err != nil:
		return "", fmt.Errorf("read rows of %s: %w", event.ID, err)
	case !picture.Receives:
		return "", billing.NewError(billing.NotFound, "stripe_not_configured", "Stripe is not configured for this project and mode")
	case picture.Seen:
		return billing.Duplicate, nil
	}
	changes, err := p.decide(ctx, scope, picture, event)
	if err != nil {
		return "", err
	}
	changes.Event.ReceivedAt = p.now().UTC()
	if err := p.store.Commit(ctx, scope, changes); err != nil {
		return "", fmt.Errorf("commit %s: %w", event.ID, err)
	}
	return changes.Event.Outcome, nil
}

// pause waits a random while, longer with each attempt, so that writers of the
// same rows do not meet again.
func pause(ctx context.Context, attempt int) error {
	longest := min(10*time.Millisecond<<attempt, 500*time.Millisecond)
	select {
	case <-time.After(rand.N(longest)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lookup names the rows that an event may touch.
func lookup(event billing.Event) billing.Lookup {
	l := billing.Lookup{Event: &event}
	switch f := event.Fact.(type) {
	case billing.SubscriptionFact:
		l.Owner, l.Subscription = f.Customer, f.ID
	case billing.PaymentFact:
		l.Owner, l.Subscription, l.Transaction = f.Payment.Owner, f.Payment.Subscription, f.Payment.ID
	case billing.RefundFact:
		l.Owner, l.Transaction, l.PaymentIntent = f.Payment.Owner, f.Payment.ID, f.Payment.PaymentIntent
	case billing.CheckoutFact:
		l.Owner, l.User, l.Subscription = f.Customer, f.User, f.Subscription
		if f.Payment != nil {
			l.Owner, l.Transaction = f.Payment.Owner, f.Payment.ID
		}
	}
	return l
}
