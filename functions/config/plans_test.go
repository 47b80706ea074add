package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// catalog is the function with the Stripe sandbox, and a project's plans in test
// mode.
type catalog struct {
	*functiontest.World
	handler http.Handler
	sandbox *functiontest.Sandbox
	project uuid.UUID
}

func newCatalog(t *testing.T) catalog {
	t.Helper()
	w, sandbox := functiontest.New(t), functiontest.NewSandbox(t)
	project := w.CreateProject(t, developer).ID
	w.Configure(t, project, billing.Test, functiontest.Credentials(billing.Test))
	return catalog{w, wired(w.Function, sandbox.URL), sandbox, project}
}

func (c catalog) path(more string) string {
	return "/v1/dashboard/apps/" + c.project.String() + "/billing/plans" + more
}

func (c catalog) send(t *testing.T, method, more, body string) functiontest.Answer {
	t.Helper()
	return c.Do(t, c.handler, functiontest.Request{Method: method, Path: c.path(more), Token: c.Developer(developer), Body: body})
}

// gets sends a request and expects a plan.
func (c catalog) gets(t *testing.T, status int, method, more, body string) api.DeveloperPlan {
	t.Helper()
	answer := c.send(t, method, more, body)
	if answer.Status != status {
		t.Fatalf("%s %s %s: %d %s", method, more, body, answer.Status, answer.Body)
	}
	var p api.DeveloperPlan
	answer.Decode(t, &p)
	return p
}

func (c catalog) creates(t *testing.T, body string) api.DeveloperPlan {
	t.Helper()
	return c.gets(t, http.StatusCreated, http.MethodPost, "", body)
}

func (c catalog) changes(t *testing.T, p api.DeveloperPlan, body string) api.DeveloperPlan {
	t.Helper()
	return c.gets(t, http.StatusOK, http.MethodPut, "/"+p.ID, body)
}

// prices are the prices of a product at Stripe: whether each is active, by what
// it costs.
func (c catalog) prices(t *testing.T, product string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	list := c.sandbox.API.Prices.List(&stripe.PriceListParams{Product: &product})
	for list.Next() {
		p := list.Price()
		name := fmt.Sprintf("%d %s a %s", p.UnitAmount, p.Currency, p.Recurring.Interval)
		if _, twice := found[name]; twice {
			t.Errorf("two prices of %s", name)
		}
		found[name] = p.Active
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

const goldBody = `{"key": "gold", "name": "Gold", "description": "All of it", "currency": "USD", "priceMonthlyCents": 2900, "priceYearlyCents": 29000,
	"trialDays": 14, "sortOrder": 2, "features": [{"key": "export", "name": "Export"}, {"key": "seats", "name": "Seats", "description": "People", "limit": 5}]}`

func TestCreatePlan(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	answer := c.send(t, http.MethodPost, "", goldBody)
	var p api.DeveloperPlan
	answer.Decode(t, &p)
	want := fmt.Sprintf(`{"id": %q, "key": "gold", "name": "Gold", "description": "All of it", "currency": "usd",
		"priceMonthlyCents": 2900, "priceYearlyCents": 29000, "stripePriceMonthlyId": %q, "stripePriceYearlyId": %q, "stripeProductId": %q,
		"trialDays": 14, "isDefault": false, "sortOrder": 2, "visible": true, "archived": false, "features": [
			{"key": "export", "name": "Export", "description": null, "limit": null}, {"key": "seats", "name": "Seats", "description": "People", "limit": 5}],
		"createdAt": "2100-02-03T09:14:08Z", "updatedAt": null}`, p.ID, *p.StripePriceMonthlyID, *p.StripePriceYearlyID, "billhook_"+p.ID)
	answer.Is(t, 201, want)
	c.send(t, http.MethodGet, "/"+p.ID, "").Is(t, 200, want)
	c.send(t, http.MethodGet, "", "").Is(t, 200, `{"plans": [`+want+`]}`)
	c.send(t, http.MethodGet, "?environment=live", "").Is(t, 200, `{"plans": []}`)
	c.send(t, http.MethodGet, "/"+p.ID+"?test_mode=false", "").Is(t, 404, functiontest.PlansError(404, "plan_not_found", "Plan not found"))
	if diff := cmp.Diff(map[string]bool{"2900 usd a month": true, "29000 usd a year": true}, c.prices(t, *p.StripeProductID)); diff != "" {
		t.Errorf("prices at Stripe (-want +got):\n%s", diff)
	}
	product, err := c.sandbox.API.Products.Get(*p.StripeProductID, nil)
	if err != nil || product.Name != "Gold" || product.Description != "All of it" {
		t.Errorf("product %+v, %v", product, err)
	}
	c.send(t, http.MethodPost, "", goldBody).Is(t, 409, functiontest.PlansError(409, "plan_key_taken", "Another plan has this key"))
}

// A plan without prices asks nothing of Stripe, so it can be made before Stripe
// is configured; one with an amount cannot.
func TestPlansWithoutStripe(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	c.project = c.CreateProject(t, developer).ID
	free := c.creates(t, `{"key": "free", "name": "Free", "isDefault": true}`)
	if free.Currency != nil || free.PriceMonthlyCents != nil || !free.IsDefault || !free.Visible {
		t.Errorf("%+v", free)
	}
	before := c.Stored(t)
	c.send(t, http.MethodPost, "", goldBody).Is(t, 403, functiontest.PlansError(403, "billing_not_enabled", billing.ErrBillingNotEnabled.Message))
	c.SameAs(t, before)
	c.send(t, http.MethodPost, "", `{"key": "other", "name": "Other", "isDefault": true}`).
		Is(t, 409, functiontest.PlansError(409, "default_plan_taken", "Another plan is the default: change that one first"))
}

func TestPlansAtPricesThatAreAtStripe(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	pro := c.creates(t, `{"key": "pro", "name": "Pro", "stripePriceMonthlyId": "price_pro_monthly", "stripePriceYearlyId": "price_pro_yearly"}`)
	if *pro.Currency != "usd" || *pro.PriceMonthlyCents != 2900 || *pro.PriceYearlyCents != 29000 || pro.StripeProductID != nil {
		t.Errorf("%+v", pro)
	}
	made := func(params stripe.PriceParams) string {
		params.Product, params.UnitAmount = stripe.String("prod_pro"), stripe.Int64(700)
		p, err := c.sandbox.API.Prices.New(&params)
		if err != nil {
			t.Fatal(err)
		}
		return p.ID
	}
	inactive := made(stripe.PriceParams{Currency: stripe.String("usd"), Active: stripe.Bool(false), Recurring: &stripe.PriceRecurringParams{Interval: stripe.String("month")}})
	quarterly := made(stripe.PriceParams{Currency: stripe.String("usd"), Recurring: &stripe.PriceRecurringParams{Interval: stripe.String("month"), IntervalCount: stripe.Int64(3)}})
	before := c.Stored(t)
	for name, r := range map[string]struct {
		status             int
		prices, code, says string
	}{
		"unknown":                  {400, `"stripePriceMonthlyId": "price_none"`, "resource_missing", "No such price: 'price_none' (stripePriceMonthlyId)"},
		"inactive":                 {400, `"stripePriceMonthlyId": "` + inactive + `"`, "price_inactive", "The price is inactive (stripePriceMonthlyId)"},
		"paid once":                {400, `"stripePriceMonthlyId": "price_credits_once"`, "price_not_recurring", "The price is paid once; a subscription needs a recurring one (stripePriceMonthlyId)"},
		"of the other interval":    {400, `"stripePriceYearlyId": "price_starter_monthly"`, "price_interval_mismatch", "The price is not paid every year (stripePriceYearlyId)"},
		"of another interval":      {400, `"stripePriceMonthlyId": "` + quarterly + `"`, "price_interval_mismatch", "The price is not paid every month (stripePriceMonthlyId)"},
		"another currency":         {400, `"currency": "eur", "stripePriceMonthlyId": "price_starter_monthly"`, "price_currency_mismatch", "The price is in usd, the plan in eur (stripePriceMonthlyId)"},
		"another plan's":           {409, `"stripePriceMonthlyId": "price_pro_monthly"`, "price_taken", "Another plan is or was sold at this price (stripePriceMonthlyId)"},
		"an amount without":        {400, `"priceMonthlyCents": 900`, "currency_required", "An amount needs a currency"},
		"a default and a currency": {400, `"isDefault": true, "priceMonthlyCents": 900`, "currency_required", "An amount needs a currency"},
	} {
		t.Run(name, func(t *testing.T) {
			c.send(t, http.MethodPost, "", `{"key": "other", "name": "Other", `+r.prices+`}`).Is(t, r.status, functiontest.PlansError(r.status, r.code, r.says))
		})
	}
	c.SameAs(t, before)
	pro = c.changes(t, pro, `{"stripePriceMonthlyId": "price_starter_monthly"}`)
	if *pro.PriceMonthlyCents != 900 {
		t.Errorf("%+v", pro)
	}
	if old, err := c.sandbox.API.Prices.Get("price_pro_monthly", nil); err != nil || !old.Active {
		t.Errorf("the developer's own price was touched: %+v, %v", old, err)
	}
	c.send(t, http.MethodPost, "", `{"key": "other", "name": "Other", "stripePriceMonthlyId": "price_pro_monthly"}`).
		Is(t, 409, functiontest.PlansError(409, "price_taken", "Another plan is or was sold at this price (stripePriceMonthlyId)"))
}

func TestUpdatePlan(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	first := c.creates(t, goldBody)
	same := c.changes(t, first, `{"priceMonthlyCents": 2900, "stripePriceYearlyId": "`+*first.StripePriceYearlyID+`"}`)
	if *same.StripePriceMonthlyID != *first.StripePriceMonthlyID || *same.StripePriceYearlyID != *first.StripePriceYearlyID {
		t.Errorf("the same prices became others: %+v", same)
	}
	second := c.changes(t, first, `{"name": "Gold 2", "description": null, "priceMonthlyCents": 3900, "priceYearlyCents": 0, "visible": false, "features": []}`)
	if second.Name != "Gold 2" || second.Description != nil || *second.PriceMonthlyCents != 3900 || second.PriceYearlyCents != nil ||
		second.Visible || len(second.Features) != 0 || second.TrialDays != 14 || second.UpdatedAt == nil {
		t.Errorf("%+v", second)
	}
	product := *first.StripeProductID
	if diff := cmp.Diff(map[string]bool{"2900 usd a month": false, "29000 usd a year": false, "3900 usd a month": true}, c.prices(t, product)); diff != "" {
		t.Errorf("prices at Stripe (-want +got):\n%s", diff)
	}
	third := c.changes(t, first, `{"priceMonthlyCents": 2900}`)
	if *third.StripePriceMonthlyID != *first.StripePriceMonthlyID {
		t.Errorf("%s was made although %s was there", *third.StripePriceMonthlyID, *first.StripePriceMonthlyID)
	}
	if diff := cmp.Diff(map[string]bool{"2900 usd a month": true, "29000 usd a year": false, "3900 usd a month": false}, c.prices(t, product)); diff != "" {
		t.Errorf("prices at Stripe (-want +got):\n%s", diff)
	}
	if at, err := c.sandbox.API.Products.Get(product, nil); err != nil || at.Name != "Gold 2" || at.Description != "" {
		t.Errorf("product %+v, %v", at, err)
	}
	c.send(t, http.MethodPut, "/"+first.ID, `{"currency": "eur"}`).
		Is(t, 400, functiontest.PlansError(400, "currency_fixed", "The plan has had prices in another currency, which it keeps"))
	c.send(t, http.MethodPut, "/plan_none", `{"name": "A"}`).Is(t, 404, functiontest.PlansError(404, "plan_not_found", "Plan not found"))
}

func TestDeletePlan(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	free := c.creates(t, `{"key": "free", "name": "Free", "isDefault": true}`)
	c.send(t, http.MethodDelete, "/"+free.ID, "").Is(t, 204, "")
	c.send(t, http.MethodGet, "", "").Is(t, 200, `{"plans": []}`)
	c.creates(t, `{"key": "free", "name": "Free again", "isDefault": true}`)

	gold := c.creates(t, goldBody)
	for range 2 {
		c.send(t, http.MethodDelete, "/"+gold.ID, "").Is(t, 204, "")
		if p := c.gets(t, 200, http.MethodGet, "/"+gold.ID, ""); !p.Archived || p.PriceMonthlyCents != nil {
			t.Errorf("%+v", p)
		}
	}
	if diff := cmp.Diff(map[string]bool{"2900 usd a month": false, "29000 usd a year": false}, c.prices(t, *gold.StripeProductID)); diff != "" {
		t.Errorf("prices at Stripe (-want +got):\n%s", diff)
	}
	plans, err := c.Function.Table.Plans(t.Context(), billing.Scope{Project: c.project, Mode: billing.Test})
	if err != nil {
		t.Fatal(err)
	}
	if bought := billing.PlanOf(plans, *gold.StripePriceMonthlyID); bought == nil || bought.ID != gold.ID {
		t.Errorf("who bought it has %+v", bought)
	}
	c.send(t, http.MethodPost, "", goldBody).Is(t, 409, functiontest.PlansError(409, "plan_key_taken", "Another plan has this key"))
	c.send(t, http.MethodPut, "/"+gold.ID, `{"priceMonthlyCents": 2900}`).
		Is(t, 400, functiontest.PlansError(400, "plan_archived", "The plan is archived: send archived as false to sell it again"))
	again := c.changes(t, gold, `{"archived": false, "priceMonthlyCents": 2900}`)
	if again.Archived || *again.StripePriceMonthlyID != *gold.StripePriceMonthlyID {
		t.Errorf("%+v", again)
	}
}

func TestPlanFeatures(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	p := c.creates(t, `{"key": "free", "name": "Free", "features": [{"key": "export", "name": "Export"}]}`)
	put := func(key, body string) []api.PlanFeature {
		t.Helper()
		return c.gets(t, 200, http.MethodPut, "/"+p.ID+"/features/"+key, body).Features
	}
	limit, text := int64(3), "More"
	put("seats", `{"name": "Seats", "limit": 3, "description": "More"}`)
	got := put("export", `{"name": "Exports", "limit": null}`)
	want := []api.PlanFeature{{Key: "export", Name: "Exports"}, {Key: "seats", Name: "Seats", Description: &text, Limit: &limit}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got = c.gets(t, 200, http.MethodDelete, "/"+p.ID+"/features/export", "").Features
	if diff := cmp.Diff(want[1:], got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c.send(t, http.MethodDelete, "/"+p.ID+"/features/export", "").Is(t, 404, functiontest.PlansError(404, "feature_not_found", "The plan has no such feature"))
	for _, key := range []string{"Export", "ex-port", strings.Repeat("a", 65), "%C3%A9"} {
		c.send(t, http.MethodPut, "/"+p.ID+"/features/"+key, `{"name": "A"}`).
			Is(t, 400, functiontest.PlansError(400, "invalid_input", "key: String should match pattern '^[a-z0-9_]{1,64}$'"))
	}
	c.send(t, http.MethodPut, "/"+p.ID+"/features/a", `{"name": "", "limit": -1}`).Is(t, 400, functiontest.PlansError(400, "invalid_input",
		"name: String should have at least 1 character; limit: Input should be greater than or equal to 0"))
}

// Changes at the same time are all made, and a plan that gets a price while it
// is deleted is archived.
func TestPlanChangesAtTheSameTime(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	p := c.creates(t, `{"key": "gold", "name": "Gold", "currency": "usd"}`)
	var wait sync.WaitGroup
	for _, key := range []string{"a", "b", "c"} {
		wait.Go(func() {
			if answer := c.send(t, http.MethodPut, "/"+p.ID+"/features/"+key, `{"name": "A"}`); answer.Status != http.StatusOK {
				t.Errorf("%s: %d %s", key, answer.Status, answer.Body)
			}
		})
	}
	wait.Wait()
	if got := c.gets(t, 200, http.MethodGet, "/"+p.ID, ""); len(got.Features) != 3 {
		t.Errorf("features: %+v", got.Features)
	}
	deletion, priced := false, c.Function.Table
	c.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		if operation == "TransactWriteItems" && !deletion {
			deletion = true // which is about to come too late
			scope := billing.Scope{Project: c.project, Mode: billing.Test}
			plans, err := priced.Plans(ctx, scope)
			if err != nil {
				return nil, err
			}
			with := plans[0]
			with.Monthly = &billing.PlanPrice{ID: "price_pro_monthly", Interval: billing.Month, Amount: 2900}
			if err := priced.SavePlan(ctx, scope, plans[0], with); err != nil {
				return nil, err
			}
		}
		return next(ctx, input)
	})
	c.send(t, http.MethodDelete, "/"+p.ID, "").Is(t, 204, "")
	if got := c.gets(t, 200, http.MethodGet, "/"+p.ID, ""); !got.Archived || !deletion {
		t.Errorf("%+v", got)
	}
}

// The project's default mode counts where no switch is sent.
func TestPlansInTheDefaultMode(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	project, _, err := c.Function.Table.Project(t.Context(), c.project)
	if err != nil {
		t.Fatal(err)
	}
	project.DefaultMode = billing.Live
	if err := c.Function.Table.SaveProject(t.Context(), project); err != nil {
		t.Fatal(err)
	}
	c.creates(t, `{"key": "free", "name": "Free"}`)
	for query, n := range map[string]int{"": 1, "?environment=live": 1, "?test_mode=false": 1, "?test_mode=true": 0} {
		var got api.DeveloperPlanList
		c.send(t, http.MethodGet, query, "").Decode(t, &got)
		if len(got.Plans) != n {
			t.Errorf("%q: %d plans, want %d", query, len(got.Plans), n)
		}
	}
	c.send(t, http.MethodGet, "?test_mode=true&environment=live", "").
		Is(t, 400, functiontest.PlansError(400, "invalid_input", "environment: Input contradicts test_mode"))
}

// planOperations are all operations on plans, with a body each takes.
var planOperations = map[string]functiontest.Request{
	"list":           {Method: http.MethodGet, Path: ""},
	"create":         {Method: http.MethodPost, Path: "", Body: goldBody},
	"read":           {Method: http.MethodGet, Path: "/plan_1"},
	"change":         {Method: http.MethodPut, Path: "/plan_1", Body: `{"name": "A"}`},
	"delete":         {Method: http.MethodDelete, Path: "/plan_1"},
	"put feature":    {Method: http.MethodPut, Path: "/plan_1/features/a", Body: `{"name": "A"}`},
	"delete feature": {Method: http.MethodDelete, Path: "/plan_1/features/a"},
}

func TestPlansOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	for name, r := range planOperations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCatalog(t)
			c.project = c.CreateProject(t, "developer-2").ID
			before := c.Stored(t)
			c.send(t, r.Method, r.Path, r.Body).
				Is(t, 403, functiontest.PlansError(403, "permission_denied", "You do not have permission to access this resource"))
			c.project = uuid.New()
			c.send(t, r.Method, r.Path, r.Body).Is(t, 404, functiontest.PlansError(404, "project_not_found", "Project not found"))
			c.SameAs(t, before)
			r.Path = c.path(r.Path)
			c.RefusesTokens(t, c.handler, identity.Developer, r)
		})
	}
}
