package projector

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

func paidEvent(id string) billing.Event {
	return event(id, second, billing.PaymentFact{Payment: invoice(billing.TransactionSucceeded, 2400)})
}

func TestApplyCommitsAllAtOnce(t *testing.T) {
	t.Parallel()
	store := newMemory()
	p := New(store, &truth{}, clock)
	if got := mustApply(t, p, paidEvent("evt_1")); got != billing.Applied {
		t.Errorf("outcome %s, want applied", got)
	}
	record := billing.EventRecord{
		ID: "evt_1", Type: "of a test", Object: "object_1", Outcome: billing.Applied,
		Created: billing.At(second), ReceivedAt: received, Attempts: 1,
		Steps: []billing.Step{{Row: "in_1", Changes: []billing.Change{
			{Field: "status", To: "succeeded"}, {Field: "amount", To: "2400"}, {Field: "currency", To: "usd"}, {Field: "user_id", To: "user-1"},
		}}},
	}
	if diff := cmp.Diff(map[string]billing.EventRecord{"evt_1": record}, store.seen); diff != "" {
		t.Errorf("event records (-want +got):\n%s", diff)
	}
	if got := store.transactions["in_1"].Status; got != billing.TransactionSucceeded {
		t.Errorf("status %s", got)
	}
	if diff := cmp.Diff(store.recount(), store.counts()); diff != "" {
		t.Errorf("tally (-recounted +counted):\n%s", diff)
	}
	if store.commits != 1 {
		t.Errorf("%d commits, want 1", store.commits)
	}
}

func TestApplyDuplicate(t *testing.T) {
	t.Parallel()
	tests := map[string]func(m *memory){
		"seen before": func(*memory) {},
		// The twin commits between this one's reading and writing.
		"seen meanwhile": func(m *memory) {
			record := m.seen["evt_1"]
			delete(m.seen, "evt_1")
			m.beforeCommit = func(m *memory) error { m.seen["evt_1"] = record; return nil }
		},
	}
	for name, arrange := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemory()
			p := New(store, &truth{}, clock)
			mustApply(t, p, paidEvent("evt_1"))
			before := store.clone()
			arrange(store)
			if got := mustApply(t, p, paidEvent("evt_1")); got != billing.Duplicate {
				t.Errorf("outcome %s, want duplicate", got)
			}
			unchanged(t, before, store)
		})
	}
}

// An event that changes no row is recorded all the same, so that it can be
// told what became of it.
func TestApplyRecordsWhatItIgnores(t *testing.T) {
	t.Parallel()
	store := newMemory()
	p := New(store, &truth{}, clock)
	if got := mustApply(t, p, event("evt_1", second, nil)); got != billing.Ignored {
		t.Errorf("outcome %s, want ignored", got)
	}
	if got := store.seen["evt_1"].Outcome; got != billing.Ignored {
		t.Errorf("recorded outcome %q, want ignored", got)
	}
	if got := mustApply(t, p, event("evt_1", second, nil)); got != billing.Duplicate {
		t.Errorf("outcome %s, want duplicate", got)
	}
}

func TestApplyToAProjectThatReceivesNothing(t *testing.T) {
	t.Parallel()
	store := newMemory()
	store.receives = false
	before := store.clone()
	_, err := New(store, &truth{}, clock).Apply(t.Context(), scope, paidEvent("evt_1"))
	if got := billing.KindOf(err); got != billing.NotFound {
		t.Errorf("Apply = %v, want NotFound", err)
	}
	unchanged(t, before, store)
}

// After any failure nothing has changed, and the same event succeeds later.
func TestApplyFailsWhole(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	row := rowAt(second, sub())
	tie := event("evt_1", second, snapshot(billing.Updated, sub(), sub(quantity(2))))
	tests := map[string]struct {
		event billing.Event
		fail  func(*memory, *truth)
		mend  func(*memory, *truth)
	}{
		"reading": {
			paidEvent("evt_1"),
			func(m *memory, _ *truth) { m.failPicture = broken },
			func(m *memory, _ *truth) { m.failPicture = nil },
		},
		"writing": {
			paidEvent("evt_1"),
			func(m *memory, _ *truth) { m.beforeCommit = func(*memory) error { return broken } },
			func(*memory, *truth) {},
		},
		"asking Stripe": {
			tie,
			func(_ *memory, s *truth) { s.err = broken },
			func(_ *memory, s *truth) { s.err = nil },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemory()
			store.subscriptions[row.ID] = *row
			stripe := &truth{now: map[string]billing.SubscriptionFact{"sub_1": snapshot(billing.Updated, sub(), sub(quantity(2)))}}
			p := New(store, stripe, clock)
			before := store.clone()
			test.fail(store, stripe)
			if _, err := p.Apply(t.Context(), scope, test.event); !errors.Is(err, broken) {
				t.Fatalf("Apply = %v, want %v", err, broken)
			}
			unchanged(t, before, store)
			test.mend(store, stripe)
			if got := mustApply(t, p, test.event); got != billing.Applied {
				t.Errorf("outcome %s, want applied", got)
			}
		})
	}
}

// A row that changes between reading and writing has the event decided again,
// on what is stored by then.
func TestApplyDecidesAgainAfterAConflict(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		p := New(store, &truth{}, clock)
		mustApply(t, p, event("evt_failed", second, billing.PaymentFact{Payment: invoice(billing.TransactionFailed, 2400)}))
		store.beforeCommit = func(m *memory) error {
			return commitElsewhere(m, paidEvent("evt_paid"))
		}
		refund := invoice(billing.TransactionSucceeded, 2400)
		refund.Refunded, refund.RefundsAsOf = 600, billing.At(later)
		if got := mustApply(t, p, event("evt_refund", later, billing.PaymentFact{Payment: refund})); got != billing.Applied {
			t.Errorf("outcome %s, want applied", got)
		}
		x := store.transactions["in_1"]
		if x.Status != billing.TransactionPartiallyRefunded || x.Refunded != 600 || x.Revision != 3 {
			t.Errorf("the row is %+v", x)
		}
		if diff := cmp.Diff(store.recount(), store.counts()); diff != "" {
			t.Errorf("tally (-recounted +counted):\n%s", diff)
		}
	})
}

// commitElsewhere applies an event as another instance of the function would.
func commitElsewhere(m *memory, e billing.Event) error {
	_, err := New(m, &truth{}, clock).Apply(context.Background(), scope, e)
	return err
}

func TestApplyGivesUpAfterManyConflicts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		tries := 0
		var conflict func(*memory) error
		conflict = func(m *memory) error {
			tries++
			m.beforeCommit = conflict
			return ErrConflict
		}
		store.beforeCommit = conflict
		before := store.clone()
		started := time.Now()
		_, err := New(store, &truth{}, clock).Apply(t.Context(), scope, paidEvent("evt_1"))
		if got := billing.KindOf(err); got != billing.Unavailable {
			t.Errorf("Apply = %v, want Unavailable, so that Stripe delivers again", err)
		}
		if tries != attempts {
			t.Errorf("%d tries, want %d", tries, attempts)
		}
		if took := time.Since(started); took > 5*time.Second {
			t.Errorf("it took %s, longer than a delivery may", took)
		}
		unchanged(t, before, store)
	})
}

func TestApplyStopsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		store := newMemory()
		var conflict func(*memory) error
		conflict = func(m *memory) error {
			cancel()
			m.beforeCommit = conflict
			return ErrConflict
		}
		store.beforeCommit = conflict
		if _, err := New(store, &truth{}, clock).Apply(ctx, scope, paidEvent("evt_1")); !errors.Is(err, context.Canceled) {
			t.Errorf("Apply = %v, want the context's end", err)
		}
	})
}

func unchanged(t *testing.T, before, after *memory) {
	t.Helper()
	if diff := cmp.Diff(before.clone(), after.clone(), cmp.AllowUnexported(memory{})); diff != "" {
		t.Errorf("the store changed (-before +after):\n%s", diff)
	}
}

func TestLookupNamesTheRows(t *testing.T) {
	t.Parallel()
	payment := invoice(billing.TransactionSucceeded, 2400)
	oneOff := billing.Transaction{ID: "pi_1", Owner: "pi_1", PaymentIntent: "pi_1"}
	tests := map[string]struct {
		fact billing.Fact
		want billing.Lookup
	}{
		"a type that is not used":     {nil, billing.Lookup{}},
		"a subscription":              {snapshot(billing.Updated, sub(), sub()), billing.Lookup{Owner: "cus_1", Subscription: "sub_1", Siblings: true}},
		"an invoice":                  {billing.PaymentFact{Payment: payment}, billing.Lookup{Owner: "cus_1", Subscription: "sub_1", Siblings: true, Transaction: "in_1", PaymentIntent: "pi_1"}},
		"a payment of who knows what": {billing.PaymentFact{Payment: billing.Transaction{Owner: "cus_1", PaymentIntent: "pi_1"}}, billing.Lookup{Owner: "cus_1", PaymentIntent: "pi_1"}},
		"a charge":                    {billing.ChargeFact{Charge: "ch_1"}, billing.Lookup{}},
		"a customer":                  {billing.CustomerFact{ID: "cus_1", User: "user-1"}, billing.Lookup{Owner: "cus_1"}},
		"a checkout":                  {billing.CheckoutFact{Customer: "cus_1", User: "user-1", Subscription: "sub_1"}, billing.Lookup{Owner: "cus_1", User: "user-1", Subscription: "sub_1", Siblings: true}},
		"a guest's checkout":          {billing.CheckoutFact{Payment: &oneOff}, billing.Lookup{Owner: "pi_1", Transaction: "pi_1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := event("evt_1", second, test.fact)
			test.want.Event = &e
			if diff := cmp.Diff(test.want, lookup(e, answers{})); diff != "" {
				t.Errorf("lookup (-want +got):\n%s", diff)
			}
		})
	}
}
