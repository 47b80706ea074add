package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// CreatePortalSession answers the URL of Stripe's customer portal.
func (s *server) CreatePortalSession(ctx context.Context, r CreatePortalSessionRequestObject) (CreatePortalSessionResponseObject, error) {
	b, err := s.buyer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	url, err := s.portal(ctx, b, r.Body.ReturnURL)
	if err != nil {
		return nil, err
	}
	return CreatePortalSession200JSONResponse{PortalURL: url}, nil
}

// OpenBillingPortal is CreatePortalSession of the Account API.
func (s *server) OpenBillingPortal(ctx context.Context, r OpenBillingPortalRequestObject) (OpenBillingPortalResponseObject, error) {
	if err := api.ReturnURLAsked(r.Params.ReturnURL); err != nil {
		return nil, err
	}
	b, err := s.buyerByDefault(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	url, err := s.portal(ctx, b, r.Params.ReturnURL)
	if err != nil {
		return nil, err
	}
	return OpenBillingPortal200JSONResponse{URL: url}, nil
}

// portal opens the portal of a user, whose way back is a URL of the request's.
func (s *server) portal(ctx context.Context, b buyer, returnURL string) (string, error) {
	if !b.project.AllowsRedirect(s.redirects, returnURL) {
		return "", billing.ErrRedirectNotAllowed.About("return_url")
	}
	if b.customer == "" {
		return "", billing.NewError(billing.NotFound, "customer_not_found", "No Stripe customer found for this user")
	}
	account, err := s.gateway.On(ctx, b.scope, b.route, b.config)
	if err != nil {
		return "", err
	}
	return account.CreatePortalSession(ctx, b.customer, returnURL)
}
