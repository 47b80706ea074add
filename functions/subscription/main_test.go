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
	"billhook/pkg/billing"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

const (
	user     = "7d0c3f52-9a1e-4b86-8c55-2f4be1a9d603"
	customer = "cus_1"
)

const (
	subscriptionPath = "/api/v1/payments/stripe/my-subscription"
	paymentsPath     = "/api/v1/payments/stripe/my-payments"
)

// fixture is the function, and a user of a project that has credentials for
// both modes.
type fixture struct {
	*functiontest.World
	handler http.Handler
	project uuid.UUID
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	w := functiontest.New(t)
	f := w.Function
	project := w.CreateProject(t, "developer-1").ID
	for _, m := range []billing.Mode{billing.Test, billing.Live} {
		w.Configure(t, project, m, functiontest.Credentials(m))
	}
	return fixture{w, handler(f, ""), project}
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

// keep stores rows.
func (f fixture) keep(t *testing.T, m billing.Mode, rows ...any) {
	t.Helper()
	for _, row := range rows {
		changes := billing.Changes{Event: billing.EventRecord{ID: "evt_" + uuid.NewString(), Created: f.Clock.Now(), ReceivedAt: f.Clock.Now()}}
		switch row := row.(type) {
		case billing.Subscription:
			changes.Subscription = &row
		case billing.Transaction:
			changes.Transaction = &row
		default:
			t.Fatalf("a %T is no row", row)
		}
		if err := f.Function.Table.Commit(t.Context(), f.scope(m), changes); err != nil {
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
