package main

import (
	"net/http"
	"testing"
	"time"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

const billingPath = "/api/billing"

const newAccount = `{"plan_tier": "free", "status": "active", "billing_interval": "monthly", "current_period_start": null, "current_period_end": null, "payment_gateway": "stripe"}`

func TestAccountBilling(t *testing.T) {
	t.Parallel()
	row := func(status billing.SubscriptionStatus, price string) []billing.Subscription {
		return []billing.Subscription{golden(status, func(s *billing.Subscription) {
			s.Price = price
			s.Overdue(time.Date(2100, 2, 3, 0, 0, 0, 0, time.UTC)) // less than the grace ago
		})}
	}
	paid := func(tier, status, interval string) string {
		return `{"plan_tier": "` + tier + `", "status": "` + status + `", "billing_interval": "` + interval +
			`", "current_period_start": "2026-02-03T01:15:00Z", "current_period_end": "2027-02-03T01:15:00Z", "payment_gateway": "stripe"}`
	}
	for name, c := range map[string]struct {
		rows []billing.Subscription
		want string
	}{
		"a new account":         {nil, newAccount},
		"yearly":                {row("active", "price_gold"), paid("gold", "active", "yearly")},
		"monthly":               {row("active", "price_silver"), paid("silver", "active", "monthly")},
		"in a trial":            {row("trialing", "price_gold"), paid("gold", "trialing", "yearly")},
		"at a former price":     {row("active", "price_tin"), paid("silver", "active", "yearly")},
		"a price of no plan":    {row("active", "price_other"), paid("free", "active", "monthly")},
		"a payment that failed": {row("past_due", "price_gold"), paid("gold", "past_due", "yearly")},
		"unpaid":                {row("unpaid", "price_gold"), newAccount},
		"not yet paid":          {row("incomplete", "price_gold"), newAccount},
		"deleted":               {row("canceled", "price_gold"), newAccount},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.plans(t, billing.Test)
			silver := billing.Plan{
				ID: "plan_silver", Key: "silver", Name: "Silver", Monthly: &billing.PlanPrice{ID: "price_silver", Interval: billing.Month, Amount: 900},
				Former: []billing.PlanPrice{{ID: "price_tin", Interval: billing.Year, Amount: 500}},
			}
			if err := f.Function.Table.SavePlan(t.Context(), f.scope(billing.Test), billing.Plan{}, silver); err != nil {
				t.Fatal(err)
			}
			f.link(t, billing.Test)
			f.keep(t, billing.Test, c.rows...)
			f.get(t, billingPath).Is(t, 200, c.want)
			f.get(t, billingPath+"?test_mode=false").Is(t, 200, newAccount)
			f.Do(t, f.handler, functiontest.Request{Method: http.MethodGet, Path: billingPath, Token: f.EndUser(f.project, "somebody else")}).
				Is(t, 200, newAccount)
		})
	}
}

// What a payment that failed leaves of a tier ends with the project's grace.
func TestTierAfterTheGrace(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.plans(t, billing.Test)
	f.link(t, billing.Test)
	f.keep(t, billing.Test, golden(billing.StatusPastDue, func(s *billing.Subscription) { s.PastDueSince = f.Clock.Now() }))
	has := func(tier string) {
		t.Helper()
		var got api.AccountBilling
		answer := f.get(t, billingPath)
		if answer.Decode(t, &got); answer.Status != http.StatusOK || got.PlanTier != tier || got.Status != billing.StatusPastDue {
			t.Errorf("%d %s, want %s", answer.Status, answer.Body, tier)
		}
	}
	has("gold")
	f.Clock.Advance(billing.Project{}.Grace() + time.Second)
	has("free")
}

// A project without plans has the tier that everybody has.
func TestAccountBillingWithoutPlans(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.get(t, billingPath).Is(t, 200, newAccount)
	f.get(t, billingPath+"?test_mode=true&environment=live").
		Is(t, 400, functiontest.AccountError("invalid_input", "environment: Input contradicts test_mode"))
	f.RefusesTokens(t, f.handler, identity.EndUser, functiontest.Request{Method: http.MethodGet, Path: billingPath})
}
