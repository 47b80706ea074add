package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// errEndsBefore refuses a grant that would never count.
var errEndsBefore = billing.InvalidFields(billing.FieldError{
	Loc: []any{"body", "expiresAt"}, Msg: "Input should be in the future", Type: "value_error",
})

// CreateGrant gives a user a plan or single features.
func (s *server) CreateGrant(ctx context.Context, r CreateGrantRequestObject) (CreateGrantResponseObject, error) {
	scope, user, err := s.subject(ctx, r.AppID, r.UserID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	g := billing.Grant{User: user, Reason: r.Body.Reason, Author: identity.From(ctx).Subject, CreatedAt: s.timestamp()}
	if r.Body.ExpiresAt != nil {
		g.ExpiresAt = *r.Body.ExpiresAt
	}
	if !g.Live(g.CreatedAt) {
		return nil, errEndsBefore
	}
	if r.Body.Features != nil {
		for _, f := range *r.Body.Features {
			g.Features = append(g.Features, billing.GrantedFeature(f))
		}
	} else if g.Plan, err = s.grantedPlan(ctx, scope, *r.Body); err != nil {
		return nil, err
	}
	if g.ID, err = newGrantID(identity.From(ctx), scope, user, r.Params.IdempotencyKey); err != nil {
		return nil, err
	}
	err = s.store.AddGrant(ctx, scope, g)
	if billing.KindOf(err) == billing.Conflict {
		g, err = s.grantedBefore(ctx, scope, g, err)
	}
	if err != nil {
		return nil, err
	}
	return CreateGrant201JSONResponse(api.GrantOf(g, s.now())), nil
}

// keyedGrants is the UUIDv5 namespace of grants with an Idempotency-Key.
var keyedGrants = uuid.MustParse("e37a5c18-90b4-4d6e-a1f2-5b8c03d9f764")

// newGrantID follows from the request's Idempotency-Key, if there is one: a
// request that dies before its answer is kept gives nothing twice when it is
// repeated.
func newGrantID(c identity.Caller, s billing.Scope, user string, key *string) (uuid.UUID, error) {
	if key == nil {
		return uuid.NewRandom()
	}
	return uuid.NewSHA1(keyedGrants, fmt.Appendf(nil, "%q", []string{c.Tenant, c.Subject, s.String(), user, *key})), nil
}

// grantedBefore reads the grant that an earlier execution of the request added.
// Where there is none, the refusal stays.
func (s *server) grantedBefore(ctx context.Context, scope billing.Scope, g billing.Grant, refusal error) (billing.Grant, error) {
	has, err := s.store.Holder(ctx, scope, g.User)
	if err != nil {
		return g, err
	}
	i := slices.IndexFunc(has.Grants, func(earlier billing.Grant) bool { return earlier.ID == g.ID })
	if i < 0 {
		return g, refusal
	}
	return has.Grants[i], nil
}

// grantedPlan is the id of the plan that a request names.
func (s *server) grantedPlan(ctx context.Context, scope billing.Scope, r api.CreateGrantRequest) (string, error) {
	plans, err := s.store.Plans(ctx, scope)
	if err != nil {
		return "", err
	}
	p := api.NamedPlan(plans, r.PlanID, r.PlanKey)
	if p == nil {
		return "", billing.ErrNoPlan
	}
	return p.ID, nil
}

// ListGrants answers what a user was given, newest first.
func (s *server) ListGrants(ctx context.Context, r ListGrantsRequestObject) (ListGrantsResponseObject, error) {
	scope, user, err := s.subject(ctx, r.AppID, r.UserID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	has, err := s.store.Holder(ctx, scope, user)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(has.Grants, func(a, b billing.Grant) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID.String(), a.ID.String()))
	})
	answer := ListGrants200JSONResponse{Grants: []api.Grant{}}
	for _, g := range has.Grants {
		answer.Grants = append(answer.Grants, api.GrantOf(g, s.now()))
	}
	return answer, nil
}

// RevokeGrant ends a grant, and leaves it in the list.
func (s *server) RevokeGrant(ctx context.Context, r RevokeGrantRequestObject) (RevokeGrantResponseObject, error) {
	scope, user, err := s.subject(ctx, r.AppID, r.UserID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	err = s.store.RevokeGrant(ctx, scope, billing.Grant{
		ID: r.GrantID, User: user, RevokedAt: s.timestamp(), RevokedBy: identity.From(ctx).Subject,
	})
	if err != nil {
		return nil, err
	}
	return RevokeGrant204Response{}, nil
}
