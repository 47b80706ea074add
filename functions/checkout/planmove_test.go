package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
)

var (
	ownKeys  = billing.Route{Gateway: billing.GatewayOwnKeys}
	managed  = billing.Route{Gateway: billing.GatewayManaged}
	platform = billing.Route{Gateway: billing.GatewayPlatform}
)

// sellIn stores a plan at prices that billhook made in a route's account.
func (s shop) sellIn(t *testing.T, r billing.Route, name string) {
	t.Helper()
	s.Through(t, s.project, r)
	_, config, err := s.Function.Table.Project(t.Context(), s.project)
	if err != nil {
		t.Fatal(err)
	}
	account, err := s.stripe.On(t.Context(), s.scope(), r, config)
	if err != nil {
		t.Fatal(err)
	}
	p := billing.Plan{ID: "plan_" + name, Key: name, Name: "Gold", Currency: "usd", Features: []billing.Feature{{Key: "export", Name: "Export"}}}
	if p.Product, err = account.KeepProduct(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for interval, amount := range map[billing.Interval]int64{billing.Month: 2900, billing.Year: 29000} {
		price, err := account.MakePrice(t.Context(), p, interval, amount)
		if err != nil {
			t.Fatal(err)
		}
		p.Sells(interval, &price)
	}
	if err := s.Function.Table.SavePlan(t.Context(), s.scope(), billing.Plan{}, p); err != nil {
		t.Fatal(err)
	}
}

// plan is one as it is stored.
func (s shop) plan(t *testing.T, name string) billing.Plan {
	t.Helper()
	plans, err := s.Function.Table.Plans(t.Context(), s.scope())
	if err != nil {
		t.Fatal(err)
	}
	p := billing.PlanNamed(plans, "", name)
	if p == nil {
		t.Fatalf("no plan %s", name)
	}
	return *p
}

// asks asks to buy a plan, or a tier, as a user.
func (s shop) asks(t *testing.T, user, body string) functiontest.Answer {
	t.Helper()
	if strings.HasPrefix(body, `"tier"`) {
		return s.upgrades(t, user, body+", "+tierURLs)
	}
	return s.wishes(t, user, body)
}

// buys buys a plan, or a tier, as a user in the account of a route, and
// answers the price that the session sells.
func (s shop) buys(t *testing.T, r billing.Route, user, body string) string {
	t.Helper()
	answer := s.asks(t, user, body)
	if answer.Status != http.StatusOK {
		t.Fatalf("%s, through %s: %d %s", body, r, answer.Status, answer.Body)
	}
	var got struct {
		api.PlanCheckout
		Tier string `json:"session_id"`
	}
	answer.Decode(t, &got)
	return s.sandbox.Session(t, r, got.SessionID+got.Tier).LineItems.Data[0].Price.ID
}

// A plan is bought through whatever gateway the project sells now, at a price
// that is made once in each account; who bought it before keeps it.
func TestPlansSurviveAChangeOfTheGateway(t *testing.T) {
	t.Parallel()
	for name, buy := range map[string]string{
		"plan": `"planKey": "gold"`, "plan by the year": `"planKey": "gold", "interval": "year"`,
		"tier": `"tier": "gold"`, "tier by the year": `"tier": "gold", "billing_interval": "yearly"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.Lend(t)
			connected := billing.Route{Gateway: billing.GatewayConnect, Account: s.sandbox.Connect(t)}
			s.sellIn(t, managed, "gold")
			bought := map[string]string{} // the price, by its account
			for i, r := range []billing.Route{managed, platform, connected, ownKeys, managed, platform, connected, ownKeys} {
				s.Through(t, s.project, r)
				for range 2 {
					price := s.buys(t, r, fmt.Sprint("user-", i), buy)
					if before, known := bought[r.String()]; known && before != price {
						t.Errorf("through %s: %s, although %s was there", r, price, before)
					}
					bought[r.String()] = price
				}
				prices := s.sandbox.Prices(t, r, "billhook_plan_gold")
				made := 1
				if r == managed {
					made = 2 // of both intervals
				}
				if !prices[bought[r.String()]] || len(prices) != made {
					t.Errorf("through %s at %s: the prices are %v", r, bought[r.String()], prices)
				}
			}
			s.keepsAccess(t, bought)
		})
	}
}

// keepsAccess fails the test unless everybody who bought the plan has it.
func (s shop) keepsAccess(t *testing.T, bought map[string]string) {
	t.Helper()
	plans := []billing.Plan{s.plan(t, "gold")}
	if len(bought) != 4 || len(plans[0].Former) != 3 {
		t.Errorf("bought at %v; former prices are %+v", bought, plans[0].Former)
	}
	for account, price := range bought {
		held := billing.Subscription{ID: "sub_1", SubscriptionState: billing.SubscriptionState{Status: billing.StatusActive, Price: price}}
		may := billing.Access(s.Clock.Now(), billing.AccessFacts{Plans: plans, Subscriptions: []billing.Subscription{held}})
		if may.Feature("export") == nil || plans[0].Bought(price).Account != account {
			t.Errorf("who bought at %s in %s may %+v", price, account, may)
		}
	}
}

// Users who come at the same time after the change need one price.
func TestPlanIsMovedOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.Lend(t)
	s.sellIn(t, managed, "gold")
	before := s.plan(t, "gold")
	s.Through(t, s.project, platform)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			answer := s.asks(t, fmt.Sprint("user-", i), []string{`"planKey": "gold"`, `"tier": "gold"`}[i%2])
			if answer.Status != http.StatusOK {
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
	}
	wait.Wait()
	after := s.plan(t, "gold")
	want := before
	moved := *before.Monthly
	moved.Open = true
	want.Monthly, want.Former, want.Revision = after.Monthly, []billing.PlanPrice{moved}, before.Revision+1
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]bool{after.Monthly.ID: true}, s.sandbox.Prices(t, platform, before.Product)); diff != "" {
		t.Errorf("prices at Stripe (-want +got):\n%s", diff)
	}
}

// A price of the developer's own is in the account in which it was made.
func TestAdoptedPricesStayInTheirAccount(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.Lend(t)
	own := billing.PlanPrice{ID: "price_pro_monthly", Interval: billing.Month, Amount: 2900, Account: ownKeys.String()}
	p := billing.Plan{ID: "plan_pro", Key: "pro", Name: "Pro", Currency: "usd", Monthly: &own}
	if err := s.Function.Table.SavePlan(t.Context(), s.scope(), billing.Plan{}, p); err != nil {
		t.Fatal(err)
	}
	s.buys(t, ownKeys, "ada", `"planKey": "pro"`)
	s.Through(t, s.project, managed)
	before := s.Stored(t)
	const says = "The plan's price is in another Stripe account than the project sells in now: save the plan with a price of this account"
	s.wishes(t, "ada", `"planKey": "pro"`).Is(t, 409, functiontest.PlansError(409, "plan_price_elsewhere", says))
	s.upgrades(t, "ada", `"tier": "pro", `+tierURLs).Is(t, 409, functiontest.AccountError("plan_price_elsewhere", says))
	s.SameAs(t, before)
	s.Through(t, s.project, ownKeys)
	s.buys(t, ownKeys, "bob", `"planKey": "pro"`)
}

// The first purchase after the change may be cut short at any of its calls. The
// same request again buys, and there is one price.
func TestMovedPlansAreRepairedByTryingAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.Lend(t)
	effects := s.Effects(s.sandbox)
	plan := func(name string) {
		effects.Fail(nil)
		s.sellIn(t, managed, name)
		s.Through(t, s.project, platform)
	}
	plan("first")
	effects.Fail(nil)
	s.buys(t, platform, "first", `"planKey": "first"`)
	made := effects.Made()
	if len(made) < 8 {
		t.Fatalf("effects: %v", made)
	}
	for i, effect := range made {
		for n, fault := range []functiontest.Fault{{Effect: i}, {Effect: i, Lost: true}, {Effect: i, Crash: true}, {Effect: i, Lost: true, Crash: true}} {
			name := fmt.Sprintf("gold_%d_%d", i, n)
			plan(name)
			body := fmt.Sprintf(`"planKey": %q`, name)
			effects.Fail(&fault)
			s.wishes(t, name, body)
			effects.Fail(nil)
			s.Clock.Advance(leaseLife)
			price := s.buys(t, platform, name, body)
			if diff := cmp.Diff(map[string]bool{price: true}, s.sandbox.Prices(t, platform, "billhook_plan_"+name)); diff != "" {
				t.Errorf("%s, %+v: prices (-want +got):\n%s", effect, fault, diff)
			}
			if p := s.plan(t, name); p.Monthly.ID != price || len(p.Former) != 1 {
				t.Errorf("%s, %+v: bought at %s, the plan is %+v", effect, fault, price, p)
			}
		}
	}
}
