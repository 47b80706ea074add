package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/function"
	"billhook/pkg/gateway"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

// fixture is the function with the Stripe sandbox, and a project whose webhooks
// are all lost. Its clock and Stripe's are the same.
type fixture struct {
	*functiontest.World
	sandbox    *functiontest.Sandbox
	project    uuid.UUID
	reconciler *reconciler
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	w, sandbox := functiontest.New(t), functiontest.NewSandbox(t)
	sandbox.Clock.Set(w.Clock.Now())
	f := fixture{w, sandbox, uuid.Nil, reconcilerOf(w.Function, sandbox.URL)}
	f.project = f.configure(t, functiontest.Credentials(billing.Test))
	return f
}

// reconcilerOf wires the function as main does.
func reconcilerOf(f *function.Function, stripeURL string) *reconciler {
	return newReconciler(f, gateway.New(f.Table, f.Vault, stripeURL))
}

// configure creates a project that receives test mode events.
func (f fixture) configure(t *testing.T, c billing.Credentials) uuid.UUID {
	t.Helper()
	project := f.CreateProject(t, "developer-1").ID
	f.Configure(t, project, billing.Test, c)
	return project
}

// losing registers an endpoint that is never there.
func (f fixture) losing(t *testing.T) {
	t.Helper()
	_, err := f.sandbox.API.WebhookEndpoints.New(&stripe.WebhookEndpointParams{
		URL: stripe.String("http://127.0.0.1:1/"), EnabledEvents: []*string{stripe.String("*")},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// pass moves both clocks.
func (f fixture) pass(d time.Duration) {
	f.Clock.Advance(d)
	f.sandbox.Clock.Advance(d)
}

// run runs the function once and expects what it did.
func (f fixture) run(t *testing.T, want *report) {
	t.Helper()
	got, err := f.reconciler.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(counts(want), counts(got)); diff != "" {
		t.Errorf("what was done (-want +got):\n%s", diff)
	}
}

func counts(r *report) map[string]int {
	return map[string]int{"visited": r.Visited, "left": r.Left, "events": r.Events, "corrected": r.Corrected, "resumed": r.Resumed, "failures": r.Failures}
}

func (f fixture) scope() billing.Scope { return billing.Scope{Project: f.project, Mode: billing.Test} }

// subscribe has a user subscribe at Stripe, for a project.
func (f fixture) subscribe(t *testing.T, project uuid.UUID, user string) *stripe.Subscription {
	t.Helper()
	metadata := map[string]string{"user_id": user, "project_id": project.String()}
	customer, err := f.sandbox.API.Customers.New(&stripe.CustomerParams{Metadata: metadata})
	if err != nil {
		t.Fatal(err)
	}
	card, err := f.sandbox.API.PaymentMethods.Attach("pm_card_visa", &stripe.PaymentMethodAttachParams{Customer: &customer.ID})
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.sandbox.API.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: &customer.ID, Metadata: metadata, DefaultPaymentMethod: &card.ID,
		Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// row is a subscription as the table knows it; the zero Subscription if it does
// not.
func (f fixture) row(t *testing.T, s billing.Scope, at *stripe.Subscription) billing.Subscription {
	t.Helper()
	rows, err := f.Function.Table.KnownSubscriptions(t.Context(), s, map[string]string{at.ID: at.Customer.ID})
	if err != nil {
		t.Fatal(err)
	}
	return rows[at.ID]
}

// Stored is all that is stored but how far the scopes have come, and their days.
func (f fixture) Stored(t *testing.T) functiontest.Stored {
	t.Helper()
	stored := f.World.Stored(t)
	maps.DeleteFunc(stored.Items, func(key string, _ functiontest.Item) bool {
		return strings.HasPrefix(key, "RECONCILE#") || strings.Contains(key, "#DAYS")
	})
	return stored
}

// SameAs fails the test if anything was stored since before was read.
func (f fixture) SameAs(t *testing.T, before functiontest.Stored) {
	t.Helper()
	if diff := cmp.Diff(before, f.Stored(t)); diff != "" {
		t.Errorf("what is stored changed (-before +after):\n%s", diff)
	}
}

// scopes are the scopes to be reconciled, those visited longest ago first.
func (f fixture) scopes(t *testing.T) []billing.Reconciliation {
	t.Helper()
	scopes, err := f.Function.Table.Reconciliations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return scopes
}

// counted sums what the log says a metric counted.
func (f fixture) counted(t *testing.T, metric, dimension, value string) int {
	t.Helper()
	n := 0
	for _, line := range f.Log(t) {
		if line[dimension] == value && fmt.Sprint(line[metric]) == "1" {
			n++
		}
	}
	return n
}

// asked counts the product's calls to Stripe, by operation, from now on.
func (f fixture) asked() map[string]int {
	calls := map[string]int{}
	f.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		calls[r.Method+" "+r.URL.Path]++
		next.ServeHTTP(w, r)
	})
	return calls
}

// until is a context that ends, by the function's clock, after its reserve and
// so much more.
func (f fixture) until(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithDeadline(t.Context(), f.Clock.Now().Add(reserve+d))
	t.Cleanup(cancel)
	return ctx
}
