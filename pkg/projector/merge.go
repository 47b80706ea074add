package projector

import (
	"time"

	"billhook/pkg/billing"
)

// verdict is what an event means to the row it is about.
type verdict int

const (
	stale   verdict = iota // the row knows as much or more
	apply                  // the event is news
	refetch                // the order cannot be told: ask Stripe
)

// merge orders a subscription's event against its row. Event times have whole
// seconds, and several events of one second are usual, so ties are broken by
// what each event says the subscription was before it.
func merge(row *billing.Subscription, f billing.SubscriptionFact, created time.Time) verdict {
	switch {
	case row == nil:
		return apply
	case f.Lifecycle == billing.Deleted:
		return applyIf(row.SubscriptionState != f.After)
	case row.Status.Terminal():
		return stale
	case f.After.Status.Terminal():
		return apply // nothing comes after it
	case f.Lifecycle == billing.Created:
		return stale // nothing comes before it
	case !created.Equal(row.AsOf):
		return applyIf(created.After(row.AsOf))
	default:
		return tie(row, f)
	}
}

// tie orders an update against a row of the same second. The update follows
// the row if it found what the row is; it precedes the row if it left what the
// row's own event found. Whole states are compared, not only the parts that
// the update changed: those may be as they were because they were changed back.
func tie(row *billing.Subscription, f billing.SubscriptionFact) verdict {
	switch {
	case row.SubscriptionState == f.After:
		return again(row, f)
	case row.Before == nil:
		return refetch
	case *row.Before == billing.SubscriptionState{}:
		return apply // the row is as it was created
	}
	follows := row.SubscriptionState == f.Before
	precedes := *row.Before == f.After
	switch {
	case follows && !precedes:
		return apply
	case precedes && !follows:
		return stale
	default:
		return refetch
	}
}

// again judges an update that leads to the state in which the row is already.
// The row may still learn what it was before, or else a later look would take
// the first of two updates that cancel each other out for the second.
func again(row *billing.Subscription, f billing.SubscriptionFact) verdict {
	switch {
	case row.Before == nil, f.Before == f.After, f.Before == *row.Before:
		return stale
	case *row.Before == billing.SubscriptionState{}, *row.Before == row.SubscriptionState:
		return apply
	default:
		return refetch // two ways to one state: which was the last?
	}
}

// overtakes reports whether an answer of Stripe's is newer than the row, and
// different. Within one second that cannot be told, so the row stays.
func overtakes(row *billing.Subscription, f billing.SubscriptionFact, asOf time.Time) bool {
	switch {
	case row == nil:
		return true
	case row.Status.Terminal(), row.SubscriptionState == f.After:
		return false
	default:
		return f.After.Status.Terminal() || asOf.After(row.AsOf)
	}
}

func applyIf(news bool) verdict {
	if news {
		return apply
	}
	return stale
}
