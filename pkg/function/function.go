// Package function is the ground that every Lambda function stands on: its
// settings from the environment, its clients, its log, and the frame around
// its routes. What a function does is in the function's own folder.
package function

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/caarlos0/env/v11"

	"billhook/pkg/billing"
	"billhook/pkg/identity"
	"billhook/pkg/store"
	"billhook/pkg/telemetry"
	"billhook/pkg/vault"
	"billhook/pkg/web"
)

// Settings are the environment variables that every function has.
type Settings struct {
	identity.Config
	Table        string `env:"TABLE_NAME,required"`
	SecretPrefix string `env:"SECRET_PREFIX,required"`
	LogLevel     string `env:"LOG_LEVEL"`
	Namespace    string `env:"METRICS_NAMESPACE" envDefault:"billhook"`

	// RedirectOrigins are where Stripe's pages may send buyers back to, for
	// projects that name none; empty: https anywhere and http on localhost.
	RedirectOrigins []string `env:"REDIRECT_ORIGINS"`
}

var _ identity.KeyReader = (*store.Table)(nil)

// Function is what a function is built from. Nothing in it talks to AWS before
// the first request.
type Function struct {
	Log     *slog.Logger
	Metrics *telemetry.Metrics
	Answer  *web.Errors
	Table   *store.Table
	Vault   *vault.Vault
	Callers *identity.Verifier
	Now     func() time.Time

	RedirectOrigins []string // Settings.RedirectOrigins
}

// New builds a Function on clients of an AWS account.
func New(s Settings, account aws.Config, out io.Writer, now func() time.Time) (*Function, error) {
	log := telemetry.NewLogger(out, s.LogLevel)
	secrets := vault.Open(secretsmanager.NewFromConfig(account), s.SecretPrefix)
	callers, err := identity.NewVerifier(s.Config, secrets, now)
	if err != nil {
		return nil, err
	}
	for _, origin := range s.RedirectOrigins {
		if _, err := billing.NormalOrigin(origin); err != nil {
			return nil, fmt.Errorf("REDIRECT_ORIGINS: %q %w", origin, err)
		}
	}
	return &Function{
		Log:     log,
		Metrics: telemetry.NewMetrics(out, s.Namespace, now),
		Answer:  web.NewErrors(log),
		Table:   store.Open(dynamodb.NewFromConfig(account), s.Table),
		Vault:   secrets,
		Callers: callers,
		Now:     now,

		RedirectOrigins: s.RedirectOrigins,
	}, nil
}

// Load builds a Function from the environment, and fills extra, a pointer to a
// struct with env tags, with the settings that only this function has. It ends
// the process if a setting is missing: Lambda reports that as a failed start.
func Load(extra any) *Function {
	f, err := load(extra)
	if err != nil {
		fmt.Fprintln(os.Stderr, "billhook: cannot start:", err)
		os.Exit(1)
	}
	return f
}

func load(extra any) (*Function, error) {
	s, err := env.ParseAs[Settings]()
	if err != nil {
		return nil, err
	}
	if err := env.Parse(extra); err != nil {
		return nil, err
	}
	aws, err := account(os.Getenv)
	if err != nil {
		return nil, err
	}
	return New(s, aws, os.Stdout, time.Now) //nolint:forbidigo // the clock that is injected everywhere
}

// For frames routes that only callers of one role may use.
func (f *Function) For(role identity.Role, routes http.Handler) http.Handler {
	return f.Reading(role, web.Idempotent(f.Log, f.Answer, f.Table, f.Now, routes))
}

// Reading frames routes that only callers of one role may use, and that change
// nothing: there is nothing to make happen once, and so nothing to write.
func (f *Function) Reading(role identity.Role, routes http.Handler) http.Handler {
	keyed := identity.CheckKeys(f.Table, f.Answer.Write, web.JSONBody(f.Answer, routes))
	return f.Public(f.Callers.Require(role, f.Answer.Write)(keyed))
}

// Public frames routes that see to their callers themselves.
func (f *Function) Public(routes http.Handler) http.Handler {
	return web.Frame(f.Log, f.Answer, f.Now, routes)
}
