package main

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/function"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
	"billhook/pkg/intake"
	"billhook/pkg/projector"
	"billhook/pkg/store"
	"billhook/pkg/web"
)

// Store keeps projects, what became of events, and the rows that they changed;
// *store.Table implements it.
type Store interface {
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	Log
	Rows
}

// Log keeps what became of events.
type Log interface {
	Events(ctx context.Context, s billing.Scope, q billing.EventQuery) (billing.EventPage, error)
	// Record reads the record of an event; nil if there is none.
	Record(ctx context.Context, s billing.Scope, at billing.EventRef) (*billing.EventRecord, error)
	// Body is an event as Stripe sent it, if it was quarantined; nil if not.
	Body(ctx context.Context, s billing.Scope, event string) ([]byte, error)
	// LastRefusal is the delivery that was refused last; nil if there was none.
	LastRefusal(ctx context.Context, s billing.Scope) (*billing.Refusal, error)
	// History follows the changes of a row, newest first.
	History(ctx context.Context, s billing.Scope, last billing.EventRef, row string, limit int) ([]billing.EventRecord, error)
}

// Rows keeps subscriptions and payments.
type Rows interface {
	// FindSubscription finds one by Stripe's id or its record's; nil if there
	// is none.
	FindSubscription(ctx context.Context, s billing.Scope, id string) (*billing.Subscription, error)
	// Transactions lists a customer's, newest first.
	Transactions(ctx context.Context, s billing.Scope, customer string) ([]billing.Transaction, error)
}

// Stripe is asked for events; *gateway.Gateway implements it.
type Stripe interface {
	// Event reads an event as Stripe delivered it; billing.NotFound if Stripe
	// does not have it.
	Event(ctx context.Context, s billing.Scope, id string) ([]byte, error)
}

// Intake takes events in; *intake.Intake implements it.
type Intake interface {
	Replay(ctx context.Context, scope billing.Scope, body []byte) (billing.Outcome, error)
}

var (
	_ Store  = (*store.Table)(nil)
	_ Stripe = (*gateway.Gateway)(nil)
	_ Intake = (*intake.Intake)(nil)
)

// server implements the operations.
type server struct {
	store  Store
	stripe Stripe
	intake Intake
	now    func() time.Time
}

// handler wires the function; base is another server than Stripe's, if any.
func handler(f *function.Function, base string) http.Handler {
	stripe := gateway.New(f.Table, f.Vault, base)
	return web.Within(gateway.Patience, f.For(identity.Developer, f.Answer, routes(f.Answer, &server{
		store:  f.Table,
		stripe: stripe,
		intake: &intake.Intake{
			Events:  projector.New(f.Table, stripe, f.Now),
			Records: f.Table,
			Metrics: f.Metrics,
			Log:     f.Log,
			Now:     f.Now,
		},
		now: f.Now,
	})))
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

// owned is a project that the caller owns, in one mode.
func (s *server) owned(ctx context.Context, id uuid.UUID, testMode *bool, environment *billing.Mode) (billing.Scope, error) {
	mode, err := api.ModeOf(testMode, environment)
	if err != nil {
		return billing.Scope{}, err
	}
	project, _, err := s.store.Project(ctx, id)
	if err != nil {
		return billing.Scope{}, err
	}
	return billing.Scope{Project: id, Mode: mode}, identity.From(ctx).MustOwn(project)
}
