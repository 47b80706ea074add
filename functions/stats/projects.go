package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/identity"
)

// ListPaymentProjects answers all of the caller's projects with the state of
// their Stripe configuration.
func (s *server) ListPaymentProjects(ctx context.Context, _ ListPaymentProjectsRequestObject) (ListPaymentProjectsResponseObject, error) {
	ids, err := s.store.ProjectIDs(ctx, identity.From(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	projects, err := s.store.Projects(ctx, ids)
	if err != nil {
		return nil, err
	}
	configs, err := s.store.StripeConfigs(ctx, ids)
	if err != nil {
		return nil, err
	}
	answer := ListPaymentProjects200JSONResponse{Projects: []api.PaymentProject{}, Total: len(projects)}
	for _, p := range projects {
		c, configured := configs[p.ID]
		answer.Projects = append(answer.Projects, api.PaymentProject{
			ID:                 p.ID,
			Name:               p.Name,
			Description:        api.Text(p.Description),
			HasPaymentConfig:   configured,
			HasTestCredentials: c.Test.SecretKey != "",
			HasLiveCredentials: c.Live.SecretKey != "",
			TestConfiguredAt:   api.Time(c.Test.ConfiguredAt),
			LiveConfiguredAt:   api.Time(c.Live.ConfiguredAt),
			IsActive:           p.Active,
			CreatedAt:          p.CreatedAt,
		})
	}
	return answer, nil
}
