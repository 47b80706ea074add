package store_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/projector"
)

// DynamoDB Local never reports conflicts or throttling on its own: these
// interceptors cancel transactions as DynamoDB does.

// canceled is a transaction's cancellation, with one reason for each write.
func canceled(reasons ...string) error {
	failure := &types.TransactionCanceledException{Message: aws.String("Transaction cancelled")}
	for _, code := range reasons {
		failure.CancellationReasons = append(failure.CancellationReasons, types.CancellationReason{Code: aws.String(code)})
	}
	return failure
}

// shardOf is the shard that a transaction counts in; empty if it counts nothing.
func shardOf(in *dynamodb.TransactWriteItemsInput) string {
	update := in.TransactItems[len(in.TransactItems)-1].Update
	if update == nil {
		return ""
	}
	pk, _ := update.Key["PK"].(*types.AttributeValueMemberS)
	return pk.Value[strings.LastIndex(pk.Value, "#")+1:]
}

// busyCounters cancels every n-th transaction that counts in shard 0
// for a conflict on the counters alone.
func busyCounters(n int64) functiontest.Interceptor {
	var transactions atomic.Int64
	return func(ctx context.Context, _ string, input any, next functiontest.Next) (any, error) {
		in, ok := input.(*dynamodb.TransactWriteItemsInput)
		if ok && shardOf(in) == "0" && transactions.Add(1)%n == 0 {
			reasons := make([]string, len(in.TransactItems))
			for i := range reasons {
				reasons[i] = "None"
			}
			reasons[len(reasons)-1] = "TransactionConflict"
			return nil, canceled(reasons...)
		}
		return next(ctx, input)
	}
}

func counted(event string) billing.Changes {
	return billing.Changes{
		Event:        eventNamed(event),
		Subscription: &billing.Subscription{ID: "sub_1", Customer: "cus_1", CreatedAt: noon},
		Tally:        billing.Tally{"subscriptions.active": 1},
	}
}

func TestCountersMoveToAnotherShardOnConflict(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	account.Intercept(busyCounters(1))
	commit(t, table, s, counted("evt_1"))
	if n := account.Calls()["TransactWriteItems"]; n != 2 {
		t.Errorf("%d transactions, want 2", n)
	}
	items := account.Items(t)
	if _, ok := items[s.String()+"#COUNTERS#0 COUNTERS"]; ok || len(items) != 3 {
		t.Errorf("the count went to the busy shard: %v", items)
	}
	tally, err := table.Tally(t.Context(), s)
	if err != nil || tally["subscriptions.active"] != 1 {
		t.Errorf("tally = %v, %v", tally, err)
	}
}

// What cancels a transaction decides what becomes of it: only counters that
// are busy may be counted elsewhere, and only a condition tells of a duplicate.
func TestCommitTellsWhyItWasCanceled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reasons []string // of event, subscription and counters
		duplicate,
		conflict bool
		transactions int
	}{
		"event recorded":                {[]string{"ConditionalCheckFailed", "None", "None"}, true, false, 1},
		"event recorded and row moved":  {[]string{"ConditionalCheckFailed", "ConditionalCheckFailed", "None"}, true, false, 1},
		"row moved":                     {[]string{"None", "ConditionalCheckFailed", "None"}, false, true, 1},
		"row being written":             {[]string{"None", "TransactionConflict", "None"}, false, true, 1},
		"event being written":           {[]string{"TransactionConflict", "None", "None"}, false, true, 1},
		"row and counters busy":         {[]string{"None", "TransactionConflict", "TransactionConflict"}, false, true, 1},
		"row moved, counters busy":      {[]string{"None", "ConditionalCheckFailed", "TransactionConflict"}, false, true, 1},
		"counters busy in two shards":   {[]string{"None", "None", "TransactionConflict"}, false, true, 2},
		"counters throttled":            {[]string{"None", "None", "ThrottlingError"}, false, false, 1},
		"row throttled":                 {[]string{"None", "ThrottlingError", "None"}, false, false, 1},
		"event out of capacity":         {[]string{"ProvisionedThroughputExceeded", "None", "None"}, false, false, 1},
		"invalid item":                  {[]string{"None", "ValidationError", "None"}, false, false, 1},
		"no reason is given":            {nil, false, false, 1},
		"throttled beside a moved row":  {[]string{"None", "ConditionalCheckFailed", "ThrottlingError"}, false, true, 1},
		"throttled beside a duplicate":  {[]string{"ConditionalCheckFailed", "ThrottlingError", "None"}, true, false, 1},
		"counters busy, row throttling": {[]string{"None", "ThrottlingError", "TransactionConflict"}, false, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table, account, s := open(t)
			account.Intercept(functiontest.Failing("TransactWriteItems", canceled(c.reasons...)))
			err := table.Commit(t.Context(), s, counted("evt_1"))
			if err == nil {
				t.Fatal("committed")
			}
			if got := errors.Is(err, projector.ErrDuplicate); got != c.duplicate {
				t.Errorf("a duplicate: %t, want %t: %v", got, c.duplicate, err)
			}
			if got := errors.Is(err, projector.ErrConflict); got != c.conflict {
				t.Errorf("a conflict: %t, want %t: %v", got, c.conflict, err)
			}
			if n := account.Calls()["TransactWriteItems"]; n != c.transactions {
				t.Errorf("%d transactions, want %d", n, c.transactions)
			}
			account.Intercept(nil)
			if items := account.Items(t); len(items) != 0 {
				t.Errorf("stored: %v", items)
			}
			commit(t, table, s, counted("evt_1")) // the same change goes through later
		})
	}
}

func TestTallySumsShardsAndScopes(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	live := billing.Scope{Project: s.Project, Mode: billing.Live}
	other := billing.Scope{Project: uuid.New(), Mode: billing.Test}
	account.Intercept(busyCounters(2))
	add := func(s billing.Scope, event string, tally billing.Tally) {
		t.Helper()
		commit(t, table, s, billing.Changes{Event: eventNamed(event), Tally: tally})
	}
	add(s, "evt_1", billing.Tally{"subscriptions.active": 1, "gross.usd": 100})
	add(s, "evt_2", billing.Tally{"subscriptions.active": -1, "subscriptions.past_due": 1, "gross.usd": 2400})
	add(live, "evt_3", billing.Tally{"gross.usd": 7})
	add(other, "evt_4", billing.Tally{"gross.usd": 30, "gross.eur": 5})
	for name, c := range map[string]struct {
		scopes []billing.Scope
		want   billing.Tally
	}{
		"one scope":      {[]billing.Scope{s}, billing.Tally{"subscriptions.active": 0, "subscriptions.past_due": 1, "gross.usd": 2500}},
		"the other mode": {[]billing.Scope{live}, billing.Tally{"gross.usd": 7}},
		"two scopes":     {[]billing.Scope{live, other}, billing.Tally{"gross.usd": 37, "gross.eur": 5}},
		"an empty scope": {[]billing.Scope{{Project: uuid.New(), Mode: billing.Test}}, billing.Tally{}},
		"no scope":       {nil, billing.Tally{}},
	} {
		got, err := table.Tally(t.Context(), c.scopes...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
