package billing_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

var (
	someTime = rapid.Custom(func(t *rapid.T) time.Time {
		if days := rapid.IntRange(-10, 10).Draw(t, "days from now"); days < 10 {
			return start.Add(time.Duration(days) * day)
		}
		return time.Time{}
	})
	someStatus = rapid.SampledFrom([]billing.SubscriptionStatus{
		billing.StatusActive, billing.StatusTrialing, billing.StatusPastDue, billing.StatusCanceled,
		billing.StatusIncomplete, billing.StatusIncompleteExpired, billing.StatusUnpaid, billing.StatusPaused,
	})
	someKey   = rapid.SampledFrom([]string{"export", "seats", "support", "beta"})
	someLimit = rapid.SampledFrom([]*int64{nil, limit(0), limit(3), limit(40)})

	someSubscription = rapid.Custom(func(t *rapid.T) billing.Subscription {
		return billing.Subscription{
			ID:        "sub_" + rapid.StringMatching("[a-z]{6}").Draw(t, "subscription"),
			CreatedAt: someTime.Draw(t, "created"), PastDueSince: someTime.Draw(t, "past due since"),
			SubscriptionState: billing.SubscriptionState{
				Status: someStatus.Draw(t, "status"), CancelAt: someTime.Draw(t, "cancel at"),
				Price: rapid.SampledFrom([]string{"price_gold", "price_silver", "price_other"}).Draw(t, "price"),
			},
		}
	})
	someGrant = rapid.Custom(func(t *rapid.T) billing.Grant {
		g := billing.Grant{
			ID: uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "grant")), CreatedAt: someTime.Draw(t, "created"),
			ExpiresAt: someTime.Draw(t, "expires"), RevokedAt: someTime.Draw(t, "revoked"),
			Plan: rapid.SampledFrom([]string{"", "pl_gold", "pl_silver", "pl_gone"}).Draw(t, "plan"),
		}
		if g.Plan == "" {
			g.Features = []billing.GrantedFeature{{Key: someKey.Draw(t, "feature"), Limit: someLimit.Draw(t, "limit")}}
		}
		return g
	})
	someFacts = rapid.Custom(func(t *rapid.T) billing.AccessFacts {
		f := billing.AccessFacts{
			Plans: accessPlans, Grace: time.Duration(rapid.IntRange(0, 9).Draw(t, "grace")) * day,
			Subscriptions: rapid.SliceOfN(someSubscription, 0, 4).Draw(t, "subscriptions"),
			Grants:        rapid.SliceOfN(someGrant, 0, 4).Draw(t, "grants"),
			Disputes:      int64(rapid.IntRange(0, 1).Draw(t, "disputes")),
		}
		if rapid.Bool().Draw(t, "without a default plan") {
			f.Plans = f.Plans[:2]
		}
		if rapid.Bool().Draw(t, "suspends") {
			f.OnDispute = billing.SuspendDisputed
		}
		return f
	})
)

// wantAtLeast fails unless after allows all that before allows: each feature,
// as much of it, for as long.
func wantAtLeast(t *rapid.T, before, after billing.Entitlements) {
	for _, had := range before.Features {
		has := after.Feature(had.Key)
		switch {
		case has == nil:
			t.Fatalf("%s was taken away", had.Key)
		case has.Limit != nil && (had.Limit == nil || *has.Limit < *had.Limit):
			t.Fatalf("%s: the limit fell", had.Key)
		case !has.Until.IsZero() && (had.Until.IsZero() || has.Until.Before(had.Until)):
			t.Fatalf("%s: it ends at %v, not at %v", had.Key, has.Until, had.Until)
		}
	}
}

func TestAnotherSourceTakesNothingAway(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := someFacts.Draw(t, "facts")
		more := f
		if rapid.Bool().Draw(t, "a subscription more") {
			more.Subscriptions = append(slices.Clone(f.Subscriptions), someSubscription.Draw(t, "another"))
		} else {
			more.Grants = append(slices.Clone(f.Grants), someGrant.Draw(t, "another"))
		}
		wantAtLeast(t, billing.Access(start, f), billing.Access(start, more))
	})
}

func TestGrantsSurviveWhateverHappensAtStripe(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := someFacts.Draw(t, "facts")
		granted := billing.AccessFacts{Plans: f.Plans, Grants: f.Grants}
		wantAtLeast(t, billing.Access(start, granted), billing.Access(start, f))
	})
}

func TestTheOrderOfSourcesDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := someFacts.Draw(t, "facts")
		other := f
		other.Subscriptions, other.Grants = slices.Clone(f.Subscriptions), slices.Clone(f.Grants)
		seed := rapid.Uint64().Draw(t, "seed")
		shuffle := rand.New(rand.NewPCG(seed, seed))
		shuffle.Shuffle(len(other.Subscriptions), swap(other.Subscriptions))
		shuffle.Shuffle(len(other.Grants), swap(other.Grants))
		if diff := cmp.Diff(billing.Access(start, f), billing.Access(start, other)); diff != "" {
			t.Fatalf("in another order (-one +other):\n%s", diff)
		}
	})
}

func swap[T any](of []T) func(i, j int) {
	return func(i, j int) { of[i], of[j] = of[j], of[i] }
}

// Until the first end, time takes nothing away.
func TestNothingEndsBeforeTheNextEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := someFacts.Draw(t, "facts")
		e := billing.Access(start, f)
		last := start.Add(100 * day)
		if end := e.NextEnd(); !end.IsZero() {
			if !end.After(start) {
				t.Fatalf("what counts ended at %v", end)
			}
			last = end.Add(-time.Nanosecond)
		}
		wantAtLeast(t, e, billing.Access(last, f))
	})
}
