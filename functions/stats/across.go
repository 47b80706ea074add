package main

import (
	"context"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// provider is who moves the money.
const provider = "stripe"

// ListSubscriptions answers a page of the subscriptions in all the caller's
// projects, or one of them.
func (s *server) ListSubscriptions(ctx context.Context, r ListSubscriptionsRequestObject) (ListSubscriptionsResponseObject, error) {
	p := r.Params
	status, err := api.SubscriptionStatus(p.Status)
	if err != nil {
		return nil, err
	}
	query, err := s.across(ctx, p.ProjectID, p.TestMode, p.Environment, api.ListFilter{From: p.From, To: p.To, Search: p.Search})
	if err != nil {
		return nil, err
	}
	query.Status = string(status)
	l, err := s.want(ctx, query, p.Page, p.PageSize, p.Cursor)
	if err != nil {
		return nil, err
	}
	var page billing.ListPage[billing.Subscription]
	total := l.total(billing.Tally.Subscriptions)
	if p.Search == nil {
		page, err = s.store.ListSubscriptions(ctx, l.query)
	} else {
		page, total, err = search(ctx, l.query, *p.Search, s.store.FindSubscriptions, subscriptionPlace)
	}
	if err != nil {
		return nil, err
	}
	about, err := s.about(ctx, subscriptionOwners(page.Rows))
	if err != nil {
		return nil, err
	}
	answer := ListSubscriptions200JSONResponse{
		Subscriptions: []api.AggregatedSubscription{}, Total: total, Page: l.number, PageSize: l.query.Limit, NextCursor: api.NextPage(page.Next),
	}
	for _, row := range page.Rows {
		answer.Subscriptions = append(answer.Subscriptions, api.AggregatedSubscription{
			Subscription: api.SubscriptionOf(row.Scope, row.Row), ProjectName: about.names[row.Scope.Project], Provider: provider,
			CustomerEmail: api.Text(about.emails[row.Scope][row.Row.Customer]),
		})
	}
	return answer, nil
}

// ListTransactions answers a page of the payments in all the caller's
// projects, or one of them.
func (s *server) ListTransactions(ctx context.Context, r ListTransactionsRequestObject) (ListTransactionsResponseObject, error) {
	p := r.Params
	status, err := api.PaymentStatus(p.Status)
	if err != nil {
		return nil, err
	}
	query, err := s.across(ctx, p.ProjectID, p.TestMode, p.Environment, api.ListFilter{From: p.From, To: p.To, Search: p.Search})
	if err != nil {
		return nil, err
	}
	query.Status = string(status)
	l, err := s.want(ctx, query, p.Page, p.PageSize, p.Cursor)
	if err != nil {
		return nil, err
	}
	var page billing.ListPage[billing.Transaction]
	total := l.total(billing.Tally.Payments)
	if p.Search == nil {
		page, err = s.store.ListTransactions(ctx, l.query)
	} else {
		page, total, err = search(ctx, l.query, *p.Search, s.store.FindTransactions, transactionPlace)
	}
	if err != nil {
		return nil, err
	}
	about, err := s.about(ctx, transactionOwners(page.Rows))
	if err != nil {
		return nil, err
	}
	answer := ListTransactions200JSONResponse{
		Payments: []api.AggregatedPayment{}, Total: total, Page: l.number, PageSize: l.query.Limit, NextCursor: api.NextPage(page.Next),
	}
	for _, row := range page.Rows {
		answer.Payments = append(answer.Payments, api.AggregatedPayment{
			Payment: api.PaymentOf(row.Scope, row.Row), ProjectName: about.names[row.Scope.Project], Provider: provider,
			CustomerEmail: api.Text(about.emails[row.Scope][row.Row.Owner]),
		})
	}
	return answer, nil
}

// across is the part of the rows of all the caller's projects, or of one, that
// a request asks for.
func (s *server) across(
	ctx context.Context, project *uuid.UUID, testMode *bool, environment *billing.Mode, filter api.ListFilter,
) (billing.ListQuery, error) {
	period, err := filter.Period()
	if err != nil {
		return billing.ListQuery{}, err
	}
	scopes, err := s.allScopes(ctx, project, testMode, environment)
	return billing.ListQuery{Scopes: scopes, Period: period}, err
}

// surroundings are what a row does not say itself.
type surroundings struct {
	names  map[uuid.UUID]string
	emails map[billing.Scope]map[string]string
}

// about reads what rows do not say, by their scopes and customers.
func (s *server) about(ctx context.Context, owners map[billing.Scope][]string) (surroundings, error) {
	told := surroundings{names: map[uuid.UUID]string{}}
	var ids []uuid.UUID
	for scope := range owners {
		if _, asked := told.names[scope.Project]; !asked {
			told.names[scope.Project] = ""
			ids = append(ids, scope.Project)
		}
	}
	projects, err := s.store.Projects(ctx, ids)
	if err != nil {
		return told, err
	}
	for _, p := range projects {
		told.names[p.ID] = p.Name
	}
	told.emails, err = s.store.CustomerEmails(ctx, owners)
	return told, err
}
