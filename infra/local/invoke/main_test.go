package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

const samples = "../../../events/"

func printed(t *testing.T, arguments ...string) events.APIGatewayV2HTTPRequest {
	t.Helper()
	var out bytes.Buffer
	if err := run(arguments, &out, now()); err != nil {
		t.Fatal(err)
	}
	var request events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(out.Bytes(), &request); err != nil {
		t.Fatal(err)
	}
	return request
}

func now() time.Time { return time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC) }

func TestSignedEvent(t *testing.T) {
	t.Parallel()
	r := printed(t, "-secret", "whsec_mine", "-project", "p-1", "-mode", "live", samples+"stripe/invoice.paid.json")
	if want := "/api/v1/payments/stripe/webhooks/p-1/live"; r.RawPath != want || r.RequestContext.HTTP.Path != want {
		t.Errorf("paths %q and %q, want %q", r.RawPath, r.RequestContext.HTTP.Path, want)
	}
	if err := stripeevent.Verify([]byte(r.Body), r.Headers["stripe-signature"], []billing.Secret{"whsec_mine"}, now()); err != nil {
		t.Error(err)
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	r := printed(t, "-token", "a.b.c", samples+"lambda/config.json")
	if got := r.Headers["authorization"]; got != "Bearer a.b.c" {
		t.Errorf("authorization = %q", got)
	}
	if r.RouteKey != "GET /api/v1/projects/{project_id}" {
		t.Errorf("route key = %q", r.RouteKey)
	}
}

func TestPair(t *testing.T) {
	t.Parallel()
	r := printed(t, "-key", "ak_1", "-secret", "aks_1", "-tenant", "t-1", "-project", "p-1", samples+"lambda/customers.json")
	for name, want := range map[string]string{"x-api-key": "ak_1", "x-secret-key": "aks_1", "x-tenant-id": "t-1", "x-project-id": "p-1"} {
		if got := r.Headers[name]; got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if r.RouteKey != "GET /v1/stripe/customers" {
		t.Errorf("route key = %q", r.RouteKey)
	}
}

func TestWrongUse(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string][]string{
		"no file":  {"-token", "a.b.c"},
		"neither":  {samples + "lambda/config.json"},
		"both":     {"-token", "a", "-secret", "b", samples + "lambda/config.json"},
		"no event": {"-secret", "b", samples + "stripe/none.json"},
		"no JSON":  {"-token", "a", samples + "README.md"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := run(arguments, &out, now()); err == nil || strings.TrimSpace(out.String()) != "" {
				t.Errorf("error %v, printed %q", err, out.String())
			}
		})
	}
}
