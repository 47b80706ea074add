package main

import (
	"context"
	"slices"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/stripeevent"
)

const (
	// settling is how young events are left to Stripe, which is still delivering
	// them; older ones that come both ways are duplicates.
	settling = 5 * time.Minute
	// listed is how long Stripe lists events.
	listed = 30 * 24 * time.Hour
	// atOnce is how many events are read before any is taken in.
	atOnce = 1000
)

// takeEventsIn takes in what Stripe could not deliver. Stripe lists the newest
// first; what is read at once is taken in from the oldest on, so that in all but
// a flood of events each finds what came before it.
func (v *visit) takeEventsIn(ctx context.Context) error {
	now := v.now().Truncate(time.Second)
	cursor := &v.at.Events
	if oldest := now.Add(-listed); cursor.From.Before(oldest) {
		cursor.From = oldest
	}
	if cursor.Until.IsZero() {
		cursor.Until = now.Add(-settling)
	}
	for cursor.From.Before(cursor.Until) && !v.over(ctx) {
		events, next, err := v.undelivered(ctx, *cursor)
		if err != nil {
			return err
		}
		if done, err := v.take(ctx, events); err != nil || !done {
			return err
		}
		cursor.After = next
		if next == "" {
			*cursor = billing.EventCursor{From: firstOf(cursor.Failed, cursor.Until)}
		}
		if err := v.save(ctx); err != nil || next == "" {
			return err
		}
	}
	return nil
}

func firstOf(failed, until time.Time) time.Time {
	if failed.IsZero() {
		return until
	}
	return failed
}

// undelivered reads on from a cursor, and answers what it has read, oldest
// first, and where the rest begins; empty: that was all.
func (v *visit) undelivered(ctx context.Context, at billing.EventCursor) (events []gateway.ListedEvent, next string, err error) {
	for next = at.After; ; next = events[0].ID {
		v.calls++
		page, err := v.account.Undelivered(ctx, at.From, at.Until, next)
		if err != nil {
			return nil, "", err
		}
		events = append(page.Events, events...)
		switch {
		case !page.More, len(events) == 0:
			return events, "", nil
		case len(events) >= atOnce, v.over(ctx):
			return events, events[0].ID, nil
		}
	}
}

// take takes events in that billhook uses and has not settled. A quarantined one
// is left to whoever looks into it. One that fails is counted and comes again. It
// reports whether it came to the end.
func (v *visit) take(ctx context.Context, events []gateway.ListedEvent) (done bool, err error) {
	events = slices.DeleteFunc(events, func(e gateway.ListedEvent) bool { return !stripeevent.Uses(e.Type) })
	refs := make([]billing.EventRef, len(events))
	for i, e := range events {
		refs[i] = e.EventRef
	}
	records, err := v.store.Records(ctx, v.at.Scope, refs)
	if err != nil {
		return false, err
	}
	for _, e := range events {
		if known := records[e.ID].Outcome; known.Settled() || known == billing.Quarantined {
			continue
		}
		if v.timeUp(ctx) {
			return false, nil
		}
		mine, err := v.owns(ctx, e)
		if err != nil {
			return false, err
		}
		if !mine {
			continue
		}
		outcome, err := v.intake.Receive(ctx, v.at.Scope, e.Body)
		switch {
		case billing.KindOf(err) == billing.NotFound: // the scope receives no events any more
			return false, nil
		case err != nil:
			v.failed(ctx, "take in "+e.ID, err)
			if failed := &v.at.Events.Failed; failed.IsZero() || e.Created.Before(*failed) {
				*failed = e.Created
			}
		case outcome != billing.Duplicate:
			v.did.count(&v.did.Events)
			v.metrics.Count("Backfilled", "Outcome", string(outcome))
		}
	}
	return true, nil
}

// owns reports whether an event of the account is the scope's. In an account
// that projects share, each event is one project's, or nobody's.
func (v *visit) owns(ctx context.Context, e gateway.ListedEvent) (bool, error) {
	if v.account.Route().Own() {
		return true, nil
	}
	whose, err := v.gateway.ScopeOf(ctx, v.account.Route(), e.Body)
	return whose == v.at.Scope, err
}
