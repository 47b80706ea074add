package main

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/function"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
	"billhook/pkg/projector"
	"billhook/pkg/sale"
	"billhook/pkg/store"
	"billhook/pkg/web"
)

// Store keeps projects, customers and what they bought; *store.Table
// implements it.
type Store interface {
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	CustomerOf(ctx context.Context, s billing.Scope, user string) (customer string, err error)
	Subscriptions(ctx context.Context, s billing.Scope, customer string) ([]billing.Subscription, error)
	Transactions(ctx context.Context, s billing.Scope, customer string) ([]billing.Transaction, error)
	Plans(ctx context.Context, s billing.Scope) ([]billing.Plan, error)
	Switch(ctx context.Context, tenant string) (billing.Switch, error)
}

// Observer brings Stripe's answers into the store; *projector.Projector
// implements it.
type Observer interface {
	Observe(ctx context.Context, s billing.Scope, o projector.Observation) error
	Correct(ctx context.Context, s billing.Scope, o projector.Observation) (behind bool, err error)
}

var (
	_ Store    = (*store.Table)(nil)
	_ Observer = (*projector.Projector)(nil)
)

// server implements the operations.
type server struct {
	store     Store
	gateway   *gateway.Gateway
	prices    *sale.Prices
	observer  Observer
	redirects []string  // the deployment's origins
	project   uuid.UUID // the deployment's default; zero: none
	now       func() time.Time
}

// handler wires the function; base is another server than Stripe's, if any.
func handler(f *function.Function, base string) http.Handler {
	stripe := gateway.New(f.Table, f.Vault, base)
	implementation := &server{
		store:     f.Table,
		gateway:   stripe,
		prices:    sale.NewPrices(f.Table),
		observer:  projector.New(f.Table, stripe, f.Now),
		redirects: f.RedirectOrigins,
		project:   f.Callers.DefaultProject(),
		now:       f.Now,
	}
	// The API families differ in the form of errors. The catalogs are public.
	mux := http.NewServeMux()
	mux.Handle("/", f.For(identity.EndUser, f.Answer, routes(f.Answer, implementation)))
	mux.Handle("/v1/", f.For(identity.EndUser, f.Plans, routes(f.Plans, implementation)))
	mux.Handle("/v1/billing/plans", f.Public(f.Plans, routes(f.Plans, implementation)))
	account := routes(f.Account, implementation)
	mux.Handle("/api/billing/", f.For(identity.EndUser, f.Account, account))
	mux.Handle("/api/billing/plans", f.Public(f.Account, account))
	return web.Within(gateway.Patience, mux)
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
