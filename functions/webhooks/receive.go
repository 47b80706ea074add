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
	"billhook/pkg/stripeevent"
)

const signatureHeader = "Stripe-Signature"

var (
	errUnsigned = billing.NewError(billing.Refused, "invalid_signature", "Invalid signature")
	errPayload  = billing.NewError(billing.Refused, "invalid_payload", "Invalid payload")
)

// ReceiveStripeEvent takes one delivery. Any answer but 200 has Stripe deliver
// it again, so nothing is answered with 200 before it is safely stored.
func (s *server) ReceiveStripeEvent(w http.ResponseWriter, r *http.Request, project api.ProjectID, mode billing.Mode, params api.ReceiveStripeEventParams) {
	outcome, err := s.receive(r, billing.Scope{Project: project, Mode: mode}, params.StripeSignature)
	if err != nil {
		s.metrics.Count("EventsRefused", "Kind", refusal(err))
		s.answer.Write(w, r, err)
		return
	}
	s.metrics.Count("Events", "Outcome", string(outcome))
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(api.EventReceipt{Received: true}) // Stripe may be gone
}

func (s *server) receive(r *http.Request, scope billing.Scope, signature string) (billing.Outcome, error) {
	if !scope.Mode.Valid() {
		return "", billing.InvalidFields(billing.FieldError{
			Loc: []any{"path", "mode"}, Msg: "Input should be 'test' or 'live'", Type: "enum",
		})
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", fmt.Errorf("read body: %w", err)
	}
	ctx := r.Context()
	if err := s.verify(ctx, scope, body, signature); err != nil {
		return "", err
	}
	// From here on the sender is Stripe, speaking for this project.
	event, err := stripeevent.Decode(body)
	switch {
	case errors.Is(err, stripeevent.ErrNotAnEvent):
		return "", errPayload.Because(err)
	case err != nil:
		return "", err
	case event.Mode != scope.Mode:
		return "", errPayload.Because(fmt.Errorf("a %s mode event at the %s mode URL", event.Mode, scope.Mode))
	}
	started := s.now()
	outcome, err := s.events.Apply(ctx, scope, event)
	s.log.InfoContext(ctx, "event",
		"project", scope.Project,
		"mode", scope.Mode,
		"event", event.ID,
		"type", event.Type,
		"object", event.Object,
		"outcome", outcome,
		"duration_ms", s.now().Sub(started).Milliseconds(),
	)
	return outcome, err
}

// verify checks the signature with the secrets at hand, and once more with
// fresh ones: the secret may just have been replaced.
func (s *server) verify(ctx context.Context, scope billing.Scope, body []byte, signature string) error {
	secrets, err := s.secrets.get(ctx, scope)
	if err != nil {
		return err
	}
	refused := stripeevent.Verify(body, signature, secrets, s.now())
	if refused == nil {
		return nil
	}
	if errors.Is(refused, stripeevent.ErrNoMatch) {
		fresh, renewed, err := s.secrets.renew(ctx, scope)
		if err != nil {
			return err
		}
		if renewed && stripeevent.Verify(body, signature, fresh, s.now()) == nil {
			return nil
		}
	}
	return errUnsigned.Because(refused)
}

// refusal names a refused delivery in the metrics.
func refusal(err error) string {
	var known *billing.Error
	if errors.As(err, &known) {
		return known.Code
	}
	return "internal_error"
}
