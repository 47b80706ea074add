package main

import (
	"context"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// CreateProject creates a project that the caller owns.
func (s *server) CreateProject(ctx context.Context, r CreateProjectRequestObject) (CreateProjectResponseObject, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return nil, err
	}
	p := billing.Project{
		ID:        id,
		Owner:     identity.From(ctx).Tenant,
		Name:      r.Body.Name,
		Active:    true,
		CreatedAt: s.timestamp(),
	}
	if r.Body.Description != nil {
		p.Description = *r.Body.Description
	}
	if err := s.store.CreateProject(ctx, p); err != nil {
		return nil, err
	}
	return CreateProject201JSONResponse(projectAnswer(p)), nil
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
		ID:          p.ID,
		Name:        p.Name,
		Description: api.Text(p.Description),
		IsActive:    p.Active,
		CreatedAt:   p.CreatedAt,
	}
}
