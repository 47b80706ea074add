package api_test

import (
	"testing"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

func TestTierBought(t *testing.T) {
	t.Parallel()
	pro := billing.Plan{Key: "pro", Monthly: &billing.PlanPrice{ID: "price_pro", Interval: billing.Month}}
	basic := billing.Plan{Key: "basic", Default: true}
	for name, c := range map[string]struct {
		plans  []billing.Plan
		status billing.SubscriptionStatus
		price  string
		want   string
	}{
		"active":              {[]billing.Plan{basic, pro}, billing.StatusActive, "price_pro", "pro"},
		"trialing":            {[]billing.Plan{basic, pro}, billing.StatusTrialing, "price_pro", "pro"},
		"past due":            {[]billing.Plan{basic, pro}, billing.StatusPastDue, "price_pro", "pro"},
		"ended":               {[]billing.Plan{basic, pro}, billing.StatusCanceled, "price_pro", "basic"},
		"ended, no default":   {[]billing.Plan{pro}, billing.StatusCanceled, "price_pro", "free"},
		"a price of no plan":  {[]billing.Plan{basic, pro}, billing.StatusActive, "price_other", "basic"},
		"a project's no plan": {nil, billing.StatusActive, "price_pro", "free"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := api.TierBought(c.plans, billing.SubscriptionState{Status: c.status, Price: c.price}); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestSoldTier(t *testing.T) {
	t.Parallel()
	plans := []billing.Plan{
		{Key: "free", Default: true},
		{Key: "pro", Yearly: &billing.PlanPrice{ID: "price_pro", Interval: billing.Year}},
		{Key: "old", Archived: true, Former: []billing.PlanPrice{{ID: "price_old"}}},
	}
	for tier, sold := range map[string]bool{"pro": true, "free": false, "old": false, "enterprise": false, "": false} {
		if got := api.SoldTier(plans, tier); (got != nil) != sold {
			t.Errorf("%q is sold: %v, want %v", tier, got != nil, sold)
		}
	}
}
