package main

import (
	"context"
	"net/http"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/function"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
	"billhook/pkg/web"
)

// server implements the operations.
type server struct {
	*paymaster
	redirects []string // the deployment's origins
}

// handler wires the function's operations.
func handler(f *function.Function, stripe *gateway.Gateway) http.Handler {
	implementation := &server{paymaster: newPaymaster(f, stripe), redirects: f.RedirectOrigins}
	return web.Within(gateway.Patience, f.For(identity.EndUser, f.Account, routes(f.Account, implementation)))
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

// office is where the calling creator is paid: in one mode of a project.
type office struct {
	scope   billing.Scope
	project billing.Project
	config  *billing.StripeConfig
	creator string
}

func (s *server) office(ctx context.Context, testMode *bool, environment *billing.Mode) (office, error) {
	caller := identity.From(ctx)
	o := office{scope: billing.Scope{Project: caller.Project}, creator: caller.Subject}
	var err error
	if o.project, o.config, err = s.store.Project(ctx, caller.Project); err != nil {
		return o, err
	}
	o.scope.Mode, err = api.ModeOr(testMode, environment, o.project.DefaultMode)
	return o, err
}
