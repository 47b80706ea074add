package main

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

var paths = map[string]string{"my-subscription": subscriptionPath, "my-payments": paymentsPath}

func TestBadTokensAreRefused(t *testing.T) {
	t.Parallel()
	for name, path := range paths {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.RefusesTokens(t, f.handler, identity.EndUser, functiontest.Request{Method: http.MethodGet, Path: path})
		})
	}
}

func TestInvalidQueries(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := f.Stored(t)
	for query, want := range map[string]struct{ loc, kind string }{
		"?test_mode=2":                     {`["query", "test_mode"]`, "parsing"},
		"?environment=production":          {`["query", "environment"]`, "enum"},
		"?environment=":                    {`["query", "environment"]`, "enum"},
		"?test_mode=true&environment=live": {`["query", "environment"]`, "value_error"},
	} {
		for _, path := range paths {
			f.get(t, path+query).Invalid(t, want.loc, want.kind)
		}
	}
	for query, want := range map[string]struct{ loc, kind string }{
		"?page=0":                   {`["query", "page"]`, "greater_than_equal"},
		"?page=x":                   {`["query", "page"]`, "parsing"},
		"?page_size=0":              {`["query", "page_size"]`, "greater_than_equal"},
		"?page_size=101":            {`["query", "page_size"]`, "less_than_equal"},
		"?page=9223372036854775808": {`["query", "page"]`, "parsing"},
	} {
		f.get(t, paymentsPath+query).Invalid(t, want.loc, want.kind)
	}
	f.SameAs(t, before)
}

func TestProjectsWithoutStripe(t *testing.T) {
	t.Parallel()
	const test, live = `{"detail": "Stripe is not configured for test mode"}`, `{"detail": "Stripe is not configured for live mode"}`
	for name, c := range map[string]struct {
		prepare     func(*testing.T, *fixture)
		query, body string
	}{
		"unknown":                 {func(_ *testing.T, f *fixture) { f.project = uuid.New() }, "", `{"detail": "Project not found"}`},
		"without a configuration": {func(t *testing.T, f *fixture) { f.project = f.CreateProject(t, "developer-1").ID }, "", test},
		"deactivated": {func(t *testing.T, f *fixture) {
			f.EditConfig(t, f.project, func(c *billing.StripeConfig) { c.Active = false })
		}, "?test_mode=false", live},
		"without credentials for the mode": {func(t *testing.T, f *fixture) {
			f.EditConfig(t, f.project, func(c *billing.StripeConfig) { c.Live = billing.CredentialSet{} })
		}, "?test_mode=false", live},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.link(t, billing.Test)
			f.keep(t, billing.Test, subscription(1, billing.StatusActive), payment(1))
			c.prepare(t, &f)
			for _, path := range paths {
				f.get(t, path+c.query).Is(t, 404, c.body)
			}
		})
	}
}

func TestFailingTable(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"BatchGetItem", "Query"} {
		f := newFixture(t)
		f.link(t, billing.Test)
		f.Intercept(functiontest.Failing(operation, &types.InternalServerError{}))
		for _, path := range paths {
			f.get(t, path).Is(t, 500, `{"detail": "Internal server error"}`)
		}
	}
}
