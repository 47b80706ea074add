package main

import (
	"net/http"
	"testing"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

const (
	tiersPath  = "/api/billing/plans"
	verifyPath = "/api/billing/verify-session?session_id="
	returnPath = "/api/billing/portal?return_url="
)

func (h holders) get(t *testing.T, user, path string) functiontest.Answer {
	t.Helper()
	return h.Do(t, h.handler, functiontest.Request{Method: http.MethodGet, Path: path, Token: h.EndUser(h.project, user)})
}

func TestTiers(t *testing.T) {
	t.Parallel()
	h := newSubscribers(t)
	get := func(query, project string) functiontest.Answer {
		r := functiontest.Request{Method: http.MethodGet, Path: tiersPath + query, Header: http.Header{}}
		if project != "" {
			r.Header.Set("X-Project-ID", project)
		}
		return h.Do(t, h.handler, r)
	}
	first := get("", h.project.String())
	first.Is(t, 200, `{"plans": [
		{"tier": "free", "name": "Free", "description": null, "currency": null, "price_monthly_cents": 0, "price_yearly_cents": 0, "features": [], "limits": {}, "trial_days": 0},
		{"tier": "starter", "name": "Starter", "description": null, "currency": "usd", "price_monthly_cents": 900, "price_yearly_cents": null, "features": [], "limits": {}, "trial_days": 0},
		{"tier": "pro", "name": "Pro", "description": null, "currency": "usd", "price_monthly_cents": 2900, "price_yearly_cents": 29000,
			"features": ["Export"], "limits": {"export": null}, "trial_days": 14}
	]}`)
	get("?environment=live", h.project.String()).Is(t, 200, `{"plans": []}`)
	get("", "").Is(t, 400, functiontest.AccountError("project_required", "Send X-Project-ID or project_id"))
	kept := h.Do(t, h.handler, functiontest.Request{
		Method: http.MethodGet, Path: tiersPath + "?project_id=" + h.project.String(), Header: http.Header{"If-None-Match": {first.Header.Get("ETag")}},
	})
	if kept.Status != http.StatusNotModified || kept.Body != "" {
		t.Errorf("what is known already: %d %s", kept.Status, kept.Body)
	}
}

func TestBillingPortal(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	const back = "https://app.example.com/settings/billing"
	h.get(t, user, returnPath+back).Is(t, 404, functiontest.AccountError("customer_not_found", "No Stripe customer found for this user"))
	h.subscribe(t, user)
	var portal api.BillingPortal
	answer := h.get(t, user, returnPath+back)
	if answer.Decode(t, &portal); answer.Status != http.StatusOK || portal.URL == "" {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	const unsafe = "return_url: Input should be an https URL, or an http URL on localhost"
	for query, says := range map[string]string{
		"":                         "return_url: Field required",
		"?return_url=":             unsafe,
		"?return_url=/settings":    unsafe,
		"?return_url=http://a.b.c": unsafe,
		"?return_url=//a.b.c":      unsafe,
	} {
		h.get(t, user, "/api/billing/portal"+query).Is(t, 400, functiontest.AccountError("invalid_input", says))
	}
	p, _, err := h.Function.Table.Project(t.Context(), h.project)
	if err != nil {
		t.Fatal(err)
	}
	p.RedirectOrigins = []string{"https://other.example.com"}
	if err := h.Function.Table.SaveProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	h.get(t, user, returnPath+back).
		Is(t, 400, functiontest.AccountError("redirect_not_allowed", "The URL is not on an origin that the project allows (return_url)"))
}

func TestAccountAPITokens(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	for name, path := range map[string]string{"verify": verifyPath + "cs_1", "portal": returnPath + "https://a.example/"} {
		t.Run(name, func(t *testing.T) {
			h.RefusesTokens(t, h.handler, identity.EndUser, functiontest.Request{Method: http.MethodGet, Path: path})
		})
	}
}

// checkout makes a checkout session of a user at Stripe, as the checkout
// function does.
func (h holders) checkout(t *testing.T, user string, change func(*stripe.CheckoutSessionParams)) *stripe.CheckoutSession {
	t.Helper()
	metadata := map[string]string{"user_id": user, "project_id": h.project.String()}
	made, err := h.sandbox.API.Customers.New(&stripe.CustomerParams{Metadata: metadata})
	if err != nil {
		t.Fatal(err)
	}
	params := &stripe.CheckoutSessionParams{
		Customer: &made.ID, ClientReferenceID: &user, Mode: stripe.String("subscription"), Metadata: metadata,
		SuccessURL: stripe.String("https://app.example.com/"), CancelURL: stripe.String("https://app.example.com/"),
		LineItems:        []*stripe.CheckoutSessionLineItemParams{{Price: stripe.String("price_pro_yearly"), Quantity: stripe.Int64(1)}},
		SubscriptionData: &stripe.CheckoutSessionSubscriptionDataParams{Metadata: metadata},
	}
	if change != nil {
		change(params)
	}
	session, err := h.sandbox.API.CheckoutSessions.New(params)
	if err != nil {
		t.Fatal(err)
	}
	linked, err := h.Function.Table.LinkCustomer(t.Context(), h.scope(), billing.Customer{ID: made.ID, User: user}, billing.Route{Gateway: billing.GatewayOwnKeys}, billing.Link{})
	if err != nil || linked != made.ID {
		t.Fatalf("linked to %s: %v", linked, err)
	}
	return session
}
