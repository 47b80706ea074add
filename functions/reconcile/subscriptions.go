package main

import (
	"context"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// How many subscriptions a visit compares: a scope that was never gone through
// is, page by page; afterwards a part each time, so that all come round.
const (
	firstPages = 100
	part       = 20
)

// compare goes through the account's subscriptions, the newest first, and
// corrects those that are behind.
func (v *visit) compare(ctx context.Context) error {
	for !v.over(ctx) {
		first, size := !v.at.ComparedAll, int64(part)
		if first {
			size = firstPages
		}
		v.calls++
		page, err := v.account.SubscriptionsAfter(ctx, v.at.ComparedTo, size)
		if err != nil {
			return err
		}
		if page.Unreadable != nil {
			v.failed(ctx, "read subscriptions", page.Unreadable)
		}
		done, err := v.correct(ctx, page.Found)
		if err != nil || !done {
			return err
		}
		v.at.ComparedTo = page.Next
		v.at.ComparedAll = v.at.ComparedAll || page.Next == ""
		if err := v.save(ctx); err != nil {
			return err
		}
		if !first || page.Next == "" {
			return nil
		}
	}
	return nil
}

// correct brings in the subscriptions that differ from their rows. One without
// a row is brought in if it was made for the project: others of the account are
// left to their events. It reports whether it came to the end.
func (v *visit) correct(ctx context.Context, found []gateway.Observed) (done bool, err error) {
	customers := map[string]string{}
	for _, o := range found {
		customers[o.Fact.ID] = o.Fact.Customer
	}
	rows, err := v.store.KnownSubscriptions(ctx, v.at.Scope, customers)
	if err != nil {
		return false, err
	}
	for _, o := range found {
		row, known := rows[o.Fact.ID]
		drift := v.drift(o, row, known)
		if drift == "" {
			continue
		}
		if v.timeUp(ctx) {
			return false, nil
		}
		behind, err := v.corrector.Correct(ctx, v.at.Scope, o.Observation)
		if err != nil {
			v.failed(ctx, "correct "+o.Fact.ID, err) // its turn comes again
			continue
		}
		if behind {
			v.did.count(&v.did.Corrected)
			v.metrics.Count("Drift", "Kind", drift)
			v.log.WarnContext(ctx, "subscription was behind", "project", v.at.Scope.Project, "mode", v.at.Scope.Mode,
				"subscription", o.Fact.ID, "drift", drift)
		}
	}
	return true, nil
}

// drift is how a row differs from what Stripe shows; empty where it does not,
// or is not meant to be the same: what is young is under way.
func (v *visit) drift(o gateway.Observed, row billing.Subscription, known bool) string {
	switch {
	case v.now().Sub(o.Fact.CreatedAt) < settling:
		return ""
	case !known && o.Project == v.at.Scope.Project.String():
		return "missing"
	case !known, row.Status.Terminal(), row.SubscriptionState == o.Fact.After:
		return ""
	case row.Status != o.Fact.After.Status:
		return "status"
	default:
		return "details"
	}
}
