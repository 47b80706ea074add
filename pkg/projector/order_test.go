package projector

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

// life draws the events of a subscription's life, in the order in which they
// happen: created, updated, perhaps ended. Seconds are long, so that many
// events share one. Some updates change nothing that is kept, some take back
// what the one before did, and some changes are told by two events.
//
// What is left out: that a subscription leaves a state and comes back to it by
// way of two others or more within one second. From two events, each of which
// knows only what it found and what it left, such a circle looks the same from
// any of its points.
func life(t *rapid.T) []billing.Event {
	const startsAt = 1000
	state := drawState(t)
	trial := false
	fact := func(step billing.Lifecycle, before, after billing.SubscriptionState) billing.SubscriptionFact {
		f := snapshot(step, before, after)
		trial = trial || rapid.IntRange(0, 5).Draw(t, "trial") == 0
		f.Trial = trial
		f.User = rapid.SampledFrom([]string{"", "user-1"}).Draw(t, "user")
		return f
	}
	second := int64(startsAt)
	events := []billing.Event{event("evt_created", second, fact(billing.Created, state, state))}
	visited := []billing.SubscriptionState{state}
	for i := range rapid.IntRange(0, 7).Draw(t, "updates") {
		if rapid.IntRange(0, 3).Draw(t, "time passes") == 0 {
			second += rapid.Int64Range(1, 3).Draw(t, "seconds")
			visited = []billing.SubscriptionState{state}
		}
		next := nextState(t, visited)
		update := fact(billing.Updated, state, next)
		events = append(events, event(fmt.Sprint("evt_updated_", i), second, update))
		if rapid.IntRange(0, 4).Draw(t, "told twice") == 0 {
			events = append(events, event(fmt.Sprint("evt_twin_", i), second, update))
		}
		if next != state {
			visited = append(visited, next)
		}
		state = next
	}
	switch end := rapid.SampledFrom([]string{"", "deleted", "expired"}).Draw(t, "end"); end {
	case "deleted":
		last := state
		last.Status, last.CanceledAt = billing.StatusCanceled, billing.At(second)
		events = append(events, event("evt_deleted", second, fact(billing.Deleted, last, last)))
	case "expired":
		last := state
		last.Status = billing.StatusIncompleteExpired
		events = append(events, event("evt_expired", second, fact(billing.Updated, state, last)))
	}
	return events
}

func drawState(t *rapid.T) billing.SubscriptionState {
	return billing.SubscriptionState{
		Status:   rapid.SampledFrom([]billing.SubscriptionStatus{billing.StatusIncomplete, billing.StatusActive}).Draw(t, "status"),
		Price:    rapid.SampledFrom([]string{"price_1", "price_2"}).Draw(t, "price"),
		Quantity: rapid.Int64Range(1, 3).Draw(t, "quantity"),
	}
}

// nextState is where an update leads from the last of the states visited in
// this second: one that was not visited, or the same, or the one before.
func nextState(t *rapid.T, visited []billing.SubscriptionState) billing.SubscriptionState {
	state := visited[len(visited)-1]
	next := drawState(t)
	// Change one or two members, as real updates do.
	switch rapid.IntRange(0, 3).Draw(t, "members") {
	case 0:
		next.Price, next.Quantity = state.Price, state.Quantity
	case 1:
		next.Status, next.Quantity = state.Status, state.Quantity
	case 2:
		next.Status, next.Price = state.Status, state.Price
	default:
	}
	for i, was := range visited {
		if was == next && i < len(visited)-2 {
			return state
		}
	}
	return next
}

// reply is what Stripe answered to a call of ours at some point of a life.
type reply struct {
	id   string
	fact billing.SubscriptionFact
	asOf time.Time
}

// replies draws answers given between the events of a life. An answer's time is
// no later than the moment it shows, which may be in the second of the next
// event, but before it; how much earlier does not matter.
func replies(t *rapid.T, events []billing.Event) []reply {
	var drawn []reply
	for range rapid.IntRange(0, 3).Draw(t, "answers") {
		i := rapid.IntRange(0, len(events)-1).Draw(t, "after")
		f, ok := events[i].Fact.(billing.SubscriptionFact)
		if !ok {
			t.Fatalf("%s tells nothing of the subscription", events[i].ID)
		}
		f.Lifecycle, f.Before = billing.Updated, f.After
		until := events[i].Created.Unix() + 5
		if i+1 < len(events) {
			until = events[i+1].Created.Unix()
		}
		at := rapid.Int64Range(events[i].Created.Unix()-2, until).Draw(t, "as of")
		drawn = append(drawn, reply{fmt.Sprint("req_", len(drawn)), f, billing.At(at)})
	}
	return drawn
}

// Stripe promises no order and may deliver twice, and answers to calls of ours
// come in between. Whatever arrives in whatever order, the row ends as the
// subscription's last snapshot.
func TestAnyOrderEndsInTheLastState(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := life(t)
		last, ok := events[len(events)-1].Fact.(billing.SubscriptionFact)
		if !ok {
			t.Fatal("the last event tells nothing of the subscription")
		}
		now := last
		now.Lifecycle, now.Before = billing.Updated, now.After
		store, stripe := newMemory(), &truth{now: map[string]billing.SubscriptionFact{last.ID: now}}
		p := New(store, stripe, clock)

		var deliveries []func() error
		apply := func(e billing.Event) {
			deliveries = append(deliveries, func() error { _, err := p.Apply(t.Context(), scope, e); return err })
		}
		for _, e := range events {
			apply(e)
		}
		for range rapid.IntRange(0, 3).Draw(t, "duplicates") {
			apply(rapid.SampledFrom(events).Draw(t, "duplicate"))
		}
		for _, a := range replies(t, events) {
			deliveries = append(deliveries, func() error {
				return p.Observe(t.Context(), scope, Observation{Fact: a.fact, AsOf: a.asOf, Call: "read subscription", Request: a.id})
			})
		}
		for _, deliver := range rapid.Permutation(deliveries).Draw(t, "order") {
			if err := deliver(); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(last.After, store.subscriptions[last.ID].SubscriptionState); diff != "" {
			t.Errorf("state (-Stripe's +stored):\n%s", diff)
		}
		if diff := cmp.Diff(store.recount(), store.counts()); diff != "" {
			t.Errorf("tally (-recounted +counted):\n%s", diff)
		}
		for _, e := range events {
			if !store.seen[e.ID].Outcome.Settled() {
				t.Errorf("%s is not recorded", e.ID)
			}
		}
		if used := store.subscriptions[last.ID].Trial; used != last.Trial {
			t.Errorf("trial used: %t, want %t", used, last.Trial)
		}
	})
}
