package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// CreateProject creates a project that the caller owns.
func (s *server) CreateProject(ctx context.Context, r CreateProjectRequestObject) (CreateProjectResponseObject, error) {
	caller := identity.From(ctx)
	id, err := newProjectID(caller, r.Params.IdempotencyKey)
	if err != nil {
		return nil, err
	}
	p := billing.Project{
		ID:          id,
		Owner:       caller.Tenant,
		Name:        r.Body.Name,
		Active:      true,
		DefaultMode: billing.Test,
		CreatedAt:   s.timestamp(),
	}
	apply(&p, api.UpdateProjectRequest{
		Description:     r.Body.Description,
		RedirectOrigins: r.Body.RedirectOrigins,
		DefaultMode:     r.Body.DefaultMode,

		DuplicateSubscriptions: r.Body.DuplicateSubscriptions,
		GracePeriodDays:        r.Body.GracePeriodDays,
		DisputedPayments:       r.Body.DisputedPayments,
		MarketplaceFeeBps:      r.Body.MarketplaceFeeBps,
		EndUserRefunds:         r.Body.EndUserRefunds,
	})
	err = s.store.CreateProject(ctx, p)
	if billing.KindOf(err) == billing.Conflict {
		p, err = s.createdBefore(ctx, p, err)
	}
	if err != nil {
		return nil, err
	}
	return CreateProject201JSONResponse(projectAnswer(p)), nil
}

// keyedProjects is the UUIDv5 namespace of projects with an Idempotency-Key.
var keyedProjects = uuid.MustParse("b1a4c9de-0f57-4a3c-8e6d-72f09c5b1e38")

// newProjectID follows from the caller and the Idempotency-Key, if there is
// one: a request that dies before its answer is kept does not make a second
// project when it is repeated.
func newProjectID(c identity.Caller, key *string) (uuid.UUID, error) {
	if key == nil {
		return uuid.NewRandom()
	}
	return uuid.NewSHA1(keyedProjects, fmt.Appendf(nil, "%q", []string{c.Tenant, c.Subject, *key})), nil
}

// createdBefore reads the project that an earlier execution of the request
// made. A project that is another one, or is deleted, leaves the refusal.
func (s *server) createdBefore(ctx context.Context, p billing.Project, refusal error) (billing.Project, error) {
	earlier, _, err := s.store.Project(ctx, p.ID)
	switch {
	case billing.KindOf(err) == billing.NotFound:
		return p, refusal
	case err != nil:
		return p, err
	case earlier.Owner != p.Owner || earlier.Name != p.Name:
		return p, refusal
	}
	return earlier, nil
}

// UpdateProject changes what was sent of a project.
func (s *server) UpdateProject(ctx context.Context, r UpdateProjectRequestObject) (UpdateProjectResponseObject, error) {
	p, err := again(func() (billing.Project, error) {
		p, _, err := s.owned(ctx, r.ProjectID)
		if err != nil {
			return p, err
		}
		apply(&p, *r.Body)
		return p, s.store.SaveProject(ctx, p)
	})
	if err != nil {
		return nil, err
	}
	return UpdateProject200JSONResponse(projectAnswer(p)), nil
}

// apply changes a project; fields that are nil stay as they are.
func apply(p *billing.Project, r api.UpdateProjectRequest) {
	set(&p.Name, r.Name)
	set(&p.Description, r.Description)
	set(&p.RedirectOrigins, r.RedirectOrigins)
	set(&p.DefaultMode, r.DefaultMode)
	set(&p.Duplicates, r.DuplicateSubscriptions)
	set(&p.OnDispute, r.DisputedPayments)
	set(&p.EndUserRefunds, r.EndUserRefunds)
	if r.GracePeriodDays != nil {
		p.GraceDays = r.GracePeriodDays
	}
	if r.MarketplaceFeeBps != nil {
		p.MarketplaceFee = r.MarketplaceFeeBps
	}
}

func set[T any](field, sent *T) {
	if sent != nil {
		*field = *sent
	}
}

// DeleteProject makes a project unknown and closes its Stripe configuration.
func (s *server) DeleteProject(ctx context.Context, r DeleteProjectRequestObject) (DeleteProjectResponseObject, error) {
	_, err := again(func() (billing.Project, error) { return s.remove(ctx, r.ProjectID) })
	if err != nil {
		return nil, err
	}
	return DeleteProject204Response{}, nil
}

func (s *server) remove(ctx context.Context, id uuid.UUID) (billing.Project, error) {
	p, config, err := s.owned(ctx, id)
	if err != nil {
		return p, err
	}
	live, err := s.store.Tally(ctx, billing.Scope{Project: id, Mode: billing.Live})
	if err != nil {
		return p, err
	}
	if live.RunningSubscriptions() > 0 {
		return p, billing.NewError(billing.Conflict, "live_subscriptions",
			"The project has live subscriptions that have not ended: cancel them first")
	}
	return p, s.store.DeleteProject(ctx, p, config, s.timestamp())
}

// GetProject answers one project.
func (s *server) GetProject(ctx context.Context, r GetProjectRequestObject) (GetProjectResponseObject, error) {
	p, _, err := s.owned(ctx, r.ProjectID)
	if err != nil {
		return nil, err
	}
	return GetProject200JSONResponse(projectAnswer(p)), nil
}

// ListProjects answers a page of the caller's projects, newest first.
func (s *server) ListProjects(ctx context.Context, r ListProjectsRequestObject) (ListProjectsResponseObject, error) {
	page, size, err := api.PageOf(r.Params.Page, r.Params.PageSize)
	if err != nil {
		return nil, err
	}
	ids, err := s.store.ProjectIDs(ctx, identity.From(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	projects, err := s.store.Projects(ctx, api.Slice(ids, page, size))
	if err != nil {
		return nil, err
	}
	answer := ListProjects200JSONResponse{Projects: []api.Project{}, Total: len(ids), Page: page, PageSize: size}
	for _, p := range projects {
		answer.Projects = append(answer.Projects, projectAnswer(p))
	}
	return answer, nil
}

func projectAnswer(p billing.Project) api.Project {
	return api.Project{
		ID:              p.ID,
		Name:            p.Name,
		Description:     api.Text(p.Description),
		IsActive:        p.Active,
		RedirectOrigins: append([]string{}, p.RedirectOrigins...), // [] and not null
		DefaultMode:     p.DefaultMode,
		CreatedAt:       p.CreatedAt,

		DuplicateSubscriptions: cmp.Or(p.Duplicates, billing.FlagDuplicate),
		GracePeriodDays:        int64(p.Grace() / (24 * time.Hour)),
		DisputedPayments:       cmp.Or(p.OnDispute, billing.KeepDisputed),
		MarketplaceFeeBps:      p.FeeBasisPoints(),
		EndUserRefunds:         p.EndUserRefunds,
	}
}
