package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// accessRoutes are the operations that tell what the user has.
var accessRoutes = []string{
	"/v1/billing/subscription", "/v1/billing/me", "/v1/billing/access?feature=export", "/v1/billing/entitlements", "/v1/billing/entitlements/token",
}

// plans has the project sell Gold, and give Free to everybody.
func (f fixture) plans(t *testing.T, m billing.Mode) {
	t.Helper()
	five := int64(5)
	for _, p := range []billing.Plan{
		{ID: "plan_gold", Key: "gold", Name: "Gold", SortOrder: 1, Yearly: &billing.PlanPrice{ID: "price_gold", Interval: billing.Year, Amount: 29000},
			Features: []billing.Feature{{Key: "export", Name: "Export", Description: "To anywhere"}, {Key: "seats", Name: "Seats"}}},
		{ID: "plan_free", Key: "free", Name: "Free", Default: true, Features: []billing.Feature{{Key: "seats", Name: "Seats", Limit: &five}}},
	} {
		if err := f.Function.Table.SavePlan(t.Context(), f.scope(m), billing.Plan{}, p); err != nil {
			t.Fatal(err)
		}
	}
}

// golden is the user's subscription to Gold.
func golden(status billing.SubscriptionStatus, change func(*billing.Subscription)) billing.Subscription {
	s := subscription(1, status)
	s.Price, s.CurrentPeriodStart, s.CurrentPeriodEnd = "price_gold", hours(1), hours(1).AddDate(1, 0, 0)
	if change != nil {
		change(&s)
	}
	return s
}

func TestPlanSubscription(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.plans(t, billing.Test)
	const path = "/v1/billing/subscription"
	f.get(t, path).Is(t, 200, `{"subscription": null}`)
	f.link(t, billing.Test)
	f.keep(t, billing.Test, golden(billing.StatusActive, func(s *billing.Subscription) {
		s.CancelAt, s.CanceledAt = s.CurrentPeriodEnd, hours(2)
	}), subscription(0, billing.StatusCanceled))
	f.get(t, path).Is(t, 200, `{"subscription": {
		"id": "sub_1", "status": "active", "planId": "plan_gold", "planKey": "gold", "planName": "Gold", "priceId": "price_gold", "interval": "year", "quantity": 1,
		"currentPeriodStart": "2026-02-03T01:15:00Z", "currentPeriodEnd": "2027-02-03T01:15:00Z",
		"cancelAtPeriodEnd": true, "cancelAt": "2027-02-03T01:15:00Z", "canceledAt": "2026-02-03T02:15:00Z", "createdAt": "2026-02-03T01:15:00Z"
	}}`)
	f.get(t, path+"?environment=live").Is(t, 200, `{"subscription": null}`)
}

func TestPlanSubscriptionOfNoPlan(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.link(t, billing.Test)
	f.keep(t, billing.Test, subscription(1, billing.StatusIncomplete))
	f.get(t, "/v1/billing/subscription").Is(t, 200, `{"subscription": {
		"id": "sub_1", "status": "incomplete", "planId": null, "planKey": null, "planName": null, "priceId": null, "interval": null, "quantity": 1,
		"currentPeriodStart": null, "currentPeriodEnd": null, "cancelAtPeriodEnd": false, "cancelAt": null, "canceledAt": null, "createdAt": "2026-02-03T01:15:00Z"
	}}`)
}

// The same facts, told in each way.
func TestAccessOfASubscriber(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.plans(t, billing.Test)
	f.link(t, billing.Test)
	f.keep(t, billing.Test, golden(billing.StatusTrialing, func(s *billing.Subscription) { s.CancelAt = f.Clock.Now().Add(time.Hour) }))
	const until, plan = `"2100-02-03T10:14:08Z"`, `{"id": "plan_gold", "key": "gold", "name": "Gold"}`
	f.get(t, "/v1/billing/me").Is(t, 200, `{"plan": `+plan+`, "status": "trialing", "features": [
		{"key": "export", "name": "Export", "description": "To anywhere", "limit": null}, {"key": "seats", "name": "Seats", "description": null, "limit": null}]}`)
	f.get(t, "/v1/billing/entitlements").Is(t, 200, `{"plan": `+plan+`, "status": "trialing", "until": `+until+`, "features": [
		{"key": "export", "name": "Export", "description": "To anywhere", "limit": null, "until": `+until+`},
		{"key": "seats", "name": "Seats", "description": null, "limit": null, "until": null}]}`)
	common := `"plan": ` + plan + `, "features": ["export", "seats"], "limits": {"export": null, "seats": null}`
	f.get(t, "/v1/billing/access?feature=export").Is(t, 200, `{"allowed": true, "feature": "export", "until": `+until+`, `+common+`, "reasons": null}`)
	f.get(t, "/v1/billing/access?feature=beta&explain=0").Is(t, 200, `{"allowed": false, "feature": "beta", "until": null, `+common+`, "reasons": null}`)
	f.get(t, "/v1/billing/access?feature=export&explain=1").Is(t, 200, `{"allowed": true, "feature": "export", "until": `+until+`, `+common+`, "reasons": [
		{"source": "subscription", "id": "sub_1", "plan": `+plan+`, "counts": true, "since": "2026-02-03T01:15:00Z", "until": `+until+`,
			"text": "The subscription to the plan Gold is trialing and to be canceled at 2100-02-03T10:14:08Z."},
		{"source": "default_plan", "id": "plan_free", "plan": {"id": "plan_free", "key": "free", "name": "Free"}, "counts": false, "since": null, "until": null,
			"text": "Every user has the default plan Free. It does not include export."}]}`)
}

// Access follows the subscription through a failed payment and back.
func TestAccessInTheGracePeriod(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.plans(t, billing.Test)
	f.link(t, billing.Test)
	f.keep(t, billing.Test, golden(billing.StatusActive, nil))
	allowed := func(want bool) {
		t.Helper()
		var got struct{ Allowed bool }
		if f.get(t, "/v1/billing/access?feature=export").Decode(t, &got); got.Allowed != want {
			t.Errorf("allowed: %v, want %v", got.Allowed, want)
		}
	}
	allowed(true)
	failed := f.Clock.Now()
	f.keep(t, billing.Test, golden(billing.StatusPastDue, func(s *billing.Subscription) { s.Revision, s.PastDueSince = 1, failed }))
	f.Clock.Advance(7*24*time.Hour - time.Second)
	allowed(true)
	f.Clock.Advance(time.Second)
	allowed(false)
	f.keep(t, billing.Test, golden(billing.StatusActive, func(s *billing.Subscription) { s.Revision = 2 }))
	allowed(true)
}

// A user with no record has the default plan, whatever is configured.
func TestAccessOfAnUnknownUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const nothing = `"features": [], "status": null`
	f.get(t, "/v1/billing/me").Is(t, 200, `{"plan": null, `+nothing+`}`)
	f.get(t, "/v1/billing/entitlements").Is(t, 200, `{"plan": null, "until": null, `+nothing+`}`)
	f.get(t, "/v1/billing/access?feature=seats").Is(t, 200, `{"allowed": false, "feature": "seats", "plan": null, "features": [], "limits": {}, "until": null, "reasons": null}`)
	f.plans(t, billing.Test)
	f.Clock.Advance(time.Minute)
	f.get(t, "/v1/billing/access?feature=seats").Is(t, 200, `{"allowed": true, "feature": "seats", "plan": {"id": "plan_free", "key": "free", "name": "Free"},
		"features": ["seats"], "limits": {"seats": 5}, "until": null, "reasons": null}`)
}

func TestAccessByDefaultMode(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.plans(t, billing.Live)
	p, _, err := f.Function.Table.Project(t.Context(), f.project)
	if err != nil {
		t.Fatal(err)
	}
	p.DefaultMode = billing.Live
	if err := f.Function.Table.SaveProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{"": "free", "?environment=live": "free", "?test_mode=false": "free", "?environment=test": "", "?test_mode=true": ""} {
		var got struct{ Plan *struct{ Key string } }
		f.get(t, "/v1/billing/me"+query).Decode(t, &got)
		if has := got.Plan != nil && got.Plan.Key == want; has != (want != "") {
			t.Errorf("%q: plan %+v, want %q", query, got.Plan, want)
		}
	}
}

func TestAccessRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, c := range map[string]struct{ query, detail string }{
		"no feature":       {"", "feature: Field required"},
		"an empty feature": {"?feature=", "feature: String should match pattern '^[a-z0-9_]{1,64}$'"},
		"capital letters":  {"?feature=Export", "feature: String should match pattern '^[a-z0-9_]{1,64}$'"},
		"too long":         {"?feature=" + strings.Repeat("a", 65), "feature: String should match pattern '^[a-z0-9_]{1,64}$'"},
		"a contradiction":  {"?feature=export&test_mode=true&environment=live", "environment: Input contradicts test_mode"},
		"no such mode":     {"?feature=export&environment=both", "environment: Input should be 'test' or 'live'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f.get(t, "/v1/billing/access"+c.query).Is(t, 400, functiontest.PlansError(400, "invalid_input", c.detail))
		})
	}
	for _, path := range accessRoutes {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			f.RefusesTokens(t, f.handler, identity.EndUser, functiontest.Request{Method: http.MethodGet, Path: path})
			stranger := functiontest.Request{Method: http.MethodGet, Path: path, Token: f.EndUser(uuid.New(), user)}
			f.Do(t, f.handler, stranger).Is(t, 404, functiontest.PlansError(404, "project_not_found", "Project not found"))
		})
	}
}

func TestAccessByCookie(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	r := functiontest.Request{Method: http.MethodGet, Path: "/v1/billing/me", Header: http.Header{
		"Cookie": {fmt.Sprintf("__session=%s", f.EndUser(f.project, user))},
	}}
	f.Do(t, f.handler, r).Is(t, 200, `{"plan": null, "features": [], "status": null}`)
}
