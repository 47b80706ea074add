package main

import (
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
)

var (
	byKeys   = billing.Route{Gateway: billing.GatewayOwnKeys}
	managed  = billing.Route{Gateway: billing.GatewayManaged}
	platform = billing.Route{Gateway: billing.GatewayPlatform}
)

// newMovable is a catalog that sells a plan through the managed gateway, and has
// others to move to.
func newMovable(t *testing.T, body string) (catalog, api.DeveloperPlan) {
	t.Helper()
	c := newCatalog(t)
	c.Lend(t)
	c.Through(t, c.project, managed)
	return c, c.creates(t, body)
}

// at expects the prices of a plan in a route's account, whether each is active.
func (c catalog) at(t *testing.T, doing string, p api.DeveloperPlan, r billing.Route, want map[string]bool) {
	t.Helper()
	if diff := cmp.Diff(want, c.sandbox.Prices(t, r, "billhook_"+p.ID)); diff != "" {
		t.Errorf("%s: prices in %s (-want +got):\n%s", doing, r, diff)
	}
}

// stored is a plan as it is stored.
func (c catalog) stored(t *testing.T, p api.DeveloperPlan) billing.Plan {
	t.Helper()
	plans, err := c.Function.Table.Plans(t.Context(), billing.Scope{Project: c.project, Mode: billing.Test})
	if err != nil {
		t.Fatal(err)
	}
	return *billing.PlanNamed(plans, p.ID, "")
}

const sameAmounts = `{"priceMonthlyCents": 2900, "priceYearlyCents": 29000}`

// The same amount in another account is another price; back in an account, its
// own price is sold again. Who bought at any of them has the plan.
func TestPlansAreSavedAfterAChangeOfTheGateway(t *testing.T) {
	t.Parallel()
	c, first := newMovable(t, goldBody)
	connected := billing.Route{Gateway: billing.GatewayConnect, Account: c.sandbox.Connect(t)}
	sold := map[billing.Route]api.DeveloperPlan{managed: first}
	for _, r := range []billing.Route{managed, platform, connected, byKeys, managed, platform, connected, byKeys} {
		c.Through(t, c.project, r)
		renamed := c.changes(t, first, fmt.Sprintf(`{"name": "Gold of %s"}`, r))
		got := c.changes(t, first, sameAmounts)
		if before, known := sold[r]; known && (*before.StripePriceMonthlyID != *got.StripePriceMonthlyID || *before.StripePriceYearlyID != *got.StripePriceYearlyID) {
			t.Errorf("in %s %s and %s were made, although %s and %s were there", r,
				*got.StripePriceMonthlyID, *got.StripePriceYearlyID, *before.StripePriceMonthlyID, *before.StripePriceYearlyID)
		}
		sold[r] = got
		c.at(t, "saved", first, r, map[string]bool{*got.StripePriceMonthlyID: true, *got.StripePriceYearlyID: true})
		if product := c.sandbox.Product(t, r, *got.StripeProductID); product.Name != renamed.Name {
			t.Errorf("the product in %s is %q, want %q", r, product.Name, renamed.Name)
		}
		if again := c.changes(t, first, sameAmounts); *again.StripePriceMonthlyID != *got.StripePriceMonthlyID {
			t.Errorf("saved again in %s: %s", r, *again.StripePriceMonthlyID)
		}
	}
	plan := c.stored(t, first)
	for r, p := range sold {
		for _, price := range []string{*p.StripePriceMonthlyID, *p.StripePriceYearlyID} {
			held := billing.Subscription{ID: "sub_1", SubscriptionState: billing.SubscriptionState{Status: billing.StatusActive, Price: price}}
			may := billing.Access(c.Clock.Now(), billing.AccessFacts{Plans: []billing.Plan{plan}, Subscriptions: []billing.Subscription{held}})
			if may.Feature("export") == nil || plan.Bought(price).Account != r.String() {
				t.Errorf("who bought at %s in %s may %+v", price, r, may)
			}
		}
	}
	if len(plan.Former) != 6 {
		t.Errorf("former prices: %+v", plan.Former)
	}
}

// What is sold no more is deactivated in the account that serves; the others'
// turn comes when they do.
func TestPlansAreArchivedAfterAChangeOfTheGateway(t *testing.T) {
	t.Parallel()
	c, first := newMovable(t, goldBody)
	c.Through(t, c.project, platform)
	second := c.changes(t, first, sameAmounts)
	active := func(p api.DeveloperPlan, is bool) map[string]bool {
		return map[string]bool{*p.StripePriceMonthlyID: is, *p.StripePriceYearlyID: is}
	}
	c.at(t, "moved", first, managed, active(first, true)) // the account is out of reach
	c.Through(t, c.project, managed)
	c.changes(t, first, `{"description": "A change without prices"}`)
	c.at(t, "back", first, managed, active(first, true)) // the next purchase sells them again
	c.send(t, http.MethodDelete, "/"+first.ID, "").Is(t, 204, "")
	c.at(t, "archived", first, managed, active(first, false))
	c.at(t, "archived elsewhere", first, platform, active(second, true))
	c.Through(t, c.project, platform)
	c.send(t, http.MethodDelete, "/"+first.ID, "").Is(t, 204, "")
	c.at(t, "archived again", first, platform, active(second, false))
	for _, f := range c.stored(t, first).Former {
		if f.Open {
			t.Errorf("%s is left to be deactivated", f.ID)
		}
	}
	third := c.changes(t, first, `{"archived": false, "priceMonthlyCents": 2900}`)
	if *third.StripePriceMonthlyID != *second.StripePriceMonthlyID {
		t.Errorf("%s was made although %s was there", *third.StripePriceMonthlyID, *second.StripePriceMonthlyID)
	}
	want := active(second, false)
	want[*second.StripePriceMonthlyID] = true
	c.at(t, "sold again", first, platform, want)
}

// A plan can be archived where no account serves the project.
func TestPlansAreArchivedWithoutAnAccount(t *testing.T) {
	t.Parallel()
	c, p := newMovable(t, goldBody)
	c.Through(t, c.project, billing.Route{Gateway: billing.GatewayConnect})
	c.send(t, http.MethodDelete, "/"+p.ID, "").Is(t, 204, "")
	if got := c.gets(t, 200, http.MethodGet, "/"+p.ID, ""); !got.Archived {
		t.Errorf("%+v", got)
	}
	want := map[string]bool{*p.StripePriceMonthlyID: true, *p.StripePriceYearlyID: true}
	c.at(t, "archived", p, managed, want)
	c.Through(t, c.project, managed)
	c.changes(t, p, `{"description": "Any change"}`)
	for id := range maps.Clone(want) {
		want[id] = false
	}
	c.at(t, "served again", p, managed, want)
}

// A plan at prices of the developer's own is saved with prices of the account
// that sells now, by their ids, or as amounts.
func TestAdoptedPlansAreSavedAfterAChangeOfTheGateway(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body  string
		made  bool
		price string // empty: one that is made
	}{
		"another price":     {`{"stripePriceMonthlyId": "price_starter_monthly"}`, false, "price_starter_monthly"},
		"the same id":       {`{"stripePriceMonthlyId": "price_pro_monthly"}`, false, "price_pro_monthly"}, // the catalog of each sandbox has it
		"the same amount":   {`{"priceMonthlyCents": 2900}`, true, ""},
		"another amount":    {`{"priceMonthlyCents": 3900}`, true, ""},
		"nothing of prices": {`{"name": "Professional"}`, false, "price_pro_monthly"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, p := newMovable(t, `{"key": "pro", "name": "Pro", "stripePriceMonthlyId": "price_pro_monthly"}`)
			c.Through(t, c.project, platform)
			c.changes(t, p, test.body)
			plan := c.stored(t, p)
			account := platform
			if name == "nothing of prices" {
				account = managed
			}
			if got := *plan.Monthly; !got.In(account) || got.Account == "" || got.Made != test.made || test.price != "" && got.ID != test.price {
				t.Errorf("sold at %+v", got)
			}
			former := plan.Former
			if plan.Monthly.ID != "price_pro_monthly" && (len(former) != 1 || former[0].ID != "price_pro_monthly" || former[0].Open) {
				t.Errorf("former prices: %+v", former)
			}
		})
	}
	c, p := newMovable(t, `{"key": "pro", "name": "Pro", "priceMonthlyCents": 2900, "currency": "usd"}`)
	c.Through(t, c.project, platform)
	id := *p.StripePriceMonthlyID
	c.send(t, http.MethodPut, "/"+p.ID, fmt.Sprintf(`{"stripePriceMonthlyId": %q}`, id)).Is(t, 400,
		functiontest.PlansError(400, "resource_missing", fmt.Sprintf("No such price: '%s' (stripePriceMonthlyId)", id)))
}
