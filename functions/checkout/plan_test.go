package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

const planPath = "/v1/billing/checkout"

const planURLs = `"successUrl": "https://app.example.com/ok", "cancelUrl": "https://app.example.com/no"`

// sell stores plans: one with a trial, sold by the month and the year, one by
// the year only, one in another currency, one without a price, and an archived
// one.
func (s shop) sell(t *testing.T) {
	t.Helper()
	price := func(id string, i billing.Interval, amount int64) *billing.PlanPrice {
		return &billing.PlanPrice{ID: id, Interval: i, Amount: amount}
	}
	for _, p := range []billing.Plan{
		{ID: "plan_pro", Key: "pro", Name: "Pro", Currency: "usd", TrialDays: 7, Monthly: price("price_pro_monthly", billing.Month, 2900), Yearly: price("price_pro_yearly", billing.Year, 29000)},
		{ID: "plan_year", Key: "year", Name: "By the year", Currency: "usd", Yearly: price("price_pro_yearly", billing.Year, 29000)},
		{ID: "plan_jpy", Key: "jpy", Name: "In yen", Currency: "jpy", Monthly: price("price_pro_monthly_jpy", billing.Month, 4300)},
		{ID: "plan_free", Key: "free", Name: "Free", Default: true},
		{ID: "plan_old", Key: "old", Name: "Old", Currency: "usd", Archived: true, Former: []billing.PlanPrice{*price("price_starter_monthly", billing.Month, 900)}},
	} {
		if err := s.Function.Table.SavePlan(t.Context(), s.scope(), billing.Plan{}, p); err != nil {
			t.Fatal(err)
		}
	}
}

// wishes asks to buy a plan as a user.
func (s shop) wishes(t *testing.T, user, plan string) functiontest.Answer {
	t.Helper()
	return s.Do(t, s.handler, functiontest.Request{
		Method: http.MethodPost, Path: planPath, Token: s.EndUser(s.project, user), Body: fmt.Sprintf(`{%s, %s}`, plan, planURLs),
	})
}

func (s shop) planSession(t *testing.T, user, plan string) *stripe.CheckoutSession {
	t.Helper()
	answer := s.wishes(t, user, plan)
	var got api.PlanCheckout
	answer.Decode(t, &got)
	if answer.Status != http.StatusOK || got.URL == "" {
		t.Fatalf("%s: %d %s", plan, answer.Status, answer.Body)
	}
	params := &stripe.CheckoutSessionParams{}
	params.AddExpand("line_items")
	session, err := s.sandbox.API.CheckoutSessions.Get(got.SessionID, params)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func TestPlanCheckout(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.sell(t)
	for name, c := range map[string]struct {
		plan, price string
		quantity    int64
	}{
		"by key":                {`"planKey": "pro"`, "price_pro_monthly", 1},
		"by id":                 {`"planId": "plan_pro"`, "price_pro_monthly", 1},
		"by the year":           {`"planKey": "pro", "interval": "year"`, "price_pro_yearly", 1},
		"seats":                 {`"planKey": "pro", "quantity": 3`, "price_pro_monthly", 3},
		"sold by the year only": {`"planKey": "year"`, "price_pro_yearly", 1},
		"in another currency":   {`"planKey": "jpy"`, "price_pro_monthly_jpy", 1},
	} {
		session := s.planSession(t, "user "+name, c.plan)
		if line := session.LineItems.Data[0]; line.Price.ID != c.price || line.Quantity != c.quantity || session.Mode != "subscription" {
			t.Errorf("%s: %s for %d of %s", name, session.Mode, line.Quantity, line.Price.ID)
		}
	}
}

// The user has the plan by its price; the plan's trial is had once.
func TestPlanIsBought(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.sell(t)
	first := s.planSession(t, "ada", `"planKey": "pro"`)
	if again := s.planSession(t, "ada", `"planKey": "pro"`); again.ID != first.ID {
		t.Errorf("the same request: %s, then %s", first.ID, again.ID)
	}
	s.sandbox.Pay(t, first.ID)
	sub := s.subscriptions(t, "ada")[0]
	if sub.Status != "trialing" || sub.Items.Data[0].Price.ID != "price_pro_monthly" || sub.Metadata["plan_key"] != "pro" ||
		sub.Metadata["plan_id"] != "plan_pro" || sub.Metadata["plan_name"] != "Pro" || sub.Metadata["user_id"] != "ada" {
		t.Errorf("subscription %s to %s, %v", sub.Status, sub.Items.Data[0].Price.ID, sub.Metadata)
	}
	subscribed := functiontest.PlansError(409, "already_subscribed", "User already has an active subscription")
	s.wishes(t, "ada", `"planKey": "pro"`).Is(t, 409, subscribed) // its events are under way
	s.wishes(t, "ada", `"planKey": "jpy"`).Is(t, 409, subscribed)
	s.sandbox.Clock.Advance(time.Minute)
	s.cancel(t, sub.ID)
	s.told(t, sub.ID)
	s.sandbox.Pay(t, s.planSession(t, "ada", `"planKey": "pro"`).ID)
	if sub := s.subscriptions(t, "ada")[0]; sub.Status != "active" {
		t.Errorf("the second time: %s", sub.Status)
	}
}

func TestPlansThatCannotBeBought(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.sell(t)
	const notSold = "The plan is not sold for this interval"
	before := s.Stored(t)
	for name, c := range map[string]struct {
		plan       string
		status     int
		code, says string
	}{
		"unknown key":         {`"planKey": "silver"`, 404, "plan_not_found", "Plan not found"},
		"unknown id":          {`"planId": "pro"`, 404, "plan_not_found", "Plan not found"},
		"no such interval":    {`"planKey": "year", "interval": "month"`, 400, "plan_not_sold", notSold},
		"no price":            {`"planKey": "free"`, 400, "plan_not_sold", notSold},
		"archived":            {`"planKey": "old"`, 400, "plan_not_sold", notSold},
		"no plan":             {`"quantity": 1`, 400, "invalid_input", "planKey: Field required, or planId"},
		"two plans":           {`"planKey": "pro", "planId": "plan_pro"`, 400, "invalid_input", "planId: Input should be either this or planKey"},
		"of another interval": {`"planKey": "pro", "interval": "week"`, 400, "invalid_input", "interval: Input should be 'month' or 'year'"},
		"no seats":            {`"planKey": "pro", "quantity": 0`, 400, "invalid_input", "quantity: Input should be between 1 and 999999"},
	} {
		t.Run(name, func(t *testing.T) {
			s.wishes(t, "ada", c.plan).Is(t, c.status, functiontest.PlansError(c.status, c.code, c.says))
		})
	}
	s.SameAs(t, before)
	project, _, err := s.Function.Table.Project(t.Context(), s.project)
	if err != nil {
		t.Fatal(err)
	}
	project.RedirectOrigins = []string{"https://other.example.com"}
	if err := s.Function.Table.SaveProject(t.Context(), project); err != nil {
		t.Fatal(err)
	}
	s.wishes(t, "ada", `"planKey": "pro"`).Is(t, 400,
		functiontest.PlansError(400, "redirect_not_allowed", "The URL is not on an origin that the project allows (successUrl)"))
}

// A subscription that is neither held nor ended keeps the customer in its
// currency.
func TestPlanInAnotherCurrency(t *testing.T) {
	t.Parallel()
	for status, want := range map[billing.SubscriptionStatus]int{billing.StatusUnpaid: 400, billing.StatusCanceled: 200} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.sell(t)
			s.planSession(t, "ada", `"planKey": "pro"`) // makes the customer
			err := s.Function.Table.Commit(t.Context(), s.scope(), billing.Changes{
				Event: billing.EventRecord{ID: "evt_1", Created: s.Clock.Now(), ReceivedAt: s.Clock.Now()},
				Subscription: &billing.Subscription{
					ID: "sub_1", Customer: s.customer(t, "ada"), CreatedAt: s.Clock.Now(),
					SubscriptionState: billing.SubscriptionState{Status: status, Currency: "usd", Quantity: 1},
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			answer := s.wishes(t, "ada", `"planKey": "jpy"`)
			if answer.Status != want {
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
			if want == http.StatusBadRequest {
				answer.Is(t, want, functiontest.PlansError(want, "currency_mismatch",
					"The plan is sold in another currency than the one that the customer pays in"))
			}
			s.planSession(t, "ada", `"planKey": "pro"`)
		})
	}
}

func TestPlanCheckoutTokens(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.sell(t)
	request := functiontest.Request{Method: http.MethodPost, Path: planPath, Body: `{"planKey": "pro", ` + planURLs + `}`}
	s.RefusesTokens(t, s.handler, identity.EndUser, request)
	request.Header = http.Header{"Cookie": {"__session=" + s.EndUser(s.project, "ada")}}
	if answer := s.Do(t, s.handler, request); answer.Status != http.StatusOK {
		t.Errorf("by cookie: %d %s", answer.Status, answer.Body)
	}
}
