package story

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"billhook/infra/local/stack"
)

// stripeAPI is Stripe itself.
const stripeAPI = "https://api.stripe.com"

// The flows work against Stripe's real test mode. This needs a key of it, and
// is run by `make test-stripe`.
func TestStripeTestMode(t *testing.T) {
	t.Parallel()
	key := os.Getenv("STRIPE_TEST_KEY")
	if key == "" {
		t.Skip("STRIPE_TEST_KEY holds no key of Stripe's test mode")
	}
	_, world, _ := start(t, func(o *stack.Options) { o.Parameters = map[string]string{"StripeApiBase": ""} })
	world.Stripe = stripeAPI
	tellTestMode(t, world, key)
}

// The same flows work against the sandbox, so that they are right when somebody
// has a key to run them with.
func TestTestModeInTheSandbox(t *testing.T) {
	t.Parallel()
	_, world, _ := start(t)
	tellTestMode(t, world, NewShop().StripeKey)
}

func tellTestMode(t *testing.T, world World, key string) {
	t.Helper()
	var told bytes.Buffer
	if err := RunTestMode(t.Context(), world, key, &told); err != nil {
		t.Fatalf("%v\n%s", err, &told)
	}
	if lines := strings.Count(told.String(), "\n"); lines != len(testMode) {
		t.Errorf("told %d lines, want %d:\n%s", lines, len(testMode), &told)
	}
	t.Logf("\n%s", &told)
}

// Nothing is called with a key that could move money.
func TestTestModeRefusesOtherKeys(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "sk_live_4242", "rk_live_4242", "pk_test_4242", "whsec_4242"} {
		if err := RunTestMode(t.Context(), World{}, key, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "sk_test_") {
			t.Errorf("%q: error = %v", key, err)
		} else if key != "" && strings.Contains(err.Error(), key) {
			t.Errorf("the error tells the key: %v", err)
		}
	}
}
