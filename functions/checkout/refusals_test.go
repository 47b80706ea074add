package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

func TestBadTokensAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.RefusesTokens(t, f.handler, identity.EndUser, functiontest.Request{Method: http.MethodPost, Path: path, Body: body})
}

// untouched makes a request that is refused before anything is stored or
// Stripe is asked.
func (f fixture) untouched(t *testing.T, query, body string) functiontest.Answer {
	t.Helper()
	before := f.Stored(t)
	answer := f.buy(t, query, body)
	f.SameAs(t, before)
	if asked := f.operations(); len(asked) != 0 {
		t.Errorf("Stripe was asked: %v", asked)
	}
	return answer
}

func TestInvalidRequests(t *testing.T) {
	t.Parallel()
	const urls = `"success_url": "https://a.example/ok", "cancel_url": "https://a.example/no"`
	good := func(more string) string { return `{"price_id": "price_1", ` + urls + more + `}` }
	success := func(url string) string {
		return `{"price_id": "price_1", "cancel_url": "https://a.example/no", "success_url": ` + url + `}`
	}
	for name, c := range map[string]struct{ query, body, loc, kind string }{
		"no body":                 {"", ``, `["body"]`, "missing"},
		"malformed JSON":          {"", good(`,`), `["body"]`, "json_invalid"},
		"two values":              {"", good(``) + `{}`, `["body"]`, "json_invalid"},
		"null":                    {"", `null`, `["body"]`, "model_attributes_type"},
		"a number":                {"", `1`, `["body"]`, "model_attributes_type"},
		"no price":                {"", `{` + urls + `}`, `["body", "price_id"]`, "missing"},
		"price null":              {"", `{"price_id": null, ` + urls + `}`, `["body", "price_id"]`, "string_type"},
		"price a number":          {"", `{"price_id": 1, ` + urls + `}`, `["body", "price_id"]`, "string_type"},
		"price empty":             {"", `{"price_id": "", ` + urls + `}`, `["body", "price_id"]`, "string_too_short"},
		"no success URL":          {"", `{"price_id": "price_1", "cancel_url": "https://a.example/no"}`, `["body", "success_url"]`, "missing"},
		"no cancel URL":           {"", `{"price_id": "price_1", "success_url": "https://a.example/ok"}`, `["body", "cancel_url"]`, "missing"},
		"success URL empty":       {"", success(`""`), `["body", "success_url"]`, "string_too_short"},
		"success URL a list":      {"", success(`[]`), `["body", "success_url"]`, "string_type"},
		"success URL relative":    {"", success(`"/ok"`), `["body", "success_url"]`, "url_parsing"},
		"success URL of a script": {"", success(`"javascript:alert(1)"`), `["body", "success_url"]`, "url_parsing"},
		"success URL unprotected": {"", success(`"http://a.example/ok"`), `["body", "success_url"]`, "url_parsing"},
		"success URL with a user": {"", success(`"https://a.example@b.example/ok"`), `["body", "success_url"]`, "url_parsing"},
		"unknown mode":            {"", good(`, "mode": "setup"`), `["body", "mode"]`, "string_pattern_mismatch"},
		"mode a number":           {"", good(`, "mode": 1`), `["body", "mode"]`, "string_type"},
		"quantity zero":           {"", good(`, "quantity": 0`), `["body", "quantity"]`, "greater_than_equal"},
		"quantity negative":       {"", good(`, "quantity": -1`), `["body", "quantity"]`, "greater_than_equal"},
		"quantity a fraction":     {"", good(`, "quantity": 1.5`), `["body", "quantity"]`, "int_type"},
		"quantity a text":         {"", good(`, "quantity": "1"`), `["body", "quantity"]`, "int_type"},
		"metadata a list":         {"", good(`, "metadata": []`), `["body", "metadata"]`, "dict_type"},
		"metadata of numbers":     {"", good(`, "metadata": {"a": 1}`), `["body", "metadata"]`, "dict_type"},
		"metadata with a bad key": {"", good(`, "metadata": {"a[b]": "c"}`), `["body", "metadata"]`, "value_error"},
		"allow a text":            {"", good(`, "allow_existing_subscription": "yes"`), `["body", "allow_existing_subscription"]`, "bool_type"},
		"test_mode no bool":       {"?test_mode=maybe", good(``), `["query", "test_mode"]`, "parsing"},
		"unknown environment":     {"?environment=staging", good(``), `["query", "environment"]`, "enum"},
		"contradiction":           {"?test_mode=true&environment=live", good(``), `["query", "environment"]`, "value_error"},
		"contradiction the other": {"?test_mode=false&environment=test", good(``), `["query", "environment"]`, "value_error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newFixture(t).untouched(t, c.query, c.body).Invalid(t, c.loc, c.kind)
		})
	}
	t.Run("every mistake is named", func(t *testing.T) {
		t.Parallel()
		newFixture(t).untouched(t, "", `{"price_id": "", "quantity": 0}`).Is(t, 422, `{"detail": [
			{"loc": ["body", "price_id"], "msg": "String should have at least 1 character", "type": "string_too_short"},
			{"loc": ["body", "success_url"], "msg": "Field required", "type": "missing"},
			{"loc": ["body", "cancel_url"], "msg": "Field required", "type": "missing"},
			{"loc": ["body", "quantity"], "msg": "Input should be greater than or equal to 1", "type": "greater_than_equal"}
		]}`)
	})
	t.Run("a body over 1 MiB", func(t *testing.T) {
		t.Parallel()
		newFixture(t).untouched(t, "", good(`, "x": "`+strings.Repeat("a", 1<<20)+`"`)).
			Is(t, 413, `{"detail": "The body is larger than 1048576 bytes"}`)
	})
}

func TestProjectsThatCannotSell(t *testing.T) {
	t.Parallel()
	const off = `{"detail": "Billing is not enabled: switch it on, or save Stripe keys for the project"}`
	for name, c := range map[string]struct {
		prepare func(*testing.T, *fixture)
		query   string
		status  int
		body    string
	}{
		"unknown": {
			func(_ *testing.T, f *fixture) { f.project = uuid.New() }, "", 404, `{"detail": "Project not found"}`,
		},
		"without a configuration": {
			func(t *testing.T, f *fixture) { f.project = f.CreateProject(t, "developer-1").ID }, "", 403, off,
		},
		"deactivated": {
			func(t *testing.T, f *fixture) {
				f.EditConfig(t, f.project, func(c *billing.StripeConfig) { c.Active = false })
			}, "", 403, off,
		},
		"without credentials for the mode": {
			func(t *testing.T, f *fixture) {
				f.EditConfig(t, f.project, func(c *billing.StripeConfig) { c.Live = billing.CredentialSet{} })
			}, "?test_mode=false", 403, off,
		},
		"with a webhook secret only": {
			func(t *testing.T, f *fixture) {
				c := functiontest.Credentials(billing.Test)
				c.SecretKey = ""
				f.Configure(t, f.project, billing.Test, c)
			}, "", 403, off,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			c.prepare(t, &f)
			f.untouched(t, c.query, body).Is(t, c.status, c.body)
		})
	}
}

func TestStripeRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer     http.HandlerFunc
		status     int
		body       string
		retryAfter string
	}{
		"an unknown price": {
			functiontest.Answering(400, `{"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "line_items[0][price]", "message": "No such price: 'price_1'"}}`),
			400, `{"detail": "No such price: 'price_1' (price_id)"}`, "",
		},
		"the key": {
			functiontest.Answering(401, `{"error": {"type": "invalid_request_error", "message": "Invalid API Key provided: sk_test_canary*****4242"}}`),
			403, `{"detail": "Stripe credentials rejected"}`, "",
		},
		"the rate": {
			functiontest.Answering(429, `{"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests"}}`, "Retry-After", "12"),
			429, `{"detail": "Stripe is receiving too many requests", "retry_after": 12}`, "12",
		},
		"everything": {
			functiontest.Answering(500, `{"error": {"type": "api_error", "message": "Sorry"}}`, "Stripe-Should-Retry", "false"),
			502, `{"detail": "Stripe failed to answer"}`, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.stripe.Answer(c.answer)
			before := f.Stored(t)
			answer := f.buy(t, "", body)
			answer.Is(t, c.status, c.body)
			if got := answer.Header.Get("Retry-After"); got != c.retryAfter {
				t.Errorf("Retry-After = %q, want %q", got, c.retryAfter)
			}
			f.SameAs(t, before) // no customer either
			f.stripe.Answer(selling())
			f.buy(t, "", body).Is(t, 200, session1)
		})
	}
}

// A customer that exists at Stripe is found again when storing it failed.
func TestFailingTable(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"BatchGetItem", "PutItem"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.Intercept(functiontest.Failing(operation, &types.InternalServerError{}))
			f.buy(t, "", body).Is(t, 500, `{"detail": "Internal server error"}`)
			f.Intercept(nil)
			f.stripe.Requests()
			f.buy(t, "", body).Is(t, 200, session1)
			if sold := f.stripe.Requests(); sold[len(sold)-1].Form.Get("customer") != "cus_1" {
				t.Errorf("requests: %+v", sold)
			}
		})
	}
	t.Run("Query", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		f.link(t, "cus_1")
		f.Intercept(functiontest.Failing("Query", &types.InternalServerError{}))
		before := f.Stored(t)
		f.buy(t, "", body).Is(t, 500, `{"detail": "Internal server error"}`)
		f.SameAs(t, before)
	})
}
