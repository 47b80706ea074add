package contract_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// planDrivers are the drivers of the Plans API, by the operations' ids.
var planDrivers = map[string]driver{
	"getBillingStatus": {
		prepare: selling, foreign: []reach{nothingForeign, projectNamed},
		refused: map[string]int{"project_id=": http.StatusNotFound}, // no such project
	},
	"enableBilling":  {prepare: fresh(newProject), foreign: []reach{nothingForeign}},
	"disableBilling": {prepare: fresh(configured), foreign: []reach{nothingForeign}},
	"startConnect": {
		prepare: fresh(newProject), foreign: []reach{nothingForeign},
		texts:   map[string]func(int) string{"returnUrl": address},
		refused: map[string]int{"mode live": http.StatusForbidden}, // the deployment has no account for it
	},
	"completeConnect": {prepare: fresh(connecting), foreign: []reach{stateInQuery}},
	"deauthorizeConnect": {
		prepare: fresh(connected), foreign: []reach{nothingForeign},
		refused: map[string]int{"mode live": http.StatusForbidden}, // no account is connected there
	},
	"receiveGatewayEvent": {prepare: fresh(deployment), foreign: []reach{signed}, badBody: http.StatusBadRequest},

	"listPlans": {prepare: selling, foreign: []reach{projectInPath}},
	"createPlan": {
		prepare: fresh(configured), foreign: []reach{projectInPath}, sells: true, texts: planTexts,
		named: map[string]func(place) string{"key": func(place) string { return word() }},
		refused: map[string]int{ // no such price; the free plan is the default
			"stripePrice": http.StatusBadRequest, "isDefault true": http.StatusConflict,
			"priceMonthlyCents the most": http.StatusBadRequest, "priceYearlyCents the most": http.StatusBadRequest,
		},
	},
	"getPlan": {prepare: fresh(configured), foreign: []reach{projectInPath, dataInPath}, unknown: noPlan},
	"updatePlan": {
		prepare: fresh(configured), foreign: []reach{projectInPath, dataInPath}, unknown: noPlan, texts: planTexts,
		refused: map[string]int{ // no such price; the free plan is the default; the currency stays, and has closer bounds
			"stripePrice": http.StatusBadRequest, "isDefault true": http.StatusConflict,
			"priceMonthlyCents the most": http.StatusBadRequest, "priceYearlyCents the most": http.StatusBadRequest,
		},
	},
	"deletePlan":        {prepare: fresh(configured), foreign: []reach{projectInPath, dataInPath}, unknown: noPlan},
	"putPlanFeature":    {prepare: fresh(configured), foreign: []reach{projectInPath, dataInPath}, unknown: noPlan, anything: "key"},
	"deletePlanFeature": {prepare: fresh(configured), foreign: []reach{projectInPath, dataInPath}, unknown: noPlan},
	"getPlanCatalog": {
		prepare: selling, foreign: []reach{nothingForeign}, withoutStripe: true,
		refused: map[string]int{"project_id=": http.StatusBadRequest}, // the header names another
	},

	"createPlanCheckout": {
		prepare: buying, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, sells: true,
		needed:  []string{"planKey"},
		texts:   map[string]func(int) string{"successUrl": address, "cancelUrl": address},
		refused: map[string]int{"planKey ": http.StatusNotFound, "planId ": http.StatusBadRequest}, // no such plan; the plan is named twice
	},
	"changePlan": {
		prepare: holdingPlan, foreign: []reach{nothingForeign}, newcomer: http.StatusNotFound,
		kept: "interval", refused: planChange,
	},
	"previewPlanChange": {
		prepare: holdingPlan, foreign: []reach{nothingForeign}, newcomer: http.StatusNotFound,
		kept: "interval", refused: planChange,
	},
	"cancelPlan": {prepare: holdingPlan, foreign: []reach{nothingForeign}, newcomer: http.StatusNotFound},
	"resumePlan": {prepare: holdingPlan, foreign: []reach{nothingForeign}, newcomer: http.StatusNotFound},

	"getPlanSubscription": {prepare: selling, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, withoutStripe: true},
	"getMyPlan":           {prepare: selling, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, withoutStripe: true},
	"checkAccess":         {prepare: selling, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, withoutStripe: true},
	"getEntitlements":     {prepare: selling, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, withoutStripe: true},
	"getEntitlementToken": {prepare: selling, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, withoutStripe: true},
	"getKeySet":           {prepare: selling, foreign: []reach{nothingForeign}},
	"getBillingKeySet":    {prepare: selling, foreign: []reach{nothingForeign}},

	"checkUserAccess":     {prepare: selling, foreign: []reach{projectInPath}, anything: "userId"},
	"getUserEntitlements": {prepare: selling, foreign: []reach{projectInPath}, anything: "userId"},
	"listGrants":          {prepare: withGrant, foreign: []reach{projectInPath}, anything: "userId"},
	"createGrant": {
		prepare: buying, foreign: []reach{projectInPath}, anything: "userId",
		needed: []string{"planKey"},
		refused: map[string]int{ // no such plan, as in live mode; the plan is named twice, or features beside it
			"planKey ": http.StatusNotFound, "planId ": http.StatusBadRequest, "features ": http.StatusBadRequest,
			"test_mode=false": http.StatusNotFound, "environment=live": http.StatusNotFound,
		},
	},
	"revokeGrant": {prepare: withGrant, foreign: []reach{projectInPath, dataInPath}, unknown: "Grant not found"},
}

const noPlan = "Plan not found"

var (
	planTexts = map[string]func(int) string{
		"key":      func(n int) string { return strings.Repeat("a", n) },
		"currency": currency,
	}
	// planChange: there is no such plan.
	planChange = map[string]int{"planKey ": http.StatusNotFound, "planId ": http.StatusNotFound}
)

// sellPlans makes the plans of the documents' examples: gold, and a free one for
// everybody.
func (p place) sellPlans(t *testing.T) place {
	t.Helper()
	path := "/v1/dashboard/apps/" + p.project + "/billing/plans"
	p.create(t, path, `{"key": "free", "name": "Free", "isDefault": true, "features": [{"key": "look", "name": "Look"}]}`)
	gold := p.create(t, path, `{"key": "gold", "name": "Gold", "priceMonthlyCents": 2900, "priceYearlyCents": 29000, "currency": "usd",
		"sortOrder": 1, "features": [{"key": "export", "name": "Export"}]}`)
	p.plan, p.feature = gold["id"].(string), "export"
	return p
}

// holdingPlan is a new user of the seller's, who has bought a plan.
func holdingPlan(t *testing.T, seller place) place {
	t.Helper()
	p := seller.buyer()
	o := operationNamed(t, "createPlanCheckout")
	a := o.send(t, o.request(t, p))
	a.is(t, http.StatusOK)
	pay(t, a.text(t, "url"))
	p.settle(t)
	return p
}

// withGrant is a new user of the seller's, who was given a plan.
func withGrant(t *testing.T, seller place) place {
	t.Helper()
	p := seller.buyer()
	o := operationNamed(t, "createGrant")
	a := o.send(t, o.request(t, p))
	a.is(t, http.StatusCreated)
	p.grant = a.text(t, "id")
	return p
}

// deployment is the deployment itself, whose webhook secret signs.
func deployment(t *testing.T) place {
	t.Helper()
	p := newProject(t)
	p.secret = lent.Connect.Test.WebhookSecret
	return p
}

// connecting is a new developer whose Stripe account's owner has just agreed to
// connect it.
func connecting(t *testing.T) place {
	t.Helper()
	p := newProject(t)
	o := operationNamed(t, "startConnect")
	a := o.send(t, o.request(t, p))
	a.is(t, http.StatusOK)
	page, err := url.Parse(a.text(t, "url"))
	if err != nil {
		t.Fatal(err)
	}
	agreed := page.Query()
	agreed.Set("decision", "connect")
	page.RawQuery = ""
	back, err := url.Parse(submit(t, page.String(), agreed))
	if err != nil {
		t.Fatal(err)
	}
	p.asked = back.Query()
	return p
}

// connected is a new developer with a connected Stripe account.
func connected(t *testing.T) place {
	t.Helper()
	p := connecting(t)
	o := operationNamed(t, "completeConnect")
	o.send(t, o.request(t, p)).is(t, http.StatusSeeOther)
	p.asked = nil
	return p
}
