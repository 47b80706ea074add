package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// CheckCustomerSubscription answers the active subscription of the customers
// with an e-mail address. What the table knows of them answers without Stripe.
func (s *server) CheckCustomerSubscription(ctx context.Context, r CheckCustomerSubscriptionRequestObject) (CheckCustomerSubscriptionResponseObject, error) {
	email, err := api.QueryEmail("customerEmail", r.Params.CustomerEmail)
	if err != nil {
		return nil, err
	}
	shop, err := s.shop(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	best, err := s.known(ctx, shop.scope, email)
	if err == nil && best == nil {
		best, err = shop.atStripe(ctx, email)
	}
	if err != nil {
		return nil, err
	}
	answer := CheckCustomerSubscription200JSONResponse{}
	if best != nil {
		answer.Subscription = &struct {
			api.CheckedSubscription `yaml:",inline"`
		}{checked(shop, *best)}
	}
	return answer, nil
}

// known is the best subscription that the table knows; nil if there is none.
func (s *server) known(ctx context.Context, scope billing.Scope, email string) (best *billing.Subscription, err error) {
	customers, err := s.store.CustomersByEmail(ctx, scope, email)
	if err != nil {
		return nil, err
	}
	for _, c := range customers {
		rows, err := s.store.Subscriptions(ctx, scope, c.ID)
		if err != nil {
			return nil, err
		}
		best = better(best, rows)
	}
	return best, nil
}

// atStripe is the best subscription at Stripe, whose events may still be under
// way: of the first customer that has one.
func (in shop) atStripe(ctx context.Context, email string) (*billing.Subscription, error) {
	customers, err := in.customers.ByEmail(ctx, email)
	if err != nil {
		return nil, err
	}
	for _, c := range customers {
		observed, err := in.account.Subscriptions(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		var rows []billing.Subscription
		for _, o := range observed {
			rows = append(rows, billing.Subscription{ID: o.Fact.ID, SubscriptionState: o.Fact.After})
		}
		if best := better(nil, rows); best != nil {
			return best, nil
		}
	}
	return nil, nil
}

// better is the active subscription that lasts longest; active ones go before
// trials.
func better(best *billing.Subscription, rows []billing.Subscription) *billing.Subscription {
	for _, row := range rows {
		switch {
		case !row.Status.Paying():
		case best == nil, best.Status != row.Status && row.Status == billing.StatusActive,
			best.Status == row.Status && row.CurrentPeriodEnd.After(best.CurrentPeriodEnd):
			best = &row
		}
	}
	return best
}

func checked(in shop, row billing.Subscription) api.CheckedSubscription {
	answer := api.CheckedSubscription{
		ID:                   in.scope.RecordID(row.ID),
		TenantID:             in.project.Owner,
		PlanID:               row.Price,
		Status:               string(row.Status),
		CurrentPeriodEnd:     row.CurrentPeriodEnd,
		StripeSubscriptionID: row.ID,
		CancelAtPeriodEnd:    !row.CancelAt.IsZero(),
	}
	answer.Plan.Name = row.Plan
	return answer
}
