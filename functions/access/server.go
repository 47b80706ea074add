package main

import (
	"context"
	"net/http"
	"time"

	"billhook/pkg/access"
	"billhook/pkg/billing"
	"billhook/pkg/function"
	"billhook/pkg/identity"
	"billhook/pkg/store"
	"billhook/pkg/web"
)

// Store keeps projects, plans, what users have and what they were given;
// *store.Table implements it.
type Store interface {
	access.Store
	AddGrant(ctx context.Context, s billing.Scope, g billing.Grant) error
	RevokeGrant(ctx context.Context, s billing.Scope, g billing.Grant) error
}

var _ Store = (*store.Table)(nil)

// server implements the operations.
type server struct {
	store  Store
	access *access.Reader
	signer *access.Signer
	now    func() time.Time
}

// handler wires the function. Users change nothing here, and keys are for
// everybody.
func handler(f *function.Function, cfg access.TokenSettings) http.Handler {
	implementation := &server{
		store:  f.Table,
		access: access.NewReader(f.Table, f.Now),
		signer: access.NewSigner(f.Vault, cfg, f.Now),
		now:    f.Now,
	}
	served := routes(f.Plans, implementation)
	mux := http.NewServeMux()
	mux.Handle("/", f.Public(f.Plans, f.Plans.Mux()))
	mux.Handle("/.well-known/", f.Public(f.Plans, served))
	mux.Handle("/v1/billing/", f.Reading(identity.EndUser, f.Plans, served))
	mux.Handle("/v1/billing/.well-known/", f.Public(f.Plans, served))
	mux.Handle("/v1/dashboard/", f.For(identity.Developer, f.Plans, served))
	mux.Handle("/api/billing", f.Reading(identity.EndUser, f.Account, routes(f.Account, implementation)))
	return mux
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
