package sale_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/sale"
)

// lent has the credentials of the platform's account; nothing else is asked.
type lent struct{ gateway.CredentialReader }

func (lent) Gateways(context.Context) (billing.Gateways, error) {
	return billing.Gateways{Platform: billing.ModeKeys{Test: billing.GatewayKeys{SecretKey: "sk_test_platform"}}}, nil
}

// contested is a plan that others change whenever somebody is about to save it.
type contested struct {
	plan   billing.Plan
	gone   bool
	change func(*contested)
	saved  int
}

func (c *contested) Plans(context.Context, billing.Scope) ([]billing.Plan, error) {
	if c.gone {
		return nil, nil
	}
	return []billing.Plan{c.plan}, nil
}

func (c *contested) SavePlan(_ context.Context, _ billing.Scope, was, next billing.Plan) error {
	c.saved++
	c.change(c)
	if was.Revision != c.plan.Revision {
		return billing.ConcurrentChange("plan")
	}
	next.Revision++
	c.plan = next
	return nil
}

// Whatever others do to a plan while it gets a price in the account: it is sold
// as it then is, or not at all.
func TestPlansThatChangeWhileTheyAreMoved(t *testing.T) {
	t.Parallel()
	scope := billing.Scope{Project: uuid.New(), Mode: billing.Test}
	there := billing.PlanPrice{ID: "price_there", Interval: billing.Month, Amount: 900, Made: true, Account: "managed"}
	here := billing.PlanPrice{ID: "price_here", Interval: billing.Month, Amount: 2900, Account: "stripe_platform"}
	adopted := billing.PlanPrice{ID: "price_own", Interval: billing.Month, Amount: 900, Account: "managed"}
	once := func(edit func(*billing.Plan)) func(*contested) {
		return func(c *contested) {
			if c.saved == 1 {
				edit(&c.plan)
				c.plan.Revision++
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*contested)
		price  string
		code   string
		saved  int
	}{
		"nobody":              {func(*contested) {}, "price_made", "", 1},
		"another name":        {once(func(p *billing.Plan) { p.Name = "Gold 2" }), "price_made", "", 2},
		"another price":       {once(func(p *billing.Plan) { p.Monthly = &here }), "price_here", "", 1},
		"an adopted price":    {once(func(p *billing.Plan) { p.Monthly = &adopted }), "", "plan_price_elsewhere", 1},
		"sold no more":        {once(func(p *billing.Plan) { p.Monthly = nil }), "", "plan_not_sold", 1},
		"removed":             {func(c *contested) { c.gone = true; c.plan.Revision++ }, "", "plan_not_found", 1},
		"again and yet again": {func(c *contested) { c.plan.Revision++ }, "", "concurrent_change", 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, `{"id": "price_made", "object": "price"}`))
			account, err := gateway.New(nil, lent{}, stripe.URL).On(t.Context(), scope, billing.Route{Gateway: billing.GatewayPlatform}, nil)
			if err != nil {
				t.Fatal(err)
			}
			plan := billing.Plan{ID: "plan_gold", Key: "gold", Name: "Gold", Currency: "usd", Monthly: &there, Revision: 3}
			plans := &contested{plan: plan, change: c.change}
			got, err := sale.NewPrices(plans).In(t.Context(), scope, account, billing.Offer{Plan: plan, Price: there, Quantity: 2})
			if plans.saved != c.saved {
				t.Errorf("saved %d times, want %d", plans.saved, c.saved)
			}
			if c.code != "" {
				if billing.CodeOf(err) != c.code {
					t.Errorf("%v, want %s", err, c.code)
				}
				return
			}
			if err != nil || got.Price.ID != c.price || got.Quantity != 2 || got.Plan.Monthly.ID != c.price {
				t.Errorf("%+v, %v", got, err)
			}
			if diff := cmp.Diff(plans.plan, got.Plan); diff != "" {
				t.Errorf("the plan as it is stored, and as it is sold (-stored +sold):\n%s", diff)
			}
		})
	}
}
