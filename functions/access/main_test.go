package main

import (
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/functiontest"
	"billhook/pkg/access"
	"billhook/pkg/billing"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

const (
	user      = "7d0c3f52-9a1e-4b86-8c55-2f4be1a9d603"
	customer  = "cus_1"
	developer = "developer-1"
)

// fixture is the function, and a project without Stripe.
type fixture struct {
	*functiontest.World
	handler http.Handler
	project uuid.UUID
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	w := functiontest.New(t)
	const secret = "billhook-test/entitlements"
	w.CreateSecret(t, secret, "entitlements-canary-Zk3Vq8Tn1Rw6Yb5Hc0Jd9Lm2")
	return fixture{w, handler(w.Function, access.TokenSettings{SecretID: secret, Minutes: 5}), w.CreateProject(t, developer).ID}
}

func (f fixture) get(t *testing.T, path string) functiontest.Answer {
	t.Helper()
	return f.Do(t, f.handler, functiontest.Request{Method: http.MethodGet, Path: path, Token: f.EndUser(f.project, user)})
}

func (f fixture) scope(m billing.Mode) billing.Scope {
	return billing.Scope{Project: f.project, Mode: m}
}

// link makes the user the customer's.
func (f fixture) link(t *testing.T, m billing.Mode) {
	t.Helper()
	if _, err := f.Function.Table.LinkCustomer(t.Context(), f.scope(m), billing.Customer{ID: customer, User: user}, billing.Route{Gateway: billing.GatewayOwnKeys}, billing.Link{}); err != nil {
		t.Fatal(err)
	}
}

// keep stores subscriptions.
func (f fixture) keep(t *testing.T, m billing.Mode, rows ...billing.Subscription) {
	t.Helper()
	for _, row := range rows {
		if err := f.Function.Table.Commit(t.Context(), f.scope(m), billing.Changes{Subscription: &row}); err != nil {
			t.Fatal(err)
		}
	}
}

// hours is a time of the story: so many hours after its start.
func hours(n int) time.Time { return time.Date(2026, 2, 3, n, 15, 0, 0, time.UTC) }

func subscription(n int, status billing.SubscriptionStatus) billing.Subscription {
	return billing.Subscription{
		ID: fmt.Sprintf("sub_%d", n), Customer: customer, User: user, CreatedAt: hours(n),
		SubscriptionState: billing.SubscriptionState{Status: status, Quantity: 1},
	}
}
