package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/identity"
)

// VerifyTierCheckout brings in what the calling user has bought in a checkout
// session, as Stripe tells it now, and answers the tier that it gives. The
// session's events do the same, before or afterwards.
func (s *server) VerifyTierCheckout(ctx context.Context, r VerifyTierCheckoutRequestObject) (VerifyTierCheckoutResponseObject, error) {
	if err := api.SessionAsked(r.Params.SessionID); err != nil {
		return nil, err
	}
	b, err := s.buyerByDefault(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	account, err := s.gateway.On(ctx, b.scope, b.route, b.config)
	if err != nil {
		return nil, err
	}
	bought, err := account.Bought(ctx, r.Params.SessionID, identity.From(ctx).Subject)
	if err != nil {
		return nil, err
	}
	if _, err := s.observer.Correct(ctx, b.scope, bought.Observation); err != nil {
		return nil, err
	}
	plans, err := s.store.Plans(ctx, b.scope)
	if err != nil {
		return nil, err
	}
	return VerifyTierCheckout200JSONResponse{Tier: api.TierBought(plans, bought.Fact.After)}, nil
}
