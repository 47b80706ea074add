package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

// errUnsigned tells a sender nothing but that it was refused.
var errUnsigned = billing.NewError(billing.Refused, "invalid_signature", "Invalid signature")

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
	if s.secrets.mayExplain(scope) {
		s.tell(ctx, scope, s.explain(ctx, scope, body, signature, secrets, refused), refused)
	}
	return errUnsigned.Because(refused)
}

// tell leaves word of a refused delivery for the operator and the developer.
func (s *server) tell(ctx context.Context, scope billing.Scope, cause string, refused error) {
	s.log.WarnContext(ctx, "delivery refused", "project", scope.Project, "mode", scope.Mode, "likely_cause", cause, "error", refused)
	if err := s.refusals.SaveRefusal(ctx, scope, billing.Refusal{At: s.now().UTC(), LikelyCause: cause}); err != nil {
		s.log.ErrorContext(ctx, "keep why a delivery was refused", "error", err)
	}
}

// explain is what most likely is wrong with a delivery.
func (s *server) explain(ctx context.Context, scope billing.Scope, body []byte, signature string, secrets []billing.Secret, refused error) string {
	signs := func(body []byte, secrets []billing.Secret) bool {
		return stripeevent.Verify(body, signature, secrets, s.now()) == nil
	}
	switch {
	case errors.Is(refused, stripeevent.ErrMalformed):
		return "The Stripe-Signature header is missing or not Stripe's: somebody else calls the URL, or a proxy changes the header."
	case errors.Is(refused, stripeevent.ErrTimestamp):
		return fmt.Sprintf("The signature is more than %.0f minutes off: a clock is wrong, the delivery was held back on its way, or somebody sends an old one again.",
			stripeevent.Tolerance.Minutes())
	}
	other := billing.Scope{Project: scope.Project, Mode: scope.Mode.Other()}
	if theirs, err := s.secrets.get(ctx, other); err == nil && signs(body, theirs) {
		return fmt.Sprintf("It is signed with the %s mode secret: the %s mode endpoint at Stripe has the %s mode URL.", other.Mode, other.Mode, scope.Mode)
	}
	for _, original := range originals(body) {
		if signs(original, secrets) {
			return "The body was changed on its way, by a proxy that formats it anew: the signature covers every byte."
		}
	}
	return "It is signed with another secret: the endpoint's signing secret was rolled, or is not the one saved here, or the delivery is another endpoint's (the Stripe CLI has a secret of its own)."
}

// originals are what a body may have been before somebody formatted it anew.
// Stripe indents with two spaces.
func originals(body []byte) [][]byte {
	trimmed := bytes.TrimSpace(body)
	found := [][]byte{trimmed, append(bytes.Clone(trimmed), '\n')}
	var indented, compact bytes.Buffer
	if json.Indent(&indented, trimmed, "", "  ") == nil {
		found = append(found, indented.Bytes())
	}
	if json.Compact(&compact, trimmed) == nil {
		found = append(found, compact.Bytes())
	}
	return found
}
