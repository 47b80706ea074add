package main

import (
	"context"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// CreateCustomerPortalSession answers the URL of Stripe's customer portal.
func (s *server) CreateCustomerPortalSession(ctx context.Context, r CreateCustomerPortalSessionRequestObject) (CreateCustomerPortalSessionResponseObject, error) {
	shop, err := s.shop(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	if !shop.project.AllowsRedirect(s.redirects, r.Body.ReturnURL) {
		return nil, billing.ErrRedirectNotAllowed.About("return_url")
	}
	id, err := shop.named(ctx, r.Body.Customer, r.Body.CustomerEmail)
	if err != nil {
		return nil, err
	}
	url, err := shop.account.CreatePortalSession(ctx, id, r.Body.ReturnURL)
	if err != nil {
		return nil, err
	}
	answer := CreateCustomerPortalSession200JSONResponse{}
	answer.Session.URL = url
	return answer, nil
}

// named is the customer of the project with the id, or else the newest one with
// the e-mail address.
func (in shop) named(ctx context.Context, id, email *string) (string, error) {
	if id != nil {
		found, err := in.customers.Read(ctx, *id)
		if err != nil {
			return "", err
		}
		return found.ID, nil
	}
	found, err := in.customers.ByEmail(ctx, *email)
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", gateway.ErrNoCustomer
	}
	return found[0].ID, nil
}
