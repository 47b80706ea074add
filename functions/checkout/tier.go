package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// errNoTier refuses what is no tier, or one that nobody buys, such as the free
// one.
var errNoTier = billing.NewError(billing.Refused, "invalid_tier", "The tier is none that can be bought")

// CreateTierCheckout starts the purchase of a tier for the calling user.
func (s *server) CreateTierCheckout(ctx context.Context, r CreateTierCheckoutRequestObject) (CreateTierCheckoutResponseObject, error) {
	p, err := s.planBuyer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	if !p.Project.AllowsRedirect(s.redirects, r.Body.SuccessURL) {
		return nil, billing.ErrRedirectNotAllowed.About("success_url")
	}
	if !p.Project.AllowsRedirect(s.redirects, r.Body.CancelURL) {
		return nil, billing.ErrRedirectNotAllowed.About("cancel_url")
	}
	plans, err := s.store.Plans(ctx, p.Scope)
	if err != nil {
		return nil, err
	}
	plan := api.SoldTier(plans, r.Body.Tier)
	if plan == nil {
		return nil, errNoTier
	}
	price := plan.Price(api.IntervalOf(*r.Body.BillingInterval))
	if price == nil {
		return nil, billing.ErrPlanNotSold
	}
	sold := billing.Offer{Plan: *plan, Price: *price, Quantity: 1}
	session, err := p.buy(ctx, sold, gateway.WithSessionID(r.Body.SuccessURL), r.Body.CancelURL)
	if err != nil {
		return nil, err
	}
	return CreateTierCheckout200JSONResponse{URL: session.URL, SessionID: session.ID}, nil
}
