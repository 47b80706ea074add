package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/ratelimit"
)

func TestLimitsAndUsage(t *testing.T) {
	t.Parallel()
	f := newFixture(t, limits{ratelimit.Limit{Calls: 2, Period: time.Hour}, ratelimit.Limit{Calls: 3, Period: time.Hour}})
	left := func(a functiontest.Answer) string {
		return a.Header.Get("X-RateLimit-Limit") + " " + a.Header.Get("X-RateLimit-Remaining")
	}
	for i, want := range []string{"2 1", "2 0"} {
		answer := f.send(t, f.mine, http.MethodPost, customers, `{"email": "ada@example.com"}`)
		if got := left(answer); answer.Status != http.StatusOK || got != want {
			t.Errorf("create %d: %d, %s, want %s", i, answer.Status, got, want)
		}
	}
	refused := f.send(t, f.mine, http.MethodPost, customers, `{"email": "ada@example.com"}`)
	refused.Is(t, 429, `{"error": "Too many calls; try again later", "message": "Too many calls; try again later", "code": "rate_limited", "request_id": "", "retry_after": 1800}`)
	if got := refused.Header.Get("Retry-After") + " " + left(refused); got != "1800 2 0" {
		t.Errorf("headers = %s", got)
	}
	// Queries, and the calls of others, have limits of their own.
	if answer := f.send(t, f.theirs, http.MethodPost, customers, `{"email": "bo@example.com"}`); answer.Status != http.StatusOK {
		t.Errorf("another project: %d %s", answer.Status, answer.Body)
	}
	f.send(t, f.mine, http.MethodGet, customers+"/cus_unknown", "").Is(t, 404, refusal("Customer not found", "customer_not_found"))
	f.Clock.Advance(time.Hour)
	usage := f.send(t, f.mine, http.MethodGet, "/v1/usage", "")
	usage.Is(t, 200, `{"usage": [
		{"hour": "2100-02-03T10:00:00Z", "creates": 0, "queries": 1, "refused": 0},
		{"hour": "2100-02-03T09:00:00Z", "creates": 2, "queries": 1, "refused": 1}]}`)
	f.send(t, f.mine, http.MethodGet, "/v1/usage?hours=1&environment=live", "").Is(t, 200,
		`{"usage": [{"hour": "2100-02-03T10:00:00Z", "creates": 0, "queries": 1, "refused": 0}]}`)
	if answer := f.send(t, f.mine, http.MethodPost, customers, `{"email": "ada@example.com"}`); answer.Status != http.StatusOK {
		t.Errorf("an hour later: %d %s", answer.Status, answer.Body)
	}
}

// call is a request to one of the function's endpoints.
type call struct {
	method, path, body string
	user               bool // needs a user's token
}

// calls are one to each endpoint, about a customer.
func calls(customer string) map[string]call {
	return map[string]call{
		"create":       {http.MethodPost, customers, `{"email": "ada@example.com"}`, false},
		"list":         {http.MethodGet, customers, "", false},
		"read":         {http.MethodGet, customers + "/" + customer, "", false},
		"change":       {http.MethodPut, customers + "/" + customer, `{"name": "Ada"}`, false},
		"delete":       {http.MethodDelete, customers + "/" + customer, "", false},
		"subscription": {http.MethodGet, "/v1/customer/subscription?customerEmail=ada@example.com", "", false},
		"prices":       {http.MethodGet, "/v1/stripe/prices", "", false},
		"portal":       {http.MethodPost, portal, fmt.Sprintf(`{"customer": %q, "return_url": "https://app.example.com/"}`, customer), true},
		"usage":        {http.MethodGet, "/v1/usage", "", false},
	}
}

// in is the call in an environment.
func (c call) in(environment string) call {
	separator := "?"
	if strings.Contains(c.path, "?") {
		separator = "&"
	}
	c.path += separator + "environment=" + environment
	return c
}

// make sends a call as a project.
func (f fixture) make(t *testing.T, b backend, c call) functiontest.Answer {
	t.Helper()
	r := functiontest.Request{Method: c.method, Path: c.path, Body: c.body, Header: b.header}
	if c.user {
		r.Token = f.EndUser(b.project.ID, "user-1")
	}
	return f.Do(t, f.handler, r)
}

// is fails the test unless an answer is an error, with how much may be called.
func is(t *testing.T, name string, a functiontest.Answer, status int, code string) {
	t.Helper()
	var got api.ServerError
	a.Decode(t, &got)
	if a.Status != status || got.Code != code || got.Error == "" || got.Message != got.Error {
		t.Errorf("%s: %d %s, want %d %s", name, a.Status, a.Body, status, code)
	}
	if !limited(a) {
		t.Errorf("%s: headers %v", name, a.Header)
	}
}

// limited reports whether an answer tells how much may be called.
func limited(a functiontest.Answer) bool {
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
		if a.Header.Get(name) == "" {
			return false
		}
	}
	return true
}

// Each endpoint answers 429 once its limit is used up, and says until when.
func TestEveryEndpointIsLimited(t *testing.T) {
	t.Parallel()
	once := ratelimit.Limit{Calls: 1, Period: time.Hour}
	f := newFixture(t, limits{once, once})
	for _, first := range []string{"create", "usage"} { // one of each class
		if answer := f.make(t, f.mine, calls("cus_1")[first]); answer.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", first, answer.Status, answer.Body)
		}
	}
	asked := f.stripeCalls()
	for name, c := range calls("cus_1") {
		answer := f.make(t, f.mine, c)
		is(t, name, answer, http.StatusTooManyRequests, "rate_limited")
		if after, left := answer.Header.Get("Retry-After"), answer.Header.Get("X-RateLimit-Remaining"); after != "3600" || left != "0" {
			t.Errorf("%s: again after %q, %q left", name, after, left)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("Stripe was asked %d times", n)
	}
}

// Errors tell how much may be called as well, as soon as it is known who calls.
func TestErrorsTellTheLimits(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	made := f.create(t, f.mine, `{"email": "ada@example.com"}`)
	for name, c := range calls(made.ID) {
		is(t, name+", elsewhere", f.make(t, f.mine, c.in("staging")), http.StatusBadRequest, "invalid_input")
		is(t, name+", nowhere", f.make(t, f.mine, c.in("")), http.StatusBadRequest, "invalid_input")
		if name != "usage" { // is billhook's own
			is(t, name+", no keys", f.make(t, f.mine, c.in("live")), http.StatusForbidden, billing.CodeNotConfigured)
		}
		if answer := f.make(t, backend{project: f.mine.project}, c); answer.Status != http.StatusUnauthorized || limited(answer) {
			t.Errorf("%s, nobody: %d %v", name, answer.Status, answer.Header)
		}
	}
	is(t, "no customer", f.send(t, f.mine, http.MethodGet, customers+"/cus_unknown", ""), http.StatusNotFound, "customer_not_found")
	is(t, "no address", f.send(t, f.mine, http.MethodPost, customers, `{}`), http.StatusBadRequest, "invalid_input")
	is(t, "no JSON", f.send(t, f.mine, http.MethodPost, customers, `{`), http.StatusBadRequest, "invalid_input")
	is(t, "no operation", f.send(t, f.mine, http.MethodGet, "/v1/stripe/nothing", ""), http.StatusNotFound, "not_found")
	unsigned := calls(made.ID)["portal"]
	unsigned.user = false
	is(t, "no bearer", f.make(t, f.mine, unsigned), http.StatusUnauthorized, "invalid_token")
	f.Intercept(functiontest.Failing("Query", errors.New("no table")))
	is(t, "a fault here", f.make(t, f.mine, calls(made.ID)["subscription"]), http.StatusInternalServerError, "internal_error")
	f.Intercept(nil)
}
