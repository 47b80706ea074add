package gateway_test

import (
	"net/http"
	"testing"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

func TestCheckKey(t *testing.T) {
	t.Parallel()
	const failed = `{"error": {"type": "invalid_request_error", "message": "no"}}`
	for name, c := range map[string]struct {
		status int
		body   string
		want   gateway.KeyVerdict
		kind   billing.Kind // of the error; Internal: none
	}{
		"accepted":           {200, `{"object": "balance"}`, gateway.KeyAccepted, 0},
		"rejected":           {401, failed, gateway.KeyRejected, 0},
		"not for balances":   {403, failed, gateway.KeyRestricted, 0},
		"too many requests":  {429, failed, gateway.KeyRejected, billing.RateLimited},
		"Stripe is failing":  {500, failed, gateway.KeyRejected, billing.StripeFailed},
		"no answer of use":   {503, `<html>`, gateway.KeyRejected, billing.StripeFailed},
		"Stripe is confused": {400, failed, gateway.KeyRejected, billing.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stripe := functiontest.NewStripe(t, functiontest.Answering(c.status, c.body, "Stripe-Should-Retry", "false"))
			got, err := gateway.New(nil, nil, stripe.URL).CheckKey(t.Context(), secretKey)
			if got != c.want || (err != nil) != (c.kind != 0) || billing.KindOf(err) != c.kind {
				t.Errorf("CheckKey = %d, %v, want %d and an error of kind %d", got, err, c.want, c.kind)
			}
			requests := stripe.Requests()
			if len(requests) == 0 {
				t.Fatal("Stripe was not asked")
			}
			for _, r := range requests { // what fails at Stripe is tried again
				if r.Operation != "GET /v1/balance" || r.Key != secretKey {
					t.Errorf("request %+v", r)
				}
			}
		})
	}
}

func TestCheckKeyWithoutStripe(t *testing.T) {
	t.Parallel()
	gone := functiontest.NewStripe(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if _, err := gateway.New(nil, nil, gone.URL).CheckKey(t.Context(), secretKey); billing.KindOf(err) != billing.StripeFailed {
		t.Errorf("err = %v, want StripeFailed", err)
	}
}
