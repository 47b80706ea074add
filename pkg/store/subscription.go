package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"billhook/pkg/billing"
)

type subscriptionItem struct {
	key
	listing
	ID        string    `dynamodbav:"id"`
	Customer  string    `dynamodbav:"customer"`
	User      string    `dynamodbav:"user,omitempty"`
	State     stateItem `dynamodbav:"state"`
	AsCreated bool      `dynamodbav:"as_created,omitempty"`
	CreatedAt millis    `dynamodbav:"created_at"`
	AsOf      millis    `dynamodbav:"as_of"`
	Trial     bool      `dynamodbav:"trial,omitempty"`
	// PastDueSince is when the payment failed.
	PastDueSince millis `dynamodbav:"past_due_since,omitempty"`
	// DuplicateOf is Stripe's id of the older subscription.
	DuplicateOf string  `dynamodbav:"duplicate_of,omitempty"`
	LastEvent   refItem `dynamodbav:"last_event,omitempty"`
	Revision    int64   `dynamodbav:"revision"`
}

type stateItem struct {
	Status             billing.SubscriptionStatus `dynamodbav:"status,omitempty"`
	Price              string                     `dynamodbav:"price,omitempty"`
	Plan               string                     `dynamodbav:"plan,omitempty"`
	Quantity           int64                      `dynamodbav:"quantity,omitempty"`
	CurrentPeriodStart millis                     `dynamodbav:"period_start,omitempty"`
	CurrentPeriodEnd   millis                     `dynamodbav:"period_end,omitempty"`
	CancelAt           millis                     `dynamodbav:"cancel_at,omitempty"`
	CanceledAt         millis                     `dynamodbav:"canceled_at,omitempty"`
	Monthly            int64                      `dynamodbav:"monthly,omitempty"`
	Currency           string                     `dynamodbav:"currency,omitempty"`
	Interval           billing.Interval           `dynamodbav:"interval,omitempty"`
	IntervalCount      int64                      `dynamodbav:"interval_count,omitempty"`
	Amount             int64                      `dynamodbav:"amount,omitempty"`
}

func stateItemOf(s billing.SubscriptionState) stateItem {
	return stateItem{
		Status:             s.Status,
		Price:              s.Price,
		Plan:               s.Plan,
		Quantity:           s.Quantity,
		CurrentPeriodStart: toMillis(s.CurrentPeriodStart),
		CurrentPeriodEnd:   toMillis(s.CurrentPeriodEnd),
		CancelAt:           toMillis(s.CancelAt),
		CanceledAt:         toMillis(s.CanceledAt),
		Monthly:            s.Monthly,
		Currency:           s.Currency,
		Interval:           s.Interval,
		IntervalCount:      s.IntervalCount,
		Amount:             s.Amount,
	}
}

func (i stateItem) value() billing.SubscriptionState {
	return billing.SubscriptionState{
		Status:             i.Status,
		Price:              i.Price,
		Plan:               i.Plan,
		Quantity:           i.Quantity,
		CurrentPeriodStart: i.CurrentPeriodStart.time(),
		CurrentPeriodEnd:   i.CurrentPeriodEnd.time(),
		CancelAt:           i.CancelAt.time(),
		CanceledAt:         i.CanceledAt.time(),
		Monthly:            i.Monthly,
		Currency:           i.Currency,
		Interval:           i.Interval,
		IntervalCount:      i.IntervalCount,
		Amount:             i.Amount,
	}
}

func subscriptionItemOf(scope billing.Scope, s billing.Subscription) subscriptionItem {
	return subscriptionItem{
		key:          subscriptionKey(scope, s.Customer, s.ID),
		listing:      listed(scope, subscriptionList, string(s.Status), s.CreatedAt, s.ID),
		ID:           s.ID,
		Customer:     s.Customer,
		User:         s.User,
		State:        stateItemOf(s.SubscriptionState),
		CreatedAt:    toMillis(s.CreatedAt),
		AsOf:         toMillis(s.AsOf),
		AsCreated:    s.AsCreated,
		Trial:        s.Trial,
		DuplicateOf:  s.DuplicateOf,
		PastDueSince: toMillis(s.PastDueSince),
		LastEvent:    refItemOf(s.LastEvent),
		Revision:     s.Revision + 1,
	}
}

func (i subscriptionItem) value() billing.Subscription {
	return billing.Subscription{
		ID:                i.ID,
		Customer:          i.Customer,
		User:              i.User,
		SubscriptionState: i.State.value(),
		CreatedAt:         i.CreatedAt.time(),
		AsOf:              i.AsOf.time(),
		AsCreated:         i.AsCreated,
		Trial:             i.Trial,
		DuplicateOf:       i.DuplicateOf,
		PastDueSince:      i.PastDueSince.time(),
		LastEvent:         i.LastEvent.value(),
		Revision:          i.Revision,
	}
}

// Subscriptions lists a customer's subscriptions, newest first.
func (t *Table) Subscriptions(ctx context.Context, s billing.Scope, customer string) ([]billing.Subscription, error) {
	items, err := t.query(ctx, customerPartition(s, customer), subscriptionPrefix)
	if err != nil {
		return nil, fmt.Errorf("subscriptions of %s: %w", customer, err)
	}
	return newestFirst(items)
}

func newestFirst(items []item) ([]billing.Subscription, error) {
	subs, err := decodeAll[subscriptionItem](items)
	slices.SortFunc(subs, func(a, b billing.Subscription) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	return subs, err
}
