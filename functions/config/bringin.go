package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// bringIn brings the subscriptions in whose events are still under way, so that
// they are counted.
func (s *server) bringIn(ctx context.Context, a shared) error {
	recent, err := a.SubscriptionsSince(ctx, s.now().Add(-unheard))
	if err != nil {
		return err
	}
	for _, o := range recent {
		if !a.projects[o.Project] || o.Fact.After.Status.Terminal() {
			continue
		}
		project, err := uuid.Parse(o.Project)
		if err != nil {
			return fmt.Errorf("project of %s: %w", o.Fact.ID, err)
		}
		if err := s.observer.Observe(ctx, billing.Scope{Project: project, Mode: a.mode}, o.Observation); err != nil {
			return err
		}
	}
	return nil
}

// lacks reports whether the deployment has no credentials for an account.
func lacks(err error) bool {
	var known *billing.Error
	return errors.As(err, &known) && known.Code == billing.CodeNotLent
}
