package main

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/store"
	"billhook/pkg/web"
)

// Store keeps projects, what was bought in them, and counters; *store.Table
// implements it.
type Store interface {
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	ProjectIDs(ctx context.Context, owner string) ([]uuid.UUID, error)
	Projects(ctx context.Context, ids []uuid.UUID) ([]billing.Project, error)
	StripeConfigs(ctx context.Context, projects []uuid.UUID) (map[uuid.UUID]billing.StripeConfig, error)
	ListSubscriptions(ctx context.Context, q billing.ListQuery) (billing.ListPage[billing.Subscription], error)
	ListTransactions(ctx context.Context, q billing.ListQuery) (billing.ListPage[billing.Transaction], error)
	FindSubscriptions(ctx context.Context, s billing.Scope, id string) ([]billing.Subscription, error)
	FindTransactions(ctx context.Context, s billing.Scope, id string) ([]billing.Transaction, error)
	CustomerEmails(ctx context.Context, customers map[billing.Scope][]string) (map[billing.Scope]map[string]string, error)
	ListPayouts(ctx context.Context, q billing.ListQuery) (billing.ListPage[billing.Payout], error)
	// Totals are those of a ledger, Held what is held in all of a scope's by
	// currency; whole is false if that is not all.
	Totals(ctx context.Context, s billing.Scope, currency string) (billing.Totals, error)
	Held(ctx context.Context, s billing.Scope) (held map[string]int64, whole bool, err error)
	// Wallets are those of a user that were ever used, by currency.
	Wallets(ctx context.Context, s billing.Scope, user string) (map[string]billing.Wallet, error)
	WalletHistory(ctx context.Context, s billing.Scope, currency, user string, newest int) (billing.Wallet, []billing.Posting, error)
	Tally(ctx context.Context, scopes ...billing.Scope) (billing.Tally, error)
	Snapshots(ctx context.Context, from time.Time, scopes ...billing.Scope) ([][]billing.Snapshot, error)
}

var _ Store = (*store.Table)(nil)

// server implements the operations.
type server struct {
	store Store
	now   func() time.Time
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
