package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/function"
	"billhook/pkg/intake"
	"billhook/pkg/projector"
	"billhook/pkg/store"
	"billhook/pkg/telemetry"
	"billhook/pkg/web"
)

// Intake takes verified deliveries in; *intake.Intake implements it.
type Intake interface {
	Receive(ctx context.Context, scope billing.Scope, body []byte) (billing.Outcome, error)
}

// Refusals keeps why a delivery was refused last; *store.Table implements it.
type Refusals interface {
	SaveRefusal(ctx context.Context, s billing.Scope, r billing.Refusal) error
}

var (
	_ Intake   = (*intake.Intake)(nil)
	_ Refusals = (*store.Table)(nil)
)

// server implements the operation.
type server struct {
	answer   *web.Errors
	log      *slog.Logger
	metrics  *telemetry.Metrics
	secrets  *signingSecrets
	refusals Refusals
	intake   Intake
	now      func() time.Time
}

func newServer(f *function.Function, stripe projector.Stripe) *server {
	return &server{
		answer:   f.Answer,
		log:      f.Log,
		metrics:  f.Metrics,
		secrets:  newSigningSecrets(f.Table, f.Vault, f.Now),
		refusals: f.Table,
		intake: &intake.Intake{
			Events:  projector.New(f.Table, stripe, f.Now),
			Records: f.Table,
			Metrics: f.Metrics,
			Log:     f.Log,
			Now:     f.Now,
		},
		now: f.Now,
	}
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
