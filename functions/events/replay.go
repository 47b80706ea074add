package main

import (
	"context"
	"encoding/json"
	"fmt"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// ReplayEvent takes an event in again, from quarantine or from Stripe.
func (s *server) ReplayEvent(ctx context.Context, r ReplayEventRequestObject) (ReplayEventResponseObject, error) {
	scope, err := s.owned(ctx, r.ProjectID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	if err := api.EventID(r.EventID); err != nil {
		return nil, err
	}
	body, err := s.body(ctx, scope, r.EventID)
	if err != nil {
		return nil, err
	}
	outcome, err := s.intake.Replay(ctx, scope, body)
	if err != nil {
		return nil, err
	}
	reason, err := s.reason(ctx, scope, body)
	if err != nil {
		return nil, err
	}
	return ReplayEvent200JSONResponse{EventID: r.EventID, Outcome: string(outcome), Reason: api.Text(reason)}, nil
}

// body is the event as Stripe sent it, or would send it.
func (s *server) body(ctx context.Context, scope billing.Scope, id string) ([]byte, error) {
	body, err := s.store.Body(ctx, scope, id)
	if err != nil || body != nil {
		return body, err
	}
	return s.stripe.Event(ctx, scope, id)
}

// reason is why the event came to its outcome, as its record says.
func (s *server) reason(ctx context.Context, scope billing.Scope, body []byte) (string, error) {
	var event struct {
		ID      string `json:"id"`
		Created int64  `json:"created"`
	}
	if err := json.Unmarshal(body, &event); err != nil {
		return "", fmt.Errorf("read replayed event: %w", err)
	}
	record, err := s.store.Record(ctx, scope, billing.EventRef{ID: event.ID, Created: billing.At(event.Created)})
	if err != nil || record == nil {
		return "", err
	}
	return record.Reason, nil
}
