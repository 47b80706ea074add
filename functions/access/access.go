package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// facts are what decides the access of the calling user, in the mode that the
// request names, else the project's default. Stripe need not be configured.
func (s *server) facts(ctx context.Context, testMode *bool, environment *billing.Mode) (billing.Scope, billing.AccessFacts, error) {
	caller := identity.From(ctx)
	otherwise, err := s.access.DefaultMode(ctx, caller.Project)
	if err != nil {
		return billing.Scope{}, billing.AccessFacts{}, err
	}
	mode, err := api.ModeOr(testMode, environment, otherwise)
	if err != nil {
		return billing.Scope{}, billing.AccessFacts{}, err
	}
	scope := billing.Scope{Project: caller.Project, Mode: mode}
	f, err := s.access.Facts(ctx, scope, caller.Subject)
	return scope, f, err
}

func (s *server) entitlements(ctx context.Context, testMode *bool, environment *billing.Mode) (billing.Scope, billing.Entitlements, error) {
	scope, f, err := s.facts(ctx, testMode, environment)
	return scope, billing.Access(s.now(), f), err
}

// GetPlanSubscription answers the newest subscription that has not ended.
func (s *server) GetPlanSubscription(ctx context.Context, r GetPlanSubscriptionRequestObject) (GetPlanSubscriptionResponseObject, error) {
	_, f, err := s.facts(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	var answer GetPlanSubscription200JSONResponse
	if current := billing.Current(f.Subscriptions); current != nil {
		shown := api.UserSubscriptionOf(*current, f.Plans)
		answer.Subscription = &shown
	}
	return answer, nil
}

// GetMyPlan answers the user's plan and features.
func (s *server) GetMyPlan(ctx context.Context, r GetMyPlanRequestObject) (GetMyPlanResponseObject, error) {
	_, e, err := s.entitlements(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	return GetMyPlan200JSONResponse(api.MyPlanOf(e)), nil
}

// CheckAccess answers whether the user may use a feature, and why.
func (s *server) CheckAccess(ctx context.Context, r CheckAccessRequestObject) (CheckAccessResponseObject, error) {
	feature, err := api.FeatureAsked(r.Params.Feature)
	if err != nil {
		return nil, err
	}
	_, e, err := s.entitlements(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	explained := r.Params.Explain != nil && *r.Params.Explain
	return CheckAccess200JSONResponse(api.AccessOf(feature, e, explained)), nil
}

// GetEntitlements answers all that the user may use.
func (s *server) GetEntitlements(ctx context.Context, r GetEntitlementsRequestObject) (GetEntitlementsResponseObject, error) {
	_, e, err := s.entitlements(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	return GetEntitlements200JSONResponse(api.EntitlementsOf(e)), nil
}
