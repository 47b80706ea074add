package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/function"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
	"billhook/pkg/projector"
	"billhook/pkg/store"
	"billhook/pkg/web"
)

// Store keeps projects, subscriptions and usage; *store.Table implements it.
type Store interface {
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	// CustomersByEmail finds the project's own customers with an e-mail address,
	// in whichever letters, as far as is known.
	CustomersByEmail(ctx context.Context, s billing.Scope, email string) ([]billing.Customer, error)
	// Subscriptions lists a customer's, as far as events have told.
	Subscriptions(ctx context.Context, s billing.Scope, customer string) ([]billing.Subscription, error)
	// ShareCustomer keeps whose a customer is in an account that projects share.
	ShareCustomer(ctx context.Context, s billing.Scope, r billing.Route, customer string) error
	Switch(ctx context.Context, tenant string) (billing.Switch, error)
	// Usage reads the hours with calls from one on, newest first.
	Usage(ctx context.Context, s billing.Scope, from time.Time) ([]billing.Usage, error)
}

// Observer brings Stripe's answers into the store; *projector.Projector
// implements it.
type Observer interface {
	ObserveCustomer(ctx context.Context, s billing.Scope, f billing.CustomerFact, asOf time.Time) error
}

var (
	_ Store    = (*store.Table)(nil)
	_ Observer = (*projector.Projector)(nil)
)

// server implements the operations.
type server struct {
	store     Store
	gateway   *gateway.Gateway
	observer  Observer
	redirects []string // the deployment's origins
	log       *slog.Logger
	now       func() time.Time
}

// portal is the one path on which a server acts for a user.
const portal = "/v1/stripe/customer-portal/session"

// handler wires the function; base is another server than Stripe's, if any.
func handler(f *function.Function, base string, l limits) http.Handler {
	stripe := gateway.New(f.Table, f.Vault, base)
	all := routes(f.Server, &server{
		store:     f.Table,
		gateway:   stripe,
		observer:  projector.New(f.Table, stripe, f.Now),
		redirects: f.RedirectOrigins,
		log:       f.Log,
		now:       f.Now,
	})
	limiter := &limiter{limits: l, table: f.Table, answer: f.Server, log: f.Log, now: f.Now}
	mux := http.NewServeMux()
	mux.Handle("/", f.ForServer(limiter.around, all))
	mux.Handle(portal, f.ForBuyer(limiter.around, all))
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

// shop is the calling project in the mode that the request names.
type shop struct {
	scope     billing.Scope
	project   billing.Project
	config    *billing.StripeConfig
	account   *gateway.Account
	customers gateway.Customers
}

func (s *server) shop(ctx context.Context, testMode *bool, environment *billing.Mode) (shop, error) {
	mode, err := api.ModeOf(testMode, environment)
	if err != nil {
		return shop{}, err
	}
	opened := shop{scope: billing.Scope{Project: identity.From(ctx).Project, Mode: mode}}
	if opened.project, opened.config, err = s.store.Project(ctx, opened.scope.Project); err != nil {
		return shop{}, err
	}
	if opened.account, err = s.gateway.Account(ctx, opened.scope, opened.project, opened.config); err != nil {
		return shop{}, err
	}
	opened.customers = opened.account.Customers(opened.project.Owner)
	return opened, nil
}

// sells refuses what makes something at Stripe where billing is off.
func (s *server) sells(ctx context.Context, in shop) error {
	sw, err := s.store.Switch(ctx, in.project.Owner)
	if err != nil {
		return err
	}
	_, err = billing.Sells(in.config, sw, in.scope.Mode, s.now())
	return err
}
