package history

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/intake"
	"billhook/pkg/projector"
)

// Store is the table under proof: DynamoDB's or one in memory.
type Store interface {
	projector.Store
	gateway.ProjectReader
	intake.Records
	CreateProject(ctx context.Context, p billing.Project) error
	SaveStripeConfig(ctx context.Context, c billing.StripeConfig) error
	Subscriptions(ctx context.Context, s billing.Scope, customer string) ([]billing.Subscription, error)
	Transactions(ctx context.Context, s billing.Scope, customer string) ([]billing.Transaction, error)
	Tally(ctx context.Context, scopes ...billing.Scope) (billing.Tally, error)
}

// stored is what a Store holds of an account.
type stored struct {
	subscriptions map[string]billing.Subscription
	transactions  map[string]billing.Transaction
	customers     map[string]billing.Customer
	tally         billing.Tally
	records       map[string]billing.EventRecord // by event
}

// read collects the rows of everybody that Stripe knows.
func read(ctx context.Context, store Store, s billing.Scope, t Truth, events []*Event) (stored, error) {
	found := stored{
		subscriptions: map[string]billing.Subscription{}, transactions: map[string]billing.Transaction{},
		customers: map[string]billing.Customer{}, records: map[string]billing.EventRecord{},
	}
	owners := slices.Collect(maps.Keys(t.Customers))
	for _, p := range t.Payments {
		if t.Customers[p.Owner] == (Customer{}) {
			owners = append(owners, p.Owner)
		}
	}
	for _, owner := range owners {
		if err := found.readOwner(ctx, store, s, owner); err != nil {
			return found, err
		}
	}
	for _, e := range events {
		r, err := store.Record(ctx, s, billing.EventRef{ID: e.ID, Created: billing.At(e.Created)})
		if err != nil {
			return found, err
		}
		if r != nil {
			found.records[e.ID] = *r
		}
	}
	tally, err := store.Tally(ctx, s)
	maps.DeleteFunc(tally, func(_ string, n int64) bool { return n == 0 })
	found.tally = tally
	return found, err
}

func (f *stored) readOwner(ctx context.Context, store Store, s billing.Scope, owner string) error {
	subscriptions, err := store.Subscriptions(ctx, s, owner)
	if err != nil {
		return err
	}
	for _, row := range subscriptions {
		f.subscriptions[row.ID] = row
	}
	transactions, err := store.Transactions(ctx, s, owner)
	if err != nil {
		return err
	}
	for _, row := range transactions {
		f.transactions[row.ID] = row
	}
	p, err := store.Picture(ctx, s, billing.Lookup{Owner: owner})
	if err == nil && p.Customer != nil {
		f.customers[owner] = *p.Customer
	}
	return err
}

// divergences are the ways in which what is stored is not what Stripe says, or
// not what the rows add up to.
func divergences(t Truth, f stored) []string {
	var found []string
	differ := func(what string, want, got any) {
		if diff := cmp.Diff(want, got); diff != "" {
			found = append(found, fmt.Sprintf("%s (-Stripe +billhook):\n%s", what, diff))
		}
	}
	differ("subscriptions", t.Subscriptions, f.subscriptionFacts(t))
	differ("payments", t.Payments, f.payments())
	differ("customers", t.Customers, f.customersLike(t))
	duplicateOf := map[string]string{}
	recount := billing.Tally{}
	for id, row := range f.subscriptions {
		duplicateOf[id] = row.DuplicateOf
		recount.Subscription(nil, row)
	}
	for _, row := range f.transactions {
		recount.Transaction(nil, row)
	}
	differ("counters", t.tally(duplicateOf), f.tally)
	differ("counters recounted from the rows", recount, f.tally)
	for _, pair := range f.unmarked() {
		found = append(found, fmt.Sprintf("%s and %s run for one user and neither is marked as a duplicate", pair[0], pair[1]))
	}
	return slices.Concat(found, f.chains())
}

// subscriptionFacts are the rows in the terms of Stripe's answers.
func (f stored) subscriptionFacts(t Truth) map[string]billing.SubscriptionFact {
	facts := map[string]billing.SubscriptionFact{}
	for id, row := range f.subscriptions {
		told := t.Subscriptions[id]
		fact := billing.SubscriptionFact{
			Lifecycle: told.Lifecycle, ID: row.ID, Customer: row.Customer, User: row.User, Trial: row.Trial,
			CreatedAt: row.CreatedAt, After: row.SubscriptionState, Before: row.SubscriptionState,
		}
		if told.User == "" {
			fact.User = "" // it may be known from the customer
		}
		facts[id] = fact
	}
	return facts
}

func (f stored) payments() map[string]Payment {
	payments := map[string]Payment{}
	for id, row := range f.transactions {
		payments[id] = Payment{
			Owner: row.Owner, Subscription: row.Subscription, Status: row.Status, Amount: row.Amount, Refunded: row.Refunded, Currency: row.Currency,
		}
	}
	return payments
}

// customersLike are the rows in the terms of Stripe's answers. Of a deleted
// customer Stripe tells no more than that.
func (f stored) customersLike(t Truth) map[string]Customer {
	customers := map[string]Customer{}
	for id, row := range f.customers {
		c := Customer{User: row.User, Email: row.Email, Deleted: row.Deleted}
		told := t.Customers[id]
		if told.Deleted {
			c.User, c.Email = told.User, told.Email
		}
		customers[id] = c
	}
	return customers
}

// unmarked finds users with several subscriptions that run and of which more
// than one is taken for the first: two of them each time.
func (f stored) unmarked() [][2]string {
	first := map[string]string{} // by customer and user
	var found [][2]string
	for _, id := range slices.Sorted(maps.Keys(f.subscriptions)) {
		row := f.subscriptions[id]
		if !row.Status.Holds() || row.User == "" || row.DuplicateOf != "" {
			continue
		}
		who := row.Customer + " " + row.User
		if other := first[who]; other != "" {
			found = append(found, [2]string{other, id})
		}
		first[who] = id
	}
	return found
}

// chains finds rows whose history, as the event records tell it, does not lead
// from nothing to what the row is.
func (f stored) chains() []string {
	var found []string
	check := func(row string, last billing.EventRef, now []billing.Change) {
		told, err := f.chain(row, last)
		if err == nil {
			if diff := cmp.Diff(members(now), told); diff != "" {
				err = fmt.Errorf("it ends elsewhere (-row +history):\n%s", diff)
			}
		}
		if err != nil {
			found = append(found, fmt.Sprintf("history of %s: %v", row, err))
		}
	}
	for id, row := range f.subscriptions {
		step, _ := billing.SubscriptionStep(nil, row)
		check(id, row.LastEvent, step.Changes)
	}
	for id, row := range f.transactions {
		step, _ := billing.TransactionStep(nil, row)
		check(id, row.LastEvent, step.Changes)
	}
	return found
}

// chain follows a row's history from its end to its beginning, and answers what
// the row's members are by it.
func (f stored) chain(row string, last billing.EventRef) (map[string]string, error) {
	var steps []billing.Step
	for at := last; at != (billing.EventRef{}); {
		r, recorded := f.records[at.ID]
		step, changed := r.StepOf(row)
		if !recorded || !changed || len(steps) > len(f.records) {
			return nil, fmt.Errorf("the record of %s has no step of it", at.ID)
		}
		steps = append(steps, step)
		at = step.Previous
	}
	state := map[string]string{}
	for _, step := range slices.Backward(steps) {
		for _, c := range step.Changes {
			if state[c.Field] != c.From {
				return nil, fmt.Errorf("%s was %q and changes from %q", c.Field, state[c.Field], c.From)
			}
			state[c.Field] = c.To
		}
	}
	maps.DeleteFunc(state, func(_, value string) bool { return value == "" })
	return state, nil
}

func members(changes []billing.Change) map[string]string {
	state := map[string]string{}
	for _, c := range changes {
		state[c.Field] = c.To
	}
	return state
}
