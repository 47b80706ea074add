package main

import (
	"testing"

	"billhook/infra/local/invocation"
	"billhook/pkg/billing"
)

// Every sample event, through the adapter that Lambda calls, as text and as the
// base64 that function URLs may make of it.
func TestSampleEventsThroughTheAdapter(t *testing.T) {
	t.Parallel()
	envelope, err := invocation.Read("../../events/lambda/webhooks.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, base64 := range []bool{false, true} {
		f := newFixture(t)
		for _, step := range story {
			delivery := invocation.Delivery{
				Project: f.project.String(), Mode: "test", Secret: secretOf(billing.Test),
				Body: []byte(sample(t, step.event)), At: f.Clock.Now(), Base64: base64,
			}
			f.Invoke(t, f.handler, delivery.Of(envelope)).Is(t, 200, received)
			delivery.Secret = secretOf(billing.Live)
			f.Invoke(t, f.handler, delivery.Of(envelope)).Is(t, 400, invalidSignature)
		}
		f.told(t)
	}
}
