package main

import (
	"context"

	"billhook/pkg/api"
)

// ListEvents answers a page of what became of a project's events.
func (s *server) ListEvents(ctx context.Context, r ListEventsRequestObject) (ListEventsResponseObject, error) {
	scope, err := s.owned(ctx, r.ProjectID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	query, err := api.EventQuery(r.Params, scope.Mode, s.now())
	if err != nil {
		return nil, err
	}
	page, err := s.store.Events(ctx, scope, query)
	if err != nil {
		return nil, err
	}
	refused, err := s.store.LastRefusal(ctx, scope)
	if err != nil {
		return nil, err
	}
	answer := ListEvents200JSONResponse{
		Events: []api.Event{}, NextCursor: api.NextEvents(page.Next), LastRefused: api.RefusalOf(refused),
	}
	for _, event := range page.Events {
		answer.Events = append(answer.Events, api.EventOf(event))
	}
	return answer, nil
}
