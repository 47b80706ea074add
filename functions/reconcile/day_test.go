package main

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// days are the scope's days: how many subscriptions were counted when each
// began, by how many days after the first.
func (f fixture) days(t *testing.T, first time.Time) map[int]int64 {
	t.Helper()
	all, err := f.Function.Table.Snapshots(t.Context(), first, f.scope())
	if err != nil {
		t.Fatal(err)
	}
	counted := map[int]int64{}
	for _, s := range all[0] {
		counted[int(s.Day.Sub(first)/billing.DayLength)] = billing.Sum(s.Tally.Subscriptions())
	}
	return counted
}

// The first visit of a day keeps what was counted until then, once.
func TestDays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.Clock.Now().Truncate(billing.DayLength)
	f.losing(t)
	f.subscribe(t, f.project, "user-1")
	f.pass(settling + time.Second)
	for range 2 { // the first brings in the subscription, which is of this day
		if _, err := f.reconciler.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	f.pass(billing.DayLength)
	f.Intercept(functiontest.Failing("PutItem", &types.InternalServerError{}))
	if did, err := f.reconciler.run(t.Context()); err != nil || did.Failures != 1 {
		t.Errorf("a day that cannot be kept: %+v, %v", did, err)
	}
	f.Intercept(nil)
	if diff := cmp.Diff(map[int]int64{0: 0}, f.days(t, first)); diff != "" {
		t.Errorf("days (-want +got):\n%s", diff)
	}
	if _, err := f.reconciler.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[int]int64{0: 0, 1: 1}, f.days(t, first)); diff != "" {
		t.Errorf("days (-want +got):\n%s", diff)
	}
}

// A scope that is connected again goes on with its counters, not from nothing.
func TestDaysOfAScopeThatWasAway(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.Clock.Now().Truncate(billing.DayLength)
	f.losing(t)
	f.subscribe(t, f.project, "user-1")
	f.pass(settling + time.Second)
	if _, err := f.reconciler.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.EditConfig(t, f.project, func(c *billing.StripeConfig) { c.Active = false })
	f.pass(2 * billing.DayLength)
	f.EditConfig(t, f.project, func(c *billing.StripeConfig) { c.Active = true })
	if _, err := f.reconciler.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[int]int64{0: 0, 2: 1}, f.days(t, first)); diff != "" {
		t.Errorf("days (-want +got):\n%s", diff)
	}
}
