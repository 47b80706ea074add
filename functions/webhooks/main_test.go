package main

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/functiontest"
	"billhook/infra/local/stripebox/delivery"
	"billhook/pkg/billing"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

// fixture is the function, with a Stripe to ask, and a project that receives
// events in both modes.
type fixture struct {
	*functiontest.World
	handler http.Handler
	stripe  *functiontest.Stripe
	project uuid.UUID
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	w := functiontest.New(t)
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusNotFound, `{"error": {"type": "invalid_request_error"}}`))
	project := w.CreateProject(t, "developer-1").ID
	for _, m := range []billing.Mode{billing.Test, billing.Live} {
		w.Configure(t, project, m, functiontest.Credentials(m))
	}
	return fixture{w, handler(w.Function, stripe.URL), stripe, project}
}

func (f fixture) scope(m billing.Mode) billing.Scope {
	return billing.Scope{Project: f.project, Mode: m}
}

// secretOf is the webhook secret of a mode.
func secretOf(m billing.Mode) string {
	return functiontest.Credentials(m).WebhookSecrets[0].Value.Reveal()
}

// post delivers a body to an URL under a Stripe-Signature; an empty one is not
// sent.
func (f fixture) post(t *testing.T, project, mode, body, signature string) functiontest.Answer {
	t.Helper()
	r := functiontest.Request{
		Method: http.MethodPost, Path: "/api/v1/payments/stripe/webhooks/" + project + "/" + mode, Body: body, Header: http.Header{},
	}
	if signature != "" {
		r.Header.Set(signatureHeader, signature)
	}
	return f.Do(t, f.handler, r)
}

// deliver posts a body as Stripe does, in test mode, now.
func (f fixture) deliver(t *testing.T, body string) functiontest.Answer {
	t.Helper()
	return f.post(t, f.project.String(), "test", body, sign(secretOf(billing.Test), f.Clock.Now(), body))
}

func sign(secret string, at time.Time, body string) string {
	return delivery.Sign(secret, at, []byte(body))
}

const received = `{"received": true}`

// sample is one of the repository's sample events.
func sample(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../events/stripe", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// paidInvoice is an event of an invoice of 24 dollars that was paid.
func paidInvoice(event, invoice string) string {
	return fmt.Sprintf(`{
		"id": %q, "object": "event", "api_version": "2024-06-20", "type": "invoice.paid", "created": 1770110104, "livemode": false,
		"data": {"object": {
			"id": %q, "object": "invoice", "customer": "cus_1", "created": 1770110100, "currency": "usd",
			"amount_due": 2400, "amount_paid": 2400, "payment_intent": "pi_1", "billing_reason": "manual", "attempt_count": 1
		}}
	}`, event, invoice)
}

// payments are the test mode payments of a customer.
func (f fixture) payments(t *testing.T, customer string) []billing.Transaction {
	t.Helper()
	payments, err := f.Function.Table.Transactions(t.Context(), f.scope(billing.Test), customer)
	if err != nil {
		t.Fatal(err)
	}
	return payments
}

// tally is the test mode's counters, less those that are back at zero.
func (f fixture) tally(t *testing.T) billing.Tally {
	t.Helper()
	tally, err := f.Function.Table.Tally(t.Context(), f.scope(billing.Test))
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range tally {
		if n == 0 {
			delete(tally, name)
		}
	}
	return tally
}

// subscriptions are the test mode subscriptions of a customer.
func (f fixture) subscriptions(t *testing.T, customer string) []billing.Subscription {
	t.Helper()
	subscriptions, err := f.Function.Table.Subscriptions(t.Context(), f.scope(billing.Test), customer)
	if err != nil {
		t.Fatal(err)
	}
	return subscriptions
}

// Stored is all that is stored but for word of refused deliveries, which has a
// test of its own.
func (f fixture) Stored(t *testing.T) functiontest.Stored {
	t.Helper()
	stored := f.World.Stored(t)
	maps.DeleteFunc(stored.Items, func(key string, _ functiontest.Item) bool { return strings.HasSuffix(key, " REFUSED") })
	return stored
}

// SameAs fails the test if anything was stored since before was read.
func (f fixture) SameAs(t *testing.T, before functiontest.Stored) {
	t.Helper()
	if diff := cmp.Diff(before, f.Stored(t)); diff != "" {
		t.Errorf("what is stored changed (-before +after):\n%s", diff)
	}
}
