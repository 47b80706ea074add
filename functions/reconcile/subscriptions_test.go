package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v79"

	"billhook/pkg/billing"
)

// Without an endpoint no event is undelivered: only comparing finds what is
// missing.
func TestSubscriptionsOfAnAccountWithHistory(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ours, ended := f.subscribe(t, f.project, "user-1"), f.subscribe(t, f.project, "user-2")
	if _, err := f.sandbox.API.Subscriptions.Cancel(ended.ID, nil); err != nil {
		t.Fatal(err)
	}
	other := f.subscribe(t, uuid.New(), "user-3")
	f.pass(settling)
	f.run(t, &report{Visited: 1, Corrected: 2})
	if row := f.row(t, f.scope(), ours); row.Status != billing.StatusActive || row.User != "user-1" {
		t.Errorf("ours: %+v", row)
	}
	if row := f.row(t, f.scope(), ended); row.Status != billing.StatusCanceled {
		t.Errorf("ended: %+v", row)
	}
	if row := f.row(t, f.scope(), other); row.ID != "" {
		t.Errorf("another project's: %+v", row)
	}
	for user, want := range map[string]string{"user-1": ours.Customer.ID, "user-2": "", "user-3": ""} {
		if linked, err := f.Function.Table.CustomerOf(t.Context(), f.scope(), user); err != nil || linked != want {
			t.Errorf("%s is linked to %q, %v; want %q", user, linked, err, want)
		}
	}
	if n := f.counted(t, "Drift", "Kind", "missing"); n != 2 {
		t.Errorf("%d were counted as missing", n)
	}
	tally, err := f.Function.Table.Tally(t.Context(), f.scope())
	if err != nil || tally.RunningSubscriptions() != 1 {
		t.Errorf("tally %v, %v", tally, err)
	}
}

func TestDriftIsCorrected(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(f fixture, id string) error
		kind   string
		want   func(billing.Subscription) bool
	}{
		"canceled": {func(f fixture, id string) error {
			_, err := f.sandbox.API.Subscriptions.Cancel(id, nil)
			return err
		}, "status", func(s billing.Subscription) bool { return s.Status == billing.StatusCanceled }},
		"to be canceled": {func(f fixture, id string) error {
			_, err := f.sandbox.API.Subscriptions.Update(id, &stripe.SubscriptionParams{CancelAtPeriodEnd: stripe.Bool(true)})
			return err
		}, "details", func(s billing.Subscription) bool { return !s.CancelAt.IsZero() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			s := f.subscribe(t, f.project, "user-1")
			f.pass(settling)
			f.run(t, &report{Visited: 1, Corrected: 1})
			f.pass(time.Hour)
			if err := c.change(f, s.ID); err != nil {
				t.Fatal(err)
			}
			f.pass(time.Minute)
			f.run(t, &report{Visited: 1, Corrected: 1})
			if row := f.row(t, f.scope(), s); !c.want(row) {
				t.Errorf("row: %+v", row)
			}
			if n := f.counted(t, "Drift", "Kind", c.kind); n != 1 {
				t.Errorf("%d were counted as %s", n, c.kind)
			}
			before := f.Stored(t)
			f.pass(15 * time.Minute)
			f.run(t, &report{Visited: 1})
			f.SameAs(t, before)
		})
	}
}

// The first time all are compared; then a part each time, and all come round.
func TestSubscriptionsComeRound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const many = 2*part + 5
	var oldest *stripe.Subscription
	for i := range many {
		s := f.subscribe(t, f.project, fmt.Sprint("user-", i))
		if oldest == nil {
			oldest = s
		}
	}
	f.pass(settling)
	calls := f.asked()
	f.run(t, &report{Visited: 1, Corrected: many})
	if _, err := f.sandbox.API.Subscriptions.Cancel(oldest.ID, nil); err != nil {
		t.Fatal(err)
	}
	f.pass(15 * time.Minute)
	f.run(t, &report{Visited: 1})
	f.run(t, &report{Visited: 1})
	f.run(t, &report{Visited: 1, Corrected: 1})
	if n := calls["GET /v1/subscriptions"]; n != 4 {
		t.Errorf("%d lists were read, want one a run", n)
	}
	if row := f.row(t, f.scope(), oldest); row.Status != billing.StatusCanceled {
		t.Errorf("the oldest: %+v", row)
	}
}
