package main

import (
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"

	"github.com/google/uuid"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

const user = "user-1"

// fixture is the function, with a Stripe, and a project that has credentials
// for both modes.
type fixture struct {
	*functiontest.World
	handler http.Handler
	stripe  *functiontest.Stripe
	project uuid.UUID
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	w, stripe := functiontest.New(t), functiontest.NewStripe(t, selling())
	f := w.Function
	handler := handler(f, stripe.URL)
	project := w.CreateProject(t, "developer-1").ID
	for _, m := range []billing.Mode{billing.Test, billing.Live} {
		w.Configure(t, project, m, functiontest.Credentials(m))
	}
	return fixture{w, handler, stripe, project}
}

// selling is a Stripe with a monthly price_1 and a price_once, without any
// session or subscription. It numbers customers and sessions, and answers to an
// idempotency key as it did before.
func selling() http.HandlerFunc {
	var mu sync.Mutex
	known, made := map[string]string{}, map[string]int{}
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodGet {
			functiontest.Answering(http.StatusOK, shown(r.URL.Path))(w, r)
			return
		}
		key := r.Header.Get("Idempotency-Key")
		if known[key] == "" {
			made[r.URL.Path]++
			n := made[r.URL.Path]
			known[key] = fmt.Sprintf(`{"id": "cus_%d", "object": "customer"}`, n)
			if r.URL.Path == "/v1/checkout/sessions" {
				known[key] = fmt.Sprintf(`{"id": "cs_test_%[1]d", "object": "checkout.session", "url": "https://checkout.stripe.com/c/pay/cs_test_%[1]d"}`, n)
			}
		}
		functiontest.Answering(http.StatusOK, known[key])(w, r)
	}
}

func shown(path string) string {
	const price = `{"id": %q, "object": "price", "active": true, "recurring": %s, "product": {"id": "prod_1", "object": "product", "name": "Team"}}`
	switch path {
	case "/v1/prices/price_1":
		return fmt.Sprintf(price, "price_1", `{"interval": "month", "interval_count": 1}`)
	case "/v1/prices/price_once":
		return fmt.Sprintf(price, "price_once", `null`)
	default:
		return `{"object": "list", "data": [], "has_more": false}`
	}
}

const path = "/api/v1/payments/stripe/checkout-session"

const body = `{"price_id": "price_1", "success_url": "https://app.example.com/ok?s={CHECKOUT_SESSION_ID}", "cancel_url": "https://app.example.com/no"}`

// buy asks for a checkout session as the user.
func (f fixture) buy(t *testing.T, query, body string) functiontest.Answer {
	t.Helper()
	return f.Do(t, f.handler, functiontest.Request{
		Method: http.MethodPost, Path: path + query, Token: f.EndUser(f.project, user), Body: body,
	})
}

// test is the project's test mode.
func (f fixture) test() billing.Scope { return billing.Scope{Project: f.project, Mode: billing.Test} }

// link gives the user a customer.
func (f fixture) link(t *testing.T, customer string) {
	t.Helper()
	if _, err := f.Function.Table.LinkCustomer(t.Context(), f.test(), billing.Customer{ID: customer, User: user}, billing.Route{Gateway: billing.GatewayOwnKeys}, billing.Link{}); err != nil {
		t.Fatal(err)
	}
}

// subscribe gives a customer a subscription.
func (f fixture) subscribe(t *testing.T, customer string, status billing.SubscriptionStatus) {
	t.Helper()
	err := f.Function.Table.Commit(t.Context(), f.test(), billing.Changes{
		Event: billing.EventRecord{ID: "evt_" + string(status), Created: f.Clock.Now(), ReceivedAt: f.Clock.Now()},
		Subscription: &billing.Subscription{
			ID: "sub_" + string(status), Customer: customer, CreatedAt: f.Clock.Now(),
			SubscriptionState: billing.SubscriptionState{Status: status, Quantity: 1},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// operations are what the function asked of Stripe since the last look.
func (f fixture) operations() []string {
	var asked []string
	for _, r := range f.stripe.Requests() {
		asked = append(asked, r.Operation)
	}
	return asked
}
