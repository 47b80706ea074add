package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/store"
)

// sold is a subscription that began so many seconds after noon.
func sold(id string, second int, status billing.SubscriptionStatus) billing.Subscription {
	s := billing.Subscription{ID: id, Customer: "cus_" + id, CreatedAt: noon.Add(time.Duration(second) * time.Second), AsOf: noon}
	s.Status = status
	return s
}

func sell(t *testing.T, table *store.Table, scope billing.Scope, s billing.Subscription) {
	t.Helper()
	commit(t, table, scope, billing.Changes{Event: eventNamed("evt_" + s.ID + string(s.Status)), Subscription: &s})
}

func listIDs(page billing.ListPage[billing.Subscription]) []string {
	ids := []string{}
	for _, row := range page.Rows {
		ids = append(ids, row.Row.ID)
	}
	return ids
}

func TestListsAreNewestFirst(t *testing.T) {
	t.Parallel()
	table, _, test := open(t)
	live := billing.Scope{Project: test.Project, Mode: billing.Live}
	other := billing.Scope{Project: uuid.New(), Mode: billing.Test}
	sell(t, table, test, sold("sub_b", 20, billing.StatusActive))
	sell(t, table, test, sold("sub_a", 10, billing.StatusCanceled))
	sell(t, table, test, sold("sub_d", 40, billing.StatusActive))
	sell(t, table, live, sold("sub_c", 30, billing.StatusActive))
	sell(t, table, other, sold("sub_x", 25, billing.StatusActive))
	both := []billing.Scope{test, live}
	tests := map[string]struct {
		query billing.ListQuery
		want  []string
		more  bool
	}{
		"one scope":          {billing.ListQuery{Scopes: []billing.Scope{test}, Limit: 10}, []string{"sub_d", "sub_b", "sub_a"}, false},
		"both modes, merged": {billing.ListQuery{Scopes: both, Limit: 10}, []string{"sub_d", "sub_c", "sub_b", "sub_a"}, false},
		"several projects":   {billing.ListQuery{Scopes: append(both, other), Limit: 10}, []string{"sub_d", "sub_c", "sub_x", "sub_b", "sub_a"}, false},
		"of a status":        {billing.ListQuery{Scopes: both, Status: "active", Limit: 10}, []string{"sub_d", "sub_c", "sub_b"}, false},
		"of no such status":  {billing.ListQuery{Scopes: both, Status: "unpaid", Limit: 10}, []string{}, false},
		"first page":         {billing.ListQuery{Scopes: both, Limit: 3}, []string{"sub_d", "sub_c", "sub_b"}, true},
		"second page":        {billing.ListQuery{Scopes: both, Skip: 3, Limit: 3}, []string{"sub_a"}, false},
		"exactly full":       {billing.ListQuery{Scopes: both, Limit: 4}, []string{"sub_d", "sub_c", "sub_b", "sub_a"}, false},
		"past the end":       {billing.ListQuery{Scopes: both, Skip: 50, Limit: 3}, []string{}, false},
		"no scope":           {billing.ListQuery{Limit: 3}, []string{}, false},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, err := table.ListSubscriptions(t.Context(), c.query)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, listIDs(page)); diff != "" || (page.Next != "") != c.more {
				t.Errorf("rows (-want +got):\n%snext %q, want more: %t", diff, page.Next, c.more)
			}
		})
	}
}

// A row that changes its status changes its place in the lists by status.
func TestListsFollowTheStatus(t *testing.T) {
	t.Parallel()
	table, _, scope := open(t)
	s := sold("sub_1", 1, billing.StatusActive)
	sell(t, table, scope, s)
	s.Status, s.Revision = billing.StatusPastDue, 1
	sell(t, table, scope, s)
	for status, want := range map[string][]string{"": {"sub_1"}, "active": {}, "past_due": {"sub_1"}} {
		page, err := table.ListSubscriptions(t.Context(), billing.ListQuery{Scopes: []billing.Scope{scope}, Status: status, Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, listIDs(page)); diff != "" {
			t.Errorf("status %q (-want +got):\n%s", status, diff)
		}
	}
}

// Following the cursors gives every row once, whatever the size of the pages.
func TestCursorsReachEveryRow(t *testing.T) {
	t.Parallel()
	table, _, scope := open(t)
	live := billing.Scope{Project: scope.Project, Mode: billing.Live}
	var want []string
	for n := range 40 {
		s := billing.Transaction{
			ID: fmt.Sprintf("in_%02d", n), Owner: fmt.Sprintf("cus_%d", n%3), Status: billing.TransactionSucceeded,
			Currency: "usd", CreatedAt: noon.Add(time.Duration(n/4) * time.Second), // four in each second
		}
		where := []billing.Scope{scope, live}[n%2]
		commit(t, table, where, billing.Changes{Event: eventNamed("evt_" + s.ID), Transaction: &s})
		want = append(want, s.ID)
	}
	slices.Reverse(want)
	rapid.Check(t, func(rt *rapid.T) {
		q := billing.ListQuery{Scopes: []billing.Scope{scope, live}, Limit: rapid.IntRange(1, 41).Draw(rt, "page size")}
		var got []string
		for {
			page, err := table.ListTransactions(t.Context(), q)
			if err != nil {
				rt.Fatal(err)
			}
			for _, row := range page.Rows {
				got = append(got, row.Row.ID)
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("rows (-want +got):\n%s", diff)
		}
	})
}

// readUnits sums what DynamoDB charges for reading.
func readUnits(account *functiontest.Account, read func()) float64 {
	var mu sync.Mutex
	var units float64
	add := func(consumed ...types.ConsumedCapacity) {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range consumed {
			units += aws.ToFloat64(c.CapacityUnits)
		}
	}
	account.Intercept(func(ctx context.Context, _ string, input any, next functiontest.Next) (any, error) {
		switch in := input.(type) {
		case *dynamodb.QueryInput:
			in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		case *dynamodb.BatchGetItemInput:
			in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		}
		output, err := next(ctx, input)
		switch out := output.(type) {
		case *dynamodb.QueryOutput:
			if out != nil && out.ConsumedCapacity != nil {
				add(*out.ConsumedCapacity)
			}
		case *dynamodb.BatchGetItemOutput:
			if out != nil {
				add(out.ConsumedCapacity...)
			}
		}
		return output, err
	})
	defer account.Intercept(nil)
	read()
	return units
}

// A page costs what the page needs, however many other rows there are.
func TestAPageCostsTheSameAmongManyRows(t *testing.T) {
	t.Parallel()
	table, account, scope := open(t)
	fill := func(from, to int) {
		var group errgroup.Group
		group.SetLimit(16)
		for n := from; n < to; n++ {
			group.Go(func() error {
				s := sold(fmt.Sprintf("sub_%05d", n), n, billing.StatusActive)
				return table.Commit(t.Context(), scope, billing.Changes{Event: eventNamed("evt_" + s.ID), Subscription: &s})
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	costs := func() map[string]float64 {
		units := map[string]float64{}
		for name, q := range map[string]billing.ListQuery{
			"first page": {Limit: 50},
			"by status":  {Limit: 50, Status: "active"},
			"page 2":     {Limit: 50, Skip: 50},
			"by cursor":  {Limit: 50, After: fmt.Sprintf("%013d", noon.Add(80*time.Second).UnixMilli())},
		} {
			q.Scopes = []billing.Scope{scope}
			units[name] = readUnits(account, func() {
				if page, err := table.ListSubscriptions(t.Context(), q); err != nil || len(page.Rows) != 50 {
					t.Errorf("%s: %d rows, %v", name, len(page.Rows), err)
				}
			})
		}
		return units
	}
	const few, many = 150, 10_000
	fill(0, few)
	first := costs()
	fill(few, many)
	then := costs()
	for name, units := range first {
		if units == 0 || strings.Contains(name, "page") && then[name] > units*1.25 || then[name] > units*1.5 {
			t.Errorf("%s: %.1f read units among %d rows, %.1f among %d", name, units, few, then[name], many)
		}
	}
	t.Logf("read units among %d rows: %v; among %d: %v", few, first, many, then)
}
