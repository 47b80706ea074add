package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

func validatePath(p billing.Project) string {
	return "/api/v1/payments/stripe/projects/" + p.ID.String() + "/validate-credentials"
}

func TestValidateCredentials(t *testing.T) {
	t.Parallel()
	const refusal = `{"error": {"type": "invalid_request_error", "message": "Invalid API Key provided: sk_test_canary****4242"}}`
	const accepted = `{"valid": true, "message": "Stripe credentials are valid"}`
	const wrongMode = `{"valid": false, "message": "Invalid API key provided: a %s mode secret key starts with sk_%[1]s_ or rk_%[1]s_"}`
	for name, c := range map[string]struct {
		stripe http.HandlerFunc // nil: not asked
		body   string
		status int
		answer string
	}{
		"accepted":            {functiontest.Answering(200, `{"object": "balance"}`), `{"secret_key": "sk_test_canaryKey4242"}`, 200, accepted},
		"accepted, live":      {functiontest.Answering(200, `{"object": "balance"}`), `{"secret_key": "sk_live_canaryKey4242", "is_test_mode": false}`, 200, accepted},
		"accepted, by rights": {functiontest.Answering(200, `{"object": "balance"}`), `{"secret_key": "rk_test_canaryKey4242", "is_test_mode": true}`, 200, accepted},
		"not for balances": {
			functiontest.Answering(403, refusal), `{"secret_key": "rk_test_canaryKey4242"}`, 200,
			`{"valid": true, "message": "Stripe credentials are valid; the key is restricted and may not read the balance"}`,
		},
		"rejected": {
			functiontest.Answering(401, refusal), `{"secret_key": "sk_test_canaryKey4242"}`, 200,
			`{"valid": false, "message": "Invalid API key provided: sk_test_...4242"}`,
		},
		"rejected, a short key": {
			functiontest.Answering(401, refusal), `{"secret_key": "sk_test_a"}`, 200,
			`{"valid": false, "message": "Invalid API key provided: sk_test_..."}`,
		},
		"live for test":     {nil, `{"secret_key": "sk_live_canaryKey4242"}`, 200, fmt.Sprintf(wrongMode, "test")},
		"test for live":     {nil, `{"secret_key": "rk_test_canaryKey4242", "is_test_mode": false}`, 200, fmt.Sprintf(wrongMode, "live")},
		"a publishable key": {nil, `{"secret_key": "pk_test_canaryKey4242"}`, 200, fmt.Sprintf(wrongMode, "test")},
		"junk":              {nil, `{"secret_key": "junk"}`, 200, fmt.Sprintf(wrongMode, "test")},
		"a line break":      {nil, `{"secret_key": "sk_test_a\r\nX: y"}`, 200, fmt.Sprintf(wrongMode, "test")},
		"Stripe is down":    {functiontest.Answering(500, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false"), `{"secret_key": "sk_test_canaryKey4242"}`, 502, `{"detail": "Stripe failed to answer"}`},
		"too many requests": {functiontest.Answering(429, `{"error": {"type": "invalid_request_error"}}`, "Stripe-Should-Retry", "false", "Retry-After", "7"), `{"secret_key": "sk_test_canaryKey4242"}`, 429, `{"detail": "Stripe is receiving too many requests"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			p := f.CreateProject(t, developer)
			before := f.Stored(t)
			if c.stripe != nil {
				f.stripe.Answer(c.stripe)
			}
			answer := f.send(t, http.MethodPost, validatePath(p), c.body)
			if c.status == 429 {
				if answer.Status != 429 || answer.Header.Get("Retry-After") != "7" {
					t.Errorf("%d %v %s", answer.Status, answer.Header, answer.Body)
				}
			} else {
				answer.Is(t, c.status, c.answer)
			}
			requests := f.stripe.Requests()
			if c.stripe == nil && len(requests) != 0 {
				t.Errorf("Stripe was asked: %v", requests)
			}
			if c.stripe != nil && (len(requests) == 0 || requests[0].Operation != "GET /v1/balance" || !strings.Contains(c.body, requests[0].Key)) {
				t.Errorf("requests: %v", requests)
			}
			f.SameAs(t, before)
		})
	}
}

func TestValidateCredentialsWithoutStripe(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.CreateProject(t, developer)
	f.stripe.Answer(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	f.send(t, http.MethodPost, validatePath(p), `{"secret_key": "sk_test_canaryKey4242"}`).
		Is(t, 502, `{"detail": "Stripe could not be reached"}`)
}

func TestValidateCredentialsRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.CreateProject(t, developer)
	for body, want := range map[string]struct{ loc, kind string }{
		``:                   {`["body"]`, "missing"},
		`{}`:                 {`["body", "secret_key"]`, "missing"},
		`{"secret_key": ""}`: {`["body", "secret_key"]`, "string_too_short"},
		`{"secret_key": 7}`:  {`["body", "secret_key"]`, "string_type"},
		`{"secret_key": "a", "is_test_mode": "yes"}`: {`["body", "is_test_mode"]`, "bool_type"},
	} {
		f.send(t, http.MethodPost, validatePath(p), body).Invalid(t, want.loc, want.kind)
	}
	if requests := f.stripe.Requests(); len(requests) != 0 {
		t.Errorf("Stripe was asked: %v", requests)
	}
}
