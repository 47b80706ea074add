package projector

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// history follows a row's chain of steps, newest first.
func history(m *memory, row string, last billing.EventRef) (events []string, steps []billing.Step) {
	for last.ID != "" {
		step, _ := m.seen[last.ID].StepOf(row)
		events, steps = append(events, last.ID), append(steps, step)
		last = step.Previous
	}
	return events, steps
}

// Each change of a row can be told with the event that caused it, in the order
// in which they were applied.
func TestEveryChangeIsTraced(t *testing.T) {
	t.Parallel()
	a, b := sub(status(billing.StatusIncomplete)), sub()
	pastDue := sub(status(billing.StatusPastDue))
	failed := invoice(billing.TransactionFailed, 2400)
	store := newMemory()
	p := New(store, &truth{}, clock)
	mustApply(t, p, event("evt_created", earlier, snapshot(billing.Created, a, a)))
	mustApply(t, p, event("evt_paid", second, snapshot(billing.Updated, a, b)))
	mustApply(t, p, event("evt_told_again", second, snapshot(billing.Updated, a, b)))
	mustApply(t, p, event("evt_failed", later, billing.PaymentFact{Payment: failed, Renewal: true}))
	mustApply(t, p, event("evt_past_due", later, snapshot(billing.Updated, b, pastDue)))
	if err := p.Observe(t.Context(), scope, Observation{Fact: answered(sub(status(billing.StatusCanceled))), AsOf: billing.At(later + 1), Call: "cancel subscription", Request: "req_1"}); err != nil {
		t.Fatal(err)
	}

	events, steps := history(store, "sub_1", store.subscriptions["sub_1"].LastEvent)
	if diff := cmp.Diff([]string{"req_1_sub_1", "evt_failed", "evt_paid", "evt_created"}, events); diff != "" {
		t.Errorf("events of the subscription (-want +got):\n%s", diff)
	}
	want := []billing.Change{{Field: "status", From: "past_due", To: "canceled"}}
	if diff := cmp.Diff(want, steps[0].Changes); diff != "" {
		t.Errorf("the last change (-want +got):\n%s", diff)
	}
	if got := store.seen["req_1_sub_1"].Type; got != "api.cancel subscription" {
		t.Errorf("what was asked of Stripe is told as %q", got)
	}
	if events, _ := history(store, "in_1", store.transactions["in_1"].LastEvent); len(events) != 1 || events[0] != "evt_failed" {
		t.Errorf("events of the payment: %v", events)
	}
}

// An event that failed, or was ignored, can be applied later; one that was
// applied cannot.
func TestReplay(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		recorded         billing.Outcome
		applied, replays billing.Outcome
	}{
		"nothing":     {"", billing.Applied, billing.Applied},
		"failed":      {billing.Failed, billing.Applied, billing.Applied},
		"quarantined": {billing.Quarantined, billing.Applied, billing.Applied},
		"ignored":     {billing.Ignored, billing.Duplicate, billing.Applied},
		"stale":       {billing.Stale, billing.Duplicate, billing.Applied},
		"applied":     {billing.Applied, billing.Duplicate, billing.Duplicate},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			arranged := func() (*memory, *Projector) {
				m := newMemory()
				if test.recorded != "" {
					m.seen["evt_1"] = billing.EventRecord{ID: "evt_1", Outcome: test.recorded, Attempts: 3}
				}
				return m, New(m, &truth{}, clock)
			}
			m, p := arranged()
			if got := mustApply(t, p, paidEvent("evt_1")); got != test.applied {
				t.Errorf("Apply = %s, want %s", got, test.applied)
			}
			if got := m.seen["evt_1"].Attempts; test.recorded != "" && test.applied == billing.Applied && got != 4 {
				t.Errorf("%d attempts, want 4", got)
			}
			_, p = arranged()
			if got, err := p.Replay(t.Context(), scope, paidEvent("evt_1")); err != nil || got != test.replays {
				t.Errorf("Replay = %s, %v, want %s", got, err, test.replays)
			}
		})
	}
}

// Of many events that leave the same open, one asks; the others find what it
// has brought in, and that it is later than they are.
func TestOneAsksForMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		store.subscriptions["sub_1"] = *rowAt(second, sub())
		now := sub(quantity(9))
		stripe := &truth{now: map[string]billing.SubscriptionFact{"sub_1": answered(now)}, asOf: billing.At(later)}
		p := New(store, stripe, clock)
		store.mayAsk = func(string) error {
			store.mayAsk = nil
			mustApply(t, p, event("evt_other", second, snapshot(billing.Updated, sub(quantity(3)), sub(quantity(4)))))
			return ErrAsked
		}
		if got := mustApply(t, p, event("evt_1", second, snapshot(billing.Updated, sub(), sub(quantity(2))))); got != billing.Stale {
			t.Errorf("outcome %s, want stale: Stripe's answer is newer", got)
		}
		if len(stripe.asked) != 1 {
			t.Errorf("Stripe was asked %d times", len(stripe.asked))
		}
		if diff := cmp.Diff(now, store.subscriptions["sub_1"].SubscriptionState); diff != "" {
			t.Errorf("state (-want +got):\n%s", diff)
		}
	})
}
