package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
)

// CreateCheckoutSession starts a purchase for the calling user.
func (s *server) CreateCheckoutSession(ctx context.Context, r CreateCheckoutSessionRequestObject) (CreateCheckoutSessionResponseObject, error) {
	p, err := s.buyer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	if !p.Project.AllowsRedirect(s.redirects, r.Body.SuccessURL) {
		return nil, billing.ErrRedirectNotAllowed.About("success_url")
	}
	if !p.Project.AllowsRedirect(s.redirects, r.Body.CancelURL) {
		return nil, billing.ErrRedirectNotAllowed.About("cancel_url")
	}
	if p.checkout, err = order(ctx, p.Account, p.caller, *r.Body); err != nil {
		return nil, err
	}
	p.offeredTrial, p.alongside = p.checkout.TrialDays > 0, *r.Body.AllowExistingSubscription
	p.checkout.Once = p.Once(r.Params.IdempotencyKey)
	session, err := p.start(ctx)
	if err != nil {
		return nil, err
	}
	answer := CreateCheckoutSession200JSONResponse{
		SessionID: session.ID, CheckoutURL: session.URL, TrialAlreadyUsed: p.offeredTrial && p.checkout.TrialDays == 0,
	}
	if days := p.checkout.TrialDays; days > 0 {
		answer.TrialDays = &days
	}
	return answer, nil
}

// order is what the request asks for, at a price that can be bought so.
func order(ctx context.Context, account *gateway.Account, caller identity.Caller, body api.CheckoutSessionRequest) (gateway.Checkout, error) {
	recurring := *body.Mode == "subscription"
	price, err := account.Price(ctx, body.PriceID, recurring, "price_id")
	if err != nil {
		return gateway.Checkout{}, err
	}
	c := gateway.Checkout{
		User:           caller.Subject,
		Price:          price.ID,
		Plan:           price.Plan,
		Amount:         price.Amount,
		Quantity:       *body.Quantity,
		Recurring:      recurring,
		TrialDays:      price.TrialDays,
		PromotionCodes: *body.AllowPromotionCodes,
		AutomaticTax:   *body.AutomaticTax,
		SuccessURL:     body.SuccessURL,
		CancelURL:      body.CancelURL,
	}
	if body.Metadata != nil {
		c.Metadata = *body.Metadata
	}
	return c, nil
}
