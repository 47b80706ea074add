package main

import (
	"net/http"
	"testing"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

const billingPath = "/api/billing/webhook"

// billed delivers a body at the path of the Account API, in a deployment whose
// default project is the fixture's.
func (f fixture) billed(t *testing.T, body, signature string) functiontest.Answer {
	t.Helper()
	header := http.Header{}
	if signature != "" {
		header.Set(signatureHeader, signature)
	}
	deployed := handler(f.NewInstanceFor(t, f.project), f.stripe.URL)
	return f.Do(t, deployed, functiontest.Request{Method: http.MethodPost, Path: billingPath, Body: body, Header: header})
}

// The default project's events are taken once, whichever path they come by.
func TestEventsOfTheDefaultProject(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	body := sample(t, "customer.subscription.created")
	signed := sign(secretOf(billing.Test), f.Clock.Now(), body)
	f.billed(t, body, signed).Is(t, http.StatusOK, received)
	if n := f.tally(t).RunningSubscriptions(); n != 1 {
		t.Errorf("%d subscriptions", n)
	}
	before := f.Stored(t)
	f.billed(t, body, signed).Is(t, http.StatusOK, received)
	f.deliver(t, body).Is(t, http.StatusOK, received)
	f.SameAs(t, before)
}

// Each mode has its secret, and an event is of the mode that it says.
func TestModesOfTheDefaultProject(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	test := `{"id": "evt_test", "object": "event", "type": "plan.created", "created": 1770110104, "livemode": false, "data": {"object": {"id": "plan_1", "object": "plan"}}}`
	live := `{"id": "evt_live", "object": "event", "type": "plan.created", "created": 1770110104, "livemode": true, "data": {"object": {"id": "plan_1", "object": "plan"}}}`
	const junk, text = "{", `"text"`
	invalid := functiontest.AccountError("invalid_signature", "Invalid signature")
	payload := functiontest.AccountError("invalid_payload", "Invalid payload")
	for name, c := range map[string]struct {
		body, secret string
		status       int
		want         string
	}{
		"a test event":             {test, secretOf(billing.Test), 200, received},
		"a live event":             {live, secretOf(billing.Live), 200, received},
		"a test event signed live": {test, secretOf(billing.Live), 400, invalid},
		"a live event signed test": {live, secretOf(billing.Test), 400, invalid},
		"another secret":           {test, "whsec_other", 400, invalid},
		"unsigned":                 {test, "", 400, invalid},
		"junk":                     {junk, secretOf(billing.Test), 400, payload},
		"junk, unsigned":           {junk, "", 400, invalid},
		"a text":                   {text, secretOf(billing.Test), 400, payload},
	} {
		t.Run(name, func(t *testing.T) {
			signature := ""
			if c.secret != "" {
				signature = sign(c.secret, f.Clock.Now(), c.body)
			}
			f.billed(t, c.body, signature).Is(t, c.status, c.want)
		})
	}
}

// Without a default project, or one that takes events, there is nobody to take
// one.
func TestNoDefaultProject(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	body := sample(t, "customer.subscription.created")
	signed := sign(secretOf(billing.Test), f.Clock.Now(), body)
	header := http.Header{signatureHeader: {signed}}
	f.Do(t, f.handler, functiontest.Request{Method: http.MethodPost, Path: billingPath, Body: body, Header: header}).
		Is(t, 404, functiontest.AccountError("project_not_found", "This deployment has no default project"))
	f.project = f.CreateProject(t, "developer-1").ID
	f.billed(t, body, signed).Is(t, 404, functiontest.AccountError("stripe_not_configured", "Stripe is not configured for test mode"))
}
