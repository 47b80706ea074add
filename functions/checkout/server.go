package main

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/store"
	"billhook/pkg/web"
)

// Store keeps projects, customers and subscriptions; *store.Table implements it.
type Store interface {
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	CustomerOf(ctx context.Context, s billing.Scope, user string) (customer string, err error)
	LinkCustomer(ctx context.Context, s billing.Scope, c billing.Customer) (customer string, err error)
	Subscriptions(ctx context.Context, s billing.Scope, customer string) ([]billing.Subscription, error)
}

var _ Store = (*store.Table)(nil)

// server implements the operations.
type server struct {
	store   Store
	gateway *gateway.Gateway
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
