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
	mode, err := api.ModeOf(r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	caller := identity.From(ctx)
	scope := billing.Scope{Project: caller.Project, Mode: mode}
	_, config, err := s.store.Project(ctx, scope.Project)
	if err != nil {
		return nil, err
	}
	account, err := s.gateway.Account(ctx, scope, config)
	if err != nil {
		return nil, err
	}
	recurring := *r.Body.Mode == "subscription"
	customer, err := s.store.CustomerOf(ctx, scope, caller.Subject)
	if err != nil {
		return nil, err
	}
	if recurring && !*r.Body.AllowExistingSubscription {
		if err := s.refuseSecond(ctx, scope, customer); err != nil {
			return nil, err
		}
	}
	if customer == "" {
		if customer, err = s.createCustomer(ctx, scope, account, caller); err != nil {
			return nil, err
		}
	}
	checkout := gateway.Checkout{
		Customer:   customer,
		User:       caller.Subject,
		Price:      r.Body.PriceID,
		Quantity:   *r.Body.Quantity,
		Recurring:  recurring,
		SuccessURL: r.Body.SuccessURL,
		CancelURL:  r.Body.CancelURL,
	}
	if r.Body.Metadata != nil {
		checkout.Metadata = *r.Body.Metadata
	}
	session, err := account.CreateCheckoutSession(ctx, checkout)
	if err != nil {
		return nil, err
	}
	return CreateCheckoutSession200JSONResponse{SessionID: session.ID, CheckoutURL: session.URL}, nil
}

// refuseSecond refuses a subscription beside one that the user still has.
func (s *server) refuseSecond(ctx context.Context, scope billing.Scope, customer string) error {
	if customer == "" {
		return nil
	}
	subscriptions, err := s.store.Subscriptions(ctx, scope, customer)
	if err != nil {
		return err
	}
	for _, sub := range subscriptions {
		if sub.Status.Holds() {
			return billing.NewError(billing.Refused, "already_subscribed", "User already has an active subscription")
		}
	}
	return nil
}

// createCustomer gives the user a Stripe customer. Of two requests at the same
// time both get the same one: Stripe by the idempotency key, the link by its
// condition.
func (s *server) createCustomer(ctx context.Context, scope billing.Scope, account *gateway.Account, caller identity.Caller) (string, error) {
	customer, err := account.CreateCustomer(ctx, caller.Subject, caller.Email)
	if err != nil {
		return "", err
	}
	return s.store.LinkCustomer(ctx, scope, customer)
}
