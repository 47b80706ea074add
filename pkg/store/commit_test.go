package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/projector"
)

// everything is a change of every kind of row, all of them new.
func everything(event string) billing.Changes {
	return billing.Changes{
		Event:        eventNamed(event),
		Customer:     &billing.Customer{ID: "cus_1", User: "user-1"},
		LinkUser:     "user-1",
		Subscription: &billing.Subscription{ID: "sub_1", Customer: "cus_1", CreatedAt: noon},
		Transaction:  &billing.Transaction{ID: "in_1", Owner: "cus_1", Amount: 2400, Currency: "usd", CreatedAt: noon},
		Tally:        billing.Tally{"subscriptions.active": 1, "gross.usd": 2400},
	}
}

func TestCommitWritesEverything(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	commit(t, table, s, everything("evt_1"))
	items := account.Items(t)
	if len(items) != 6 {
		t.Errorf("%d items, want event, customer, link, subscription, transaction and counters", len(items))
	}
	tally, err := table.Tally(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(billing.Tally{"subscriptions.active": 1, "gross.usd": 2400}, tally); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	event := items[s.String()+"#EVENTS#2100-05#2 4112856000#evt_1"]
	want := functiontest.Item{
		"PK":          s.String() + "#EVENTS#2100-05#2",
		"SK":          "4112856000#evt_1",
		"id":          "evt_1",
		"type":        "customer.subscription.updated",
		"object":      "sub_1",
		"outcome":     "applied",
		"created":     float64(noon.UnixMilli()),
		"received_at": float64(noon.Add(time.Second).UnixMilli()),
		"attempts":    float64(1),
		"expires_at":  event["expires_at"],
	}
	if diff := cmp.Diff(want, event); diff != "" {
		t.Errorf("event record (-want +got):\n%s", diff)
	}
	// Stripe lists events for 30 days: for longer than that a record must be
	// there to tell a duplicate. DynamoDB wants the time in seconds.
	expires, ok := event["expires_at"].(float64)
	if kept := time.Unix(int64(expires), 0).Sub(noon); !ok || kept < 35*24*time.Hour || kept > 366*24*time.Hour {
		t.Errorf("the event record is kept for %s", kept)
	}
}

// Each case makes one write of a commit impossible; then none may happen.
func TestCommitWritesAllOrNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stored billing.Changes
		spoil  func(*billing.Changes)
		want   error
	}{
		"the event was recorded":      {billing.Changes{Event: eventNamed("evt_2")}, nil, projector.ErrDuplicate},
		"the whole change was made":   {everything("evt_2"), nil, projector.ErrDuplicate},
		"the customer exists":         {billing.Changes{Customer: &billing.Customer{ID: "cus_1"}}, nil, projector.ErrConflict},
		"the user is linked":          {billing.Changes{Customer: &billing.Customer{ID: "cus_9"}, LinkUser: "user-1"}, nil, projector.ErrConflict},
		"the subscription exists":     {billing.Changes{Subscription: &billing.Subscription{ID: "sub_1", Customer: "cus_1"}}, nil, projector.ErrConflict},
		"the transaction exists":      {billing.Changes{Transaction: &billing.Transaction{ID: "in_1", Owner: "cus_1"}}, nil, projector.ErrConflict},
		"the customer is missing":     {spoil: func(c *billing.Changes) { c.Customer.Revision = 1 }, want: projector.ErrConflict},
		"the subscription is missing": {spoil: func(c *billing.Changes) { c.Subscription.Revision = 1 }, want: projector.ErrConflict},
		"the transaction is missing":  {spoil: func(c *billing.Changes) { c.Transaction.Revision = 1 }, want: projector.ErrConflict},
		"the subscription has moved on": {everything("evt_1"), func(c *billing.Changes) {
			c.Customer, c.LinkUser, c.Transaction, c.Subscription.Revision = nil, "", nil, 2
		}, projector.ErrConflict},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table, account, s := open(t)
			if c.stored.Event.ID == "" {
				c.stored.Event = eventNamed("evt_1")
			}
			commit(t, table, s, c.stored)
			before := account.Items(t)
			changes := everything("evt_2")
			if c.spoil != nil {
				c.spoil(&changes)
			}
			if err := table.Commit(t.Context(), s, changes); !errors.Is(err, c.want) {
				t.Errorf("err = %v, want %v", err, c.want)
			}
			if diff := cmp.Diff(before, account.Items(t)); diff != "" {
				t.Errorf("something was written (-before +after):\n%s", diff)
			}
		})
	}
}

func TestCommitOverStaleRevision(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	sub := billing.Subscription{ID: "sub_1", Customer: "cus_1", CreatedAt: noon}
	commit(t, table, s, billing.Changes{Event: eventNamed("evt_1"), Subscription: &sub})
	sub.Revision = 1
	one, two := sub, sub
	one.Plan, two.Plan = "one", "two"
	commit(t, table, s, billing.Changes{Event: eventNamed("evt_2"), Subscription: &one})
	err := table.Commit(t.Context(), s, billing.Changes{Event: eventNamed("evt_3"), Subscription: &two})
	if !errors.Is(err, projector.ErrConflict) {
		t.Errorf("err = %v, want ErrConflict", err)
	}
	p, err := table.Picture(t.Context(), s, lookup("evt_3", billing.Lookup{Owner: "cus_1", Subscription: "sub_1"}))
	if err != nil || p.Record != nil || p.Subscription.Plan != "one" {
		t.Errorf("after the conflict: %+v, %v", p, err)
	}
}

func TestCommitOfOneEventManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	var mu sync.Mutex
	outcomes := map[string]int{}
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			err := table.Commit(t.Context(), s, everything("evt_1"))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				outcomes["applied"]++
			case errors.Is(err, projector.ErrDuplicate), errors.Is(err, projector.ErrConflict):
				outcomes["refused"]++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff(map[string]int{"applied": 1, "refused": 63}, outcomes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	tally, err := table.Tally(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(everything("").Tally, tally); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	if n := len(account.Items(t)); n != 6 {
		t.Errorf("%d items, want 6", n)
	}
}

func TestCommitsOfManyEventsCountInOneScope(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	account.Intercept(busyCounters(3)) // every third writer meets another in shard 0
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			err := table.Commit(t.Context(), s, billing.Changes{
				Event:       eventNamed(fmt.Sprintf("evt_%d", i)),
				Transaction: &billing.Transaction{ID: fmt.Sprintf("in_%d", i), Owner: "cus_1", CreatedAt: noon},
				Tally:       billing.Tally{"payments.succeeded": 1, "gross.usd": int64(i)},
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	tally, err := table.Tally(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(billing.Tally{"payments.succeeded": 64, "gross.usd": 63 * 64 / 2}, tally); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	transactions, err := table.Transactions(t.Context(), s, "cus_1")
	if err != nil || len(transactions) != 64 {
		t.Errorf("%d transactions, %v", len(transactions), err)
	}
}
