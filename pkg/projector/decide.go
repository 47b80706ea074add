package projector

import (
	"time"

	"billhook/pkg/billing"
)

// decide says what an event changes in a scope. It is pure: what it cannot
// decide without Stripe it returns as a question, to be called again with the
// answer.
func decide(scope billing.Scope, was billing.Picture, event billing.Event, known answers) (billing.Changes, *question) {
	d := decision{scope: scope, was: was, event: event, known: known, changes: billing.Changes{
		Event: billing.EventRecord{
			ID:         event.ID,
			Type:       event.Type,
			Object:     event.Object,
			APIVersion: event.APIVersion,
			Outcome:    billing.Ignored,
			Created:    event.Created,
		},
		Tally: billing.Tally{},
	}}
	switch f := event.Fact.(type) {
	case billing.AccountFact:
		d.account(f)
	case billing.TransferFact:
		d.transfer(f)
	case billing.BankPayoutFact:
		d.bankPayout(f)
	default:
		d.own(f)
	}
	d.recheck()
	d.trace()
	return d.changes, d.open
}

// own is for what happened in the scope's own account. What creators have in
// theirs, such as the payments that transfers are there, is none of its
// business, nor is what others below it have: they can name any wallet.
func (d *decision) own(fact billing.Fact) {
	switch {
	case d.was.Creator != nil:
		d.changes.Event.Reason = "it happened in a creator's account"
		return
	case d.was.Below:
		d.changes.Event.Reason = "it happened in another account"
		return
	}
	switch f := fact.(type) {
	case billing.SubscriptionFact:
		d.subscription(f)
	case billing.PaymentFact:
		d.payment(f)
	case billing.ChargeFact:
		d.charge(f)
	case billing.CheckoutFact:
		d.checkout(f)
	case billing.CustomerFact:
		d.customer(f)
	default:
		d.changes.Event.Reason = "billhook does not use events of this type"
	}
}

// decision collects the changes of one event.
type decision struct {
	scope   billing.Scope
	was     billing.Picture
	event   billing.Event
	known   answers
	changes billing.Changes
	open    *question
}

func (d *decision) applied() { d.changes.Event.Outcome, d.changes.Event.Reason = billing.Applied, "" }

// stale says why the event changes nothing, unless it changes something else.
func (d *decision) stale(reason string) {
	if d.changes.Event.Outcome != billing.Applied {
		d.changes.Event.Outcome, d.changes.Event.Reason = billing.Stale, reason
	}
}

// now is a subscription as Stripe shows it; without an answer the decision
// stays open.
func (d *decision) now(id string) (answer, bool) {
	a, asked := d.known.subscriptions[id]
	if !asked {
		d.open = &question{subscriptionNow, id}
	}
	return a, asked
}

// subscription applies a snapshot if it is news.
func (d *decision) subscription(f billing.SubscriptionFact) {
	switch merge(d.was.Subscription, f, d.event.Created) {
	case stale:
		d.stale(staleness(d.was.Subscription, f))
		d.remember(f)
	case refetch:
		if now, asked := d.now(f.ID); asked {
			d.fetched(now)
		}
	case apply:
		d.snapshot(f, d.event.Created)
	}
}

// remember keeps what is true once and for all, however old the news is: that
// there was a trial, and whose the subscription is.
func (d *decision) remember(f billing.SubscriptionFact) {
	row := d.was.Subscription
	trial, user := f.Trial && !row.Trial, f.User != "" && row.User == ""
	if !trial && !user {
		return
	}
	next := *row
	next.Trial = row.Trial || f.Trial
	d.putSubscription(next, f.User)
}

// fetched applies Stripe's own answer.
func (d *decision) fetched(now answer) {
	told := d.event.Created
	if now.asOf.After(told) {
		told = now.asOf
	}
	d.snapshot(now.fact, told)
}

// snapshot applies a subscription as it is told to be at a time.
func (d *decision) snapshot(f billing.SubscriptionFact, told time.Time) {
	next := billing.Subscription{}
	if d.was.Subscription != nil {
		next = *d.was.Subscription
	}
	next.ID, next.Customer, next.CreatedAt = f.ID, f.Customer, f.CreatedAt
	next.SubscriptionState, next.AsCreated = f.After, f.Lifecycle == billing.Created
	next.Trial = next.Trial || f.Trial
	if told.After(next.AsOf) {
		next.AsOf = told
	}
	next.Overdue(told)
	d.putSubscription(next, f.User)
}

func (d *decision) putSubscription(next billing.Subscription, user string) {
	if next.User == "" {
		next.User = d.user(user)
	}
	d.duplicates(&next)
	d.changes.Tally.Subscription(d.was.Subscription, next)
	d.changes.Subscription = &next
	d.applied()
}

// checkout links the buyer to the customer. Subscriptions and payments have
// events of their own; only a one-off payment is told by the session itself.
func (d *decision) checkout(f billing.CheckoutFact) {
	d.stale("what it tells is stored")
	if f.Payment != nil {
		d.transaction(*f.Payment, f.Wallet)
	}
	if f.Customer != "" {
		d.buyer(f)
	}
	switch sub := d.was.Subscription; {
	case f.Subscription == "":
	case sub == nil:
		if now, asked := d.now(f.Subscription); asked {
			if now.fact.User == "" {
				now.fact.User = f.User
			}
			d.fetched(now)
		}
	case sub.User == "" && f.User != "":
		d.putSubscription(*sub, f.User)
	}
}

func (d *decision) buyer(f billing.CheckoutFact) {
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
	link := f.User != "" && next.User == f.User && d.was.Linked == "" && !next.Deleted
	if d.was.Customer != nil && next == known && !link {
		return
	}
	d.putCustomer(next)
	if link {
		d.changes.LinkUser = f.User
	}
}

// putCustomer changes the customer's row. What it was found by before finds it
// no more, because whoever looks compares with the row.
func (d *decision) putCustomer(next billing.Customer) {
	var before string
	if d.was.Customer != nil {
		before = d.was.Customer.FoundBy()
	}
	if address := next.FoundBy(); address != before {
		d.changes.FindBy = address
	}
	d.changes.Customer = &next
	d.applied()
}

// customer keeps the address that the customer has at Stripe, which goes before
// one that was typed in at a checkout, that a customer was deleted, and that it
// is the project's.
func (d *decision) customer(f billing.CustomerFact) {
	next := billing.Customer{ID: f.ID}
	if d.was.Customer != nil {
		next = *d.was.Customer
	}
	known := next
	if next.User == "" {
		next.User = f.User
	}
	next.Deleted = next.Deleted || f.Deleted
	next.Own = next.Own || f.Project == d.scope.Project.String()
	if newer := d.event.Created.Compare(next.EmailAsOf); f.Email != "" && (newer > 0 || newer == 0 && f.Email > next.Email) {
		next.Email, next.EmailAsOf = f.Email, d.event.Created
	}
	if d.was.Customer != nil && next == known {
		d.stale("what is stored of the customer is newer")
		return
	}
	d.putCustomer(next)
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

// trace writes down what changed, and has each row point at the event.
func (d *decision) trace() {
	ref := billing.EventRef{ID: d.event.ID, Created: d.event.Created}
	for _, changed := range []struct{ before, after *billing.Subscription }{
		{d.was.Subscription, d.changes.Subscription},
		{d.sibling(), d.changes.Sibling},
	} {
		if changed.after == nil {
			continue
		}
		if step, seen := billing.SubscriptionStep(changed.before, *changed.after); seen {
			d.changes.Event.Steps = append(d.changes.Event.Steps, step)
			changed.after.LastEvent = ref
		}
	}
	if after := d.changes.Transaction; after != nil {
		if step, seen := billing.TransactionStep(d.was.Transaction, *after); seen {
			d.changes.Event.Steps = append(d.changes.Event.Steps, step)
			after.LastEvent = ref
		}
	}
}
