package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/projector"
)

const (
	portalPath = "/api/v1/payments/stripe/customer-portal"
	cancelPath = "/api/v1/payments/stripe/cancel-subscription"
	updatePath = "/api/v1/payments/stripe/update-subscription"
)

// holders are the function with the Stripe sandbox, in which users hold
// subscriptions.
type holders struct {
	*functiontest.World
	handler   http.Handler
	sandbox   *functiontest.Sandbox
	project   uuid.UUID
	stripe    *gateway.Gateway
	projector *projector.Projector
}

func newHolders(t *testing.T) holders {
	t.Helper()
	w, sandbox := functiontest.New(t), functiontest.NewSandbox(t)
	project := w.CreateProject(t, "developer-1").ID
	w.Configure(t, project, billing.Test, functiontest.Credentials(billing.Test))
	stripe := gateway.New(w.Function.Table, w.Function.Vault, sandbox.URL)
	return holders{w, handler(w.Function, sandbox.URL), sandbox, project, stripe, projector.New(w.Function.Table, stripe, w.Function.Now)}
}

func (h holders) scope() billing.Scope { return billing.Scope{Project: h.project, Mode: billing.Test} }

// subscribe gives a user a monthly subscription, and answers its id at Stripe.
// A minute passes, so that what comes next comes later.
func (h holders) subscribe(t *testing.T, user string) string {
	t.Helper()
	linked, err := h.Function.Table.CustomerOf(t.Context(), h.scope(), user)
	if err != nil {
		t.Fatal(err)
	}
	if linked == "" {
		customer, err := h.sandbox.API.Customers.New(&stripe.CustomerParams{Metadata: map[string]string{"user_id": user}})
		if err != nil {
			t.Fatal(err)
		}
		card, err := h.sandbox.API.PaymentMethods.Attach("pm_card_visa", &stripe.PaymentMethodAttachParams{Customer: &customer.ID})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.sandbox.API.Customers.Update(customer.ID, &stripe.CustomerParams{
			InvoiceSettings: &stripe.CustomerInvoiceSettingsParams{DefaultPaymentMethod: &card.ID},
		})
		if err != nil {
			t.Fatal(err)
		}
		linked, err = h.Function.Table.LinkCustomer(t.Context(), h.scope(), billing.Customer{ID: customer.ID, User: user}, billing.Route{Gateway: billing.GatewayOwnKeys}, billing.Link{})
		if err != nil {
			t.Fatal(err)
		}
	}
	sub, err := h.sandbox.API.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: &linked, Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_starter_monthly"), Quantity: stripe.Int64(2)}},
		Metadata: map[string]string{"user_id": user, "plan_name": "Starter"},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.told(t, sub.ID)
	h.sandbox.Clock.Advance(time.Minute)
	return sub.ID
}

// told brings a subscription in as an event of this moment does.
func (h holders) told(t *testing.T, id string) {
	t.Helper()
	f, _, err := h.stripe.Subscription(t.Context(), h.scope(), id)
	if err != nil {
		t.Fatal(err)
	}
	e := billing.Event{
		ID: "evt_" + uuid.NewString(), Type: "customer.subscription.updated", Created: h.sandbox.Clock.Now(), Mode: billing.Test, Fact: f,
	}
	h.Clock.Advance(time.Second) // Stripe may be asked about it again
	if _, err := h.projector.Apply(t.Context(), h.scope(), e); err != nil {
		t.Fatal(err)
	}
}

// post makes a request as a user.
func (h holders) post(t *testing.T, user, path, body string) functiontest.Answer {
	t.Helper()
	return h.Do(t, h.handler, functiontest.Request{Method: http.MethodPost, Path: path, Token: h.EndUser(h.project, user), Body: body})
}

// mine is the user's subscription as it is answered; nil for none.
func (h holders) mine(t *testing.T, user string) map[string]any {
	t.Helper()
	answer := h.Do(t, h.handler, functiontest.Request{Method: http.MethodGet, Path: subscriptionPath, Token: h.EndUser(h.project, user)})
	if answer.Status != http.StatusOK {
		t.Fatalf("my-subscription: %d %s", answer.Status, answer.Body)
	}
	var body map[string]any
	answer.Decode(t, &body)
	return body
}

// shows fails the test unless my-subscription has these members.
func (h holders) shows(t *testing.T, user string, members map[string]any) {
	t.Helper()
	got := h.mine(t, user)
	for name, want := range members {
		if fmt.Sprint(got[name]) != fmt.Sprint(want) {
			t.Errorf("my-subscription: %s = %v, want %v", name, got[name], want)
		}
	}
}

// subscription is one at Stripe.
func (h holders) subscription(t *testing.T, id string) *stripe.Subscription {
	t.Helper()
	sub, err := h.sandbox.API.Subscriptions.Get(id, nil)
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

const (
	updated = "customer.subscription.updated"
	deleted = "customer.subscription.deleted"
)

// changes counts Stripe's events of a kind about a subscription, beside the one
// update with which its first payment made it active.
func (h holders) changes(t *testing.T, kind, id string) int {
	t.Helper()
	n := h.sandbox.Events(t, kind, id)
	if kind == updated {
		n--
	}
	return n
}

const noSubscriptionHeld = `{"detail": "No active subscription found"}`

// Whoever holds nothing can change nothing, and Stripe is not asked.
func TestChangesNeedASubscription(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	for name, prepare := range map[string]func(user string){
		"who never bought": func(string) {},
		"whose subscription has ended": func(user string) {
			id := h.subscribe(t, user)
			if _, err := h.sandbox.API.Subscriptions.Cancel(id, nil); err != nil {
				t.Fatal(err)
			}
			h.told(t, id)
		},
	} {
		prepare(name)
		h.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			t.Errorf("%s: Stripe was asked: %s %s", name, r.Method, r.URL.Path)
			next.ServeHTTP(w, r)
		})
		h.post(t, name, cancelPath, `{}`).Is(t, 404, noSubscriptionHeld)
		h.post(t, name, updatePath, `{"new_price_id": "price_pro_monthly"}`).Is(t, 404, noSubscriptionHeld)
		h.sandbox.Intercept(nil)
	}
}

// The table may not know yet that a subscription has ended. It learns of it.
func TestChangesOfASubscriptionThatHasEnded(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	for path, body := range map[string]string{cancelPath: `{}`, updatePath: `{"new_price_id": "price_pro_monthly"}`} {
		id := h.subscribe(t, user)
		if _, err := h.sandbox.API.Subscriptions.Cancel(id, nil); err != nil {
			t.Fatal(err)
		}
		h.post(t, user, path, body).Is(t, 404, noSubscriptionHeld)
		if got := h.mine(t, user); got != nil {
			t.Errorf("my-subscription: %v", got)
		}
	}
}

func TestPortal(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	const body = `{"return_url": "https://app.example.com/account"}`
	h.post(t, user, portalPath, body).Is(t, 404, `{"detail": "No Stripe customer found for this user"}`)
	h.subscribe(t, user)
	answer := h.post(t, user, portalPath, body)
	var portal struct {
		URL string `json:"portal_url"`
	}
	answer.Decode(t, &portal)
	if answer.Status != http.StatusOK || portal.URL == "" {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, portal.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	page, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = page.Body.Close()
	if page.StatusCode != http.StatusOK {
		t.Errorf("the portal's page: %s", page.Status)
	}

	p, _, err := h.Function.Table.Project(t.Context(), h.project)
	if err != nil {
		t.Fatal(err)
	}
	p.RedirectOrigins = []string{"https://app.example.com"}
	if err := h.Function.Table.SaveProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if answer := h.post(t, user, portalPath, body); answer.Status != http.StatusOK {
		t.Errorf("a listed origin: %d %s", answer.Status, answer.Body)
	}
	h.post(t, user, portalPath, `{"return_url": "https://evil-app.example.com/"}`).
		Is(t, 400, `{"detail": "The URL is not on an origin that the project allows (return_url)"}`)
}
