package projector

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

// sampleEvents are the samples' events in the order in which they happened.
func sampleEvents(t *testing.T) []billing.Event {
	t.Helper()
	var events []billing.Event
	for _, kind := range []string{
		"customer.subscription.created", "customer.subscription.updated", "invoice.paid", "invoice.payment_succeeded",
		"checkout.session.completed", "charge.refunded", "invoice.payment_failed", "customer.subscription.deleted",
	} {
		body, err := os.ReadFile(filepath.Join("../../events/stripe", kind+".json"))
		if err != nil {
			t.Fatal(err)
		}
		e, err := stripeevent.Decode(body)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

// stripeAfter answers as Stripe does once all of the events have happened.
func stripeAfter(t *testing.T, events []billing.Event) *truth {
	t.Helper()
	last, ok := events[len(events)-1].Fact.(billing.SubscriptionFact)
	if !ok {
		t.Fatal("the samples do not end with the subscription")
	}
	last.Lifecycle, last.Before = billing.Updated, last.After
	return &truth{now: map[string]billing.SubscriptionFact{last.ID: last}}
}

// order is what depends on when an event came, not on what it said.
func order() []cmp.Option {
	return []cmp.Option{
		cmpopts.IgnoreFields(billing.Subscription{}, "AsOf", "AsCreated", "LastEvent", "Revision"),
		cmpopts.IgnoreFields(billing.Transaction{}, "LastEvent", "Revision"),
		cmpopts.IgnoreFields(billing.Customer{}, "Revision"),
	}
}

func TestSampleStory(t *testing.T) {
	t.Parallel()
	events := sampleEvents(t)
	const (
		user     = "7d0c3f52-9a1e-4b86-8c55-2f4be1a9d603"
		customer = "cus_q0AtV6OMuZL4hR"
		id       = "sub_1Sw0m01X1QbhkHe4Zr9LmTyW"
	)
	store, stripe := newMemory(), stripeAfter(t, events)
	p := New(store, stripe, clock)
	var outcomes []billing.Outcome
	for _, e := range events {
		outcomes = append(outcomes, mustApply(t, p, e))
	}
	want := []billing.Outcome{
		billing.Applied, billing.Applied, billing.Applied, billing.Stale, // two events tell of one payment
		billing.Applied, billing.Applied, billing.Applied, billing.Applied,
	}
	if diff := cmp.Diff(want, outcomes); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if len(stripe.asked) > 0 {
		t.Errorf("Stripe was asked for %v, which the events tell", stripe.asked)
	}
	if diff := cmp.Diff(map[string]billing.Customer{customer: {ID: customer, User: user, Email: "nora.lindqvist@example.com"}}, store.customers, order()...); diff != "" {
		t.Errorf("customers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{user: customer}, store.links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if got := store.subscriptions[id]; got.Status != billing.StatusCanceled || got.User != user {
		t.Errorf("the subscription is %+v", got)
	}
	counts := billing.Tally{
		"subscriptions.canceled": 1, "payments.partially_refunded": 1, "payments.failed": 1,
		"paid.usd": 1, "gross.usd": 2400, "refunded.usd": 600,
	}
	if diff := cmp.Diff(counts, store.counts()); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
}

// The whole story, in any order and with duplicates, leaves the same rows.
func TestSampleStoryInAnyOrder(t *testing.T) {
	t.Parallel()
	events := sampleEvents(t)
	straight := newMemory()
	p := New(straight, stripeAfter(t, events), clock)
	for _, e := range events {
		mustApply(t, p, e)
	}
	last := stripeAfter(t, events).now
	rapid.Check(t, func(t *rapid.T) {
		deliveries := append(rapid.Permutation(events).Draw(t, "order"), rapid.SampledFrom(events).Draw(t, "duplicate"))
		store := newMemory()
		p := New(store, &truth{now: last}, clock)
		for _, e := range deliveries {
			if _, err := p.Apply(t.Context(), scope, e); err != nil {
				t.Fatalf("%s: %v", e.Type, err)
			}
		}
		if diff := cmp.Diff(straight.subscriptions, store.subscriptions, order()...); diff != "" {
			t.Errorf("subscriptions (-in order +shuffled):\n%s", diff)
		}
		if diff := cmp.Diff(straight.transactions, store.transactions, order()...); diff != "" {
			t.Errorf("transactions (-in order +shuffled):\n%s", diff)
		}
		if diff := cmp.Diff(straight.customers, store.customers, order()...); diff != "" {
			t.Errorf("customers (-in order +shuffled):\n%s", diff)
		}
		if diff := cmp.Diff(straight.counts(), store.counts()); diff != "" {
			t.Errorf("tally (-in order +shuffled):\n%s", diff)
		}
	})
}

// A purchase makes Stripe send several events within a second, side by side.
// Their usual set must not cost a question in any order: Stripe allows few.
func TestUsualBurstAsksNothing(t *testing.T) {
	t.Parallel()
	incomplete, active := sub(status(billing.StatusIncomplete)), sub()
	burst := []billing.Event{
		event("evt_created", second, snapshot(billing.Created, incomplete, incomplete)),
		event("evt_paid", second, snapshot(billing.Updated, incomplete, active)),
		event("evt_card_kept", second, snapshot(billing.Updated, active, active)),
	}
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		store, stripe := newMemory(), &truth{}
		p := New(store, stripe, clock)
		for _, i := range order {
			mustApply(t, p, burst[i])
		}
		if len(stripe.asked) > 0 {
			t.Errorf("order %v: Stripe was asked", order)
		}
		if diff := cmp.Diff(active, store.subscriptions["sub_1"].SubscriptionState); diff != "" {
			t.Errorf("order %v: state (-want +got):\n%s", order, diff)
		}
	}
}
