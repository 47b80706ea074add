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
	"billhook/pkg/sale"
	"billhook/pkg/store"
	"billhook/pkg/wallet"
	"billhook/pkg/web"
)

// Store keeps projects and postings; *store.Table implements it.
type Store interface {
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	// WalletHistory reads a wallet and its newest postings, as of one moment.
	WalletHistory(ctx context.Context, s billing.Scope, currency, user string, newest int) (billing.Wallet, []billing.Posting, error)
	// Picture reads the rows of a lookup, strongly consistent.
	Picture(ctx context.Context, s billing.Scope, l billing.Lookup) (billing.Picture, error)
}

var _ Store = (*store.Table)(nil)

// server implements the operations.
type server struct {
	store     Store
	wallets   *wallet.Wallets
	sales     *sale.Sales
	learner   wallet.Learner
	gateway   *gateway.Gateway
	redirects []string // the deployment's origins
	log       *slog.Logger
	now       func() time.Time
}

// handler wires the function; base is another server than Stripe's, if any. The
// ledger makes what it posts happen once, for as long as there is the ledger, so
// these answers are not kept for a day beside it. A deposit that begins posts
// nothing.
func handler(f *function.Function, base string) http.Handler {
	stripe := gateway.New(f.Table, f.Vault, base)
	learner := projector.New(f.Table, stripe, f.Now)
	all := web.Named(f.Account, routes(f.Account, &server{
		store:     f.Table,
		wallets:   wallet.New(f.Table, stripe, learner, f.Log, f.Now),
		sales:     sale.New(f.Table, stripe, f.Log, f.Now),
		learner:   learner,
		gateway:   stripe,
		redirects: f.RedirectOrigins,
		log:       f.Log,
		now:       f.Now,
	}))
	mux := http.NewServeMux()
	mux.Handle("/api/balance/deposit", f.For(identity.EndUser, f.Account, all))
	mux.Handle("/", f.Reading(identity.EndUser, f.Account, all))
	mux.Handle("/api/marketplace/", f.ForLedger(all))
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

// visit is a call of the project, in the mode that the request names.
type visit struct {
	scope   billing.Scope
	project billing.Project
	config  *billing.StripeConfig
	caller  identity.Caller
}

func (s *server) visit(ctx context.Context, testMode *bool, environment *billing.Mode) (visit, error) {
	v := visit{caller: identity.From(ctx)}
	var err error
	if v.project, v.config, err = s.store.Project(ctx, v.caller.Project); err != nil {
		return v, err
	}
	v.scope.Project = v.caller.Project
	v.scope.Mode, err = api.ModeOr(testMode, environment, v.project.DefaultMode)
	return v, err
}

// nameOf is what an Idempotency-Key names for the caller; without one the thing
// has no name that anybody else could know.
func nameOf(key *string) string {
	if key == nil {
		return uuid.NewString()
	}
	return *key
}

// cause is why something is posted now. Milliseconds are kept.
func (s *server) cause(id, currency, description string) billing.Cause {
	return billing.Cause{ID: id, At: s.now().UTC().Truncate(time.Millisecond), Currency: currency, Description: description}
}
