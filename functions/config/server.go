package main

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/function"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
	"billhook/pkg/projector"
	"billhook/pkg/store"
	"billhook/pkg/vault"
	"billhook/pkg/web"
)

// Store keeps projects, configurations and keys; *store.Table implements it.
// Writes over what somebody else has changed are billing.ConcurrentChange.
type Store interface {
	Projects
	Keys
	Plans
	Switches
	SaveStripeConfig(ctx context.Context, c billing.StripeConfig) error
	StripeConfigs(ctx context.Context, projects []uuid.UUID) (map[uuid.UUID]billing.StripeConfig, error)
}

// Switches keeps the tenants' billing switches and connected accounts.
type Switches interface {
	Switch(ctx context.Context, tenant string) (billing.Switch, error)
	SaveSwitch(ctx context.Context, s billing.Switch) error
	ConnectAccount(ctx context.Context, s billing.Switch, former string, m billing.Mode) error
	DisconnectAccount(ctx context.Context, s billing.Switch, account string, m billing.Mode) error
	BeginConnection(ctx context.Context, c billing.Connection) error
	EndConnection(ctx context.Context, state billing.Secret, now time.Time) (billing.Connection, error)
}

// Projects keeps projects.
type Projects interface {
	CreateProject(ctx context.Context, p billing.Project) error
	SaveProject(ctx context.Context, p billing.Project) error
	DeleteProject(ctx context.Context, p billing.Project, config *billing.StripeConfig, now time.Time) error
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	ProjectIDs(ctx context.Context, owner string) ([]uuid.UUID, error)
	Projects(ctx context.Context, ids []uuid.UUID) ([]billing.Project, error)
	Tally(ctx context.Context, scopes ...billing.Scope) (billing.Tally, error)
}

// Keys keeps the API keys of projects, and of developers: those of no project.
type Keys interface {
	CreateKey(ctx context.Context, k billing.Key) error
	Keys(ctx context.Context, tenant string, project uuid.UUID) ([]billing.Key, error)
	RevokeKey(ctx context.Context, tenant string, project, id uuid.UUID, now time.Time) error
}

// Plans keeps plans. Of a scope's plans one has a key, and one at most is the
// default; was is the plan as it was read, none for a new one.
type Plans interface {
	Plans(ctx context.Context, s billing.Scope) ([]billing.Plan, error)
	SavePlan(ctx context.Context, s billing.Scope, was, next billing.Plan) error
	DeletePlan(ctx context.Context, s billing.Scope, p billing.Plan) error
}

// Vault keeps credentials, and has those of the deployment itself; *vault.Vault
// implements it.
type Vault interface {
	Gateways(ctx context.Context) (billing.Gateways, error)
	Credentials(ctx context.Context, s billing.Scope, version string) (billing.Credentials, error)
	SaveCredentials(ctx context.Context, s billing.Scope, c billing.Credentials) (version string, err error)
}

// Stripe tries secret keys, opens the accounts of scopes, and connects accounts;
// *gateway.Gateway implements it.
type Stripe interface {
	CheckKey(ctx context.Context, key billing.Secret) (gateway.KeyVerdict, error)
	Account(ctx context.Context, s billing.Scope, p billing.Project, config *billing.StripeConfig) (*gateway.Account, error)
	On(ctx context.Context, s billing.Scope, route billing.Route, config *billing.StripeConfig) (*gateway.Account, error)
	AuthorizeURL(ctx context.Context, m billing.Mode, state billing.Secret, callback string) (string, error)
	Connect(ctx context.Context, m billing.Mode, code string) (account string, err error)
	Disconnect(ctx context.Context, m billing.Mode, account string) error
}

// Observer brings Stripe's answers into the store; *projector.Projector
// implements it.
type Observer interface {
	Observe(ctx context.Context, s billing.Scope, o projector.Observation) error
}

var (
	_ Store    = (*store.Table)(nil)
	_ Vault    = (*vault.Vault)(nil)
	_ Stripe   = (*gateway.Gateway)(nil)
	_ Observer = (*projector.Projector)(nil)
)

// server implements the operations.
type server struct {
	store          Store
	vault          Vault
	stripe         Stripe
	observer       Observer
	redirects      []string // the deployment's origins
	random         io.Reader
	log            *slog.Logger
	now            func() time.Time
	webhookBaseURL string
}

// newServer builds the operations' implementation; base is another server than
// Stripe's, if any.
func newServer(f *function.Function, base, webhookBaseURL string) *server {
	stripe := gateway.New(f.Table, f.Vault, base)
	return &server{
		store: f.Table, vault: f.Vault, stripe: stripe, observer: projector.New(f.Table, stripe, f.Now),
		redirects: f.RedirectOrigins, random: rand.Reader, log: f.Log, now: f.Now, webhookBaseURL: webhookBaseURL,
	}
}

// handler frames the operations. The two API families differ in the form of
// errors; the owner of a Stripe account who comes back from Stripe's page has
// the state to show for it, and no token.
func handler(f *function.Function, s *server) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", f.For(identity.Developer, f.Answer, routes(f.Answer, s)))
	mux.Handle("/v1/dashboard/", f.For(identity.Developer, f.Plans, withHost(routes(f.Plans, s))))
	mux.Handle("GET "+callbackPath, f.Public(f.Plans, withReader(routes(f.Plans, s))))
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

// timestamp is the time for what is stored, in the milliseconds that the table
// keeps, so that it is answered now as it will be read.
func (s *server) timestamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// owned reads a project that the caller owns.
func (s *server) owned(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error) {
	project, config, err := s.store.Project(ctx, id)
	if err != nil {
		return project, nil, err
	}
	return project, config, identity.From(ctx).MustOwn(project)
}

// again repeats an operation, a few times, while somebody else changes what it
// is about.
func again[T any](do func() (T, error)) (T, error) {
	const attempts = 3
	for attempt := 1; ; attempt++ {
		v, err := do()
		if attempt == attempts || !billing.IsConcurrentChange(err) {
			return v, err
		}
	}
}
