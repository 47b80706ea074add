package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
)

// buyer is the calling user in the mode that the request names.
type buyer struct {
	scope    billing.Scope
	project  billing.Project
	config   *billing.StripeConfig
	route    billing.Route
	customer string // Stripe's id; empty for a user who never bought
}

func (s *server) buyer(ctx context.Context, testMode *bool, environment *billing.Mode) (buyer, error) {
	mode, err := api.ModeOf(testMode, environment)
	if err != nil {
		return buyer{}, err
	}
	project, config, err := s.store.Project(ctx, identity.From(ctx).Project)
	if err != nil {
		return buyer{}, err
	}
	return s.buyerIn(ctx, mode, project, config)
}

// buyerByDefault is the calling user in the mode that the request names, else in
// the project's default.
func (s *server) buyerByDefault(ctx context.Context, testMode *bool, environment *billing.Mode) (buyer, error) {
	project, config, err := s.store.Project(ctx, identity.From(ctx).Project)
	if err != nil {
		return buyer{}, err
	}
	mode, err := api.ModeOr(testMode, environment, project.DefaultMode)
	if err != nil {
		return buyer{}, err
	}
	return s.buyerIn(ctx, mode, project, config)
}

// buyerIn is the calling user in a mode of the project.
func (s *server) buyerIn(ctx context.Context, m billing.Mode, p billing.Project, config *billing.StripeConfig) (buyer, error) {
	caller := identity.From(ctx)
	b := buyer{scope: billing.Scope{Project: caller.Project, Mode: m}, project: p, config: config}
	var err error
	if b.route, err = s.gateway.Route(ctx, b.scope, p, config); err != nil {
		return b, err
	}
	b.customer, err = s.store.CustomerOf(ctx, b.scope, caller.Subject)
	return b, err
}

var errNothingHeld = billing.NewError(billing.NotFound, "no_active_subscription", "No active subscription found")

// holding is a subscription that the user has, as the table and as Stripe know
// it, with the account to change it in.
type holding struct {
	row     billing.Subscription
	stripe  gateway.Observed
	account *gateway.Account
}

// holding finds the user's current subscription and reads it at Stripe.
func (s *server) holding(ctx context.Context, b buyer) (holding, error) {
	if b.customer == "" {
		return holding{}, errNothingHeld
	}
	subscriptions, err := s.store.Subscriptions(ctx, b.scope, b.customer)
	if err != nil {
		return holding{}, err
	}
	sub := billing.Current(subscriptions)
	if sub == nil || !sub.Status.Holds() {
		return holding{}, errNothingHeld
	}
	h := holding{row: *sub}
	if h.account, err = s.gateway.On(ctx, b.scope, b.route, b.config); err != nil {
		return h, err
	}
	h.stripe, err = h.account.Observe(ctx, sub.ID)
	return h, err
}

// keep brings what Stripe answered into the store, before the user is told.
func (s *server) keep(ctx context.Context, b buyer, o gateway.Observed) error {
	return s.observer.Observe(ctx, b.scope, o.Observation)
}
