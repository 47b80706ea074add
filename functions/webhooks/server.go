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
	"billhook/pkg/intake"
	"billhook/pkg/projector"
	"billhook/pkg/store"
	"billhook/pkg/telemetry"
	"billhook/pkg/vault"
	"billhook/pkg/web"
)

// Intake takes verified deliveries in; *intake.Intake implements it.
type Intake interface {
	Receive(ctx context.Context, scope billing.Scope, body []byte) (billing.Outcome, error)
}

// Refusals keeps why a delivery was refused last; *store.Table implements it.
type Refusals interface {
	SaveRefusal(ctx context.Context, s billing.Scope, r billing.Refusal) error
}

// Gateways reads the deployment's own credentials; *vault.Vault implements it.
type Gateways interface {
	Gateways(ctx context.Context) (billing.Gateways, error)
}

// Finder finds whose an event is in an account that projects share;
// *gateway.Gateway implements it.
type Finder interface {
	ScopeOf(ctx context.Context, from billing.Route, event []byte) (billing.Scope, error)
}

// Accounts keeps the tenants' connected accounts; *store.Table implements it.
type Accounts interface {
	TenantOf(ctx context.Context, account string, m billing.Mode) (string, error)
	Switch(ctx context.Context, tenant string) (billing.Switch, error)
	DisconnectAccount(ctx context.Context, s billing.Switch, account string, m billing.Mode) error
}

var (
	_ Intake   = (*intake.Intake)(nil)
	_ Refusals = (*store.Table)(nil)
	_ Gateways = (*vault.Vault)(nil)
	_ Finder   = (*gateway.Gateway)(nil)
	_ Accounts = (*store.Table)(nil)
)

// server implements the operation.
type server struct {
	answer   *web.Errors
	log      *slog.Logger
	metrics  *telemetry.Metrics
	secrets  *signingSecrets
	gateways Gateways
	stripe   Finder
	accounts Accounts
	refusals Refusals
	intake   Intake
	project  uuid.UUID // the deployment's default; zero: none
	now      func() time.Time
}

func newServer(f *function.Function, stripe *gateway.Gateway) *server {
	return &server{
		answer:   f.Answer,
		log:      f.Log,
		metrics:  f.Metrics,
		secrets:  newSigningSecrets(f.Table, f.Vault, f.Now),
		refusals: f.Table,
		gateways: f.Vault,
		stripe:   stripe,
		accounts: f.Table,
		intake: &intake.Intake{
			Events:  projector.New(f.Table, stripe, f.Now),
			Records: f.Table,
			Metrics: f.Metrics,
			Log:     f.Log,
			Now:     f.Now,
		},
		project: f.Callers.DefaultProject(),
		now:     f.Now,
	}
}

// handler wires the function, which is open to the world: a signature is what
// lets a request in; base is another server than Stripe's, if any. The API
// families differ in the form of errors.
func handler(f *function.Function, base string) http.Handler {
	s := newServer(f, gateway.New(f.Table, f.Vault, base))
	mux := http.NewServeMux()
	for path, answer := range map[string]*web.Errors{
		"/": f.Answer, "/v1/": f.Server, "/v1/stripe/webhook": f.Plans, "/api/billing/": f.Account,
	} {
		family := *s
		family.answer = answer
		mux.Handle(path, f.Public(answer, routes(&family)))
	}
	return mux
}

// routes is the HTTP interface of one API family.
func routes(s *server) http.Handler {
	return HandlerWithOptions(s, StdHTTPServerOptions{
		BaseRouter: s.answer.Mux(),
		ErrorHandlerFunc: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Header.Get(signatureHeader) == "" {
				s.answer.Write(w, r, errUnsigned)
				return
			}
			s.answer.BadParameter(w, r, err)
		},
	})
}
