package main

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
)

const goldProduct = "billhook_plan_gold"

// newMovers are subscribers of a project that sold plans in another account
// before it sold with keys of its own: gold at prices that billhook made there,
// and elite at one of the developer's own.
func newMovers(t *testing.T) holders {
	t.Helper()
	h := newSubscribers(t)
	there := func(id string, i billing.Interval, amount int64, made bool) *billing.PlanPrice {
		return &billing.PlanPrice{ID: id, Interval: i, Amount: amount, Made: made, Account: string(billing.GatewayManaged)}
	}
	for _, p := range []billing.Plan{
		{
			ID: "plan_gold", Key: "gold", Name: "Gold", Currency: "usd", Product: goldProduct,
			Monthly: there("price_gold_monthly", billing.Month, 4900, true), Yearly: there("price_gold_yearly", billing.Year, 49000, true),
		},
		{ID: "plan_elite", Key: "elite", Name: "Elite", Currency: "usd", Monthly: there("price_elite", billing.Month, 9900, false)},
	} {
		if err := h.Function.Table.SavePlan(t.Context(), h.scope(), billing.Plan{}, p); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// gold is the plan as it is stored.
func (h holders) gold(t *testing.T) billing.Plan {
	t.Helper()
	plans, err := h.Function.Table.Plans(t.Context(), h.scope())
	if err != nil {
		t.Fatal(err)
	}
	return *billing.PlanNamed(plans, "plan_gold", "")
}

// A subscription is moved to a plan that was sold in another account: the plan
// gets a price in this one, by the first look at what the move costs.
func TestChangeToAPlanOfTheFormerGateway(t *testing.T) {
	t.Parallel()
	h := newMovers(t)
	id := h.subscribe(t, user)
	answer := h.post(t, user, previewPath, `{"planKey": "gold"}`)
	if answer.Status != http.StatusOK {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	got := h.moved(t, user, changePath, `{"planKey": "gold"}`)
	plan := h.gold(t)
	if got.PlanKey == nil || *got.PlanKey != "gold" || plan.Monthly.ID == "price_gold_monthly" || !plan.SoldAs("price_gold_monthly") {
		t.Errorf("%+v, the plan is %+v", got, plan)
	}
	h.has(t, id, plan.Monthly.ID, 2)
	later := h.moved(t, user, changePath, `{"planKey": "gold", "interval": "year", "when": "period_end"}`)
	if later.ScheduledChange == nil || later.ScheduledChange.PlanKey != "gold" || *later.PlanKey != "gold" {
		t.Errorf("scheduled: %+v", later)
	}
	yearly := h.gold(t).Yearly
	h.nextPeriod(t, id)
	h.has(t, id, yearly.ID, 2)
	own := billing.Route{Gateway: billing.GatewayOwnKeys}
	if prices := h.sandbox.Prices(t, own, goldProduct); len(prices) != 2 || !prices[plan.Monthly.ID] || !prices[yearly.ID] || !yearly.In(own) {
		t.Errorf("prices at Stripe: %v", prices)
	}
}

// Whoever has the plan needs no other price of it.
func TestChangeWithinAPlanOfTheFormerGateway(t *testing.T) {
	t.Parallel()
	h := newMovers(t)
	id := h.subscribe(t, user)
	plan := h.gold(t)
	was, held := plan, *plan.Monthly
	held.ID, held.Amount = "price_starter_monthly", 900 // which the user has
	plan.Monthly = &held
	if err := h.Function.Table.SavePlan(t.Context(), h.scope(), was, plan); err != nil {
		t.Fatal(err)
	}
	h.moved(t, user, changePath, `{"quantity": 4}`)
	h.has(t, id, "price_starter_monthly", 4)
	h.moved(t, user, changePath, `{"planKey": "gold", "quantity": 5}`)
	h.has(t, id, "price_starter_monthly", 5)
	if got := h.gold(t); got.Revision != plan.Revision+1 {
		t.Errorf("the plan was changed: %+v", got)
	}
}

func TestChangesToAdoptedPricesElsewhere(t *testing.T) {
	t.Parallel()
	h := newMovers(t)
	h.subscribe(t, user)
	before := h.Stored(t)
	for _, path := range []string{previewPath, changePath} {
		h.post(t, user, path, `{"planKey": "elite"}`).
			Is(t, 409, functiontest.PlansError(409, "plan_price_elsewhere", billing.ErrPlanPriceElsewhere.Message))
	}
	h.SameAs(t, before)
}

// Several users who move at the same time need one price.
func TestMovesToAPlanOfTheFormerGatewayAtTheSameTime(t *testing.T) {
	t.Parallel()
	h := newMovers(t)
	const n = 6
	for i := range n {
		h.subscribe(t, fmt.Sprint("user-", i))
	}
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			answer := h.post(t, fmt.Sprint("user-", i), changePath, `{"planKey": "gold"}`)
			var got api.PlanSubscription
			answer.Decode(t, &got)
			if answer.Status != http.StatusOK || got.PlanKey == nil || *got.PlanKey != "gold" {
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
	}
	wait.Wait()
	plan := h.gold(t)
	prices := h.sandbox.Prices(t, billing.Route{Gateway: billing.GatewayOwnKeys}, goldProduct)
	if len(prices) != 1 || !prices[plan.Monthly.ID] || len(plan.Former) != 1 {
		t.Errorf("prices at Stripe: %v, the plan is %+v", prices, plan)
	}
}
