package main

import (
	"net/http"
	"testing"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

func credentialsPath(p billing.Project, query string) string {
	return "/api/v1/payments/stripe/projects/" + p.ID.String() + "/credentials-status" + query
}

// The saved key is tried, and is not told.
func TestCredentialsStatus(t *testing.T) {
	t.Parallel()
	const refusal = `{"error": {"type": "invalid_request_error", "message": "Invalid API Key provided: sk_test_canary****4242"}}`
	f := newFixture(t)
	p := f.CreateProject(t, developer)
	f.Configure(t, p.ID, billing.Test, functiontest.Credentials(billing.Test))
	for name, c := range map[string]struct {
		stripe http.HandlerFunc // nil: not asked
		query  string
		status int
		answer string
	}{
		"taken":          {functiontest.Answering(200, `{"object": "balance"}`), "", 200, `{"status": "valid", "message": "Stripe credentials are valid"}`},
		"refused":        {functiontest.Answering(401, refusal), "?environment=test", 200, `{"status": "invalid", "message": "Invalid API key provided: sk_test_...4242"}`},
		"none":           {nil, "?test_mode=false", 200, `{"status": "not_configured", "message": "No live mode secret key is in use"}`},
		"Stripe is down": {functiontest.Answering(500, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false"), "", 502, `{"detail": "Stripe failed to answer"}`},
	} {
		f.stripe.Answer(c.stripe)
		before := len(f.stripe.Requests())
		f.send(t, http.MethodGet, credentialsPath(p, c.query), "").Is(t, c.status, c.answer)
		if asked := len(f.stripe.Requests()) > before; asked != (c.stripe != nil) {
			t.Errorf("%s: Stripe was asked: %t", name, asked)
		}
	}
	f.EditConfig(t, p.ID, func(c *billing.StripeConfig) { c.Active = false })
	f.send(t, http.MethodGet, credentialsPath(p, ""), "").Is(t, 200, `{"status": "not_configured", "message": "No test mode secret key is in use"}`)
}

func TestCredentialsStatusRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.CreateProject(t, developer)
	f.send(t, http.MethodGet, credentialsPath(p, "?test_mode=maybe"), "").Invalid(t, `["query", "test_mode"]`, "parsing")
	foreign := f.CreateProject(t, "developer-2")
	f.send(t, http.MethodGet, credentialsPath(foreign, ""), "").Is(t, 403, `{"detail": "You do not have permission to access this resource"}`)
}
