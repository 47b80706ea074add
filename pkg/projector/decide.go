package projector

import (
	"context"
	"fmt"

	"billhook/pkg/billing"
)

// decide says what an event changes. It is pure but for the rare question to
// Stripe, whose answer takes the place of the event's own snapshot.
func (p *Projector) decide(ctx context.Context, scope billing.Scope, was billing.Picture, event billing.Event) (billing.Changes, error) {
	d := decision{was: was, event: event, changes: billing.Changes{
		Event: billing.EventRecord{
			ID:      event.ID,
			Type:    event.Type,
			Object:  event.Object,
			Outcome: billing.Ignored,
			Created: event.Created,
		},
		Tally: billing.Tally{},
	}}
	switch f := event.Fact.(type) {
	case billing.SubscriptionFact:
		if merge(was.Subscription, f, event.Created) == refetch {
			asked, err := p.ask(ctx, scope, f.ID)
			if err != nil {
				return billing.Changes{}, err
			}
			d.fetched(asked)
			break
		}
		d.subscription(f)
	case billing.PaymentFact:
		d.payment(f)
	case billing.RefundFact:
		d.transaction(f.Payment)
	case billing.CheckoutFact:
		d.checkout(f)
		if f.Subscription != "" && was.Subscription == nil {
			asked, err := p.ask(ctx, scope, f.Subscription)
			if err != nil {
				return billing.Changes{}, err
			}
			if asked.User == "" {
				asked.User = f.User
			}
			d.fetched(asked)
		}
	}
	return d.changes, nil
}

func (p *Projector) ask(ctx context.Context, scope billing.Scope, id string) (billing.SubscriptionFact, error) {
	f, err := p.stripe.Subscription(ctx, scope, id)
	if err != nil {
		return f, fmt.Errorf("ask Stripe for %s: %w", id, err)
	}
	return f, nil
}

// decision collects the changes of one event.
type decision struct {
	was     billing.Picture
	event   billing.Event
	changes billing.Changes
}

func (d *decision) outcome(o billing.Outcome) { d.changes.Event.Outcome = o }

// subscription applies a snapshot if it is news.
func (d *decision) subscription(f billing.SubscriptionFact) {
	d.outcome(billing.Stale)
	d.trial(f)
	if merge(d.was.Subscription, f, d.event.Created) == stale {
		return
	}
	before := &f.Before
	if f.Lifecycle == billing.Created {
		before = &billing.SubscriptionState{}
	}
	d.snapshot(f, before)
}

// fetched applies Stripe's own answer. What it was before is not known, so an
// event of the same second leads to another question.
func (d *decision) fetched(f billing.SubscriptionFact) {
	d.trial(f)
	d.snapshot(f, nil)
}

func (d *decision) snapshot(f billing.SubscriptionFact, before *billing.SubscriptionState) {
	next := billing.Subscription{}
	if d.was.Subscription != nil {
		next = *d.was.Subscription
	}
	next.ID, next.Customer, next.CreatedAt = f.ID, f.Customer, f.CreatedAt
	next.SubscriptionState, next.Before = f.After, before
	if d.event.Created.After(next.AsOf) {
		next.AsOf = d.event.Created
	}
	d.putSubscription(next, f.User)
}

// payment records the outcome of an invoice and, for a failed renewal, puts
// the subscription past due until its own event says the same.
func (d *decision) payment(f billing.PaymentFact) {
	if f.Payment.Amount == 0 && f.Payment.Status.Paid() && d.was.Transaction == nil {
		return // the free start of a trial: no payment was made
	}
	d.transaction(f.Payment)
	sub := d.was.Subscription
	failed := f.Payment.Status == billing.TransactionFailed
	if f.Renewal && failed && sub != nil && sub.Status == billing.StatusActive && d.event.Created.After(sub.AsOf) {
		next := *sub
		next.Status = billing.StatusPastDue
		d.putSubscription(next, "")
	}
}

// transaction lays what the event tells over the payment's row.
func (d *decision) transaction(told billing.Transaction) {
	var known billing.Transaction
	if d.was.Transaction != nil {
		known = *d.was.Transaction
	}
	if told.ID == "" {
		told.ID = told.PaymentIntent
	}
	told.User = d.user(told.User)
	next := known.Advance(told)
	if d.was.Transaction != nil && next == known {
		d.outcome(billing.Stale)
		return
	}
	d.changes.Tally.Transaction(d.was.Transaction, next)
	d.changes.Transaction = &next
	d.outcome(billing.Applied)
}

// checkout links the buyer to the customer. Subscriptions and payments have
// events of their own; only a one-off payment is told by the session itself.
func (d *decision) checkout(f billing.CheckoutFact) {
	d.outcome(billing.Stale)
	if f.Payment != nil {
		d.transaction(*f.Payment)
	}
	if f.Customer != "" {
		d.customer(f)
	}
	if sub := d.was.Subscription; sub != nil && sub.User == "" && f.User != "" {
		d.putSubscription(*sub, f.User)
	}
}

func (d *decision) customer(f billing.CheckoutFact) {
	next := billing.Customer{ID: f.Customer}
	if d.was.Customer != nil {
		next = *d.was.Customer
	}
	known := next
	if next.User == "" {
		next.User = f.User
	}
	if next.Email == "" {
		next.Email = f.Email
	}
	link := f.User != "" && next.User == f.User && d.was.Linked == ""
	if d.was.Customer != nil && next == known && !link {
		return
	}
	d.changes.Customer = &next
	if link {
		d.changes.LinkUser = f.User
	}
	d.outcome(billing.Applied)
}

// trial remembers that the customer has had a trial, however old the news is.
func (d *decision) trial(f billing.SubscriptionFact) {
	next := billing.Customer{ID: f.Customer, User: f.User}
	switch {
	case d.changes.Customer != nil:
		next = *d.changes.Customer
	case d.was.Customer != nil:
		next = *d.was.Customer
	}
	if !f.Trial || next.TrialUsed {
		return
	}
	next.TrialUsed = true
	d.changes.Customer = &next
	d.outcome(billing.Applied)
}

func (d *decision) putSubscription(next billing.Subscription, user string) {
	if next.User == "" {
		next.User = d.user(user)
	}
	d.changes.Tally.Subscription(d.was.Subscription, next)
	d.changes.Subscription = &next
	d.outcome(billing.Applied)
}

// user is whom a row belongs to: the one the event names, else the one whom
// the customer, or the subscription that was paid, is known to belong to.
func (d *decision) user(told string) string {
	switch {
	case told != "":
		return told
	case d.was.Customer != nil && d.was.Customer.User != "":
		return d.was.Customer.User
	case d.was.Subscription != nil:
		return d.was.Subscription.User
	}
	return ""
}
