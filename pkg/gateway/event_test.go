package gateway_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

func TestEvent(t *testing.T) {
	t.Parallel()
	// In another version than the client library's, with members that it does
	// not know: what was delivered is what is read.
	const body = `{"id": "evt_1", "object": "event", "api_version": "2025-09-30.clover", "type": "invoice.paid", "data": {"object": {"id": "in_1", "parent": {}}}}`
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, body))
	p := configured()
	got, err := gateway.New(p, p, stripe.URL).Event(t.Context(), scope, "evt_1")
	if diff := cmp.Diff(body, string(got)); diff != "" || err != nil {
		t.Errorf("Event: %v (-want +got):\n%s", err, diff)
	}
	if asked := stripe.Requests(); len(asked) != 1 || asked[0].Operation != "GET /v1/events/evt_1" || asked[0].Key != secretKey {
		t.Errorf("Stripe was asked %d times, first %q", len(asked), asked[0].Operation)
	}
}

func TestEventFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scope  billing.Scope
		answer http.HandlerFunc
		want   billing.Kind
	}{
		"unknown, or too old": {scope, functiontest.Answering(http.StatusNotFound, `{"error": {"type": "invalid_request_error", "code": "resource_missing"}}`), billing.NotFound},
		"the other mode":      {billing.Scope{Project: scope.Project, Mode: billing.Live}, functiontest.Answering(http.StatusOK, `{}`), billing.NotFound},
		"a rejected key":      {scope, functiontest.Answering(http.StatusUnauthorized, `{"error": {"type": "invalid_request_error"}}`), billing.PermissionDenied},
		"Stripe fails":        {scope, functiontest.Answering(http.StatusInternalServerError, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false"), billing.StripeFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := configured()
			_, err := gateway.New(p, p, functiontest.NewStripe(t, c.answer).URL).Event(t.Context(), c.scope, "evt_1")
			if got := billing.KindOf(err); err == nil || got != c.want {
				t.Errorf("Event: %v, of kind %v, want %v", err, got, c.want)
			}
		})
	}
}
