package projector

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"billhook/pkg/billing"
)

// decided is what an event changes, without the part that is the same for
// all: the event's own record, but for its outcome.
type decided struct {
	Outcome      billing.Outcome
	Customer     *billing.Customer
	LinkUser     string
	FindBy       string
	Subscription *billing.Subscription
	Sibling      *billing.Subscription
	Transaction  *billing.Transaction
	Tally        billing.Tally
	Unchanged    []billing.Subscription
	Asked        []string
}

func decideFor(t *testing.T, was billing.Picture, e billing.Event, stripe *truth) decided {
	t.Helper()
	store := newMemory()
	a := application{Projector: New(store, stripe, clock), scope: scope, event: e}
	var known answers
	changes, open := decide(scope, was, e, known)
	for open != nil {
		if err := a.ask(t.Context(), *open, &known); err != nil {
			t.Fatal(err)
		}
		changes, open = decide(scope, was, e, known)
	}
	record := billing.EventRecord{ID: e.ID, Type: e.Type, Object: e.Object, Created: e.Created}
	if diff := cmp.Diff(record, changes.Event, cmpopts.IgnoreFields(billing.EventRecord{}, "Outcome", "Reason", "Steps")); diff != "" {
		t.Errorf("event record (-want +got):\n%s", diff)
	}
	return decided{
		Outcome: changes.Event.Outcome, Customer: changes.Customer, LinkUser: changes.LinkUser,
		Subscription: changes.Subscription, Sibling: changes.Sibling, Transaction: changes.Transaction,
		Tally: changes.Tally, Unchanged: changes.Unchanged, Asked: stripe.asked, FindBy: changes.FindBy,
	}
}

// knowing is a Stripe that has one subscription.
func knowing(f billing.SubscriptionFact) *truth {
	return &truth{now: map[string]billing.SubscriptionFact{f.ID: f}}
}

// checkDecision compares decisions but for the rows' traces, which have a test
// of their own.
func checkDecision(t *testing.T, want, got decided) {
	t.Helper()
	if diff := cmp.Diff(want, got, traceless()...); diff != "" {
		t.Errorf("decision (-want +got):\n%s", diff)
	}
}

func traceless() []cmp.Option {
	return []cmp.Option{
		cmpopts.IgnoreFields(billing.Subscription{}, "LastEvent"),
		cmpopts.IgnoreFields(billing.Transaction{}, "LastEvent"),
	}
}

func TestDecideSubscription(t *testing.T) {
	t.Parallel()
	a, b := sub(quantity(1)), sub(quantity(2), status(billing.StatusPastDue))
	update := snapshot(billing.Updated, a, b)
	named := update
	named.User = "user-1"
	now := sub(quantity(7))
	answer := snapshot(billing.Updated, now, now)
	answer.User = "user-9"
	row := func(asOf int64, state billing.SubscriptionState, user string, revision int64) *billing.Subscription {
		r := rowAt(asOf, state)
		r.User, r.Revision, r.CreatedAt = user, revision, billing.At(1000)
		return r
	}
	customer := &billing.Customer{ID: "cus_1", User: "user-2"}
	step := billing.Tally{"subscriptions.active": -1, "subscriptions.past_due": 1}
	tests := map[string]struct {
		was  billing.Picture
		fact billing.SubscriptionFact
		at   int64
		want decided
	}{
		"created": {
			billing.Picture{}, snapshot(billing.Created, a, a), second,
			decided{Outcome: billing.Applied, Subscription: asCreated(row(second, a, "", 0)), Tally: billing.Tally{"subscriptions.active": 1}},
		},
		"an update comes first": {
			billing.Picture{}, named, second,
			decided{Outcome: billing.Applied, Subscription: row(second, b, "user-1", 0), Tally: billing.Tally{"subscriptions.past_due": 1}},
		},
		"an update of a row": {
			billing.Picture{Subscription: row(second, a, "", 4)}, update, later,
			decided{Outcome: billing.Applied, Subscription: row(later, b, "", 4), Tally: step},
		},
		"the row's user stays": {
			billing.Picture{Subscription: row(second, a, "user-0", 4)}, named, later,
			decided{Outcome: billing.Applied, Subscription: row(later, b, "user-0", 4), Tally: step},
		},
		"the user of the customer": {
			billing.Picture{Subscription: row(second, a, "", 4), Customer: customer}, update, later,
			decided{Outcome: billing.Applied, Subscription: row(later, b, "user-2", 4), Tally: step},
		},
		"the user that the event names goes before the customer's": {
			billing.Picture{Customer: customer}, named, second,
			decided{Outcome: billing.Applied, Subscription: row(second, b, "user-1", 0), Tally: billing.Tally{"subscriptions.past_due": 1}},
		},
		"an earlier update": {
			billing.Picture{Subscription: row(second, a, "", 4)}, update, earlier,
			decided{Outcome: billing.Stale, Tally: billing.Tally{}},
		},
		"the end does not set the clock back": {
			billing.Picture{Subscription: row(second, a, "", 4)},
			snapshot(billing.Deleted, sub(status(billing.StatusCanceled)), sub(status(billing.StatusCanceled))), earlier,
			decided{
				Outcome:      billing.Applied,
				Subscription: row(second, sub(status(billing.StatusCanceled)), "", 4),
				Tally:        billing.Tally{"subscriptions.active": -1, "subscriptions.canceled": 1},
			},
		},
		"not to be ordered: Stripe's answer, not the event's": {
			billing.Picture{Subscription: row(second, a, "", 4)}, update, second,
			decided{Outcome: billing.Applied, Subscription: row(second, now, "user-9", 4), Tally: billing.Tally{}, Asked: []string{"sub_1"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkDecision(t, test.want, decideFor(t, test.was, event("evt_1", test.at, test.fact), knowing(answer)))
		})
	}
}

func TestDecideCheckout(t *testing.T) {
	t.Parallel()
	subscribed := billing.CheckoutFact{Session: "cs_1", Customer: "cus_1", User: "user-1", Email: "a@example.com", Subscription: "sub_1"}
	payment := billing.Transaction{
		ID: "pi_1", Owner: "cus_1", User: "user-1", PaymentIntent: "pi_1",
		Status: billing.TransactionSucceeded, Amount: 500, Currency: "jpy", CreatedAt: billing.At(900),
	}
	bought := billing.CheckoutFact{Session: "cs_1", Customer: "cus_1", User: "user-1", Payment: &payment}
	guests := payment
	guests.Owner, guests.User = "pi_1", ""
	linked := &billing.Customer{ID: "cus_1", User: "user-1", Email: "a@example.com"}
	known := func(user string) *billing.Subscription {
		r := rowAt(second, sub())
		r.User, r.Revision = user, 3
		return r
	}
	fetched := func(user string) *billing.Subscription {
		r := rowAt(later, sub(quantity(7)))
		r.User, r.CreatedAt = user, billing.At(1000)
		return r
	}
	answer := func(user string) billing.SubscriptionFact {
		f := snapshot(billing.Updated, sub(quantity(7)), sub(quantity(7)))
		f.User = user
		return f
	}
	counted := billing.Tally{"payments.succeeded": 1, "paid.jpy": 1, "gross.jpy": 500}
	tests := map[string]struct {
		was    billing.Picture
		fact   billing.CheckoutFact
		answer billing.SubscriptionFact
		want   decided
	}{
		"a subscription that is not known is fetched": {
			billing.Picture{}, subscribed, answer("user-1"),
			decided{
				Outcome: billing.Applied, Customer: linked, LinkUser: "user-1", Subscription: fetched("user-1"),
				Tally: billing.Tally{"subscriptions.active": 1}, Asked: []string{"sub_1"},
			},
		},
		"it belongs to the session's user, if Stripe names none": {
			billing.Picture{}, subscribed, answer(""),
			decided{
				Outcome: billing.Applied, Customer: linked, LinkUser: "user-1", Subscription: fetched("user-1"),
				Tally: billing.Tally{"subscriptions.active": 1}, Asked: []string{"sub_1"},
			},
		},
		"a known subscription is given its user": {
			billing.Picture{Subscription: known(""), Customer: linked, Linked: "cus_1"}, subscribed, answer(""),
			decided{Outcome: billing.Applied, Subscription: known("user-1"), Tally: billing.Tally{}},
		},
		"a subscription keeps its user": {
			billing.Picture{Subscription: known("user-0"), Customer: linked, Linked: "cus_1"}, subscribed, answer(""),
			decided{Outcome: billing.Stale, Tally: billing.Tally{}},
		},
		"a customer without user is linked": {
			billing.Picture{Subscription: known("user-1"), Customer: &billing.Customer{ID: "cus_1", Email: "b@example.com", Revision: 5}}, subscribed, answer(""),
			decided{
				Outcome: billing.Applied, Customer: &billing.Customer{ID: "cus_1", User: "user-1", Email: "b@example.com", Revision: 5},
				LinkUser: "user-1", Tally: billing.Tally{},
			},
		},
		"a customer keeps its user": {
			billing.Picture{Subscription: known("user-1"), Customer: &billing.Customer{ID: "cus_1", User: "user-0", Email: "b@example.com"}}, subscribed, answer(""),
			decided{Outcome: billing.Stale, Tally: billing.Tally{}},
		},
		"a user keeps their customer": {
			billing.Picture{Subscription: known("user-1"), Linked: "cus_0"}, subscribed, answer(""),
			decided{Outcome: billing.Applied, Customer: linked, Tally: billing.Tally{}},
		},
		"nobody is named": {
			billing.Picture{Subscription: known("")}, billing.CheckoutFact{Customer: "cus_1", Subscription: "sub_1"}, answer(""),
			decided{Outcome: billing.Applied, Customer: &billing.Customer{ID: "cus_1"}, Tally: billing.Tally{}},
		},
		"a payment": {
			billing.Picture{}, bought, billing.SubscriptionFact{},
			decided{
				Outcome: billing.Applied, Customer: &billing.Customer{ID: "cus_1", User: "user-1"}, LinkUser: "user-1",
				Transaction: &payment, Tally: counted,
			},
		},
		"a guest's payment": {
			billing.Picture{}, billing.CheckoutFact{Session: "cs_1", Payment: &guests}, billing.SubscriptionFact{},
			decided{Outcome: billing.Applied, Transaction: &guests, Tally: counted},
		},
		"nothing new": {
			billing.Picture{Transaction: &payment, Customer: linked, Linked: "cus_1"}, bought, billing.SubscriptionFact{},
			decided{Outcome: billing.Stale, Tally: billing.Tally{}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkDecision(t, test.want, decideFor(t, test.was, event("evt_1", later, test.fact), knowing(test.answer)))
		})
	}
}

func TestDecideCustomer(t *testing.T) {
	t.Parallel()
	row := func(email string, asOf int64, changes ...func(*billing.Customer)) *billing.Customer {
		c := billing.Customer{ID: "cus_1", User: "user-1", Email: email, Revision: 3}
		if asOf != 0 {
			c.EmailAsOf = billing.At(asOf)
		}
		for _, change := range changes {
			change(&c)
		}
		return &c
	}
	deleted := func(c *billing.Customer) { c.Deleted = true }
	fact := billing.CustomerFact{ID: "cus_1", User: "user-1", Email: "b@example.com"}
	tests := map[string]struct {
		was  *billing.Customer
		fact billing.CustomerFact
		want *billing.Customer // nil: stale
	}{
		"new":                                  {nil, fact, row("b@example.com", second, func(c *billing.Customer) { c.Revision = 0 })},
		"an address goes before a checkout's":  {row("a@example.com", 0), fact, row("b@example.com", second)},
		"a later address":                      {row("a@example.com", earlier), fact, row("b@example.com", second)},
		"an earlier address":                   {row("a@example.com", later), fact, nil},
		"no address":                           {row("a@example.com", 0), billing.CustomerFact{ID: "cus_1"}, nil},
		"deleted":                              {row("a@example.com", later), billing.CustomerFact{ID: "cus_1", Deleted: true}, row("a@example.com", later, deleted)},
		"what was deleted stays so":            {row("a@example.com", earlier, deleted), fact, row("b@example.com", second, deleted)},
		"the user of a customer is not erased": {row("b@example.com", second), billing.CustomerFact{ID: "cus_1", Email: "b@example.com"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := decided{Outcome: billing.Stale, Customer: test.want, Tally: billing.Tally{}}
			if test.want != nil {
				want.Outcome = billing.Applied
			}
			checkDecision(t, want, decideFor(t, billing.Picture{Customer: test.was}, event("evt_1", second, test.fact), &truth{}))
		})
	}
}

func TestApplyFailsWhenStripeDoes(t *testing.T) {
	t.Parallel()
	down := errors.New("connection refused")
	for name, fact := range map[string]billing.Fact{
		"to order events":            snapshot(billing.Updated, sub(), sub(quantity(2))),
		"to read a subscription":     billing.CheckoutFact{Customer: "cus_1", Subscription: "sub_2"},
		"to read a charge":           billing.ChargeFact{Charge: "ch_1"},
		"to tell whose a payment is": billing.PaymentFact{Payment: billing.Transaction{Owner: "cus_1", PaymentIntent: "pi_1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemory()
			store.subscriptions["sub_1"] = *rowAt(second, sub())
			before := store.clone()
			_, err := New(store, &truth{err: down}, clock).Apply(t.Context(), scope, event("evt_1", second, fact))
			if !errors.Is(err, down) {
				t.Errorf("Apply = %v, want Stripe's error", err)
			}
			unchanged(t, before, store)
		})
	}
}
