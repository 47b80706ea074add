package main

import (
	"context"
	"log/slog"
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

// Store keeps projects, subscriptions and plans; *store.Table implements it.
type Store interface {
	Leases
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	Subscriptions(ctx context.Context, s billing.Scope, customer string) ([]billing.Subscription, error)
	Transactions(ctx context.Context, s billing.Scope, customer string) ([]billing.Transaction, error)
	Plans(ctx context.Context, s billing.Scope) ([]billing.Plan, error)
	Link(ctx context.Context, s billing.Scope, user string) (billing.Link, error)
}

// Leases see to it that one holder at a time starts a subscription for a user.
type Leases interface {
	TakeCheckout(ctx context.Context, s billing.Scope, user, holder string, now, until time.Time) (bool, error)
	LeaveCheckout(ctx context.Context, s billing.Scope, user, holder string) error
}

// Observer brings Stripe's answers into the store; *projector.Projector
// implements it.
type Observer interface {
	Observe(ctx context.Context, s billing.Scope, o projector.Observation) error
	ObservePayment(ctx context.Context, s billing.Scope, o projector.PaymentObservation) error
}

var (
	_ Store    = (*store.Table)(nil)
	_ Observer = (*projector.Projector)(nil)
)

// server implements the operations.
type server struct {
	store     Store
	sales     *sale.Sales
	prices    *sale.Prices
	gateway   *gateway.Gateway
	observer  Observer
	redirects []string // the deployment's origins
	log       *slog.Logger
	now       func() time.Time
}

// handler wires the function; base is another server than Stripe's, if any.
func handler(f *function.Function, base string) http.Handler {
	stripe := gateway.New(f.Table, f.Vault, base)
	implementation := &server{
		store:     f.Table,
		sales:     sale.New(f.Table, stripe, f.Log, f.Now),
		prices:    sale.NewPrices(f.Table),
		gateway:   stripe,
		observer:  projector.New(f.Table, stripe, f.Now),
		redirects: f.RedirectOrigins,
		log:       f.Log,
		now:       f.Now,
	}
	// The API families differ in their callers and in the form of errors.
	mux := http.NewServeMux()
	mux.Handle("/", f.For(identity.EndUser, f.Answer, routes(f.Answer, implementation)))
	mux.Handle("/v1/billing/", f.For(identity.EndUser, f.Plans, routes(f.Plans, implementation)))
	mux.Handle("/api/billing/", f.For(identity.EndUser, f.Account, routes(f.Account, implementation)))
	mux.Handle("/v1/payments/", f.For(identity.EndUser, f.Plans, identity.BackedBy(f.Table, f.Plans.Write, routes(f.Plans, implementation))))
	mux.Handle("/v1/", f.ForBuyer(unlimited, routes(f.Server, implementation)))
	return web.Within(gateway.Patience, mux)
}

// unlimited: only the customer endpoints have limits of their own.
func unlimited(next http.Handler) http.Handler { return next }

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
