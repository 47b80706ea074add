// Package gateway makes the calls to Stripe: with which credentials, under
// which idempotency key, within which time, and what a refusal means to the
// caller. It keeps nothing but connections.
package gateway

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v79"

	"billhook/pkg/billing"
)

// ProjectReader reads a project's Stripe configuration.
type ProjectReader interface {
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
}

// CredentialReader reads a version of a scope's credentials.
type CredentialReader interface {
	Credentials(ctx context.Context, s billing.Scope, version string) (billing.Credentials, error)
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
	backend     stripe.Backend
}

// New makes a Gateway to Stripe, or to another server that speaks Stripe's API
// where base is not empty.
func New(projects ProjectReader, credentials CredentialReader, base string) *Gateway {
	config := &stripe.BackendConfig{
		HTTPClient:        &http.Client{Timeout: timeout},
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull}, // it would print requests
		MaxNetworkRetries: stripe.Int64(2),
		EnableTelemetry:   stripe.Bool(false),
	}
	if base != "" {
		config.URL = stripe.String(base)
	}
	return &Gateway{
		projects:    projects,
		credentials: credentials,
		backend:     stripe.GetBackendWithConfig(stripe.APIBackend, config),
	}
}

// NotConfigured is the error of a project without usable credentials in a mode.
func NotConfigured(m billing.Mode) error {
	return billing.NewError(billing.NotFound, billing.CodeNotConfigured, fmt.Sprintf("Stripe is not configured for %s mode", m))
}

// Account opens the Stripe account of a scope. A project without credentials
// in the mode, or with a deactivated configuration, is NotConfigured.
func (g *Gateway) Account(ctx context.Context, s billing.Scope, config *billing.StripeConfig) (*Account, error) {
	if !config.Usable(s.Mode) {
		return nil, NotConfigured(s.Mode)
	}
	creds, err := g.credentials.Credentials(ctx, s, config.Set(s.Mode).Version)
	if err != nil {
		return nil, err
	}
	return &Account{scope: s, key: creds.SecretKey, backend: g.backend}, nil
}

// open opens the account of a scope, with the configuration as it is stored.
func (g *Gateway) open(ctx context.Context, s billing.Scope) (*Account, error) {
	_, config, err := g.projects.Project(ctx, s.Project)
	if err != nil {
		return nil, err
	}
	return g.Account(ctx, s, config)
}
