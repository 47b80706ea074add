package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// GetPaymentStats answers the figures across the caller's projects, or of one,
// in one mode. They are read from counters; no row is walked.
func (s *server) GetPaymentStats(ctx context.Context, r GetPaymentStatsRequestObject) (GetPaymentStatsResponseObject, error) {
	mode, err := api.ModeOf(r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	projects, err := s.store.ProjectIDs(ctx, identity.From(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	projects = named(projects, r.Params.ProjectID)
	configs, err := s.store.StripeConfigs(ctx, projects)
	if err != nil {
		return nil, err
	}
	tally, err := s.store.Tally(ctx, scopesOf(projects, mode)...)
	if err != nil {
		return nil, err
	}
	answer := figures(tally)
	answer.TotalProjects = len(projects)
	answer.ProjectsWithConfig = len(configs)
	for _, c := range configs {
		if c.Test.SecretKey != "" {
			answer.ProjectsWithTest++
		}
		if c.Live.SecretKey != "" {
			answer.ProjectsWithLive++
		}
	}
	return answer, nil
}

func figures(t billing.Tally) GetPaymentStats200JSONResponse {
	answer := GetPaymentStats200JSONResponse{
		TotalSubscriptions:    billing.Sum(t.Subscriptions()),
		ActiveSubscriptions:   t.ActiveSubscriptions(),
		TotalPayments:         billing.Sum(t.Payments()),
		SuccessfulPayments:    t.SuccessfulPayments(),
		FailedPayments:        t.FailedPayments(),
		Currency:              t.MainCurrency(),
		SubscriptionsByStatus: t.Subscriptions(),
		PaymentsByStatus:      t.Payments(),
		RevenueByCurrency:     t.Revenue(),
		RefundsByCurrency:     t.Refunds(),
		MrrByCurrency:         t.Recurring(),

		DisputesByStatus:       t.Disputes(),
		LostToDisputes:         t.LostToDisputes(),
		DuplicateSubscriptions: t.DuplicateSubscriptions(),
	}
	answer.TotalRevenueCents = answer.RevenueByCurrency[answer.Currency]
	return answer
}
