package main

import (
	"net/http"
	"strings"
	"testing"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/web"
)

// The Server API's path takes the same events, once, and refuses in that API's
// form.
func TestServerAPIPath(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	body := sample(t, "customer.subscription.created")
	post := func(query, signature string) functiontest.Answer {
		header := http.Header{}
		if signature != "" {
			header.Set(signatureHeader, signature)
		}
		return f.Do(t, f.handler, functiontest.Request{
			Method: http.MethodPost, Path: "/v1/stripe/webhook/" + f.project.String() + query, Body: body, Header: header,
		})
	}
	signed := sign(secretOf(billing.Test), f.Clock.Now(), body)
	for name, c := range map[string]struct {
		query, signature string
		status           int
		code             string
	}{
		"unsigned":            {"", "", 400, "invalid_signature"},
		"another secret's":    {"", sign("whsec_other", f.Clock.Now(), body), 400, "invalid_signature"},
		"the other mode":      {"?environment=live", signed, 400, "invalid_signature"},
		"another environment": {"?environment=staging", signed, 400, "invalid_input"},
	} {
		answer := post(c.query, c.signature)
		var got api.ServerError
		answer.Decode(t, &got)
		if answer.Status != c.status || got.Code != c.code || got.Error == "" {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
	var got api.ServerError
	large := f.Do(t, f.handler, functiontest.Request{
		Method: http.MethodPost, Path: "/v1/stripe/webhook/" + f.project.String(), Body: strings.Repeat(" ", web.MaxBody+1),
	})
	if large.Decode(t, &got); large.Status != http.StatusRequestEntityTooLarge || got.Code != "body_too_large" {
		t.Errorf("a body too large: %d %s", large.Status, large.Body)
	}
	before := f.Stored(t)
	post("?environment=test", signed).Is(t, http.StatusOK, received)
	after := f.Stored(t)
	if len(after.Items) <= len(before.Items) {
		t.Error("the event changed nothing")
	}
	f.deliver(t, body).Is(t, http.StatusOK, received) // at the other path: known already
	f.SameAs(t, after)
}
