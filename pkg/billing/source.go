package billing

import (
	"fmt"
	"slices"
	"time"
)

// SourceKind is where access comes from.
type SourceKind string

// The kinds of sources.
const (
	FromSubscription SourceKind = "subscription"
	FromGrant        SourceKind = "grant"
	FromDefaultPlan  SourceKind = "default_plan"
)

// Source is one thing that may give a user access.
type Source struct {
	Kind     SourceKind
	ID       string // Stripe's of a subscription; billhook's of a grant or plan
	Plan     *Plan  // nil: single features, or a subscription to no plan
	Features []Feature
	Counts   bool      // now
	Why      string    // it counts or does not; a sentence
	Since    time.Time // zero: not known
	Until    time.Time // zero: no end is known
}

// Gives reports whether a feature is among what the source gives, or would
// give if it counted.
func (s Source) Gives(feature string) bool {
	return slices.ContainsFunc(s.Features, func(f Feature) bool { return f.Key == feature })
}

// sources judges everything that may give access, at a time.
func (f AccessFacts) sources(now time.Time) []Source {
	var sources []Source
	for _, s := range f.Subscriptions {
		sources = append(sources, f.subscription(now, s))
	}
	for _, g := range f.Grants {
		sources = append(sources, f.grant(now, g))
	}
	if i := slices.IndexFunc(f.Plans, func(p Plan) bool { return p.Default }); i >= 0 {
		p := &f.Plans[i]
		sources = append(sources, Source{
			Kind: FromDefaultPlan, ID: p.ID, Plan: p, Features: p.Features, Counts: true,
			Why: fmt.Sprintf("Every user has the default plan %s.", p.Name),
		})
	}
	return sources
}

func (f AccessFacts) subscription(now time.Time, s Subscription) Source {
	from := Source{Kind: FromSubscription, ID: s.ID, Plan: PlanOf(f.Plans, s.Price), Since: s.CreatedAt}
	of := "The subscription"
	if from.Plan != nil {
		from.Features = from.Plan.Features
		of += " to the plan " + from.Plan.Name
	}
	var standing string
	from.Counts, from.Until, standing = s.standing(now, f.Grace)
	if from.Counts && f.OnDispute == SuspendDisputed && f.Disputes > 0 {
		from.Counts, standing = false, "is held back while a payment is disputed"
	}
	from.Why = of + " " + standing + "."
	if from.Plan == nil {
		from.Why += " No plan is sold at its price."
	}
	return from
}

// standing is whether a subscription gives access at a time, until when it does
// or did, and the same in words.
func (s Subscription) standing(now time.Time, grace time.Duration) (counts bool, until time.Time, words string) {
	switch s.Status {
	case StatusActive, StatusTrialing:
		until = s.CancelAt
		words = "is " + string(s.Status)
		if !until.IsZero() {
			words += " and to be canceled at " + instant(until)
		}
	case StatusPastDue:
		end := s.overdueSince().Add(grace)
		until = earlier(end, s.CancelAt)
		words = "is past due since " + instant(s.overdueSince()) + ", with a grace period until " + instant(end)
	case StatusCanceled:
		if s.CancelAt.IsZero() {
			return false, time.Time{}, "is canceled"
		}
		until = s.CancelAt
		words = "is canceled as of " + instant(until)
	default:
		return false, time.Time{}, "is " + string(s.Status)
	}
	return until.IsZero() || now.Before(until), until, words
}

// overdueSince is when a payment failed first. Rows from before that was kept
// have the beginning of the period that was to be paid, which is when Stripe
// began to try.
func (s Subscription) overdueSince() time.Time {
	switch {
	case !s.PastDueSince.IsZero():
		return s.PastDueSince
	case !s.CurrentPeriodStart.IsZero():
		return s.CurrentPeriodStart
	}
	return s.AsOf
}

func (f AccessFacts) grant(now time.Time, g Grant) Source {
	from := Source{Kind: FromGrant, ID: g.ID.String(), Counts: g.Live(now), Since: g.CreatedAt, Until: g.ExpiresAt}
	what := "single features"
	if g.Plan != "" {
		what = "a plan that is gone"
		if i := slices.IndexFunc(f.Plans, func(p Plan) bool { return p.ID == g.Plan }); i >= 0 {
			from.Plan = &f.Plans[i]
			from.Features = from.Plan.Features
			what = "the plan " + from.Plan.Name
		}
	}
	for _, given := range g.Features {
		from.Features = append(from.Features, f.described(given))
	}
	from.Why = fmt.Sprintf("A grant of %s by %s (%s)", what, g.Author, g.Reason)
	switch {
	case !g.RevokedAt.IsZero():
		from.Until = earlier(g.RevokedAt, g.ExpiresAt)
		from.Why += " was revoked at " + instant(g.RevokedAt) + "."
	case !from.Counts:
		from.Why += " expired at " + instant(g.ExpiresAt) + "."
	case g.ExpiresAt.IsZero():
		from.Why += " counts until it is revoked."
	default:
		from.Why += " counts until " + instant(g.ExpiresAt) + "."
	}
	return from
}

// described is a granted feature in the words of the first plan that has it.
func (f AccessFacts) described(given GrantedFeature) Feature {
	for _, p := range f.Plans {
		for _, known := range p.Features {
			if known.Key == given.Key {
				return Feature{known.Key, known.Name, known.Description, given.Limit}
			}
		}
	}
	return Feature{Key: given.Key, Name: given.Key, Limit: given.Limit}
}
