package main

import (
	"context"
	"time"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// GetUsage answers how often the project called, by hour.
func (s *server) GetUsage(ctx context.Context, r GetUsageRequestObject) (GetUsageResponseObject, error) {
	hours, err := api.UsageHours(r.Params.Hours)
	if err != nil {
		return nil, err
	}
	mode, err := api.ModeOf(r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	scope := billing.Scope{Project: identity.From(ctx).Project, Mode: mode}
	used, err := s.store.Usage(ctx, scope, s.now().Add(-time.Duration(hours-1)*time.Hour))
	if err != nil {
		return nil, err
	}
	answer := GetUsage200JSONResponse{Usage: []api.UsageHour{}}
	for _, u := range used {
		answer.Usage = append(answer.Usage, api.UsageHour{Hour: u.Hour, Creates: u.Creates, Queries: u.Queries, Refused: u.Refused})
	}
	return answer, nil
}
