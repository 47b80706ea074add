package main

import (
	"context"

	"billhook/pkg/billing"
)

// CreatePortalSession answers the URL of Stripe's customer portal.
func (s *server) CreatePortalSession(ctx context.Context, r CreatePortalSessionRequestObject) (CreatePortalSessionResponseObject, error) {
	b, err := s.buyer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	if !b.project.AllowsRedirect(s.redirects, r.Body.ReturnURL) {
		return nil, billing.ErrRedirectNotAllowed.About("return_url")
	}
	if b.customer == "" {
		return nil, billing.NewError(billing.NotFound, "customer_not_found", "No Stripe customer found for this user")
	}
	account, err := s.gateway.On(ctx, b.scope, b.route, b.config)
	if err != nil {
		return nil, err
	}
	url, err := account.CreatePortalSession(ctx, b.customer, r.Body.ReturnURL)
	if err != nil {
		return nil, err
	}
	return CreatePortalSession200JSONResponse{PortalURL: url}, nil
}
