package main

import (
	"net/http"
	"strings"
	"testing"

	"billhook/infra/local/functiontest"
	"billhook/infra/local/invocation"
)

// The function's sample invocation, through the adapter that Lambda calls.
func TestSampleInvocation(t *testing.T) {
	t.Parallel()
	sample, err := invocation.Read("../../events/lambda/checkout.json")
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	const price = "price_1SwII7ig1QbhkHe4Zr9LmTyW" // the sample's
	stripe := selling()
	f.stripe.Answer(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/prices/"+price {
			functiontest.Answering(http.StatusOK, strings.Replace(shown("/v1/prices/price_1"), "price_1", price, 1))(w, r)
			return
		}
		stripe(w, r)
	})
	f.Invoke(t, f.handler, sample).Is(t, 401, `{"detail": "Could not validate credentials"}`) // its token is none
	answer := f.Invoke(t, f.handler, invocation.WithToken(sample, f.EndUser(f.project, user)))
	if answer.Status != 200 || !strings.Contains(answer.Body, "https://checkout.stripe.com/c/pay/cs_test_1") {
		t.Errorf("answered %d %s", answer.Status, answer.Body)
	}
}
