package projector

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

// Since when a subscription is past due is told by whatever tells first that it
// is, stays, and is forgotten when it is not any more.
func TestPastDueSince(t *testing.T) {
	t.Parallel()
	active, pastDue := sub(), sub(status(billing.StatusPastDue))
	more := sub(status(billing.StatusPastDue), quantity(2))
	update := func(id string, at int64, from, to billing.SubscriptionState) billing.Event {
		return event(id, at, snapshot(billing.Updated, from, to))
	}
	failed := event("evt_failed", 2000, billing.PaymentFact{Payment: invoice(billing.TransactionFailed, 2400), Renewal: true})
	for name, c := range map[string]struct {
		events []billing.Event
		want   time.Time
	}{
		"it is active":                {nil, time.Time{}},
		"its own event":               {[]billing.Event{update("evt_1", 2001, active, pastDue)}, billing.At(2001)},
		"the failed renewal":          {[]billing.Event{failed}, billing.At(2000)},
		"both":                        {[]billing.Event{failed, update("evt_1", 2001, active, pastDue)}, billing.At(2000)},
		"it changes otherwise":        {[]billing.Event{update("evt_1", 2001, active, pastDue), update("evt_2", 3000, pastDue, more)}, billing.At(2001)},
		"it recovers":                 {[]billing.Event{failed, update("evt_1", 3000, pastDue, active)}, time.Time{}},
		"it recovers and fails again": {[]billing.Event{failed, update("evt_1", 3000, pastDue, active), update("evt_2", 4000, active, pastDue)}, billing.At(4000)},
		"the recovery is told before": {[]billing.Event{update("evt_1", 3000, pastDue, active), failed, update("evt_2", 2001, active, pastDue)}, time.Time{}},
		"it is given up":              {[]billing.Event{failed, update("evt_1", 3000, pastDue, sub(status(billing.StatusUnpaid)))}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemory()
			p := New(store, &truth{}, clock)
			mustApply(t, p, event("evt_created", 1000, snapshot(billing.Created, active, active)))
			for _, e := range c.events {
				mustApply(t, p, e)
			}
			if got := store.subscriptions["sub_1"].PastDueSince; !got.Equal(c.want) {
				t.Errorf("past due since %v, want %v", got, c.want)
			}
		})
	}
}

// However the news of disputes come, the customer's row counts the payments
// with an open one.
func TestDisputesAreCountedInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stripe := &truth{charges: map[string]billing.PaymentFact{}}
		var events []billing.Event
		want := int64(0)
		for i := range rapid.IntRange(1, 3).Draw(t, "payments") {
			x := invoice(billing.TransactionSucceeded, 2400)
			x.ID, x.PaymentIntent = fmt.Sprint("in_", i), fmt.Sprint("pi_", i)
			charge := fmt.Sprint("ch_", i)
			stripe.charges[charge] = billing.PaymentFact{Payment: x}
			events = append(events, event("evt_paid_"+x.ID, 1000, billing.PaymentFact{Payment: x}))
			course := rapid.SampledFrom([][]billing.DisputeStatus{
				nil,
				{billing.DisputeWarningNeedsResponse, billing.DisputeWarningClosed},
				{billing.DisputeNeedsResponse},
				{billing.DisputeNeedsResponse, billing.DisputeUnderReview},
				{billing.DisputeNeedsResponse, billing.DisputeUnderReview, billing.DisputeWon},
				{billing.DisputeNeedsResponse, billing.DisputeLost},
			}).Draw(t, "course")
			for step, status := range course {
				told := billing.Dispute{ID: "dp_" + x.ID, Status: status, CreatedAt: billing.At(1100), AsOf: billing.At(1100 + int64(step))}
				events = append(events, event(fmt.Sprint("evt_dispute_", i, step), 1100+int64(step), billing.ChargeFact{Charge: charge, Dispute: &told}))
			}
			if len(course) > 0 && course[len(course)-1].Open() {
				want++
			}
		}
		events = append(events, event("evt_customer", 900, billing.CustomerFact{ID: "cus_1", User: "user-1", Email: "a@example.com"}))
		store := newMemory()
		store.customers["cus_1"] = billing.Customer{ID: "cus_1", Granted: true, Revision: 1}
		p := New(store, stripe, clock)
		for _, e := range rapid.Permutation(events).Draw(t, "order") {
			if _, err := p.Apply(t.Context(), scope, e); err != nil {
				t.Fatalf("%s: %v", e.ID, err)
			}
		}
		row := store.customers["cus_1"]
		row.Revision = 0
		kept := billing.Customer{ID: "cus_1", User: "user-1", Email: "a@example.com", EmailAsOf: billing.At(900), Disputes: want, Granted: true}
		if diff := cmp.Diff(kept, row); diff != "" {
			t.Errorf("customer (-want +got):\n%s", diff)
		}
	})
}

// A payment without a customer has no row to count on.
func TestDisputeOfAGuest(t *testing.T) {
	t.Parallel()
	x := invoice(billing.TransactionSucceeded, 2400)
	x.ID, x.Owner = "pi_1", "pi_1"
	told := billing.Dispute{ID: "dp_1", Status: billing.DisputeNeedsResponse, CreatedAt: billing.At(1100), AsOf: billing.At(1100)}
	store := newMemory()
	p := New(store, &truth{charges: map[string]billing.PaymentFact{"ch_1": {Payment: x}}}, clock)
	if outcome := mustApply(t, p, event("evt_1", 1100, billing.ChargeFact{Charge: "ch_1", Dispute: &told})); outcome != billing.Applied {
		t.Errorf("outcome %s", outcome)
	}
	if len(store.customers) != 0 || store.transactions["pi_1"].Dispute != told {
		t.Errorf("customers %v, payment %+v", store.customers, store.transactions["pi_1"])
	}
}
