package stripeevent

import (
	"encoding/json"
	"fmt"

	"billhook/pkg/billing"
)

// subscriptionJSON covers every place a field has lived in since 2020: periods
// moved from the subscription to its items with 2025-03-31.basil.
type subscriptionJSON struct {
	ID                 string `json:"id"`
	Customer           ref    `json:"customer"`
	Status             string `json:"status"`
	Created            int64  `json:"created"`
	CancelAt           *int64 `json:"cancel_at"`
	CancelAtPeriodEnd  bool   `json:"cancel_at_period_end"`
	CanceledAt         *int64 `json:"canceled_at"`
	TrialStart         *int64 `json:"trial_start"` // stays when the trial is over
	CurrentPeriodStart int64  `json:"current_period_start"`
	CurrentPeriodEnd   int64  `json:"current_period_end"`
	Metadata           struct {
		UserID   string  `json:"user_id"`
		PlanName *string `json:"plan_name"` // null in previous attributes: there was none
	} `json:"metadata"`
	Items struct {
		Data []itemJSON `json:"data"`
	} `json:"items"`
}

type itemJSON struct {
	CurrentPeriodStart int64     `json:"current_period_start"`
	CurrentPeriodEnd   int64     `json:"current_period_end"`
	Price              priceJSON `json:"price"`
	Plan               planJSON  `json:"plan"` // before prices, and beside them
	Quantity           *int64    `json:"quantity"`
}

type priceJSON struct {
	ID                string        `json:"id"`
	Nickname          string        `json:"nickname"`
	Currency          string        `json:"currency"`
	UnitAmount        *int64        `json:"unit_amount"`
	UnitAmountDecimal string        `json:"unit_amount_decimal"`
	Recurring         recurringJSON `json:"recurring"`
}

type planJSON struct {
	ID            string `json:"id"`
	Nickname      string `json:"nickname"`
	Interval      string `json:"interval"`
	IntervalCount int64  `json:"interval_count"`
}

type recurringJSON struct {
	Interval      string  `json:"interval"`
	IntervalCount int64   `json:"interval_count"`
	Metered       metered `json:"usage_type"`
}

// metered is the usage type of an amount that depends on use.
type metered bool

func (m *metered) UnmarshalJSON(b []byte) error {
	*m = string(b) == `"metered"`
	return nil
}

func (s *subscriptionJSON) id() string { return s.ID }

func subscription(step billing.Lifecycle) kind {
	return of(func(s *subscriptionJSON, told telling) (billing.Fact, error) {
		return s.fact(step, told.previous)
	})
}

// Subscription reads a subscription object, as the API answers it. What it was
// before is not known, so Before equals After.
func Subscription(object []byte) (billing.SubscriptionFact, error) {
	var s subscriptionJSON
	if err := json.Unmarshal(object, &s); err != nil {
		return billing.SubscriptionFact{}, err
	}
	return s.fact(billing.Updated, nil)
}

func (s *subscriptionJSON) fact(step billing.Lifecycle, previous []byte) (billing.SubscriptionFact, error) {
	fact := billing.SubscriptionFact{
		Lifecycle: step,
		ID:        s.ID,
		Customer:  string(s.Customer),
		User:      s.Metadata.UserID,
		Trial:     s.TrialStart != nil,
		CreatedAt: billing.At(s.Created),
	}
	if s.ID == "" || s.Customer == "" || s.Created <= 0 {
		return fact, missing("id, customer or created")
	}
	var err error
	if fact.After, err = s.state(); err != nil {
		return fact, err
	}
	fact.Before = fact.After
	if len(previous) > 0 {
		if fact.Before, err = s.before(previous); err != nil {
			return fact, fmt.Errorf("previous_attributes: %w", err)
		}
	}
	return fact, nil
}

// before lays the previous attributes over the object; s is of no use
// afterwards. Stripe gives changed lists whole, so items are replaced, not
// merged. Items that are not told keep their period only if the subscription's
// own did not change.
func (s *subscriptionJSON) before(previous []byte) (billing.SubscriptionState, error) {
	items, start, end := s.Items.Data, s.CurrentPeriodStart, s.CurrentPeriodEnd
	s.Items.Data, s.CurrentPeriodStart, s.CurrentPeriodEnd = nil, 0, 0
	if err := json.Unmarshal(previous, s); err != nil {
		return billing.SubscriptionState{}, err
	}
	if s.Items.Data == nil {
		s.Items.Data = items
		if len(items) > 0 && s.CurrentPeriodStart != 0 {
			items[0].CurrentPeriodStart = s.CurrentPeriodStart
		}
		if len(items) > 0 && s.CurrentPeriodEnd != 0 {
			items[0].CurrentPeriodEnd = s.CurrentPeriodEnd
		}
	}
	s.CurrentPeriodStart = first(s.CurrentPeriodStart, start)
	s.CurrentPeriodEnd = first(s.CurrentPeriodEnd, end)
	return s.state()
}

func (s *subscriptionJSON) state() (billing.SubscriptionState, error) {
	if s.Status == "" {
		return billing.SubscriptionState{}, missing("status")
	}
	if len(s.Items.Data) == 0 {
		return billing.SubscriptionState{}, missing("items")
	}
	item := s.Items.Data[0]
	start := first(item.CurrentPeriodStart, s.CurrentPeriodStart)
	end := first(item.CurrentPeriodEnd, s.CurrentPeriodEnd)
	if start <= 0 || end <= 0 {
		return billing.SubscriptionState{}, missing("current_period_start or current_period_end")
	}
	price := first(item.Price.ID, item.Plan.ID)
	if price == "" {
		return billing.SubscriptionState{}, missing("items.data.price")
	}
	state := billing.SubscriptionState{
		Status:             billing.SubscriptionStatus(s.Status),
		Price:              price,
		Plan:               first(item.Price.Nickname, item.Plan.Nickname, text(s.Metadata.PlanName)),
		Quantity:           1, // metered prices have none
		CurrentPeriodStart: billing.At(start),
		CurrentPeriodEnd:   billing.At(end),
		CancelAt:           at(s.CancelAt),
		CanceledAt:         at(s.CanceledAt),
		Currency:           item.Price.Currency,
	}
	if err := s.price(&state); err != nil {
		return billing.SubscriptionState{}, err
	}
	if item.Quantity != nil {
		state.Quantity = *item.Quantity
	}
	if s.CancelAtPeriodEnd && state.CancelAt.IsZero() {
		state.CancelAt = state.CurrentPeriodEnd
	}
	return state, nil
}

// price sums what the items cost: all of them for a month, and those that are
// paid for the same as the first one each time.
func (s *subscriptionJSON) price(state *billing.SubscriptionState) error {
	state.Interval, state.IntervalCount = s.Items.Data[0].interval()
	for _, i := range s.Items.Data {
		state.Monthly += i.monthly()
		if interval, count := i.interval(); interval != "" && interval == state.Interval && count == state.IntervalCount {
			state.Amount += i.each()
		}
	}
	if (state.Monthly != 0 || state.Amount != 0) && state.Currency == "" {
		return missing("items.data.price.currency")
	}
	return nil
}
