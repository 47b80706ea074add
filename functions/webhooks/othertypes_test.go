package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"billhook/infra/local/functiontest"
	"billhook/infra/local/invocation"
	"billhook/pkg/billing"
)

// objectOf is the object that a sample event is about.
func objectOf(t *testing.T, name string) string {
	t.Helper()
	var event struct {
		Data struct{ Object json.RawMessage }
	}
	if err := json.Unmarshal([]byte(sample(t, name)), &event); err != nil {
		t.Fatal(err)
	}
	return string(event.Data.Object)
}

// Each of the types that the story does not need is read and taken in by
// itself, through the adapter that Lambda calls.
func TestOtherTypes(t *testing.T) {
	t.Parallel()
	envelope, err := invocation.Read("../../events/lambda/webhooks.json")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../events/stripe/others/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("samples %v, %v", files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			charge, subscription := objectOf(t, "charge.refunded"), objectOf(t, "customer.subscription.updated")
			f.stripe.Answer(func(w http.ResponseWriter, r *http.Request) {
				body := charge
				if strings.HasPrefix(r.URL.Path, "/v1/subscriptions") {
					body = subscription
				}
				functiontest.Answering(http.StatusOK, body)(w, r)
			})
			body := sample(t, "others/"+name)
			delivery := invocation.Delivery{
				Project: f.project.String(), Mode: "test", Secret: secretOf(billing.Test), Body: []byte(body), At: f.Clock.Now(),
			}
			f.Invoke(t, f.handler, delivery.Of(envelope)).Is(t, 200, received)
			if !f.Logged(t, map[string]any{"msg": "event", "type": name, "outcome": "applied"}) {
				t.Errorf("%s was not applied", name)
			}
		})
	}
}
