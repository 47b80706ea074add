package sandbox_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/object"
)

// mode is what a test looks at of a subscription's cancellation.
type mode struct {
	ID                string
	BillingMode       struct{ Type string } `json:"billing_mode"`
	CancelAt          int64                 `json:"cancel_at"`
	CancelAtPeriodEnd bool                  `json:"cancel_at_period_end"`
	CanceledAt        int64                 `json:"canceled_at"`
	Customer          string
}

func (b *box) in(version, method, path, body string) mode {
	b.t.Helper()
	got := b.do(method, path, body, "Stripe-Version", version)
	if got.status != http.StatusOK {
		b.t.Fatalf("%s %s = %d %s", method, path, got.status, got.body)
	}
	var m mode
	b.must(json.Unmarshal([]byte(got.body), &m))
	return m
}

func TestBillingMode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ version, params, want string }{
		"as it is":           {object.APIVersion, "", "classic"},
		"in clover":          {object.CloverVersion, "", "flexible"},
		"flexible in clover": {object.CloverVersion, "&billing_mode[type]=flexible", "flexible"},
		"classic in clover":  {object.CloverVersion, "&billing_mode[type]=classic", "classic"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			sub := b.in(test.version, http.MethodPost, "/v1/subscriptions", "items[0][price]=price_pro_monthly&customer="+walk{b}.payer()+test.params)
			if got := b.in(object.CloverVersion, http.MethodGet, "/v1/subscriptions/"+sub.ID, ""); got.BillingMode.Type != test.want {
				t.Fatalf("billing mode %q, want %q", got.BillingMode.Type, test.want)
			}
			end := b.subscription(sub.ID).CurrentPeriodEnd
			b.act(b.portal(sub.Customer), sub.ID, "cancel", nil)
			canceled := b.in(object.CloverVersion, http.MethodGet, "/v1/subscriptions/"+sub.ID, "")
			if canceled.CancelAt != end || canceled.CanceledAt != start.Unix() || canceled.CancelAtPeriodEnd != (test.want == "classic") {
				t.Errorf("canceled: %+v", canceled)
			}
			b.act(b.portal(sub.Customer), sub.ID, "keep", nil)
			if kept := b.subscription(sub.ID); kept.CancelAt != 0 || kept.CanceledAt != 0 || kept.CancellationDetails.Reason != "" {
				t.Errorf("kept: cancel at %d, %+v", kept.CancelAt, kept.CancellationDetails)
			}
			b.act(b.portal(sub.Customer), sub.ID, "cancel", nil)
			b.advance(`{"days":28}`)
			if ended := b.subscription(sub.ID); ended.Status != stripe.SubscriptionStatusCanceled || ended.EndedAt != end {
				t.Errorf("ended: %s at %d", ended.Status, ended.EndedAt)
			}
		})
	}
}

func TestBillingModeOfACheckout(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	const params = "mode=subscription&success_url=https://shop.example&line_items[0][price]=price_pro_monthly&line_items[0][quantity]=1"
	for extra, want := range map[string]string{"": "flexible", "&subscription_data[billing_mode][type]=classic": "classic"} {
		session := b.in(object.CloverVersion, http.MethodPost, "/v1/checkout/sessions", params+extra)
		complete := b.paid(&stripe.CheckoutSession{ID: session.ID}, "4242424242424242")
		if got := b.in(object.CloverVersion, http.MethodGet, "/v1/subscriptions/"+complete.Subscription.ID, ""); got.BillingMode.Type != want {
			t.Errorf("%q: billing mode %q, want %q", extra, got.BillingMode.Type, want)
		}
	}
	refused := b.do(http.MethodPost, "/v1/subscriptions", "items[0][price]=price_pro_monthly&billing_mode[type]=flexible&customer="+walk{b}.payer())
	if refused.status != http.StatusBadRequest {
		t.Errorf("a billing mode in %s answers %d", object.APIVersion, refused.status)
	}
}
