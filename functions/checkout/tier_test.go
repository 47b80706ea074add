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

const tierPath = "/api/billing/checkout"

const tierURLs = `"success_url": "https://app.example.com/settings/billing?success=true", "cancel_url": "https://app.example.com/settings/billing"`

// upgrades asks to buy a tier as a user.
func (s shop) upgrades(t *testing.T, user, members string) functiontest.Answer {
	t.Helper()
	return s.Do(t, s.handler, functiontest.Request{
		Method: http.MethodPost, Path: tierPath, Token: s.EndUser(s.project, user), Body: "{" + members + "}",
	})
}

func (s shop) tierSession(t *testing.T, user, tier string) *stripe.CheckoutSession {
	t.Helper()
	answer := s.upgrades(t, user, tier+", "+tierURLs)
	var got api.TierCheckout
	answer.Decode(t, &got)
	if answer.Status != http.StatusOK || got.URL == "" {
		t.Fatalf("%s: %d %s", tier, answer.Status, answer.Body)
	}
	params := &stripe.CheckoutSessionParams{}
	params.AddExpand("line_items")
	session, err := s.sandbox.API.CheckoutSessions.Get(got.SessionID, params)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func TestTierCheckout(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.sell(t)
	for name, c := range map[string]struct{ tier, price string }{
		"monthly":               {`"tier": "pro", "billing_interval": "monthly"`, "price_pro_monthly"},
		"yearly":                {`"tier": "pro", "billing_interval": "yearly"`, "price_pro_yearly"},
		"no interval":           {`"tier": "pro"`, "price_pro_monthly"},
		"null for an interval":  {`"tier": "pro", "billing_interval": null`, "price_pro_monthly"},
		"sold by the year only": {`"tier": "year", "billing_interval": "yearly"`, "price_pro_yearly"},
	} {
		session := s.tierSession(t, "user "+name, c.tier)
		if line := session.LineItems.Data[0]; line.Price.ID != c.price || line.Quantity != 1 || session.Mode != "subscription" {
			t.Errorf("%s: %s for %d of %s", name, session.Mode, line.Quantity, line.Price.ID)
		}
		const back = "https://app.example.com/settings/billing"
		if session.SuccessURL != back+"?success=true&session_id={CHECKOUT_SESSION_ID}" || session.CancelURL != back {
			t.Errorf("%s: back to %s or %s", name, session.SuccessURL, session.CancelURL)
		}
	}
}

// One who has a tier, by whichever family it was bought, buys no second.
func TestTierBesideAPlan(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.sell(t)
	first := s.tierSession(t, "ada", `"tier": "pro"`)
	if again := s.tierSession(t, "ada", `"tier": "pro"`); again.ID != first.ID {
		t.Errorf("the same request: %s, then %s", first.ID, again.ID)
	}
	s.sandbox.Pay(t, first.ID)
	s.sandbox.Clock.Advance(time.Minute)
	s.upgrades(t, "ada", `"tier": "year", "billing_interval": "yearly", `+tierURLs).
		Is(t, 409, functiontest.AccountError("already_subscribed", "User already has an active subscription"))
	s.wishes(t, "ada", `"planKey": "pro"`).
		Is(t, 409, functiontest.PlansError(409, "already_subscribed", "User already has an active subscription"))
}

func TestTiersThatCannotBeBought(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.sell(t)
	const (
		none     = "The tier is none that can be bought"
		notSold  = "The plan is not sold for this interval"
		noURL    = "success_url: Input should be an https URL, or an http URL on localhost"
		interval = "billing_interval: String should match pattern '^(monthly|yearly)$'"
	)
	before := s.Stored(t)
	for name, c := range map[string]struct{ members, code, says string }{
		"unknown":            {`"tier": "silver", ` + tierURLs, "invalid_tier", none},
		"an id":              {`"tier": "plan_pro", ` + tierURLs, "invalid_tier", none},
		"free":               {`"tier": "free", ` + tierURLs, "invalid_tier", none},
		"archived":           {`"tier": "old", ` + tierURLs, "invalid_tier", none},
		"no such interval":   {`"tier": "year", "billing_interval": "monthly", ` + tierURLs, "plan_not_sold", notSold},
		"another interval":   {`"tier": "pro", "billing_interval": "weekly", ` + tierURLs, "invalid_input", interval},
		"no tier":            {tierURLs, "invalid_input", "tier: Field required"},
		"an unsafe URL":      {`"tier": "pro", "cancel_url": "https://a.example/", "success_url": "http://a.example/"`, "invalid_input", noURL},
		"a script for a URL": {`"tier": "pro", "cancel_url": "https://a.example/", "success_url": "javascript:alert(1)"`, "invalid_input", noURL},
	} {
		t.Run(name, func(t *testing.T) {
			s.upgrades(t, "ada", c.members).Is(t, 400, functiontest.AccountError(c.code, c.says))
		})
	}
	s.SameAs(t, before)
}

// Both URLs are held against the project's list.
func TestTierRedirects(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.sell(t)
	project, _, err := s.Function.Table.Project(t.Context(), s.project)
	if err != nil {
		t.Fatal(err)
	}
	project.RedirectOrigins = []string{"https://app.example.com", "https://*.pages.example.com", "http://localhost:5173"}
	if err := s.Function.Table.SaveProject(t.Context(), project); err != nil {
		t.Fatal(err)
	}
	const ok = "https://app.example.com/"
	for name, c := range map[string]struct{ success, cancel, refused string }{
		"listed":            {ok, "http://localhost:5173/billing", ""},
		"a preview":         {"https://pr-1.pages.example.com/", ok, ""},
		"a prefix of one":   {"https://app.example.com.evil.example/", ok, "success_url"},
		"another port":      {ok, "http://localhost:5174/", "cancel_url"},
		"by http":           {ok, "http://127.0.0.1/", "cancel_url"},
		"below no wildcard": {"https://x.app.example.com/", ok, "success_url"},
	} {
		answer := s.upgrades(t, "user "+name, fmt.Sprintf(`"tier": "pro", "success_url": %q, "cancel_url": %q`, c.success, c.cancel))
		if c.refused == "" {
			if answer.Status != http.StatusOK {
				t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
			}
			continue
		}
		answer.Is(t, 400, functiontest.AccountError("redirect_not_allowed", "The URL is not on an origin that the project allows ("+c.refused+")"))
	}
}

// Without a word on it the project's default mode counts.
func TestTierMode(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.sell(t)
	project, _, err := s.Function.Table.Project(t.Context(), s.project)
	if err != nil {
		t.Fatal(err)
	}
	project.DefaultMode = billing.Live
	if err := s.Function.Table.SaveProject(t.Context(), project); err != nil {
		t.Fatal(err)
	}
	if answer := s.upgrades(t, "ada", `"tier": "pro", `+tierURLs); answer.Status != http.StatusForbidden {
		t.Errorf("live mode has no keys: %d %s", answer.Status, answer.Body)
	}
	for _, query := range []string{"?test_mode=true", "?environment=test"} {
		answer := s.Do(t, s.handler, functiontest.Request{
			Method: http.MethodPost, Path: tierPath + query, Token: s.EndUser(s.project, "ada"), Body: `{"tier": "pro", ` + tierURLs + `}`,
		})
		if answer.Status != http.StatusOK {
			t.Errorf("%s: %d %s", query, answer.Status, answer.Body)
		}
	}
}

func TestTierCheckoutTokens(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.RefusesTokens(t, s.handler, identity.EndUser, functiontest.Request{
		Method: http.MethodPost, Path: tierPath, Body: `{"tier": "pro", ` + tierURLs + `}`,
	})
}
