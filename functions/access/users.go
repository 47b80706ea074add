package main

import (
	"context"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// CheckUserAccess answers whether a user of the caller's project may use a
// feature, and why.
func (s *server) CheckUserAccess(ctx context.Context, r CheckUserAccessRequestObject) (CheckUserAccessResponseObject, error) {
	feature, err := api.FeatureAsked(r.Params.Feature)
	if err != nil {
		return nil, err
	}
	e, err := s.entitlementsOf(ctx, r.AppID, r.UserID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	explained := r.Params.Explain != nil && *r.Params.Explain
	return CheckUserAccess200JSONResponse(api.AccessOf(feature, e, explained)), nil
}

// GetUserEntitlements answers all that a user of the caller's project may use.
func (s *server) GetUserEntitlements(ctx context.Context, r GetUserEntitlementsRequestObject) (GetUserEntitlementsResponseObject, error) {
	e, err := s.entitlementsOf(ctx, r.AppID, r.UserID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	return GetUserEntitlements200JSONResponse(api.EntitlementsOf(e)), nil
}

func (s *server) entitlementsOf(ctx context.Context, project uuid.UUID, named string, testMode *bool, environment *billing.Mode) (billing.Entitlements, error) {
	scope, user, err := s.subject(ctx, project, named, testMode, environment)
	if err != nil {
		return billing.Entitlements{}, err
	}
	f, err := s.access.Facts(ctx, scope, user)
	return billing.Access(s.now(), f), err
}

// subject is a user of a project that the caller owns, in the mode that the
// request names, else the project's default.
func (s *server) subject(ctx context.Context, project uuid.UUID, named string, testMode *bool, environment *billing.Mode) (billing.Scope, string, error) {
	user, err := api.UserNamed("userId", named)
	if err != nil {
		return billing.Scope{}, "", err
	}
	p, _, err := s.store.Project(ctx, project)
	if err != nil {
		return billing.Scope{}, "", err
	}
	if err := identity.From(ctx).MustOwn(p); err != nil {
		return billing.Scope{}, "", err
	}
	mode, err := api.ModeOr(testMode, environment, p.DefaultMode)
	return billing.Scope{Project: project, Mode: mode}, user, err
}
