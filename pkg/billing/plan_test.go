package billing

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWhatAPlanSells(t *testing.T) {
	t.Parallel()
	low := PlanPrice{ID: "price_low", Interval: Month, Amount: 900, Made: true}
	high := PlanPrice{ID: "price_high", Interval: Month, Amount: 2900, Made: true}
	own := PlanPrice{ID: "price_own", Interval: Month, Amount: 500}
	lowGone, ownGone := low, own
	lowGone.Open = true
	for name, c := range map[string]struct {
		was  Plan
		sell *PlanPrice
		want Plan
	}{
		"the first":                  {Plan{}, &low, Plan{Monthly: &low}},
		"another":                    {Plan{Monthly: &low}, &high, Plan{Monthly: &high, Former: []PlanPrice{lowGone}}},
		"the same":                   {Plan{Monthly: &low}, &low, Plan{Monthly: &low}},
		"none":                       {Plan{Monthly: &low, Yearly: &own}, nil, Plan{Yearly: &own, Former: []PlanPrice{lowGone}}},
		"none in place of none":      {Plan{}, nil, Plan{}},
		"a former one":               {Plan{Monthly: &high, Former: []PlanPrice{low, own}}, &low, Plan{Monthly: &low, Former: []PlanPrice{own, {ID: "price_high", Interval: Month, Amount: 2900, Made: true, Open: true}}}},
		"after the developer's own":  {Plan{Monthly: &own}, &low, Plan{Monthly: &low, Former: []PlanPrice{ownGone}}},
		"the other interval's stays": {Plan{Yearly: &own}, &low, Plan{Monthly: &low, Yearly: &own}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.was
			got.Sells(Month, c.sell)
			if diff := cmp.Diff(c.want, got, cmp.Transformer("none", func(f []PlanPrice) []PlanPrice { return append([]PlanPrice{}, f...) })); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if sold := c.was.EverSold() || c.sell != nil; got.EverSold() != sold {
				t.Errorf("ever sold: %t, want %t", got.EverSold(), sold)
			}
		})
	}
}

// Whatever is sold one after the other: who bought at a price has the plan, no
// price stands in two places, and what was made and is sold no more is to be
// deactivated.
func TestPricesOfAPlanAreNeverForgotten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var p Plan
		route := Route{Gateway: GatewayManaged}
		sold := map[string]bool{}
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			interval := rapid.SampledFrom([]Interval{Month, Year}).Draw(t, "interval")
			amount := rapid.Int64Range(0, 3).Draw(t, "amount")
			route.Gateway = rapid.SampledFrom([]Gateway{GatewayManaged, GatewayPlatform}).Draw(t, "gateway")
			if amount == 0 {
				p.Sells(interval, nil)
				continue
			}
			if current := p.Price(interval); current != nil && current.Amount == amount && current.In(route) {
				continue
			}
			price := p.Made(interval, amount, route)
			if price == nil {
				id := fmt.Sprint(interval, amount, route)
				if sold[id] {
					t.Errorf("%s is made twice", id)
				}
				price = &PlanPrice{ID: id, Interval: interval, Amount: amount, Made: true, Account: route.String()}
			}
			if !price.In(route) {
				t.Errorf("%s is sold in %s", price.ID, route)
			}
			p.Sells(interval, price)
			sold[price.ID] = true
		}
		places := map[string]int{}
		for _, current := range []*PlanPrice{p.Monthly, p.Yearly} {
			if current != nil {
				places[current.ID]++
			}
		}
		for _, f := range p.Former {
			places[f.ID]++
			if !f.Open {
				t.Errorf("%s is left open at Stripe", f.ID)
			}
		}
		for id := range sold {
			if places[id] != 1 || !p.SoldAs(id) {
				t.Errorf("%s stands in %d places of %+v", id, places[id], p)
			}
		}
	})
}

// What is deactivated, and whether a product is where the plan is sold, depends
// on the account that serves now.
func TestPricesOfOtherAccounts(t *testing.T) {
	t.Parallel()
	managed, platform := Route{Gateway: GatewayManaged}, Route{Gateway: GatewayPlatform}
	price := func(r string, amount int64) PlanPrice {
		return PlanPrice{ID: fmt.Sprint(r, amount), Interval: Month, Amount: amount, Made: true, Account: r}
	}
	former := price("managed", 900)
	former.Open = true
	closed, own, unknown := former, price("stripe_platform", 900), former
	closed.Open, own.Made, unknown.Account = false, false, ""
	ask := func(former PlanPrice, offered *PlanPrice) Plan {
		return Plan{Monthly: offered, Former: []PlanPrice{former}}
	}
	elsewhere, dearer, here := price("stripe_platform", 900), price("stripe_platform", 2900), price("managed", 2900)
	for name, c := range map[string]struct {
		plan              Plan
		route             Route
		closes, isSettled bool
	}{
		"sold no more":                     {ask(former, nil), managed, true, true},
		"sold at another price":            {ask(former, &here), managed, true, true},
		"closed before":                    {ask(closed, nil), managed, false, true},
		"in another account":               {ask(former, &elsewhere), platform, false, true},
		"in another account, sold no more": {ask(former, nil), platform, false, false},
		"to be sold again":                 {ask(former, &elsewhere), managed, false, false},
		"of another amount than offered":   {ask(former, &dearer), managed, true, false},
		"the offer is the developer's own": {ask(former, &own), managed, true, false},
		"of an unknown account":            {ask(unknown, nil), managed, true, false},
	} {
		if got := c.plan.Closes(c.plan.Former[0], c.route); got != c.closes {
			t.Errorf("%s: closes = %t", name, got)
		}
		if got := c.plan.Settled(c.route); got != c.isSettled {
			t.Errorf("%s: settled = %t", name, got)
		}
	}
}

func TestPlanNamed(t *testing.T) {
	t.Parallel()
	plans := []Plan{{ID: "plan_1", Key: "gold"}, {ID: "plan_2", Key: "plan_1"}}
	for name, c := range map[string]struct{ id, key, want string }{
		"by id":               {"plan_2", "", "plan_2"},
		"by key":              {"", "gold", "plan_1"},
		"a key like an id":    {"", "plan_1", "plan_2"},
		"an id like a key":    {"gold", "", ""},
		"unknown":             {"", "silver", ""},
		"the id before a key": {"plan_2", "gold", "plan_2"},
	} {
		got := ""
		if p := PlanNamed(plans, c.id, c.key); p != nil {
			got = p.ID
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWhenToChange(t *testing.T) {
	t.Parallel()
	month := func(amount int64) PlanPrice { return PlanPrice{Interval: Month, Amount: amount} }
	year := func(amount int64) PlanPrice { return PlanPrice{Interval: Year, Amount: amount} }
	for name, c := range map[string]struct {
		monthly  int64
		to       PlanPrice
		quantity int64
		want     When
	}{
		"more":                      {900, month(2900), 1, Now},
		"less":                      {2900, month(900), 1, PeriodEnd},
		"the same":                  {900, month(900), 1, Now},
		"more seats":                {900, month(900), 2, Now},
		"fewer seats":               {1800, month(900), 1, PeriodEnd},
		"a year for less a month":   {2900, year(29000), 1, PeriodEnd},
		"a year for the same":       {2900, year(34800), 1, Now},
		"a month for more":          {2417, month(2900), 1, Now},
		"a year of more seats":      {2900, year(29000), 2, Now},
		"the same, rounded half up": {2417, year(29000), 1, Now},
	} {
		if got := WhenToChange(SubscriptionState{Monthly: c.monthly}, Offer{Price: c.to, Quantity: c.quantity}); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
