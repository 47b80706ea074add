package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// A scope that fails is counted and stands in nobody's way.
func TestFailingScope(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer   http.HandlerFunc
		kind     string
		failures int
	}{
		"bad key":      {functiontest.Answering(401, `{"error": {"type": "invalid_request_error", "message": "Invalid API Key provided: sk_test_****4242"}}`), "stripe_credentials_rejected", 2},
		"rate limited": {functiontest.Answering(429, `{"error": {"type": "invalid_request_error", "code": "rate_limit"}}`, "Stripe-Should-Retry", "false"), "stripe_rate_limited", 1},
		"Stripe down":  {functiontest.Answering(500, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false"), "stripe_failed", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.losing(t)
			s := f.subscribe(t, f.project, "user-1")
			bad := functiontest.Credentials(billing.Test)
			bad.SecretKey = "sk_test_canaryFailing4242"
			failing := f.configure(t, bad)
			f.pass(settling + time.Second)
			f.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if strings.HasSuffix(r.Header.Get("Authorization"), bad.SecretKey.Reveal()) {
					c.answer(w, r)
					return
				}
				next.ServeHTTP(w, r)
			})
			did, err := f.reconciler.run(t.Context())
			if err != nil || did.Visited != 2 || did.Failures != c.failures {
				t.Errorf("%+v, %v", did, err)
			}
			if row := f.row(t, f.scope(), s); row.Status != billing.StatusActive {
				t.Errorf("the other scope's row: %+v", row)
			}
			if n := f.counted(t, "ReconcileFailures", "Kind", c.kind); n != c.failures {
				t.Errorf("%d failures were counted as %s", n, c.kind)
			}
			for _, at := range f.scopes(t) {
				if failed := at.Scope.Project == failing; at.VisitedAt.IsZero() || at.Events.From.IsZero() != failed || at.ComparedAll == failed {
					t.Errorf("failing is %t: %+v", failed, at)
				}
			}
			f.sandbox.Intercept(nil)
			f.pass(15 * time.Minute)
			f.run(t, &report{Visited: 2})
		})
	}
}

// When time runs out, the scopes that were left come first in the next run.
func TestScopesTakeTurns(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const many = 4 * parallel
	for range many - 1 {
		f.configure(t, functiontest.Credentials(billing.Test))
	}
	f.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		f.Clock.Advance(time.Second)
		next.ServeHTTP(w, r)
	})
	visited := map[uuid.UUID]bool{}
	for runs := 0; len(visited) < many; runs++ {
		turn := f.scopes(t)
		did, err := f.reconciler.run(f.until(t, parallel*time.Second))
		if err != nil || did.Visited == 0 || did.Visited+did.Left != many || did.Left == 0 || did.Failures != 0 {
			t.Fatalf("run %d: %+v, %v", runs, did, err)
		}
		first := map[uuid.UUID]bool{}
		for _, at := range turn[:did.Visited] {
			first[at.Scope.Project], visited[at.Scope.Project] = true, true
		}
		for _, at := range f.scopes(t)[many-did.Visited:] {
			if !first[at.Scope.Project] {
				t.Errorf("run %d visited %s before its turn", runs, at.Scope.Project)
			}
		}
	}
}

func TestNoTimeLeft(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	calls := f.asked()
	did, err := f.reconciler.run(f.until(t, -time.Second))
	if err != nil || did.Visited != 0 || did.Left != 1 || len(calls) != 0 {
		t.Errorf("%+v, %v, calls %v", did, err, calls)
	}
}

// A project that receives no events is not visited, and begins anew when it does
// again.
func TestClosedScopes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.run(t, &report{Visited: 1})
	f.EditConfig(t, f.project, func(c *billing.StripeConfig) { c.Active = false })
	calls := f.asked()
	f.run(t, &report{})
	if len(calls) != 0 {
		t.Errorf("Stripe was asked: %v", calls)
	}
	f.EditConfig(t, f.project, func(c *billing.StripeConfig) { c.Active = true })
	if scopes := f.scopes(t); len(scopes) != 1 || !scopes[0].VisitedAt.IsZero() {
		t.Errorf("scopes: %+v", scopes)
	}
	f.run(t, &report{Visited: 1})
}

// Of two runs at once one visits a scope.
func TestRunsAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	scopes := f.scopes(t)
	f.run(t, &report{Visited: 1})
	calls := f.asked()
	f.reconciler.visit(t.Context(), scopes[0], &report{}) // as it was before the first
	if len(calls) != 0 {
		t.Errorf("Stripe was asked: %v", calls)
	}
}

func TestFailingTable(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.losing(t)
	s := f.subscribe(t, f.project, "user-1")
	f.pass(settling + time.Second)
	f.Intercept(functiontest.Failing("Query", &types.InternalServerError{}))
	if did, err := f.reconciler.run(t.Context()); err == nil {
		t.Errorf("the list of scopes: %+v", did)
	}
	for _, operation := range []string{"PutItem", "BatchGetItem"} {
		f.Intercept(functiontest.Failing(operation, &types.InternalServerError{}))
		f.run(t, &report{Visited: 1, Failures: 1})
	}
	f.Intercept(nil)
	if _, err := f.reconciler.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if row := f.row(t, f.scope(), s); row.Status != billing.StatusActive {
		t.Errorf("in the end: %+v", row)
	}
}
