package main

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// ListProjectSubscriptions answers a page of one project's subscriptions.
func (s *server) ListProjectSubscriptions(ctx context.Context, r ListProjectSubscriptionsRequestObject) (ListProjectSubscriptionsResponseObject, error) {
	scopes, err := s.projectScope(ctx, r.ProjectID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	l, err := s.want(ctx, billing.ListQuery{Scopes: scopes}, r.Params.Page, r.Params.PageSize, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	page, err := s.store.ListSubscriptions(ctx, l.query)
	if err != nil {
		return nil, err
	}
	answer := ListProjectSubscriptions200JSONResponse{
		Subscriptions: []api.Subscription{}, Total: l.total(billing.Tally.Subscriptions), Page: l.number, PageSize: l.query.Limit, NextCursor: api.NextPage(page.Next),
	}
	for _, row := range page.Rows {
		answer.Subscriptions = append(answer.Subscriptions, api.SubscriptionOf(row.Scope, row.Row))
	}
	return answer, nil
}

// ListProjectPayments answers a page of one project's payments.
func (s *server) ListProjectPayments(ctx context.Context, r ListProjectPaymentsRequestObject) (ListProjectPaymentsResponseObject, error) {
	scopes, err := s.projectScope(ctx, r.ProjectID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	l, err := s.want(ctx, billing.ListQuery{Scopes: scopes}, r.Params.Page, r.Params.PageSize, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	page, err := s.store.ListTransactions(ctx, l.query)
	if err != nil {
		return nil, err
	}
	answer := ListProjectPayments200JSONResponse{
		Payments: []api.Payment{}, Total: l.total(billing.Tally.Payments), Page: l.number, PageSize: l.query.Limit, NextCursor: api.NextPage(page.Next),
	}
	for _, row := range page.Rows {
		answer.Payments = append(answer.Payments, api.PaymentOf(row.Scope, row.Row))
	}
	return answer, nil
}

// wanted is the list that a request asks for, and what it counts.
type wanted struct {
	query  billing.ListQuery
	number int // of the page
	tally  billing.Tally
}

func (s *server) want(ctx context.Context, q billing.ListQuery, page, size *int, cursor *string) (wanted, error) {
	query, number, err := api.ListQuery(page, size, cursor)
	if err != nil {
		return wanted{}, err
	}
	query.Scopes, query.Status, query.Period = q.Scopes, q.Status, q.Period
	tally, err := s.store.Tally(ctx, q.Scopes...)
	return wanted{query, number, tally}, err
}

// total is how many rows the whole list has.
func (w wanted) total(byStatus func(billing.Tally) map[string]int64) int {
	if w.query.Status != "" {
		return int(byStatus(w.tally)[w.query.Status])
	}
	return int(billing.Sum(byStatus(w.tally)))
}

// projectScope is one project that the caller owns, in one mode.
func (s *server) projectScope(ctx context.Context, id uuid.UUID, testMode *bool, environment *billing.Mode) ([]billing.Scope, error) {
	mode, err := api.ModeOf(testMode, environment)
	if err != nil {
		return nil, err
	}
	project, _, err := s.store.Project(ctx, id)
	if err != nil {
		return nil, err
	}
	return []billing.Scope{{Project: id, Mode: mode}}, identity.From(ctx).MustOwn(project)
}

// allScopes are all the caller's projects, or the one of them that is named, in
// one mode, or in both where the request names none.
func (s *server) allScopes(ctx context.Context, only *uuid.UUID, testMode *bool, environment *billing.Mode) ([]billing.Scope, error) {
	modes := []billing.Mode{billing.Test, billing.Live}
	if testMode != nil || environment != nil {
		mode, err := api.ModeOf(testMode, environment)
		if err != nil {
			return nil, err
		}
		modes = []billing.Mode{mode}
	}
	projects, err := s.store.ProjectIDs(ctx, identity.From(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	projects = named(projects, only)
	var scopes []billing.Scope
	for _, mode := range modes {
		scopes = append(scopes, scopesOf(projects, mode)...)
	}
	return scopes, nil
}

// named are the projects, or the one of them that is named.
func named(projects []uuid.UUID, only *uuid.UUID) []uuid.UUID {
	if only == nil {
		return projects
	}
	return slices.DeleteFunc(projects, func(id uuid.UUID) bool { return id != *only })
}

func scopesOf(projects []uuid.UUID, mode billing.Mode) []billing.Scope {
	scopes := make([]billing.Scope, len(projects))
	for i, id := range projects {
		scopes[i] = billing.Scope{Project: id, Mode: mode}
	}
	return scopes
}
