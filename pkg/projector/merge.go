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
// seconds, and several events of one second are usual.
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

// staleness is why an event is stale, for people.
func staleness(row *billing.Subscription, f billing.SubscriptionFact) string {
	switch {
	case row.SubscriptionState == f.After:
		return "it tells what is stored"
	case row.Status.Terminal():
		return "the subscription has ended"
	default:
		return "what is stored is newer"
	}
}

// tie judges an update of the row's own second. Of two updates of one second
// neither tells which came first: what the one found may be what the other left
// because it came after it, or because the subscription has gone round by other
// states in between. So Stripe is asked, unless the update makes no difference
// or the row is as it was created, which everything follows.
func tie(row *billing.Subscription, f billing.SubscriptionFact) verdict {
	switch same := row.SubscriptionState == f.After; {
	case row.AsCreated && same:
		// Changed back, it is not as it was created any more.
		return applyIf(f.Before != f.After)
	case row.AsCreated:
		return apply
	case same:
		return stale
	default:
		return refetch
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
