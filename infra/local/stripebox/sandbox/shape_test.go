package sandbox_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

// fixtures are Stripe's own sample objects of the version, kept outside of the
// repository.
var fixtures = filepath.Join("..", "..", "..", "..", "..", "shared", "stripe-data", "resource-objects", "fixtures3.2024-06-20.json")

// Every resource has the fields of Stripe's sample of it, and no others.
func TestShapesMatchStripesSamples(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(fixtures)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("Stripe's sample objects are not here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var samples struct {
		Resources map[string]map[string]any `json:"resources"`
	}
	if err := json.Unmarshal(data, &samples); err != nil {
		t.Fatal(err)
	}
	b := newBox(t)
	b.listen()
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	b.paid(b.session(stripe.CheckoutSessionModePayment, "price_credits_once"), "4242424242424242")
	_, err = b.api.Refunds.New(&stripe.RefundParams{PaymentIntent: &sub.LatestInvoice.PaymentIntent.ID})
	b.must(err)
	w := walk{b}
	w.post("/v1/invoiceitems", "amount=500&currency=usd&customer="+sub.Customer.ID)
	w.post("/v1/test_helpers/test_clocks", "frozen_time=1800000000")
	w.post("/v1/subscription_schedules", "customer="+sub.Customer.ID+phase(0, "[items][0][price]=price_pro_monthly")+"&start_date=1800000000")
	b.settle()

	b.promotionCode("coupon=" + b.coupon("percent_off=10"))
	b.disputed("pm_card_createDispute")
	_, err = b.api.SetupIntents.New(&stripe.SetupIntentParams{})
	b.must(err)

	lists := map[string]string{
		"customer": "customers", "product": "products", "price": "prices", "payment_method": "payment_methods",
		"checkout.session": "checkout/sessions", "subscription": "subscriptions", "invoice": "invoices",
		"payment_intent": "payment_intents", "charge": "charges", "refund": "refunds", "webhook_endpoint": "webhook_endpoints",
		"coupon": "coupons", "promotion_code": "promotion_codes", "setup_intent": "setup_intents", "dispute": "disputes",
		"event": "events?type=customer.created", "invoiceitem": "invoiceitems", "subscription_schedule": "subscription_schedules",
		"test_helpers.test_clock": "test_helpers/test_clocks", "billing_portal.configuration": "billing_portal/configurations",
	}
	for name, path := range lists {
		t.Run(name, func(t *testing.T) {
			body := b.do(http.MethodGet, "/v1/"+path, "").body
			var page struct{ Data []map[string]any }
			if err := json.Unmarshal([]byte(body), &page); err != nil || len(page.Data) == 0 {
				t.Fatalf("%v: %s", err, body)
			}
			want := keys(samples.Resources[name])
			if name == "subscription" { // sent of a single item without being in the samples
				want = append(want, "plan", "quantity")
				slices.Sort(want)
			}
			if name == "charge" { // left out of the answer unless it is expanded
				want = slices.DeleteFunc(want, func(key string) bool { return key == "refunds" })
			}
			if diff := cmp.Diff(want, keys(page.Data[0])); diff != "" {
				t.Errorf("fields (-Stripe +sandbox)\n%s", diff)
			}
		})
	}
	t.Run("billing_portal.session", func(t *testing.T) {
		body := b.do(http.MethodPost, "/v1/billing_portal/sessions", "customer="+sub.Customer.ID).body
		compareNested(t, map[string]any{"": samples.Resources["billing_portal.session"]}, `{"":`+body+`}`, "")
		body = b.do(http.MethodGet, "/v1/billing_portal/configurations/bpc_default", "").body
		compareNested(t, samples.Resources["billing_portal.configuration"], body, "business_profile", "features", "login_page")
	})
	t.Run("nested", func(t *testing.T) {
		body := b.do(http.MethodGet, "/v1/subscriptions/"+sub.ID, "").body
		compareNested(t, samples.Resources["subscription"], body, "items", "automatic_tax", "cancellation_details", "payment_settings", "trial_settings")
		body = b.do(http.MethodGet, "/v1/subscription_schedules", "").body
		var page struct{ Data []json.RawMessage }
		b.must(json.Unmarshal([]byte(body), &page))
		compareNested(t, samples.Resources["subscription_schedule"], string(page.Data[0]), "default_settings")
		body = b.do(http.MethodGet, "/v1/invoices/"+sub.LatestInvoice.ID, "").body
		compareNested(t, samples.Resources["invoice"], body, "payment_settings", "status_transitions", "subscription_details", "issuer")
	})
}

// compareNested compares the fields of the named hashes, and of the first
// element where a hash is a list.
func compareNested(t *testing.T, sample map[string]any, body string, names ...string) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		want, have := sample[name].(map[string]any), got[name].(map[string]any)
		if list, ok := want["data"].([]any); ok {
			want, have = list[0].(map[string]any), have["data"].([]any)[0].(map[string]any)
		}
		if diff := cmp.Diff(keys(want), keys(have)); diff != "" {
			t.Errorf("%s (-Stripe +sandbox)\n%s", name, diff)
		}
	}
}

func keys(object map[string]any) []string {
	names := []string{}
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
