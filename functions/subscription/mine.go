package main

import (
	"context"
	"io"
	"net/http"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
)

// noSubscription is the answer of a user without one: a JSON null.
type noSubscription struct{}

// VisitGetMySubscriptionResponse writes the null.
func (noSubscription) VisitGetMySubscriptionResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/json")
	_, err := io.WriteString(w, "null\n")
	return err
}

// GetMySubscription answers the newest subscription that has not ended.
func (s *server) GetMySubscription(ctx context.Context, r GetMySubscriptionRequestObject) (GetMySubscriptionResponseObject, error) {
	scope, customer, err := s.customer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	if customer == "" {
		return noSubscription{}, nil
	}
	subscriptions, err := s.store.Subscriptions(ctx, scope, customer)
	if err != nil {
		return nil, err
	}
	if sub := current(subscriptions); sub != nil {
		return GetMySubscription200JSONResponse(subscriptionAnswer(scope, *sub)), nil
	}
	return noSubscription{}, nil
}

// current is the newest subscription that the user holds, else the newest
// that has not ended, such as one whose first payment is under way.
func current(newestFirst []billing.Subscription) *billing.Subscription {
	var open *billing.Subscription
	for i, sub := range newestFirst {
		if sub.Status.Holds() {
			return &newestFirst[i]
		}
		if open == nil && !sub.Status.Terminal() {
			open = &newestFirst[i]
		}
	}
	return open
}

// ListMyPayments answers a page of the user's payments, newest first.
func (s *server) ListMyPayments(ctx context.Context, r ListMyPaymentsRequestObject) (ListMyPaymentsResponseObject, error) {
	page, size, err := api.PageOf(r.Params.Page, r.Params.PageSize)
	if err != nil {
		return nil, err
	}
	scope, customer, err := s.customer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	answer := ListMyPayments200JSONResponse{Payments: []api.Payment{}, Page: page, PageSize: size}
	if customer == "" {
		return answer, nil
	}
	transactions, err := s.store.Transactions(ctx, scope, customer)
	if err != nil {
		return nil, err
	}
	answer.Total = len(transactions)
	for _, x := range api.Slice(transactions, page, size) {
		answer.Payments = append(answer.Payments, paymentAnswer(scope, x))
	}
	return answer, nil
}

// customer is the calling user's Stripe customer in the mode that the request
// names; empty for a user who never bought.
func (s *server) customer(ctx context.Context, testMode *bool, environment *billing.Mode) (billing.Scope, string, error) {
	mode, err := api.ModeOf(testMode, environment)
	if err != nil {
		return billing.Scope{}, "", err
	}
	caller := identity.From(ctx)
	scope := billing.Scope{Project: caller.Project, Mode: mode}
	_, config, err := s.store.Project(ctx, scope.Project)
	if err != nil {
		return scope, "", err
	}
	if !config.Usable(mode) {
		return scope, "", gateway.NotConfigured(mode)
	}
	customer, err := s.store.CustomerOf(ctx, scope, caller.Subject)
	return scope, customer, err
}

func subscriptionAnswer(scope billing.Scope, s billing.Subscription) api.Subscription {
	return api.Subscription{
		ID:                 scope.RecordID(s.ID),
		ProjectID:          scope.Project,
		UserID:             api.Text(s.User),
		IsTestMode:         scope.Mode == billing.Test,
		SubscriptionID:     s.ID,
		CustomerID:         api.Text(s.Customer),
		Status:             string(s.Status),
		PlanName:           api.Text(s.Plan),
		Quantity:           s.Quantity,
		CurrentPeriodStart: api.Time(s.CurrentPeriodStart),
		CurrentPeriodEnd:   api.Time(s.CurrentPeriodEnd),
		CancelAt:           api.Time(s.CancelAt),
		CancelledAt:        api.Time(s.CanceledAt),
		CreatedAt:          s.CreatedAt,
	}
}

func paymentAnswer(scope billing.Scope, x billing.Transaction) api.Payment {
	p := api.Payment{
		ID:                  scope.RecordID(x.ID),
		ProjectID:           scope.Project,
		UserID:              api.Text(x.User),
		IsTestMode:          scope.Mode == billing.Test,
		PaymentIntentID:     x.PaymentIntent,
		Status:              string(x.Status),
		AmountCents:         x.Amount,
		Currency:            x.Currency,
		Description:         api.Text(x.Description),
		RefundedAmountCents: x.Refunded,
		CreatedAt:           x.CreatedAt,
	}
	if x.Subscription != "" {
		id := scope.RecordID(x.Subscription)
		p.SubscriptionID = &id
	}
	return p
}
