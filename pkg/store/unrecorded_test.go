package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
)

// Changes that no event made leave no record. Their first write is a row, and
// what stands in its way is no duplicate.
func TestCommitWithoutAnEvent(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	changes := billing.Changes{
		Customer:     &billing.Customer{ID: "cus_1", User: "user-1"},
		Subscription: &billing.Subscription{ID: "sub_1", Customer: "cus_1", CreatedAt: noon, AsOf: noon, Trial: true},
		Tally:        billing.Tally{"subscriptions.active": 1},
	}
	commit(t, table, s, changes)
	stored := account.Items(t)
	if len(stored) != 3 { // customer, subscription, counters
		t.Errorf("%d items: %v", len(stored), stored)
	}
	p, err := table.Picture(t.Context(), s, billing.Lookup{Owner: "cus_1", Subscription: "sub_1"})
	if err != nil || p.Record != nil || p.Receives || p.Customer == nil || p.Subscription == nil {
		t.Fatalf("picture: %+v, %v", p, err)
	}
	if !p.Subscription.Trial {
		t.Error("the trial was forgotten")
	}
	for name, again := range map[string]billing.Changes{
		"with counts":    changes,
		"without counts": {Subscription: changes.Subscription},
	} {
		if err := table.Commit(t.Context(), s, again); !errors.Is(err, projector.ErrConflict) || errors.Is(err, projector.ErrDuplicate) {
			t.Errorf("%s: err = %v, want ErrConflict", name, err)
		}
	}
	if diff := cmp.Diff(stored, account.Items(t)); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
}
