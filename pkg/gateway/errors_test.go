package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// calls are the gateway's operations, all of which must fail alike.
var calls = map[string]func(context.Context, *gateway.Account) error{
	"customer": func(ctx context.Context, a *gateway.Account) error {
		_, err := a.CreateCustomer(ctx, "developer-1", "user-1", "nora@example.com", "")
		return err
	},
	"checkout session": func(ctx context.Context, a *gateway.Account) error {
		_, err := a.CreateCheckoutSession(ctx, gateway.Checkout{Customer: "cus_1", Price: "price_1", Quantity: 1})
		return err
	},
	"subscription": func(ctx context.Context, a *gateway.Account) error {
		_, err := a.Observe(ctx, "sub_1")
		return err
	},
}

// keyless fails the test if an error tells anything of the key.
func keyless(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		if text := fmt.Sprintf("%v %+v", err, err); strings.Contains(text, "canary") || strings.Contains(text, "4242") {
			t.Errorf("the key is in an error: %s", text)
		}
	}
}

func TestStripesErrors(t *testing.T) {
	t.Parallel()
	noRetry := []string{"Stripe-Should-Retry", "false", "Request-Id", "req_1"}
	for name, c := range map[string]struct {
		status  int
		headers []string
		body    string
		want    billing.Error
	}{
		"card declined": {
			402, nil, `{"error": {"type": "card_error", "code": "card_declined", "decline_code": "generic_decline", "message": "Your card was declined."}}`,
			billing.Error{Kind: billing.CardDeclined, Code: "card_declined", Message: "Your card was declined."},
		},
		"refused without a code": {
			400, nil, `{"error": {"type": "invalid_request_error", "message": "You must provide at least one recurring price"}}`,
			billing.Error{Kind: billing.Refused, Code: "stripe_refused", Message: "You must provide at least one recurring price"},
		},
		"bad parameter": {
			400, nil, `{"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "line_items[0][price]", "message": "No such price: 'price_1'"}}`,
			billing.Error{Kind: billing.Refused, Code: "resource_missing", Message: "No such price: 'price_1'", Param: "line_items[0][price]"},
		},
		"unknown object": {
			404, nil, `{"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "id", "message": "No such subscription: 'sub_1'"}}`,
			billing.Error{Kind: billing.Refused, Code: "resource_missing", Message: "No such subscription: 'sub_1'", Param: "id"},
		},
		"idempotency key of another request": {
			400, nil, `{"error": {"type": "idempotency_error", "message": "Keys for idempotent requests can only be used with the same parameters."}}`,
			billing.Error{Kind: billing.Refused, Code: "stripe_refused", Message: "Keys for idempotent requests can only be used with the same parameters."},
		},
		"another currency": {
			400, nil, `{"error": {"type": "invalid_request_error", "message": "You cannot combine currencies on a single customer. This customer has an active subscription with currency usd."}}`,
			billing.Error{Kind: billing.Refused, Code: "currency_mismatch", Message: "The plan is sold in another currency than the one that the customer pays in"},
		},
		"wrong key": {
			401, nil, `{"error": {"type": "invalid_request_error", "message": "Invalid API Key provided: sk_test_*******************4242"}}`,
			billing.Error{Kind: billing.PermissionDenied, Code: "stripe_credentials_rejected", Message: "Stripe credentials rejected"},
		},
		"expired key": {
			401, nil, `{"error": {"type": "invalid_request_error", "code": "api_key_expired", "message": "Expired API Key provided: ` + secretKey + `"}}`,
			billing.Error{Kind: billing.PermissionDenied, Code: "stripe_credentials_rejected", Message: "Stripe credentials rejected"},
		},
		"restricted key": {
			403, nil, `{"error": {"type": "invalid_request_error", "message": "The provided key 'rk_test_*****4242' does not have the required permissions"}}`,
			billing.Error{Kind: billing.PermissionDenied, Code: "stripe_credentials_rejected", Message: "Stripe credentials rejected"},
		},
		"rate limited": {
			429, []string{"Retry-After", "7"}, `{"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests"}}`,
			billing.Error{Kind: billing.RateLimited, Code: "stripe_rate_limited", Message: "Stripe is receiving too many requests", RetryAfter: 7 * time.Second},
		},
		"rate limited for an unknown time": {
			429, []string{"Retry-After", "soon"}, `{"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests"}}`,
			billing.Error{Kind: billing.RateLimited, Code: "stripe_rate_limited", Message: "Stripe is receiving too many requests", RetryAfter: time.Second},
		},
		"busy with the same object": {
			409, noRetry, `{"error": {"type": "idempotency_error", "code": "idempotency_key_in_use", "message": "There is currently another in-progress request"}}`,
			billing.Error{Kind: billing.Conflict, Code: "stripe_busy", Message: "Stripe is changing the same object; try again"},
		},
		"failing": {
			500, noRetry, `{"error": {"type": "api_error", "message": "An unknown error occurred"}}`,
			billing.Error{Kind: billing.StripeFailed, Code: "stripe_failed", Message: "Stripe failed to answer"},
		},
		"down, without JSON": {
			503, noRetry, `<html>Service Unavailable</html>`,
			billing.Error{Kind: billing.StripeFailed, Code: "stripe_unreachable", Message: "Stripe could not be reached"},
		},
	} {
		for operation, call := range calls {
			t.Run(name+"/"+operation, func(t *testing.T) {
				t.Parallel()
				stripe := functiontest.NewStripe(t, functiontest.Answering(c.status, c.body, c.headers...))
				err := call(t.Context(), account(t, stripe.URL))
				var got *billing.Error
				if !errors.As(err, &got) {
					t.Fatalf("err = %v", err)
				}
				if diff := cmp.Diff(&c.want, got, cmpopts.IgnoreUnexported(billing.Error{})); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if !strings.Contains(err.Error(), operation) {
					t.Errorf("the error does not say what was being done: %v", err)
				}
				keyless(t, err)
			})
		}
	}
}

// A failing Stripe is tried again, with the same idempotency key.
func TestFailuresAreTriedAgain(t *testing.T) {
	t.Parallel()
	for operation, call := range calls {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			failures := 1
			stripe := functiontest.NewStripe(t, func(w http.ResponseWriter, r *http.Request) {
				answer := functiontest.Answering(http.StatusOK, subscriptionJSON) // has the id that every answer needs
				if failures > 0 {
					failures--
					answer = functiontest.Answering(http.StatusServiceUnavailable, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "true")
				}
				answer(w, r)
			})
			if err := call(t.Context(), account(t, stripe.URL)); err != nil {
				t.Fatal(err)
			}
			requests := stripe.Requests()
			if len(requests) != 2 || !cmp.Equal(requests[0], requests[1]) {
				t.Errorf("requests: %s", cmp.Diff(requests[:1], requests[1:]))
			}
			if operation != "subscription" && requests[0].IdempotencyKey == "" {
				t.Error("no idempotency key was sent")
			}
		})
	}
}

func TestUnreachableStripe(t *testing.T) {
	t.Parallel()
	for operation, call := range calls {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			// Nothing listens on the discard port of this machine.
			err := call(t.Context(), account(t, "http://127.0.0.1:9"))
			if billing.KindOf(err) != billing.StripeFailed {
				t.Errorf("err = %v, want StripeFailed", err)
			}
			keyless(t, err)
		})
	}
}

// A call ends when its caller's time is up, and is not tried again then.
func TestSlowStripe(t *testing.T) {
	t.Parallel()
	for operation, call := range calls {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			stripe := functiontest.NewStripe(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			started := time.Now()
			err := call(ctx, account(t, stripe.URL))
			if took := time.Since(started); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
			if billing.KindOf(err) != billing.StripeFailed || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("err = %v, want StripeFailed", err)
			}
			if n := len(stripe.Requests()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			keyless(t, err)
		})
	}
}
