package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/object"
	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

// versionHook is an endpoint of one API version that verifies and keeps bodies by
// event.
type versionHook struct {
	mu     sync.Mutex
	secret string
	bodies map[string][]byte
}

func (b *box) listenIn(version string) *versionHook {
	b.t.Helper()
	v := &versionHook{bodies: map[string][]byte{}}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the sandbox was stopped while it sent
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		if err := stripeevent.Verify(body, r.Header.Get("Stripe-Signature"), []billing.Secret{billing.Secret(v.secret)}, time.Now()); err != nil {
			b.t.Errorf("Verify: %v", err)
		}
		var event struct {
			ID         string `json:"id"`
			APIVersion string `json:"api_version"`
		}
		if err := json.Unmarshal(body, &event); err != nil || event.APIVersion != version {
			b.t.Errorf("api_version = %q (%v), want %s", event.APIVersion, err, version)
		}
		v.bodies[event.ID] = body
	}))
	b.t.Cleanup(server.Close)
	endpoint, err := b.api.WebhookEndpoints.New(&stripe.WebhookEndpointParams{
		URL: &server.URL, EnabledEvents: stripe.StringSlice([]string{"*"}), APIVersion: &version,
	})
	b.must(err)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.secret = endpoint.Secret
	return v
}

// untold is an event without what 2025-09-30.clover no longer tells: which
// payment intent an invoice has, and which invoice a charge or an intent.
func untold(event billing.Event) billing.Event {
	event.APIVersion = ""
	if f, ok := event.Fact.(billing.PaymentFact); ok {
		if strings.HasPrefix(event.Object, "in_") {
			f.Payment.PaymentIntent = ""
		} else {
			f.Payment.ID, f.OfInvoice = "", false
		}
		event.Fact = f
	}
	return event
}

func TestBothVersionsTellTheSameFacts(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	before, after := b.listenIn(object.APIVersion), b.listenIn(object.CloverVersion)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	b.advance(`{"days":28}`)
	_, err := b.api.Refunds.New(&stripe.RefundParams{PaymentIntent: &sub.LatestInvoice.PaymentIntent.ID})
	b.must(err)
	b.payWith(sub, "pm_card_chargeCustomerFail")
	b.advance(`{"days":60}`)
	b.settle()
	dropLaterEvents(t, after)
	if len(before.bodies) == 0 || len(before.bodies) != len(after.bodies) {
		t.Fatalf("%d and %d events", len(before.bodies), len(after.bodies))
	}
	facts := map[string]int{}
	for id, body := range before.bodies {
		want, err := stripeevent.Decode(body)
		b.must(err)
		got, err := stripeevent.Decode(after.bodies[id])
		b.must(err)
		if diff := cmp.Diff(untold(want), untold(got)); diff != "" {
			t.Errorf("%s (-%s +%s)\n%s", want.Type, object.APIVersion, object.CloverVersion, diff)
		}
		if got.Fact != nil {
			facts[got.Type]++
		}
	}
	for _, kind := range []string{
		"checkout.session.completed", "customer.subscription.created", "customer.subscription.updated",
		"customer.subscription.deleted", "invoice.paid", "invoice.payment_failed", "charge.refunded",
	} {
		if facts[kind] == 0 {
			t.Errorf("no %s was compared", kind)
		}
	}
}

// dropLaterEvents takes away what endpoints of 2024-06-20 are not told of.
func dropLaterEvents(t *testing.T, v *versionHook) {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	for id, body := range v.bodies {
		var event struct{ Type string }
		if err := json.Unmarshal(body, &event); err != nil {
			t.Fatal(err)
		}
		if event.Type == "invoice_payment.paid" {
			delete(v.bodies, id)
		}
	}
}

func TestVersionOfARequest(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	get := func(path, version string) map[string]any {
		t.Helper()
		got := b.do(http.MethodGet, path, "", "Stripe-Version", version)
		if got.status != http.StatusOK || got.header.Get("Stripe-Version") != version {
			t.Fatalf("%s = %d in %q", path, got.status, got.header.Get("Stripe-Version"))
		}
		var resource map[string]any
		b.must(json.Unmarshal([]byte(got.body), &resource))
		return resource
	}
	for path, moved := range map[string][]string{
		"/v1/subscriptions/" + sub.ID: {"current_period_start", "current_period_end", "discount"},
		"/v1/invoices/" + sub.LatestInvoice.ID: {
			"application_fee_amount", "charge", "discount", "paid", "paid_out_of_band", "payment_intent", "quote", "subscription",
			"subscription_details", "tax", "total_tax_amounts", "transfer_data",
		},
		"/v1/payment_intents/" + sub.LatestInvoice.PaymentIntent.ID: {"invoice"},
	} {
		before, after := get(path, object.APIVersion), get(path, object.CloverVersion)
		for _, name := range moved {
			_, had := before[name]
			if _, has := after[name]; !had || has {
				t.Errorf("%s: %s is there before: %t, after: %t", path, name, had, has)
			}
		}
	}
	if got := b.do(http.MethodGet, "/v1/customers", "", "Stripe-Version", "2019-01-01"); got.status != http.StatusBadRequest {
		t.Errorf("an unknown version answers %d", got.status)
	}
}
