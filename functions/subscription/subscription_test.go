package main

import (
	"fmt"
	"testing"
	"time"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

func TestNoSubscription(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.get(t, subscriptionPath).Is(t, 200, `null`) // never bought
	f.link(t, billing.Test)
	f.get(t, subscriptionPath).Is(t, 200, `null`) // never finished a checkout
	f.keep(t, billing.Test, subscription(1, billing.StatusCanceled), subscription(2, billing.StatusIncompleteExpired))
	f.get(t, subscriptionPath).Is(t, 200, `null`) // all have ended
}

func TestSubscriptionOnTheWire(t *testing.T) {
	t.Parallel()
	full := subscription(1, billing.StatusActive)
	full.SubscriptionState = billing.SubscriptionState{
		Status: billing.StatusActive, Price: "price_1", Plan: "Team", Quantity: 3,
		CurrentPeriodStart: hours(2), CurrentPeriodEnd: hours(3), CancelAt: hours(4), CanceledAt: hours(5),
	}
	bare := billing.Subscription{
		ID: "sub_1", Customer: customer, CreatedAt: hours(1).Add(time.Millisecond),
		SubscriptionState: billing.SubscriptionState{Status: billing.StatusPastDue, Quantity: 0},
	}
	for name, c := range map[string]struct {
		row  billing.Subscription
		mode billing.Mode
		want string
	}{
		"every field": {full, billing.Test, `{
			"id": %q, "project_id": %q, "user_id": "7d0c3f52-9a1e-4b86-8c55-2f4be1a9d603", "is_test_mode": true,
			"subscription_id": "sub_1", "customer_id": "cus_1", "status": "active", "plan_name": "Team", "quantity": 3,
			"current_period_start": "2026-02-03T02:15:00Z", "current_period_end": "2026-02-03T03:15:00Z",
			"cancel_at": "2026-02-03T04:15:00Z", "cancelled_at": "2026-02-03T05:15:00Z", "duplicate_of": null,
			"price_id": "price_1", "monthly_amount_cents": 0, "currency": null, "interval": null, "interval_count": 0, "amount_cents": 0, "created_at": "2026-02-03T01:15:00Z"
		}`},
		"only what must be": {bare, billing.Live, `{
			"id": %q, "project_id": %q, "user_id": null, "is_test_mode": false,
			"subscription_id": "sub_1", "customer_id": "cus_1", "status": "past_due", "plan_name": null, "quantity": 0,
			"current_period_start": null, "current_period_end": null,
			"cancel_at": null, "cancelled_at": null, "duplicate_of": null,
			"price_id": null, "monthly_amount_cents": 0, "currency": null, "interval": null, "interval_count": 0, "amount_cents": 0, "created_at": "2026-02-03T01:15:00.001Z"
		}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.link(t, c.mode)
			f.keep(t, c.mode, c.row)
			query := "?test_mode=" + fmt.Sprint(c.mode == billing.Test)
			f.get(t, subscriptionPath+query).Is(t, 200, fmt.Sprintf(c.want, f.scope(c.mode).RecordID("sub_1"), f.project))
		})
	}
}

func TestWhichSubscriptionIsMine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statuses []billing.SubscriptionStatus // from the oldest on
		want     string
	}{
		"active":                                 {[]billing.SubscriptionStatus{"active"}, "sub_0"},
		"trialing":                               {[]billing.SubscriptionStatus{"trialing"}, "sub_0"},
		"past due":                               {[]billing.SubscriptionStatus{"past_due"}, "sub_0"},
		"incomplete":                             {[]billing.SubscriptionStatus{"incomplete"}, "sub_0"},
		"unpaid":                                 {[]billing.SubscriptionStatus{"unpaid"}, "sub_0"},
		"paused":                                 {[]billing.SubscriptionStatus{"paused"}, "sub_0"},
		"the newest of two":                      {[]billing.SubscriptionStatus{"active", "active"}, "sub_1"},
		"an active one before a newer checkout":  {[]billing.SubscriptionStatus{"active", "incomplete"}, "sub_0"},
		"an old active one before canceled ones": {[]billing.SubscriptionStatus{"active", "canceled", "incomplete_expired"}, "sub_0"},
		"past due before unpaid":                 {[]billing.SubscriptionStatus{"past_due", "unpaid"}, "sub_0"},
		"the newest that is open":                {[]billing.SubscriptionStatus{"unpaid", "incomplete", "canceled"}, "sub_1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.link(t, billing.Test)
			for n, status := range c.statuses {
				f.keep(t, billing.Test, subscription(n, status))
			}
			var got struct {
				SubscriptionID string                     `json:"subscription_id"`
				Status         billing.SubscriptionStatus `json:"status"`
			}
			answer := f.get(t, subscriptionPath)
			answer.Decode(t, &got)
			if got.SubscriptionID != c.want {
				t.Errorf("got %s, want %s", answer.Body, c.want)
			}
		})
	}
}

func TestModesAndUsersAreKeptApart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.link(t, billing.Test)
	f.keep(t, billing.Test, subscription(1, billing.StatusActive), payment(1))
	const none = `{"payments": [], "total": 0, "page": 1, "page_size": 50, "next_cursor": null}`
	f.get(t, subscriptionPath+"?environment=live").Is(t, 200, `null`)
	f.get(t, paymentsPath+"?environment=live").Is(t, 200, none)
	another := functiontest.Request{Method: "GET", Path: subscriptionPath, Token: f.EndUser(f.project, "user-2")}
	f.Do(t, f.handler, another).Is(t, 200, `null`)
	another.Path = paymentsPath
	f.Do(t, f.handler, another).Is(t, 200, none)

	// The same user of another project is somebody else.
	f.project = f.CreateProject(t, "developer-1").ID
	f.Configure(t, f.project, billing.Test, functiontest.Credentials(billing.Test))
	f.get(t, subscriptionPath).Is(t, 200, `null`)
	f.get(t, paymentsPath).Is(t, 200, none)
}
