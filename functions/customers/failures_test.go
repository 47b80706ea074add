package main

import (
	"net/http"
	"testing"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
)

// What Stripe fails at is told at every endpoint that asks it, and nothing of
// what Stripe said of keys.
func TestStripeFails(t *testing.T) {
	t.Parallel()
	const rejected = `{"error": {"type": "invalid_request_error", "message": "Invalid API Key provided: sk_test_****4242"}}`
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		status int
		code   string
	}{
		"is busy":             {functiontest.Answering(429, `{"error": {"type": "invalid_request_error"}}`, "Retry-After", "7", "Stripe-Should-Retry", "false"), 429, "stripe_rate_limited"},
		"has a fault":         {functiontest.Answering(500, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false"), 502, "stripe_failed"},
		"is out of order":     {functiontest.Answering(503, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false"), 502, "stripe_failed"},
		"rejects the key":     {functiontest.Answering(401, rejected), 403, "stripe_credentials_rejected"},
		"restricts the key":   {functiontest.Answering(403, rejected), 403, "stripe_credentials_rejected"},
		"works on the object": {functiontest.Answering(409, `{"error": {"type": "invalid_request_error"}}`, "Stripe-Should-Retry", "false"), 409, "stripe_busy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, plenty())
			made := f.create(t, f.mine, `{"email": "ada@example.com"}`)
			f.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { c.answer(w, r) })
			for endpoint, sent := range calls(made.ID) {
				if endpoint == "usage" { // asks the table only
					continue
				}
				answer := f.make(t, f.mine, sent)
				is(t, endpoint, answer, c.status, c.code)
				if after := answer.Header.Get("Retry-After"); (after == "7") != (c.status == http.StatusTooManyRequests) {
					t.Errorf("%s: again after %q", endpoint, after)
				}
			}
		})
	}
}

func TestStripeCannotBeReached(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	f.handler = handler(f.Function, "http://127.0.0.1:1", plenty()) // where nobody listens
	is(t, "read", f.make(t, f.mine, calls("cus_1")["read"]), http.StatusBadGateway, "stripe_unreachable")
}

// A customer without both of the project's tags is as if it were not there,
// for everything that can be asked of one.
func TestCustomersOfOthers(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	project := f.mine.project.ID.String()
	for name, tags := range map[string]map[string]string{
		"untagged":             nil,
		"another project's":    {"tenant_id": "tenant-2", "project_id": f.theirs.project.ID.String()},
		"of the project alone": {"project_id": project},
		"of the tenant alone":  {"tenant_id": "tenant-1"},
		"of another tenant":    {"tenant_id": "tenant-2", "project_id": project},
		"of another project":   {"tenant_id": "tenant-1", "project_id": f.theirs.project.ID.String()},
	} {
		made, err := f.sandbox.API.Customers.New(&stripe.CustomerParams{Email: stripe.String("ada@example.com"), Metadata: tags})
		if err != nil {
			t.Fatal(err)
		}
		f.subscribe(t, made.ID)
		all := calls(made.ID)
		for _, endpoint := range []string{"read", "change", "delete", "portal"} {
			is(t, name+", "+endpoint, f.make(t, f.mine, all[endpoint]), http.StatusNotFound, "customer_not_found")
		}
		f.make(t, f.mine, all["list"]).Is(t, http.StatusOK, `{"customers": [], "has_more": false, "next_cursor": null}`)
		f.make(t, f.mine, all["subscription"]).Is(t, http.StatusOK, `{"subscription": null}`)
		if kept, err := f.sandbox.API.Customers.Get(made.ID, nil); err != nil || kept.Deleted || kept.Name != "" {
			t.Errorf("%s: now %+v, %v", name, kept, err)
		}
	}
}
