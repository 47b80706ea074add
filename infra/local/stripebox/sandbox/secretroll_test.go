package sandbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

func TestRolledSecretSignsUntilItExpires(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	type delivered struct {
		body   []byte
		header string
	}
	received := make(chan delivered, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the sandbox was stopped while it sent
		}
		received <- delivered{body, r.Header.Get("Stripe-Signature")}
	}))
	t.Cleanup(server.Close)
	endpoint, err := b.api.WebhookEndpoints.New(&stripe.WebhookEndpointParams{
		URL: &server.URL, EnabledEvents: stripe.StringSlice([]string{"customer.created"}),
	})
	b.must(err)
	var answer struct {
		Secret         string
		OldSecretUntil int64 `json:"old_secret_until"`
	}
	path := "/_sandbox/webhook_endpoints/" + endpoint.ID + "/roll"
	b.control(http.MethodPost, path, `{"overlap_seconds":3600}`, &answer)
	if answer.Secret == endpoint.Secret || answer.OldSecretUntil != start.Unix()+3600 {
		t.Errorf("roll = %+v", answer)
	}
	check := func(signatures int, oldSigns bool) {
		t.Helper()
		_, err := b.api.Customers.New(nil)
		b.must(err)
		b.settle()
		got := <-received
		if n := strings.Count(got.header, ",v1="); n != signatures {
			t.Errorf("%d signatures, want %d", n, signatures)
		}
		for secret, signs := range map[string]bool{answer.Secret: true, endpoint.Secret: oldSigns} {
			err := stripeevent.Verify(got.body, got.header, []billing.Secret{billing.Secret(secret)}, time.Now())
			if (err == nil) != signs {
				t.Errorf("Verify = %v, want it to pass: %t", err, signs)
			}
		}
	}
	check(2, true)
	b.advance(`{"seconds":3600}`)
	check(1, false)
	for body, status := range map[string]int{`{"overlap_seconds":-1}`: http.StatusBadRequest, `{"overlap_seconds":86401}`: http.StatusBadRequest} {
		if got := b.do(http.MethodPost, path, body); got.status != status {
			t.Errorf("%s answers %d", body, got.status)
		}
	}
	if got := b.do(http.MethodPost, "/_sandbox/webhook_endpoints/we_x/roll", ""); got.status != http.StatusNotFound {
		t.Errorf("an unknown endpoint answers %d", got.status)
	}
}
