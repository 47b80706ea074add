package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
	"billhook/pkg/telemetry"
	"billhook/pkg/web"
)

// Events takes events in; *projector.Projector implements it.
type Events interface {
	Apply(ctx context.Context, scope billing.Scope, event billing.Event) (billing.Outcome, error)
}

var _ Events = (*projector.Projector)(nil)

// server implements the operation.
type server struct {
	answer  *web.Errors
	log     *slog.Logger
	metrics *telemetry.Metrics
	secrets *signingSecrets
	events  Events
	now     func() time.Time
}

// routes is the function's HTTP interface, open to the world: a signature is
// what lets a request in.
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
