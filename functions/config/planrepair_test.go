package main

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// Wherever a request is cut short, sending it again does what is left to do: the
// plan is what it was to become, and at Stripe there is one product, and one
// price of each amount, of which those are active that the plan is sold at.
func TestPlansAreRepairedByTryingAgain(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before, method, body string
		ends                 map[int]bool // the statuses of a repetition
		prices               map[string]bool
	}{
		"create":  {"", http.MethodPost, goldBody, map[int]bool{201: true, 409: true}, map[string]bool{"2900 usd a month": true, "29000 usd a year": true}},
		"change":  {goldBody, http.MethodPut, `{"priceMonthlyCents": 3900}`, map[int]bool{200: true}, map[string]bool{"2900 usd a month": false, "3900 usd a month": true, "29000 usd a year": true}},
		"archive": {goldBody, http.MethodDelete, "", map[int]bool{204: true}, map[string]bool{"2900 usd a month": false, "29000 usd a year": false}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := 0
			for _, fault := range []functiontest.Fault{{}, {Lost: true}, {Crash: true}, {Lost: true, Crash: true}} {
				for fault.Effect = 0; ; fault.Effect++ {
					c := newCatalog(t)
					path := ""
					if test.before != "" {
						path = "/" + c.creates(t, test.before).ID
					}
					effects := c.Effects(c.sandbox)
					effects.Fail(&fault)
					c.send(t, test.method, path, test.body)
					if len(effects.Made()) <= fault.Effect {
						break // it was not reached
					}
					n++
					effects.Fail(nil)
					answer := c.send(t, test.method, path, test.body)
					if !test.ends[answer.Status] {
						t.Errorf("%+v: %d %s", fault, answer.Status, answer.Body)
					}
					checkPrices(t, c, fault, test.prices)
				}
			}
			if n < 12 {
				t.Errorf("only %d cuts were tried", n)
			}
		})
	}
}

// checkPrices compares the one plan's prices at Stripe with those that it is to
// have.
func checkPrices(t *testing.T, c catalog, fault functiontest.Fault, want map[string]bool) {
	t.Helper()
	var list api.DeveloperPlanList
	c.send(t, http.MethodGet, "", "").Decode(t, &list)
	if len(list.Plans) != 1 {
		t.Fatalf("%+v: %d plans", fault, len(list.Plans))
	}
	p := list.Plans[0]
	if diff := cmp.Diff(want, c.prices(t, *p.StripeProductID)); diff != "" {
		t.Errorf("%+v: prices at Stripe (-want +got):\n%s", fault, diff)
	}
	plans, err := c.Function.Table.Plans(t.Context(), billing.Scope{Project: c.project, Mode: billing.Test})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range plans[0].Former {
		if f.Open {
			t.Errorf("%+v: %s is left to be deactivated", fault, f.ID)
		}
	}
}
