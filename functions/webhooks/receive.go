package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

const signatureHeader = "Stripe-Signature"

// ReceiveStripeEvent takes one delivery. Any answer but 200 has Stripe deliver
// it again, so nothing is answered with 200 before it is safely stored.
func (s *server) ReceiveStripeEvent(w http.ResponseWriter, r *http.Request, project api.ProjectID, mode billing.Mode, params api.ReceiveStripeEventParams) {
	s.acknowledge(w, r, s.receive(r, billing.Scope{Project: project, Mode: mode}, params.StripeSignature))
}

// acknowledge answers what became of a delivery.
func (s *server) acknowledge(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		s.metrics.Count("EventsRefused", "Kind", refusal(err))
		s.answer.Write(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(api.EventReceipt{Received: true}) // Stripe may be gone
}

// ReceiveServerEvent takes one delivery at the path of the Server API, where
// the mode is in the query.
func (s *server) ReceiveServerEvent(w http.ResponseWriter, r *http.Request, project api.ProjectID, params api.ReceiveServerEventParams) {
	mode, err := api.ModeOf(params.TestMode, params.Environment)
	if err != nil {
		s.answer.Write(w, r, err)
		return
	}
	s.ReceiveStripeEvent(w, r, project, mode, api.ReceiveStripeEventParams{StripeSignature: params.StripeSignature})
}

func (s *server) receive(r *http.Request, scope billing.Scope, signature string) error {
	if !scope.Mode.Valid() {
		return billing.InvalidFields(billing.FieldError{
			Loc: []any{"path", "mode"}, Msg: "Input should be 'test' or 'live'", Type: "enum",
		})
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	return s.take(r.Context(), scope, body, signature)
}

// take takes a delivery for a project in a mode.
func (s *server) take(ctx context.Context, scope billing.Scope, body []byte, signature string) error {
	if err := s.verify(ctx, scope, body, signature); err != nil {
		return err
	}
	// From here on the sender is Stripe, speaking for this project.
	_, err := s.intake.Receive(ctx, scope, body)
	return err
}

// refusal names a refused delivery in the metrics.
func refusal(err error) string {
	var known *billing.Error
	if errors.As(err, &known) {
		return known.Code
	}
	return "internal_error"
}
