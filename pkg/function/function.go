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

	// PlatformKey and PlatformWebhookSecret are of the deployment's own Stripe
	// account, where they are not in its secret.
	PlatformKey           billing.Secret `env:"KL_STRIPE_SECRET_KEY"`
	PlatformWebhookSecret billing.Secret `env:"KL_STRIPE_WEBHOOK_SECRET"`
	// ConnectFee is the deployment's part of what connected accounts sell, in
	// basis points.
	ConnectFee int64 `env:"CONNECT_FEE_BPS" envDefault:"60"`
}

var _ identity.KeyReader = (*store.Table)(nil)

// Function is what a function is built from. Nothing in it talks to AWS before
// the first request.
type Function struct {
	Log     *slog.Logger
	Metrics *telemetry.Metrics
	Answer  *web.Errors // of the Payments API
	Plans   *web.Errors // of the Plans API
	Server  *web.Errors // of the Server API
	Account *web.Errors // of the Account API
	Table   *store.Table
	Vault   *vault.Vault
	Callers *identity.Verifier
	Now     func() time.Time

	RedirectOrigins []string // Settings.RedirectOrigins
}

// New builds a Function on clients of an AWS account.
func New(s Settings, account aws.Config, out io.Writer, now func() time.Time) (*Function, error) {
	log := telemetry.NewLogger(out, s.LogLevel)
	if s.ConnectFee < 0 || s.ConnectFee > billing.MaxFeeBasisPoints {
		return nil, fmt.Errorf("CONNECT_FEE_BPS: %d is not from 0 to %d", s.ConnectFee, billing.MaxFeeBasisPoints)
	}
	secrets := vault.Open(secretsmanager.NewFromConfig(account), vault.Settings{
		Prefix: s.SecretPrefix, PlatformKey: s.PlatformKey, PlatformWebhookSecret: s.PlatformWebhookSecret,
		FeeBasisPoints: s.ConnectFee, Now: now,
	})
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
		Plans:   web.NewPlansErrors(log),
		Server:  web.NewServerErrors(log),
		Account: web.NewAccountErrors(log),
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

// For frames routes that only callers of one role may use. The answer to what
// goes wrong is the family's that the routes belong to.
func (f *Function) For(role identity.Role, answer *web.Errors, routes http.Handler) http.Handler {
	return f.Reading(role, answer, web.Idempotent(f.Log, answer, f.Table, f.Now, routes))
}

// Reading frames routes that only callers of one role may use, and that change
// nothing, or see to it themselves that what they change happens once, as the
// ledger does: there is nothing to write beside it.
func (f *Function) Reading(role identity.Role, answer *web.Errors, routes http.Handler) http.Handler {
	keyed := identity.CheckKeys(f.Table, answer.Write, web.JSONBody(answer, routes))
	framed := f.Callers.Require(role, answer.Write)(keyed)
	if answer == f.Plans {
		framed = identity.SessionCookie(framed)
	}
	return f.Public(answer, framed)
}

// ForServer frames routes of the Server API, which backends call with a key
// pair. What limits calls, between the callers and the routes, is limit.
func (f *Function) ForServer(limit func(http.Handler) http.Handler, routes http.Handler) http.Handler {
	once := web.Idempotent(f.Log, f.Server, f.Table, f.Now, routes)
	return f.Public(f.Server, identity.RequirePair(f.Table, f.Server.Write, limit(web.JSONBody(f.Server, once))))
}

// ForLedger frames routes of the Account API that backends call with a key pair,
// and that the ledger makes happen once.
func (f *Function) ForLedger(routes http.Handler) http.Handler {
	return f.Public(f.Account, identity.RequirePair(f.Table, f.Account.Write, web.JSONBody(f.Account, routes)))
}

// ForBuyer frames routes of the Server API that act for a user, whose bearer
// token comes with the key pair. The limit is the project's, and comes before
// the token.
func (f *Function) ForBuyer(limit func(http.Handler) http.Handler, routes http.Handler) http.Handler {
	once := web.Idempotent(f.Log, f.Server, f.Table, f.Now, routes)
	buyer := f.Callers.RequireBuyer(f.Server.Write, web.JSONBody(f.Server, once))
	return f.Public(f.Server, identity.RequirePair(f.Table, f.Server.Write, limit(buyer)))
}

// Public frames routes that see to their callers themselves.
func (f *Function) Public(answer *web.Errors, routes http.Handler) http.Handler {
	return web.Frame(f.Log, answer, f.Now, routes)
}
