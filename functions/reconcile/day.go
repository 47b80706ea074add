package main

import (
	"context"
	"time"

	"billhook/pkg/billing"
)

// keepDay keeps the scope's counters at its first visit of a day, for the daily
// figures: what the counters say then is how the day before ended, give or take
// the time until the visit. No delivery of Stripe's pays for it.
func (v *visit) keepDay(ctx context.Context) error {
	today := v.began.UTC().Truncate(billing.DayLength)
	if !v.visited.Before(today) {
		return nil
	}
	counted, err := v.counted(ctx, today)
	if err != nil {
		return err
	}
	return v.store.SaveSnapshot(ctx, v.at.Scope, billing.Snapshot{Day: today, Tally: counted})
}

// counted is what the scope had counted when the day began. What a scope has
// that came to be since the last run, minutes ago, is of today; one that was
// here before has days that tell so.
func (v *visit) counted(ctx context.Context, today time.Time) (billing.Tally, error) {
	if v.visited.IsZero() {
		days, err := v.store.Snapshots(ctx, today.Add(-daysLookedBack), v.at.Scope)
		if err != nil || len(days[0]) == 0 {
			return billing.Tally{}, err
		}
	}
	return v.store.Tally(ctx, v.at.Scope)
}

// daysLookedBack is longer than snapshots are kept.
const daysLookedBack = 500 * billing.DayLength
