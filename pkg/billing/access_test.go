package billing_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

var (
	start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	day   = 24 * time.Hour
)

func limit(n int64) *int64 { return &n }

// The plans of the tests: everybody has Free; Gold is better than Silver.
var accessPlans = []billing.Plan{
	{ID: "pl_gold", Key: "gold", Name: "Gold", SortOrder: 2, Monthly: &billing.PlanPrice{ID: "price_gold", Amount: 2400}, Features: []billing.Feature{
		{Key: "export", Name: "Export to anywhere"}, {Key: "seats", Name: "Seats", Limit: limit(50)},
	}},
	{ID: "pl_silver", Key: "silver", Name: "Silver", SortOrder: 1, Yearly: &billing.PlanPrice{ID: "price_silver", Amount: 9000},
		Former: []billing.PlanPrice{{ID: "price_silver_old"}}, Features: []billing.Feature{
			{Key: "export", Name: "Export", Limit: limit(10)}, {Key: "seats", Name: "Seats", Limit: limit(5)}, {Key: "support", Name: "Support"},
		}},
	{ID: "pl_free", Key: "free", Name: "Free", Default: true, Features: []billing.Feature{{Key: "seats", Name: "Seats", Limit: limit(1)}}},
}

func to(price string, status billing.SubscriptionStatus, change func(*billing.Subscription)) billing.Subscription {
	s := billing.Subscription{ID: "sub_" + price, CreatedAt: start, SubscriptionState: billing.SubscriptionState{Status: status, Price: price}}
	if change != nil {
		change(&s)
	}
	return s
}

func TestSubscriptionsByStatus(t *testing.T) {
	t.Parallel()
	pastDue := func(since time.Time) func(*billing.Subscription) {
		return func(s *billing.Subscription) { s.PastDueSince = since }
	}
	cancelAt := func(at time.Time) func(*billing.Subscription) {
		return func(s *billing.Subscription) { s.CancelAt = at }
	}
	for name, c := range map[string]struct {
		subscription billing.Subscription
		disputes     int64
		policy       billing.DisputePolicy
		allowed      bool
		until        time.Time
	}{
		"active":                    {subscription: to("price_gold", billing.StatusActive, nil), allowed: true},
		"trialing":                  {subscription: to("price_gold", billing.StatusTrialing, nil), allowed: true},
		"a former price":            {subscription: to("price_silver_old", billing.StatusActive, nil), allowed: true},
		"no plan's price":           {subscription: to("price_other", billing.StatusActive, nil)},
		"to be canceled":            {subscription: to("price_gold", billing.StatusActive, cancelAt(start.Add(day))), allowed: true, until: start.Add(day)},
		"should have been canceled": {subscription: to("price_gold", billing.StatusActive, cancelAt(start))},
		"in the grace period":       {subscription: to("price_gold", billing.StatusPastDue, pastDue(start.Add(-3*day+time.Second))), allowed: true, until: start.Add(time.Second)},
		"after the grace period":    {subscription: to("price_gold", billing.StatusPastDue, pastDue(start.Add(-3*day)))},
		"past due, since when is not kept": {subscription: to("price_gold", billing.StatusPastDue, func(s *billing.Subscription) {
			s.CurrentPeriodStart, s.AsOf = start.Add(-day), start
		}), allowed: true, until: start.Add(2 * day)},
		"in grace and to be canceled": {subscription: to("price_gold", billing.StatusPastDue, func(s *billing.Subscription) {
			s.PastDueSince, s.CancelAt = start, start.Add(day)
		}), allowed: true, until: start.Add(day)},
		"canceled":                        {subscription: to("price_gold", billing.StatusCanceled, nil)},
		"canceled as of later":            {subscription: to("price_gold", billing.StatusCanceled, cancelAt(start.Add(day))), allowed: true, until: start.Add(day)},
		"canceled as of earlier":          {subscription: to("price_gold", billing.StatusCanceled, cancelAt(start.Add(-day)))},
		"paused":                          {subscription: to("price_gold", billing.StatusPaused, nil)},
		"unpaid":                          {subscription: to("price_gold", billing.StatusUnpaid, nil)},
		"incomplete":                      {subscription: to("price_gold", billing.StatusIncomplete, nil)},
		"incomplete, expired":             {subscription: to("price_gold", billing.StatusIncompleteExpired, nil)},
		"disputed":                        {subscription: to("price_gold", billing.StatusActive, nil), disputes: 1, allowed: true},
		"disputed, and the project minds": {subscription: to("price_gold", billing.StatusActive, nil), disputes: 1, policy: billing.SuspendDisputed},
		"no dispute is open any more":     {subscription: to("price_gold", billing.StatusActive, nil), policy: billing.SuspendDisputed, allowed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := billing.Access(start, billing.AccessFacts{
				Plans: accessPlans, Subscriptions: []billing.Subscription{c.subscription}, Grace: 3 * day, OnDispute: c.policy, Disputes: c.disputes,
			})
			export := e.Feature("export")
			if (export != nil) != c.allowed {
				t.Fatalf("export: %+v, want allowed %v; because %q", export, c.allowed, e.Sources[0].Why)
			}
			if export != nil && !export.Until.Equal(c.until) || c.allowed && !e.NextEnd().Equal(c.until) {
				t.Errorf("until %v and %v, want %v", export.Until, e.NextEnd(), c.until)
			}
			if e.Sources[0].Counts && c.subscription.Price != "price_other" != c.allowed {
				t.Errorf("counts: %v", e.Sources[0].Counts)
			}
			if e.Feature("seats") == nil {
				t.Error("the default plan's feature is gone")
			}
		})
	}
}

func TestSourcesAreJoined(t *testing.T) {
	t.Parallel()
	gold := to("price_gold", billing.StatusActive, func(s *billing.Subscription) { s.CancelAt = start.Add(day) })
	silver := to("price_silver", billing.StatusActive, nil)
	comp := billing.Grant{
		ID: uuid.New(), Author: "ops", Reason: "apology", CreatedAt: start, ExpiresAt: start.Add(2 * day),
		Features: []billing.GrantedFeature{{Key: "support", Limit: limit(3)}, {Key: "beta"}},
	}
	e := billing.Access(start, billing.AccessFacts{Plans: accessPlans, Subscriptions: []billing.Subscription{gold, silver}, Grants: []billing.Grant{comp}})
	want := []billing.Entitlement{
		{Feature: billing.Feature{Key: "beta", Name: "beta"}, Until: start.Add(2 * day)},
		{Feature: billing.Feature{Key: "export", Name: "Export to anywhere"}}, // without a limit by Gold, without an end by Silver
		{Feature: billing.Feature{Key: "seats", Name: "Seats", Limit: limit(50)}},
		{Feature: billing.Feature{Key: "support", Name: "Support"}},
	}
	if diff := cmp.Diff(want, e.Features); diff != "" {
		t.Errorf("features (-want +got):\n%s", diff)
	}
	if e.Plan == nil || e.Plan.Key != "gold" || e.Status != billing.StatusActive {
		t.Errorf("plan %+v, status %q", e.Plan, e.Status)
	}
	if !e.NextEnd().Equal(start.Add(day)) {
		t.Errorf("the first end is at %v", e.NextEnd())
	}
}

func TestNobodyKnowsTheUser(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plans []billing.Plan
		plan  string
		keys  []string
	}{
		"there is a default plan": {accessPlans, "free", []string{"seats"}},
		"there is none":           {accessPlans[:2], "", nil},
		"there are no plans":      {nil, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := billing.Access(start, billing.AccessFacts{Plans: c.plans})
			var plan string
			if e.Plan != nil {
				plan = e.Plan.Key
			}
			var keys []string
			for _, f := range e.Features {
				keys = append(keys, f.Key)
			}
			if diff := cmp.Diff(c.keys, keys); diff != "" || plan != c.plan || e.Status != "" {
				t.Errorf("plan %q, status %q, features (-want +got):\n%s", plan, e.Status, diff)
			}
		})
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse("6b1f4c0e-93a7-7d52-8f10-2c5d7e9a4b31")
	granted := func(change func(*billing.Grant)) []billing.Grant {
		g := billing.Grant{ID: id, Author: "ops", Reason: "a talk", CreatedAt: start.Add(-day)}
		change(&g)
		return []billing.Grant{g}
	}
	for name, c := range map[string]struct {
		facts billing.AccessFacts
		why   string
	}{
		"active": {billing.AccessFacts{Subscriptions: []billing.Subscription{to("price_gold", billing.StatusActive, nil)}},
			"The subscription to the plan Gold is active."},
		"of no plan": {billing.AccessFacts{Subscriptions: []billing.Subscription{to("price_1", billing.StatusTrialing, nil)}},
			"The subscription is trialing. No plan is sold at its price."},
		"grace": {billing.AccessFacts{Grace: day, Subscriptions: []billing.Subscription{
			to("price_gold", billing.StatusPastDue, func(s *billing.Subscription) { s.PastDueSince = start })}},
			"The subscription to the plan Gold is past due since 2026-03-01T12:00:00Z, with a grace period until 2026-03-02T12:00:00Z."},
		"held back": {billing.AccessFacts{Disputes: 2, OnDispute: billing.SuspendDisputed, Subscriptions: []billing.Subscription{
			to("price_gold", billing.StatusActive, nil)}},
			"The subscription to the plan Gold is held back while a payment is disputed."},
		"canceled": {billing.AccessFacts{Subscriptions: []billing.Subscription{to("price_gold", billing.StatusCanceled, nil)}},
			"The subscription to the plan Gold is canceled."},
		"a grant": {billing.AccessFacts{Grants: granted(func(g *billing.Grant) { g.Plan = "pl_gold" })},
			"A grant of the plan Gold by ops (a talk) counts until it is revoked."},
		"a grant that ends": {billing.AccessFacts{Grants: granted(func(g *billing.Grant) { g.ExpiresAt = start.Add(day) })},
			"A grant of single features by ops (a talk) counts until 2026-03-02T12:00:00Z."},
		"an expired grant": {billing.AccessFacts{Grants: granted(func(g *billing.Grant) { g.Plan, g.ExpiresAt = "pl_x", start })},
			"A grant of a plan that is gone by ops (a talk) expired at 2026-03-01T12:00:00Z."},
		"a revoked grant": {billing.AccessFacts{Grants: granted(func(g *billing.Grant) { g.RevokedAt = start })},
			"A grant of single features by ops (a talk) was revoked at 2026-03-01T12:00:00Z."},
		"the default plan": {billing.AccessFacts{}, "Every user has the default plan Free."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.facts.Plans = accessPlans
			if got := billing.Access(start, c.facts).Sources[0].Why; got != c.why {
				t.Errorf("%q, want %q", got, c.why)
			}
		})
	}
}

func TestGracePeriod(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		days *int64
		want time.Duration
	}{
		"nobody says": {nil, 7 * day},
		"none":        {limit(0), 0},
		"a month":     {limit(30), 30 * day},
	} {
		if got := (billing.Project{GraceDays: c.days}).Grace(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
