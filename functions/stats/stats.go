package main

import (
	"context"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// GetPaymentStats answers the figures across the caller's projects, in one
// mode. They are read from counters; no row is walked.
func (s *server) GetPaymentStats(ctx context.Context, r GetPaymentStatsRequestObject) (GetPaymentStatsResponseObject, error) {
	mode, err := api.ModeOf(r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	projects, err := s.store.ProjectIDs(ctx, identity.From(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	configs, err := s.store.StripeConfigs(ctx, projects)
	if err != nil {
		return nil, err
	}
	tally, err := s.store.Tally(ctx, scopes(projects, mode)...)
	if err != nil {
		return nil, err
	}
	answer := GetPaymentStats200JSONResponse{
		TotalProjects:       len(projects),
		ProjectsWithConfig:  len(configs),
		TotalSubscriptions:  tally.Subscriptions(),
		ActiveSubscriptions: tally.ActiveSubscriptions(),
		TotalPayments:       tally.Payments(),
		SuccessfulPayments:  tally.SuccessfulPayments(),
		Currency:            tally.MainCurrency(),
		RevenueByCurrency:   tally.Revenue(),
	}
	answer.TotalRevenueCents = answer.RevenueByCurrency[answer.Currency]
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

func scopes(projects []uuid.UUID, mode billing.Mode) []billing.Scope {
	scopes := make([]billing.Scope, len(projects))
	for i, id := range projects {
		scopes[i] = billing.Scope{Project: id, Mode: mode}
	}
	return scopes
}
