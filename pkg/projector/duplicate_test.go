package projector

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// pair are two subscriptions of one user: sub_1 is the older one.
func pair(older, newer billing.SubscriptionStatus) (first, second billing.Subscription) {
	first, second = *rowAt(earlier, sub(status(older))), *rowAt(earlier, sub(status(newer)))
	first.User, second.User = "user-1", "user-1"
	second.ID, first.CreatedAt, second.CreatedAt = "sub_2", billing.At(1000), billing.At(1001)
	first.Revision, second.Revision = 1, 1
	return first, second
}

// starts is the event by which a row becomes active.
func starts(row billing.Subscription) billing.Event {
	f := snapshot(billing.Updated, row.SubscriptionState, sub())
	f.ID, f.User, f.CreatedAt = row.ID, row.User, row.CreatedAt
	return event("evt_"+row.ID, later, f)
}

func TestDuplicateSubscriptions(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		older, newer billing.SubscriptionStatus // stored
		starting     string
		atStripe     map[string]billing.SubscriptionStatus
		marked       string // which is marked, as a duplicate of the other
		asked        bool
	}{
		"the newer starts beside the older": {
			older: billing.StatusActive, newer: billing.StatusIncomplete, starting: "sub_2",
			atStripe: map[string]billing.SubscriptionStatus{"sub_1": billing.StatusActive, "sub_2": billing.StatusActive}, marked: "sub_2", asked: true,
		},
		"the older one's start is told later": {
			older: billing.StatusIncomplete, newer: billing.StatusTrialing, starting: "sub_1",
			atStripe: map[string]billing.SubscriptionStatus{"sub_1": billing.StatusPastDue, "sub_2": billing.StatusTrialing}, marked: "sub_2", asked: true,
		},
		"the older has ended, which is not told yet": {
			older: billing.StatusActive, newer: billing.StatusIncomplete, starting: "sub_2",
			atStripe: map[string]billing.SubscriptionStatus{"sub_1": billing.StatusCanceled, "sub_2": billing.StatusActive}, asked: true,
		},
		"the older has ended": {older: billing.StatusCanceled, newer: billing.StatusIncomplete, starting: "sub_2"},
		"neither runs yet":    {older: billing.StatusIncomplete, newer: billing.StatusIncomplete, starting: "sub_2"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := pair(test.older, test.newer)
			store, stripe := newMemory(), &truth{now: map[string]billing.SubscriptionFact{}}
			for _, row := range []billing.Subscription{first, second} {
				store.subscriptions[row.ID] = row
				store.tally.Subscription(nil, row)
				f := answered(sub(status(test.atStripe[row.ID])))
				f.ID, f.CreatedAt = row.ID, row.CreatedAt
				stripe.now[row.ID] = f
			}
			mustApply(t, New(store, stripe, clock), starts(store.subscriptions[test.starting]))
			want := map[string]string{"sub_1": "", "sub_2": ""}
			if test.marked == "sub_2" {
				want["sub_2"] = "sub_1"
			}
			got := map[string]string{}
			for id, row := range store.subscriptions {
				got[id] = row.DuplicateOf
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("marked (-want +got):\n%s", diff)
			}
			if (len(stripe.asked) > 0) != test.asked || len(stripe.canceled) > 0 {
				t.Errorf("asked %v, canceled %v", stripe.asked, stripe.canceled)
			}
			if diff := cmp.Diff(store.recount(), store.counts()); diff != "" {
				t.Errorf("tally (-recounted +counted):\n%s", diff)
			}
		})
	}
}

// Two subscriptions that start at the same moment see one another: who commits
// second decides again.
func TestDuplicatesAtTheSameMoment(t *testing.T) {
	t.Parallel()
	first, second := pair(billing.StatusIncomplete, billing.StatusIncomplete)
	store, stripe := newMemory(), &truth{now: map[string]billing.SubscriptionFact{}}
	for _, row := range []billing.Subscription{first, second} {
		store.subscriptions[row.ID] = row
		store.tally.Subscription(nil, row)
		f := answered(sub())
		f.ID = row.ID
		stripe.now[row.ID] = f
	}
	p := New(store, stripe, clock)
	store.beforeCommit = func(*memory) error {
		mustApply(t, p, starts(second))
		return nil
	}
	mustApply(t, p, starts(first))
	if got := store.subscriptions["sub_2"].DuplicateOf; got != "sub_1" {
		t.Errorf("sub_2 is a duplicate of %q, want sub_1", got)
	}
}

// What is to be canceled is canceled in the end, whatever fails in between.
func TestCancelNewest(t *testing.T) {
	t.Parallel()
	first, second := pair(billing.StatusActive, billing.StatusIncomplete)
	store, stripe := newMemory(), &truth{now: map[string]billing.SubscriptionFact{}}
	store.duplicates = billing.CancelNewest
	for _, row := range []billing.Subscription{first, second} {
		store.subscriptions[row.ID] = row
		f := answered(sub())
		f.ID = row.ID
		stripe.now[row.ID] = f
	}
	p := New(store, stripe, clock)
	stripe.refuses = errors.New("connection refused")
	if _, err := p.Apply(t.Context(), scope, starts(second)); !errors.Is(err, stripe.refuses) {
		t.Fatalf("Apply = %v, want Stripe's error, so that the event comes again", err)
	}
	if got := store.subscriptions["sub_2"].DuplicateOf; got != "sub_1" {
		t.Fatalf("sub_2 is a duplicate of %q, want sub_1", got)
	}
	stripe.refuses = nil
	if got := mustApply(t, p, starts(second)); got != billing.Duplicate {
		t.Errorf("outcome %s, want duplicate", got)
	}
	if diff := cmp.Diff([]string{"sub_2"}, stripe.canceled); diff != "" {
		t.Errorf("canceled (-want +got):\n%s", diff)
	}
}

func TestCancellationThatStripeRefuses(t *testing.T) {
	t.Parallel()
	first, second := pair(billing.StatusActive, billing.StatusIncomplete)
	stripe := &truth{now: map[string]billing.SubscriptionFact{}, refuses: billing.NewError(billing.Refused, "charge_disputed", "The charge is disputed")}
	store := newMemory()
	store.duplicates = billing.CancelNewest
	for _, row := range []billing.Subscription{first, second} {
		store.subscriptions[row.ID] = row
		f := answered(sub())
		f.ID = row.ID
		stripe.now[row.ID] = f
	}
	if got := mustApply(t, New(store, stripe, clock), starts(second)); got != billing.Applied {
		t.Errorf("outcome %s, want applied: the event must not come again for it", got)
	}
}

// Two that start at the same moment have no row that the other could see. Any
// event of either shows both afterwards, even one that changes nothing else.
func TestDuplicatesAreSeenLater(t *testing.T) {
	t.Parallel()
	events := map[string]billing.Fact{
		"an invoice that is paid": billing.PaymentFact{Payment: billing.Transaction{
			ID: "in_1", Owner: "cus_1", Subscription: "sub_1", Status: billing.TransactionSucceeded, Amount: 2400, Currency: "usd",
		}},
		"a free invoice":        billing.PaymentFact{Payment: billing.Transaction{ID: "in_1", Owner: "cus_1", Subscription: "sub_2"}, Free: true},
		"an update that is old": snapshot(billing.Created, sub(), sub()),
		"a checkout":            billing.CheckoutFact{Customer: "cus_1", User: "user-1", Subscription: "sub_2"},
	}
	for name, fact := range events {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := pair(billing.StatusTrialing, billing.StatusTrialing)
			store, stripe := newMemory(), &truth{now: map[string]billing.SubscriptionFact{}}
			for _, row := range []billing.Subscription{first, second} {
				store.subscriptions[row.ID] = row
				store.tally.Subscription(nil, row)
				f := answered(row.SubscriptionState)
				f.ID = row.ID
				stripe.now[row.ID] = f
			}
			mustApply(t, New(store, stripe, clock), event("evt_1", earlier, fact))
			if got := store.subscriptions["sub_2"].DuplicateOf; got != "sub_1" {
				t.Errorf("sub_2 is a duplicate of %q, want sub_1", got)
			}
			if diff := cmp.Diff(store.recount(), store.counts()); diff != "" {
				t.Errorf("tally (-recounted +counted):\n%s", diff)
			}
		})
	}
}
