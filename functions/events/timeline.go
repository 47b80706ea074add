package main

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// What one answer shows and reads: so many entries, of as many payments at
// most, each with its newest changes.
const (
	mostEntries    = 200
	paymentChanges = 25
	parallel       = 16
)

var errNoSubscription = billing.NewError(billing.NotFound, "subscription_not_found", "Subscription not found")

// GetTimeline answers the changes of a subscription and of the payments for it.
func (s *server) GetTimeline(ctx context.Context, r GetTimelineRequestObject) (GetTimelineResponseObject, error) {
	scope, err := s.owned(ctx, r.ProjectID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	if err := api.SubscriptionID(r.SubscriptionID); err != nil {
		return nil, err
	}
	sub, err := s.store.FindSubscription(ctx, scope, r.SubscriptionID)
	switch {
	case err != nil:
		return nil, err
	case sub == nil:
		return nil, errNoSubscription
	}
	story, err := s.story(ctx, scope, *sub)
	if err != nil {
		return nil, err
	}
	answer := GetTimeline200JSONResponse{Entries: []api.TimelineEntry{}}
	for _, m := range story.newestFirst(mostEntries) {
		answer.Entries = append(answer.Entries, api.TimelineEntry{
			At:        m.event.Created,
			EventID:   m.event.ID,
			EventType: m.event.Type,
			Object:    m.step.Row,
			Kind:      string(m.kind),
			Summary:   story.summary(m),
			Changes:   api.ChangesOf(m.step),
		})
	}
	return answer, nil
}

// story reads the changes of a subscription and of its newest payments.
func (s *server) story(ctx context.Context, scope billing.Scope, sub billing.Subscription) (story, error) {
	told := story{subscription: sub}
	payments, err := s.store.Transactions(ctx, scope, sub.Customer)
	if err != nil {
		return told, err
	}
	payments = slices.DeleteFunc(payments, func(x billing.Transaction) bool { return x.Subscription != sub.ID })
	payments = payments[:min(len(payments), mostEntries)]
	chains := make([][]moment, 1+len(payments))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	group.Go(func() error {
		events, err := s.store.History(ctx, scope, sub.LastEvent, sub.ID, mostEntries)
		chains[0] = subscriptionMoments(sub, events)
		return err
	})
	for i, x := range payments {
		group.Go(func() error {
			events, err := s.store.History(ctx, scope, x.LastEvent, x.ID, paymentChanges)
			chains[1+i] = paymentMoments(x, events)
			return err
		})
	}
	err = group.Wait()
	told.moments = slices.Concat(chains...)
	return told, err
}
