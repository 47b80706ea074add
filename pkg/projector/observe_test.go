package projector

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// answered is a subscription as Stripe answers it.
func answered(state billing.SubscriptionState) billing.SubscriptionFact {
	return snapshot(billing.Updated, state, state)
}

func TestObserve(t *testing.T) {
	t.Parallel()
	a, b := sub(quantity(1)), sub(quantity(2))
	canceled, expired := sub(status(billing.StatusCanceled)), sub(status(billing.StatusIncompleteExpired))
	tests := map[string]struct {
		row  *billing.Subscription
		fact billing.SubscriptionFact
		at   int64
		want *billing.Subscription // nil: nothing is written
	}{
		"not known yet":                       {nil, answered(b), second, rowAt(second, nil, b)},
		"later":                               {rowAt(second, from(b), a), answered(b), later, rowAt(later, nil, b)},
		"the same second":                     {rowAt(second, from(b), a), answered(b), second, nil},
		"earlier":                             {rowAt(second, from(b), a), answered(b), earlier, nil},
		"later, but no news":                  {rowAt(second, from(b), a), answered(a), later, nil},
		"canceled":                            {rowAt(second, from(b), a), answered(canceled), later, rowAt(later, nil, canceled)},
		"canceled, in the same second":        {rowAt(second, from(b), a), answered(canceled), second, rowAt(second, nil, canceled)},
		"canceled, the clock not set back":    {rowAt(second, from(b), a), answered(canceled), earlier, rowAt(second, nil, canceled)},
		"what has ended stays as it is":       {rowAt(second, from(b), canceled), answered(a), later, nil},
		"what has ended stays, whatever ends": {rowAt(second, from(b), canceled), answered(expired), later, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemory()
			want := map[string]billing.Subscription{}
			if test.row != nil {
				test.row.Revision = 4
				store.subscriptions[test.row.ID] = *test.row
				store.tally.Subscription(nil, *test.row)
				want[test.row.ID] = *test.row
			}
			if test.want != nil {
				test.want.CreatedAt, test.want.Revision = billing.At(1000), 1
				if test.row != nil {
					test.want.Revision = 5
				}
				want[test.want.ID] = *test.want
			}
			stripe := &truth{}
			if err := New(store, stripe, clock).Observe(t.Context(), scope, test.fact, billing.At(test.at)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, store.subscriptions); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(store.recount(), store.counts()); diff != "" {
				t.Errorf("tally (-recounted +counted):\n%s", diff)
			}
			if wrote := store.commits > 0; wrote != (test.want != nil) || len(store.seen) > 0 || len(stripe.asked) > 0 {
				t.Errorf("%d commits, %d events recorded, %d questions", store.commits, len(store.seen), len(stripe.asked))
			}
		})
	}
}

// The event of what was observed comes later and finds it done; one of the
// same second that tells of more has Stripe asked.
func TestObserveThenItsEvents(t *testing.T) {
	t.Parallel()
	a, b, c := sub(quantity(1)), sub(quantity(2)), sub(quantity(3))
	store, stripe := newMemory(), &truth{now: map[string]billing.SubscriptionFact{"sub_1": answered(c)}}
	p := New(store, stripe, clock)
	mustApply(t, p, event("evt_1", earlier, snapshot(billing.Created, a, a)))
	if err := p.Observe(t.Context(), scope, answered(b), billing.At(second)); err != nil {
		t.Fatal(err)
	}
	if got := mustApply(t, p, event("evt_2", second, snapshot(billing.Updated, a, b))); got != billing.Stale || len(stripe.asked) > 0 {
		t.Errorf("its own event: %s, asked %v", got, stripe.asked)
	}
	if got := mustApply(t, p, event("evt_3", second, snapshot(billing.Updated, b, c))); got != billing.Applied || len(stripe.asked) != 1 {
		t.Errorf("another event: %s, asked %v", got, stripe.asked)
	}
	if diff := cmp.Diff(c, store.subscriptions["sub_1"].SubscriptionState); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
}

func TestObserveDecidesAgainAfterAConflict(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		p := New(store, &truth{}, clock)
		a, b, c := sub(quantity(1)), sub(quantity(2)), sub(quantity(3))
		mustApply(t, p, event("evt_1", earlier, snapshot(billing.Created, a, a)))
		// A newer event comes between the reading and the writing.
		store.beforeCommit = func(m *memory) error {
			return commitElsewhere(m, event("evt_2", later, snapshot(billing.Updated, b, c)))
		}
		if err := p.Observe(t.Context(), scope, answered(b), billing.At(second)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, store.subscriptions["sub_1"].SubscriptionState); diff != "" {
			t.Errorf("state (-want +got):\n%s", diff)
		}
	})
}

func TestObserveFailsWhole(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	for name, fail := range map[string]func(*memory){
		"reading": func(m *memory) { m.failPicture = broken },
		"writing": func(m *memory) { m.beforeCommit = func(*memory) error { return broken } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemory()
			before := store.clone()
			fail(store)
			if err := New(store, &truth{}, clock).Observe(t.Context(), scope, answered(sub()), billing.At(second)); !errors.Is(err, broken) {
				t.Errorf("Observe = %v, want %v", err, broken)
			}
			unchanged(t, before, store)
		})
	}
}

// A trial is used once and for all, whatever tells it, and costs a write once.
func TestTrialIsRemembered(t *testing.T) {
	t.Parallel()
	a, b := sub(quantity(1)), sub(quantity(2))
	trial := func(f billing.SubscriptionFact) billing.SubscriptionFact {
		f.Trial, f.User = true, "user-1"
		return f
	}
	tells := map[string]func(t *testing.T, p *Projector){
		"an event": func(t *testing.T, p *Projector) {
			mustApply(t, p, event("evt_1", second, trial(snapshot(billing.Created, a, a))))
		},
		"an event that is stale": func(t *testing.T, p *Projector) {
			mustApply(t, p, event("evt_2", later, snapshot(billing.Updated, a, b)))
			if got := mustApply(t, p, event("evt_1", second, trial(snapshot(billing.Created, a, a)))); got != billing.Applied {
				t.Errorf("outcome %s, want applied: it changed the customer", got)
			}
		},
		"an answer": func(t *testing.T, p *Projector) {
			if err := p.Observe(t.Context(), scope, trial(answered(a)), billing.At(second)); err != nil {
				t.Fatal(err)
			}
		},
		"Stripe, when a checkout asks": func(t *testing.T, p *Projector) {
			mustApply(t, p, event("evt_3", second, billing.CheckoutFact{Customer: "cus_1", User: "user-1", Subscription: "sub_1"}))
		},
	}
	for name, tell := range tells {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemory()
			p := New(store, &truth{now: map[string]billing.SubscriptionFact{"sub_1": trial(answered(a))}}, clock)
			tell(t, p)
			mustApply(t, p, event("evt_9", later+1, snapshot(billing.Updated, b, a))) // says nothing of a trial
			want := billing.Customer{ID: "cus_1", User: "user-1", TrialUsed: true, Revision: 1}
			if diff := cmp.Diff(want, store.customers["cus_1"]); diff != "" {
				t.Errorf("customer (-want +got):\n%s", diff)
			}
			mustApply(t, p, event("evt_10", later+2, trial(snapshot(billing.Updated, a, b))))
			if got := store.customers["cus_1"].Revision; got != 1 {
				t.Errorf("the customer was written %d times", got)
			}
		})
	}
}

// What is known of a customer stays when its trial becomes known.
func TestTrialKeepsTheCustomer(t *testing.T) {
	t.Parallel()
	store := newMemory()
	store.customers["cus_1"] = billing.Customer{ID: "cus_1", User: "user-2", Email: "nora@example.com", Revision: 3}
	f := answered(sub())
	f.Trial, f.User = true, "user-1"
	if err := New(store, &truth{}, clock).Observe(t.Context(), scope, f, billing.At(second)); err != nil {
		t.Fatal(err)
	}
	want := billing.Customer{ID: "cus_1", User: "user-2", Email: "nora@example.com", TrialUsed: true, Revision: 4}
	if diff := cmp.Diff(want, store.customers["cus_1"]); diff != "" {
		t.Errorf("customer (-want +got):\n%s", diff)
	}
}
