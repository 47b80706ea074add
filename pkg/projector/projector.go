package projector

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// What a Store answers when it cannot do what is asked now.
var (
	// ErrConflict: a row changed since it was read; decide again.
	ErrConflict = errors.New("row changed since it was read")
	// ErrDuplicate: the event has been recorded meanwhile.
	ErrDuplicate = errors.New("event recorded meanwhile")
	// ErrAsked: somebody else is asking Stripe about the object just now.
	ErrAsked = errors.New("Stripe is being asked already")
)

// Store reads and writes the rows.
type Store interface {
	// Picture reads the rows of a lookup, strongly consistent.
	Picture(ctx context.Context, scope billing.Scope, lookup billing.Lookup) (billing.Picture, error)
	// Commit writes all of the changes or none. It fails with ErrDuplicate or
	// ErrConflict, or with the store's own error when nothing is known.
	Commit(ctx context.Context, scope billing.Scope, changes billing.Changes) error
	// MayAsk reserves a question to Stripe about an object. It fails with
	// ErrAsked, or with billing.Unavailable if the project has asked too much.
	MayAsk(ctx context.Context, scope billing.Scope, object string, now time.Time) error
	// Project reads the project's settings.
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
}

// Stripe is asked for what events leave open.
type Stripe interface {
	// Subscription reads the subscription as it is now, and as of which second
	// of Stripe's clock that is, at the earliest.
	Subscription(ctx context.Context, scope billing.Scope, id string) (billing.SubscriptionFact, time.Time, error)
	// Charge reads what became of a charge. The payment has its ID.
	Charge(ctx context.Context, scope billing.Scope, id string) (billing.PaymentFact, error)
	// InvoiceOf is the invoice that a payment intent, or a charge without one,
	// pays; empty for a one-off payment.
	InvoiceOf(ctx context.Context, scope billing.Scope, payment string) (string, error)
	// CancelDuplicate cancels a subscription at once and refunds its first
	// invoice. Done before, it does nothing.
	CancelDuplicate(ctx context.Context, scope billing.Scope, subscription string) error
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
	return p.apply(ctx, scope, event, billing.Outcome.Settled)
}

// Replay is Apply for an event that somebody wants to be looked at again, even
// if it was ignored, or stale, the last time.
func (p *Projector) Replay(ctx context.Context, scope billing.Scope, event billing.Event) (billing.Outcome, error) {
	return p.apply(ctx, scope, event, func(o billing.Outcome) bool { return o == billing.Applied })
}

func (p *Projector) apply(ctx context.Context, scope billing.Scope, event billing.Event, settled func(billing.Outcome) bool) (billing.Outcome, error) {
	a := application{Projector: p, scope: scope, event: event, settled: settled, receivedAt: p.now().UTC()}
	err := decideUntilCommitted(ctx, func() error { return a.try(ctx) })
	switch {
	case errors.Is(err, ErrDuplicate):
		a.outcome = billing.Duplicate
	case err != nil:
		return "", err
	}
	return a.outcome, p.resolveDuplicates(ctx, scope, a.found)
}

// decideUntilCommitted has a change decided again each time that a row of it
// changed meanwhile, or another has Stripe asked about it.
func decideUntilCommitted(ctx context.Context, try func() error) error {
	for attempt := range attempts {
		if err := try(); !errors.Is(err, ErrConflict) && !errors.Is(err, ErrAsked) {
			return err
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
	return billing.NewError(billing.Unavailable, "busy", "The rows to be changed keep changing; try again")
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

// application is the bringing in of one event.
type application struct {
	*Projector
	scope      billing.Scope
	event      billing.Event
	settled    func(billing.Outcome) bool
	receivedAt time.Time
	answered   bool // Stripe was asked: it is no event

	outcome billing.Outcome
	found   []billing.Subscription // rows as they are now that duplicate another
}

// try looks, decides and commits once. What the decision leaves open is asked
// and decided again; only then may other rows be looked at.
func (a *application) try(ctx context.Context) error {
	var known answers
	for {
		was, err := a.store.Picture(ctx, a.scope, lookup(a.event, known))
		if err != nil {
			return fmt.Errorf("read rows of %s: %w", a.event.ID, err)
		}
		a.found = duplicatesOf(was, billing.Changes{})
		switch {
		case !was.Receives && !a.answered:
			return billing.NewError(billing.NotFound, "stripe_not_configured", "Stripe is not configured for this project and mode")
		case was.Record != nil && a.settled(was.Record.Outcome):
			a.outcome = billing.Duplicate
			return nil
		}
		changes, open := decide(a.scope, was, a.event, known)
		if open == nil {
			return a.commit(ctx, was, changes)
		}
		if err := a.ask(ctx, *open, &known); err != nil {
			return err
		}
	}
}

func (a *application) commit(ctx context.Context, was billing.Picture, changes billing.Changes) error {
	if a.answered && changes.Event.Outcome != billing.Applied {
		return nil
	}
	changes.Event.ReceivedAt = a.receivedAt
	changes.Event.Took = a.now().UTC().Sub(a.receivedAt)
	if was.Record != nil {
		changes.Event.Attempts = was.Record.Attempts
	}
	changes.Event.Attempts++
	if err := a.store.Commit(ctx, a.scope, changes); err != nil {
		return fmt.Errorf("commit %s: %w", a.event.ID, err)
	}
	a.outcome = changes.Event.Outcome
	a.found = duplicatesOf(was, changes)
	return nil
}

// lookup names the rows that an event, and what Stripe told beside it, may touch.
func lookup(event billing.Event, known answers) billing.Lookup {
	l := billing.Lookup{Event: &event, Account: event.Account}
	fact := event.Fact
	if f, ok := fact.(billing.ChargeFact); ok && known.charge != nil {
		fact = known.payment(f)
	}
	switch f := fact.(type) {
	case billing.SubscriptionFact:
		l.Owner, l.Subscription, l.Siblings = f.Customer, f.ID, true
	case billing.PaymentFact:
		f = known.identified(f)
		l.Owner, l.Subscription, l.Transaction, l.PaymentIntent = f.Payment.Owner, f.Payment.Subscription, f.Payment.ID, f.Payment.PaymentIntent
		l.Siblings = l.Subscription != ""
	case billing.CheckoutFact:
		l.Owner, l.User, l.Subscription = f.Customer, f.User, f.Subscription
		l.Siblings = l.Subscription != ""
		if f.Payment != nil {
			l.Owner, l.Transaction = f.Payment.Owner, f.Payment.ID
		}
	case billing.CustomerFact:
		l.Owner = f.ID
	case billing.TransferFact:
		l.Creator, l.Payout = f.Creator, f.Payout
	case billing.BankPayoutFact:
		l.Creator, l.Payout = f.Creator, f.Payout
	}
	return l
}
