// Package gateway makes the calls to Stripe: with which credentials, under
// which idempotency key, within which time, and what a refusal means to the
// caller. It keeps nothing but connections.
package gateway

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v79"

	"billhook/pkg/billing"
)

// ProjectReader reads a project's Stripe configuration, its tenant's switch, and
// whose a customer is in an account that projects share.
type ProjectReader interface {
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	Switch(ctx context.Context, tenant string) (billing.Switch, error)
	ProjectOfCustomer(ctx context.Context, r billing.Route, m billing.Mode, customer string) (uuid.UUID, error)
}

// CredentialReader reads a version of a scope's credentials, and those of the
// deployment itself.
type CredentialReader interface {
	Credentials(ctx context.Context, s billing.Scope, version string) (billing.Credentials, error)
	Gateways(ctx context.Context) (billing.Gateways, error)
}

// timeout bounds a call with all its retries.
const timeout = 10 * time.Second

// Patience bounds an operation with all its calls, so that whoever waits for
// it hears of a slow Stripe within 25 s.
const Patience = 24 * time.Second

// Gateway opens Stripe accounts. It is safe for concurrent use.
type Gateway struct {
	projects    ProjectReader
	credentials CredentialReader
	base        string // another server than Stripe's; empty: Stripe
	backend     stripe.Backend
	connect     stripe.Backend // where OAuth is
}

// New makes a Gateway to Stripe, or to another server that speaks Stripe's API
// where base is not empty.
func New(projects ProjectReader, credentials CredentialReader, base string) *Gateway {
	config := stripe.BackendConfig{
		HTTPClient:        &http.Client{Timeout: timeout},
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull}, // it would print requests
		MaxNetworkRetries: stripe.Int64(2),
		EnableTelemetry:   stripe.Bool(false),
	}
	if base != "" {
		config.URL = stripe.String(base)
	}
	forConnect := config // each backend fills in what is missing
	return &Gateway{
		projects:    projects,
		credentials: credentials,
		base:        base,
		backend:     stripe.GetBackendWithConfig(stripe.APIBackend, &config),
		connect:     stripe.GetBackendWithConfig(stripe.ConnectBackend, &forConnect),
	}
}

// Route is the Stripe account that serves a scope. The tenant's switch is read
// only where the project has no keys of its own.
func (g *Gateway) Route(ctx context.Context, s billing.Scope, p billing.Project, config *billing.StripeConfig) (billing.Route, error) {
	var sw billing.Switch
	if !config.Usable(s.Mode) {
		var err error
		if sw, err = g.projects.Switch(ctx, p.Owner); err != nil {
			return billing.Route{}, err
		}
	}
	return billing.RouteOf(config, sw, s.Mode)
}

// Account opens the Stripe account of a scope. A project that no account serves
// in the mode is billing.NotConfigured, or told what is missing.
func (g *Gateway) Account(ctx context.Context, s billing.Scope, p billing.Project, config *billing.StripeConfig) (*Account, error) {
	route, err := g.Route(ctx, s, p, config)
	if err != nil {
		return nil, err
	}
	return g.On(ctx, s, route, config)
}

// On opens the account that a route leads to, for a scope that it serves.
func (g *Gateway) On(ctx context.Context, s billing.Scope, route billing.Route, config *billing.StripeConfig) (*Account, error) {
	if route.Own() {
		creds, err := g.credentials.Credentials(ctx, s, config.Set(s.Mode).Version)
		if err != nil {
			return nil, err
		}
		return &Account{scope: s, route: route, key: creds.SecretKey, backend: g.backend}, nil
	}
	lent, err := g.credentials.Gateways(ctx)
	if err != nil {
		return nil, err
	}
	keys := lent.Of(route.Gateway, s.Mode)
	if keys.SecretKey == "" {
		return nil, billing.NotLent(route.Gateway, s.Mode)
	}
	a := &Account{scope: s, route: route, key: keys.SecretKey, backend: g.backend}
	if route.Account != "" {
		a.backend, a.fee = onBehalf{g.backend, route.Account}, lent.FeeBasisPoints
	}
	return a, nil
}

// open opens the account of a scope, with the configuration as it is stored.
func (g *Gateway) open(ctx context.Context, s billing.Scope) (*Account, error) {
	p, config, err := g.projects.Project(ctx, s.Project)
	if err != nil {
		return nil, err
	}
	return g.Account(ctx, s, p, config)
}
