package billing

import (
	"cmp"
	"slices"
	"time"
)

// AccessFacts are all that decides what a user may do.
type AccessFacts struct {
	Plans         []Plan
	Subscriptions []Subscription // all of the user's, in any order
	Grants        []Grant        // in any order, those that have ended too
	Grace         time.Duration  // how long access outlasts the first failed payment
	OnDispute     DisputePolicy
	Disputes      int64 // open ones, of the user's payments
}

// Entitlements are what a user may do at a moment, and why.
type Entitlements struct {
	Plan     *Plan              // the best of those that count; nil: none
	Status   SubscriptionStatus // of the current subscription; empty: there is none
	Features []Entitlement      // by key, each once
	Sources  []Source           // those that do not count, too
}

// Entitlement is a feature that a user may use.
type Entitlement struct {
	Feature
	Until time.Time // zero: no end is known
}

// Feature is the entitlement to a feature; nil if the user has none.
func (e Entitlements) Feature(key string) *Entitlement {
	i := slices.IndexFunc(e.Features, func(f Entitlement) bool { return f.Key == key })
	if i < 0 {
		return nil
	}
	return &e.Features[i]
}

// NextEnd is when the first of what counts now ends, as far as that is known;
// zero: no end is known. Until then nothing is taken away by time alone.
func (e Entitlements) NextEnd() time.Time {
	var next time.Time
	for _, s := range e.Sources {
		if s.Counts {
			next = earlier(next, s.Until)
		}
	}
	return next
}

// Access is what a user may do: the union of what every source that counts
// gives. Where several give a feature, the most generous limit holds, and the
// latest end.
func Access(now time.Time, f AccessFacts) Entitlements {
	f = f.sorted()
	e := Entitlements{Sources: f.sources(now)}
	if current := Current(f.Subscriptions); current != nil {
		e.Status = current.Status
	}
	counting := slices.DeleteFunc(slices.Clone(e.Sources), func(s Source) bool { return !s.Counts })
	// The best plan's words for a feature are shown.
	slices.SortStableFunc(counting, func(a, b Source) int { return compareRank(b.Plan, a.Plan) })
	for _, s := range counting {
		if e.Plan == nil {
			e.Plan = s.Plan
		}
		for _, given := range s.Features {
			e.add(Entitlement{given, s.Until})
		}
	}
	slices.SortFunc(e.Features, func(a, b Entitlement) int { return cmp.Compare(a.Key, b.Key) })
	return e
}

// add lays what a further source gives over what others gave.
func (e *Entitlements) add(given Entitlement) {
	known := e.Feature(given.Key)
	if known == nil {
		e.Features = append(e.Features, given)
		return
	}
	if known.Limit != nil && (given.Limit == nil || *given.Limit > *known.Limit) {
		known.Limit = given.Limit
	}
	if !known.Until.IsZero() && (given.Until.IsZero() || given.Until.After(known.Until)) {
		known.Until = given.Until
	}
}

// sorted are the same facts in an order that does not depend on the one they
// were given in: subscriptions newest first, grants oldest first.
func (f AccessFacts) sorted() AccessFacts {
	f.Subscriptions, f.Grants = slices.Clone(f.Subscriptions), slices.Clone(f.Grants)
	slices.SortFunc(f.Subscriptions, func(a, b Subscription) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	slices.SortFunc(f.Grants, func(a, b Grant) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	return f
}

// compareRank orders plans from the least to the best: no plan, the one that
// everybody has, then in the order in which they are shown.
func compareRank(a, b *Plan) int {
	if a == nil || b == nil {
		return truth(a != nil) - truth(b != nil)
	}
	return cmp.Or(
		truth(!a.Default)-truth(!b.Default),
		ComparePlans(*a, *b),
		cmp.Compare(a.ID, b.ID),
	)
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// earlier is the earlier of two times, of which zero ones do not count.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
