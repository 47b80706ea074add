package stripeevent_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

const (
	start     = int64(1770110100)
	end       = int64(1772529300)
	laterEnd  = int64(1775207700)
	requested = int64(1771000000) // when a cancellation was asked for
)

// oldSubscription is as small as versions until 2025-02-24.acacia send it: the
// period is the subscription's.
func oldSubscription() object {
	return object{
		"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active", "created": start,
		"current_period_start": start, "current_period_end": end,
		"cancel_at": nil, "cancel_at_period_end": false, "canceled_at": nil, "metadata": object{},
		"items": object{"data": []object{{
			"id": "si_1", "quantity": 3, "price": object{"id": "price_1", "nickname": "Team"}, "plan": object{"id": "price_1", "nickname": "Team"},
		}}},
	}
}

// newItem is a subscription item since 2025-03-31.basil, with a period.
func newItem(changes object) object {
	return with(object{
		"id": "si_1", "quantity": 3, "price": object{"id": "price_1", "nickname": "Team"},
		"current_period_start": start, "current_period_end": end,
	}, changes)
}

// newSubscription is as small as versions since 2025-03-31.basil send it.
func newSubscription() object {
	return with(oldSubscription(), object{
		"current_period_start": nil, "current_period_end": nil,
		"items": items(newItem(nil)),
	})
}

func items(members ...object) object { return object{"object": "list", "data": members} }

// team is the state that both say.
func team() billing.SubscriptionState {
	return billing.SubscriptionState{
		Status: billing.StatusActive, Price: "price_1", Plan: "Team", Quantity: 3,
		CurrentPeriodStart: billing.At(start), CurrentPeriodEnd: billing.At(end),
	}
}

func TestDecodeSubscriptionState(t *testing.T) {
	t.Parallel()
	old, basil := oldSubscription(), newSubscription()
	edit := func(change func(*billing.SubscriptionState)) billing.SubscriptionState {
		s := team()
		change(&s)
		return s
	}
	tests := map[string]struct {
		object object
		want   billing.SubscriptionState
	}{
		"2020-08-27": {old, team()},
		"clover":     {basil, team()},
		"both places, the item's counts": {
			with(basil, object{"current_period_start": 1, "current_period_end": 2}), team(),
		},
		"cancel at period end, old": {
			with(old, object{"cancel_at_period_end": true, "cancel_at": end, "canceled_at": requested}),
			edit(func(s *billing.SubscriptionState) {
				s.CancelAt, s.CanceledAt = billing.At(end), billing.At(requested)
			}),
		},
		"cancel at period end without a date": {
			with(old, object{"cancel_at_period_end": true}),
			edit(func(s *billing.SubscriptionState) { s.CancelAt = billing.At(end) }),
		},
		"cancel at period end without a date, clover": {
			with(basil, object{"cancel_at_period_end": true}),
			edit(func(s *billing.SubscriptionState) { s.CancelAt = billing.At(end) }),
		},
		"a date without the flag, as the portal of clover sets it": {
			with(basil, object{"cancel_at": end, "canceled_at": requested}),
			edit(func(s *billing.SubscriptionState) {
				s.CancelAt, s.CanceledAt = billing.At(end), billing.At(requested)
			}),
		},
		"a date of its own": {
			with(basil, object{"cancel_at": laterEnd, "cancel_at_period_end": false}),
			edit(func(s *billing.SubscriptionState) { s.CancelAt = billing.At(laterEnd) }),
		},
		"a date goes before the period's end": {
			with(old, object{"cancel_at": requested, "cancel_at_period_end": true}),
			edit(func(s *billing.SubscriptionState) { s.CancelAt = billing.At(requested) }),
		},
		"no quantity, as metered prices": {
			with(basil, object{"items": items(newItem(object{"quantity": nil}))}),
			edit(func(s *billing.SubscriptionState) { s.Quantity = 1 }),
		},
		"a quantity of zero": {
			with(basil, object{"items": items(newItem(object{"quantity": 0}))}),
			edit(func(s *billing.SubscriptionState) { s.Quantity = 0 }),
		},
		"only a plan, before prices": {
			with(old, object{"items": items(object{"quantity": 3, "plan": object{"id": "plan_1", "nickname": "Gold"}})}),
			edit(func(s *billing.SubscriptionState) { s.Price, s.Plan = "plan_1", "Gold" }),
		},
		"a price without a name": {
			with(basil, object{"items": items(newItem(object{"price": object{"id": "price_1", "nickname": nil}}))}),
			edit(func(s *billing.SubscriptionState) { s.Plan = "" }),
		},
		"the name that checkout left": {
			with(basil, object{
				"items":    items(newItem(object{"price": object{"id": "price_1"}})),
				"metadata": object{"plan_name": "Team, yearly"},
			}),
			edit(func(s *billing.SubscriptionState) { s.Plan = "Team, yearly" }),
		},
		"several items, the first counts": {
			with(basil, object{"items": items(newItem(nil), newItem(object{"price": object{"id": "price_2"}}))}), team(),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fact := decodeAs[billing.SubscriptionFact](t, "customer.subscription.updated", test.object)
			if diff := cmp.Diff(test.want, fact.After); diff != "" {
				t.Errorf("after (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeSubscriptionFact(t *testing.T) {
	t.Parallel()
	for kind, step := range map[string]billing.Lifecycle{
		"customer.subscription.created":                billing.Created,
		"customer.subscription.updated":                billing.Updated,
		"customer.subscription.paused":                 billing.Updated,
		"customer.subscription.resumed":                billing.Updated,
		"customer.subscription.trial_will_end":         billing.Updated,
		"customer.subscription.pending_update_applied": billing.Updated,
		"customer.subscription.pending_update_expired": billing.Updated,
		"customer.subscription.deleted":                billing.Deleted,
	} {
		for name, customer := range map[string]any{"id": "cus_1", "expanded": object{"id": "cus_1", "object": "customer", "email": "a@example.com"}} {
			t.Run(kind+" customer "+name, func(t *testing.T) {
				t.Parallel()
				sub := with(newSubscription(), object{"customer": customer, "metadata": object{"user_id": "user-1", "other": "x"}})
				got := decodeAs[billing.SubscriptionFact](t, kind, sub)
				want := billing.SubscriptionFact{
					Lifecycle: step, ID: "sub_1", Customer: "cus_1", User: "user-1",
					CreatedAt: billing.At(start), After: team(), Before: team(),
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("fact (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestDecodePreviousAttributes(t *testing.T) {
	t.Parallel()
	old, basil := oldSubscription(), newSubscription()
	edit := func(change func(*billing.SubscriptionState)) billing.SubscriptionState {
		s := team()
		change(&s)
		return s
	}
	scheduled := edit(func(s *billing.SubscriptionState) {
		s.CancelAt, s.CanceledAt = billing.At(end), billing.At(requested)
	})
	tests := map[string]struct {
		object, previous object
		before, after    billing.SubscriptionState
	}{
		"none":             {old, nil, team(), team()},
		"empty":            {old, object{}, team(), team()},
		"nothing kept":     {old, object{"default_payment_method": nil, "latest_invoice": "in_0"}, team(), team()},
		"status":           {old, object{"status": "past_due"}, edit(func(s *billing.SubscriptionState) { s.Status = billing.StatusPastDue }), team()},
		"renewed, old":     {old, object{"current_period_start": 1, "current_period_end": 2}, edit(period(1, 2)), team()},
		"only the end":     {old, object{"current_period_end": 2}, edit(period(start, 2)), team()},
		"renewed, clover":  {basil, object{"items": items(newItem(object{"current_period_start": 1, "current_period_end": 2}))}, edit(period(1, 2)), team()},
		"quantity, clover": {basil, object{"items": items(newItem(object{"quantity": 1}))}, edit(func(s *billing.SubscriptionState) { s.Quantity = 1 }), team()},
		"quantity, old": {
			old, object{"quantity": 1, "items": items(object{"quantity": 1, "price": object{"id": "price_1", "nickname": "Team"}})},
			edit(func(s *billing.SubscriptionState) { s.Quantity = 1 }), team(),
		},
		"price and period, old": {
			old, object{"current_period_end": 2, "items": items(object{"quantity": 3, "price": object{"id": "price_0"}})},
			edit(func(s *billing.SubscriptionState) {
				s.Price, s.Plan, s.CurrentPeriodEnd = "price_0", "", billing.At(2)
			}), team(),
		},
		"the period is in both places, old": {
			with(basil, object{"current_period_start": start, "current_period_end": end}),
			object{"current_period_start": 1, "current_period_end": 2}, edit(period(1, 2)), team(),
		},
		"canceled at period end": {
			with(old, object{"cancel_at_period_end": true, "cancel_at": end, "canceled_at": requested}),
			object{"cancel_at_period_end": false, "cancel_at": nil, "canceled_at": nil}, team(), scheduled,
		},
		"canceled by the portal, clover": {
			with(basil, object{"cancel_at": end, "canceled_at": requested}),
			object{"cancel_at": nil, "canceled_at": nil}, team(), scheduled,
		},
		"resumed": {
			old, object{"cancel_at_period_end": true, "cancel_at": end, "canceled_at": requested}, scheduled, team(),
		},
		"resumed, without a date": {
			old, object{"cancel_at_period_end": true, "canceled_at": requested}, scheduled, team(),
		},
		"named by metadata only now": {
			with(basil, object{"items": items(newItem(object{"price": object{"id": "price_1"}})), "metadata": object{"plan_name": "Gold"}}),
			object{"metadata": object{"plan_name": nil}},
			edit(func(s *billing.SubscriptionState) { s.Plan = "" }), edit(func(s *billing.SubscriptionState) { s.Plan = "Gold" }),
		},
		"renamed by metadata": {
			with(basil, object{"items": items(newItem(object{"price": object{"id": "price_1"}})), "metadata": object{"plan_name": "Gold"}}),
			object{"metadata": object{"plan_name": "Silver"}},
			edit(func(s *billing.SubscriptionState) { s.Plan = "Silver" }), edit(func(s *billing.SubscriptionState) { s.Plan = "Gold" }),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var previous any
			if test.previous != nil {
				previous = test.previous
			}
			event, err := stripeevent.Decode(delivery(t, "customer.subscription.updated", test.object, previous))
			if err != nil {
				t.Fatal(err)
			}
			fact, ok := event.Fact.(billing.SubscriptionFact)
			if !ok {
				t.Fatalf("the fact is a %T", event.Fact)
			}
			if diff := cmp.Diff(test.before, fact.Before); diff != "" {
				t.Errorf("before (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.after, fact.After); diff != "" {
				t.Errorf("after (-want +got):\n%s", diff)
			}
		})
	}
}

func period(from, to int64) func(*billing.SubscriptionState) {
	return func(s *billing.SubscriptionState) {
		s.CurrentPeriodStart, s.CurrentPeriodEnd = billing.At(from), billing.At(to)
	}
}

func TestDecodePreviousAttributesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for name, previous := range map[string]any{
		"text":            "status",
		"a list":          []any{},
		"no status":       object{"status": ""},
		"no item":         object{"items": object{"data": []object{}}},
		"an item of none": object{"items": items(object{})},
		"status a number": object{"status": 7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := stripeevent.Decode(delivery(t, "customer.subscription.updated", newSubscription(), previous)); err == nil {
				t.Error("no error")
			}
		})
	}
}

// Subscription reads what the API answers, by the same rules.
func TestSubscription(t *testing.T) {
	t.Parallel()
	for name, sub := range map[string]object{"old": oldSubscription(), "clover": newSubscription()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := json.Marshal(sub)
			if err != nil {
				t.Fatal(err)
			}
			got, err := stripeevent.Subscription(b)
			if err != nil {
				t.Fatal(err)
			}
			want := billing.SubscriptionFact{
				Lifecycle: billing.Updated, ID: "sub_1", Customer: "cus_1",
				CreatedAt: time.Unix(start, 0).UTC(), After: team(), Before: team(),
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Subscription (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := stripeevent.Subscription([]byte(`{"id":"sub_1"}`)); err == nil {
		t.Error("an incomplete answer is no error")
	}
}
