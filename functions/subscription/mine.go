package main

import (
	"context"
	"io"
	"net/http"

	"billhook/pkg/api"
	"billhook/pkg/billing"
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
	if sub := billing.Current(subscriptions); sub != nil {
		return GetMySubscription200JSONResponse(api.SubscriptionOf(scope, *sub)), nil
	}
	return noSubscription{}, nil
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
		answer.Payments = append(answer.Payments, api.PaymentOf(scope, x))
	}
	return answer, nil
}

// customer is the calling user's Stripe customer in the mode that the request
// names; empty for a user who never bought.
func (s *server) customer(ctx context.Context, testMode *bool, environment *billing.Mode) (billing.Scope, string, error) {
	b, err := s.buyer(ctx, testMode, environment)
	return b.scope, b.customer, err
}
