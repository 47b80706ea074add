package main

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/store"
	"billhook/pkg/web"
)

// Store keeps projects, what was bought in them, and counters; *store.Table
// implements it.
type Store interface {
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	ProjectIDs(ctx context.Context, owner string) ([]uuid.UUID, error)
	Projects(ctx context.Context, ids []uuid.UUID) ([]billing.Project, error)
	StripeConfigs(ctx context.Context, projects []uuid.UUID) (map[uuid.UUID]billing.StripeConfig, error)
	ListSubscriptions(ctx context.Context, q billing.ListQuery) (billing.ListPage[billing.Subscription], error)
	ListTransactions(ctx context.Context, q billing.ListQuery) (billing.ListPage[billing.Transaction], error)
	Tally(ctx context.Context, scopes ...billing.Scope) (billing.Tally, error)
}

var _ Store = (*store.Table)(nil)

// server implements the operations.
type server struct {
	store Store
}

// routes is the function's HTTP interface.
func routes(answer *web.Errors, s StrictServerInterface) http.Handler {
	strict := NewStrictHandlerWithOptions(s, nil, StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  answer.BadBody,
		ResponseErrorHandlerFunc: answer.Write,
	})
	return HandlerWithOptions(strict, StdHTTPServerOptions{
		BaseRouter:       answer.Mux(),
		ErrorHandlerFunc: answer.BadParameter,
	})
}
