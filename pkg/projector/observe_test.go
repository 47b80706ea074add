package projector

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// seen is an answer to a call of ours.
func seen(f billing.SubscriptionFact, at int64) Observation {
	return Observation{Fact: f, AsOf: billing.At(at), Call: "read subscription", Request: "req_1"}
}

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
		"not known yet":                       {nil, answered(b), second, rowAt(second, b)},
		"later":                               {rowAt(second, a), answered(b), later, rowAt(later, b)},
		"the same second":                     {rowAt(second, a), answered(b), second, nil},
		"earlier":                             {rowAt(second, a), answered(b), earlier, nil},
		"later, but no news":                  {rowAt(second, a), answered(a), later, nil},
		"canceled":                            {rowAt(second, a), answered(canceled), later, rowAt(later, canceled)},
		"canceled, in the same second":        {rowAt(second, a), answered(canceled), second, rowAt(second, canceled)},
		"canceled, the clock not set back":    {rowAt(second, a), answered(canceled), earlier, rowAt(second, canceled)},
		"what has ended stays as it is":       {rowAt(second, canceled), answered(a), later, nil},
		"what has ended stays, whatever ends": {rowAt(second, canceled), answered(expired), later, nil},
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
			if err := New(store, stripe, clock).Observe(t.Context(), scope, seen(test.fact, test.at)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, store.subscriptions, traceless()...); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(store.recount(), store.counts()); diff != "" {
				t.Errorf("tally (-recounted +counted):\n%s", diff)
			}
			if wrote := store.commits > 0; wrote != (test.want != nil) || len(store.seen) != store.commits || len(stripe.asked) > 0 {
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
	if err := p.Observe(t.Context(), scope, seen(answered(b), second)); err != nil {
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
		if err := p.Observe(t.Context(), scope, seen(answered(b), second)); err != nil {
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
			if err := New(store, &truth{}, clock).Observe(t.Context(), scope, seen(answered(sub()), second)); !errors.Is(err, broken) {
				t.Errorf("Observe = %v, want %v", err, broken)
			}
			unchanged(t, before, store)
		})
	}
}

// A trial is never forgotten, whatever tells it.
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
		"an answer": func(t *testing.T, p *Projector) {
			if err := p.Observe(t.Context(), scope, seen(trial(answered(a)), second)); err != nil {
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
			if !store.subscriptions["sub_1"].Trial {
				t.Error("the trial was forgotten")
			}
		})
	}
}

// What is corrected is also linked: its user may never come through a checkout.
func TestCorrect(t *testing.T) {
	t.Parallel()
	a, b := sub(quantity(1)), sub(quantity(2))
	user := func(f billing.SubscriptionFact) billing.SubscriptionFact {
		f.User = "user-1"
		return f
	}
	tests := map[string]struct {
		row    *billing.Subscription
		linked string // the user's customer
		fact   billing.SubscriptionFact
		at     int64
		behind bool
		want   string // the user's customer in the end
	}{
		"not known":                {nil, "", user(answered(a)), second, true, "cus_1"},
		"behind":                   {rowAt(second, a), "", user(answered(b)), later, true, "cus_1"},
		"of an unknown user":       {nil, "", answered(a), second, true, ""},
		"of a user with another":   {nil, "cus_2", user(answered(a)), second, true, "cus_2"},
		"ended":                    {nil, "", user(answered(sub(status(billing.StatusCanceled)))), second, true, ""},
		"no news":                  {rowAt(second, a), "", user(answered(a)), later, false, ""},
		"the row is of the second": {rowAt(second, a), "", user(answered(b)), second, false, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemory()
			if test.row != nil {
				test.row.Revision, test.row.User = 4, "user-1"
				store.subscriptions[test.row.ID] = *test.row
				store.tally.Subscription(nil, *test.row)
			}
			if test.linked != "" {
				store.links["user-1"] = test.linked
			}
			behind, err := New(store, &truth{}, clock).Correct(t.Context(), scope, seen(test.fact, test.at))
			if err != nil || behind != test.behind {
				t.Fatalf("behind %t, %v; want %t", behind, err, test.behind)
			}
			if got := store.links["user-1"]; got != test.want {
				t.Errorf("linked to %q, want %q", got, test.want)
			}
			if test.behind && store.subscriptions["sub_1"].SubscriptionState != test.fact.After {
				t.Errorf("row %+v", store.subscriptions["sub_1"])
			}
		})
	}
}
