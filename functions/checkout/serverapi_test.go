package main

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// backend are the headers of a server of the project.
func (s shop) backend(t *testing.T) http.Header {
	t.Helper()
	k, key, err := billing.NewKey(rand.Reader, s.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	secret, err := k.AddSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := s.Function.Table.Project(t.Context(), s.project)
	if err != nil {
		t.Fatal(err)
	}
	k.Tenant, k.Project = p.Owner, s.project
	if err := s.Function.Table.CreateKey(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	return http.Header{
		"X-Api-Key": {key.Reveal()}, "X-Secret-Key": {secret.Reveal()}, "X-Tenant-Id": {p.Owner}, "X-Project-Id": {s.project.String()},
	}
}

// server sends a request of the Server API for a user.
func (s shop) server(t *testing.T, header http.Header, user, method, path, body string) functiontest.Answer {
	t.Helper()
	r := functiontest.Request{Method: method, Path: path, Body: body, Header: header}
	if user != "" {
		r.Token = s.EndUser(s.project, user)
	}
	return s.Do(t, s.handler, r)
}

// refused fails the test unless the answer is a refusal of the Server API.
func refused(t *testing.T, name string, a functiontest.Answer, status int, code string) {
	t.Helper()
	var got api.ServerError
	a.Decode(t, &got)
	if a.Status != status || got.Code != code || got.Error == "" || got.Message != got.Error {
		t.Errorf("%s: %d %s, want %d %s", name, a.Status, a.Body, status, code)
	}
}

const intents = "/v1/stripe/payment/intent"

func TestPaymentIntent(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	header := s.backend(t)
	answer := s.server(t, header, "ada", http.MethodPost, intents, `{"amount": 2999, "currency": "USD", "description": "A lamp", "receipt_email": "ada@example.com"}`)
	var got api.PaymentIntentAnswer
	answer.Decode(t, &got)
	if answer.Status != http.StatusOK || !strings.HasPrefix(got.ClientSecret, got.PaymentIntentID+"_secret_") || got.Status != "requires_payment_method" {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	made, err := s.sandbox.API.PaymentIntents.Get(got.PaymentIntentID, nil)
	if err != nil {
		t.Fatal(err)
	}
	if made.Amount != 2999 || made.Currency != "usd" || made.Customer.ID != s.customer(t, "ada") || made.Metadata["user_id"] != "ada" ||
		made.Metadata["project_id"] != s.project.String() || made.ReceiptEmail != "ada@example.com" || made.Description != "A lamp" {
		t.Errorf("made %+v", made)
	}
	for name, body := range map[string]string{
		"no amount":       `{"currency": "usd"}`,
		"nothing":         `{"amount": 0, "currency": "usd"}`,
		"less than that":  `{"amount": -1, "currency": "usd"}`,
		"too much":        `{"amount": 100000000, "currency": "usd"}`,
		"half a cent":     `{"amount": 1.5, "currency": "usd"}`,
		"no currency":     `{"amount": 100}`,
		"a long currency": `{"amount": 100, "currency": "usdt"}`,
		"no e-mail":       `{"amount": 100, "currency": "usd", "receipt_email": "ada"}`,
		"no object":       `[]`,
		"no JSON":         `{`,
	} {
		refused(t, name, s.server(t, header, "ada", http.MethodPost, intents, body), http.StatusBadRequest, "invalid_input")
	}
	const right = `{"amount": 100, "currency": "usd"}`
	refused(t, "no bearer", s.server(t, header, "", http.MethodPost, intents, right), http.StatusUnauthorized, "invalid_token")
	refused(t, "no keys", s.server(t, nil, "ada", http.MethodPost, intents, right), http.StatusUnauthorized, "invalid_token")
	refused(t, "live mode", s.server(t, header, "ada", http.MethodPost, intents+"?environment=live", right), http.StatusForbidden, "billing_not_enabled")
	refused(t, "no environment", s.server(t, header, "ada", http.MethodPost, intents+"?environment=prod", right), http.StatusBadRequest, "invalid_input")
}

func TestSessionStatus(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	header := s.backend(t)
	started := s.get(t, "ada", wish("price_credits_once", `, "mode": "payment"`))
	at := "/v1/stripe/checkout/session/" + started.ID
	status := func() api.ServerSession {
		answer := s.server(t, header, "ada", http.MethodGet, at+"?environment=test", "")
		if answer.Status != http.StatusOK {
			t.Fatalf("%d %s", answer.Status, answer.Body)
		}
		var got api.ServerSessionAnswer
		answer.Decode(t, &got)
		return got.Session
	}
	if got := status(); got.ID != started.ID || got.Status != "open" || got.PaymentStatus != "unpaid" || got.URL == nil || *got.Customer != s.customer(t, "ada") {
		t.Errorf("before paying: %+v", got)
	}
	s.sandbox.Pay(t, started.ID)
	if got := status(); got.Status != "complete" || got.PaymentStatus != "paid" || got.PaymentIntent == nil || got.AmountTotal == 0 {
		t.Errorf("after paying: %+v", got)
	}
	refused(t, "another user's", s.server(t, header, "bo", http.MethodGet, at, ""), http.StatusNotFound, "session_not_found")
	refused(t, "unknown", s.server(t, header, "ada", http.MethodGet, at+"x", ""), http.StatusNotFound, "session_not_found")
	refused(t, "no bearer", s.server(t, header, "", http.MethodGet, at, ""), http.StatusUnauthorized, "invalid_token")
}

const sessions = "/v1/stripe/checkout/session"

func TestServerSessions(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	header := s.backend(t)
	const urls = `, "success_url": "https://app.example.com/ok", "cancel_url": "https://app.example.com/no"`
	for name, c := range map[string]struct{ mode, lines string }{
		"payment":             {"payment", `[{"price": "price_credits_once", "quantity": 2}]`},
		"payment, inline":     {"payment", `[{"price_data": {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Lamp"}}}]`},
		"subscription":        {"subscription", `[{"price": "price_pro_monthly"}]`},
		"subscription inline": {"subscription", `[{"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Club"}, "recurring": {"interval": "month"}}}]`},
		"setup":               {"setup", `null`},
	} {
		answer := s.server(t, header, "ada", http.MethodPost, sessions, `{"mode": "`+c.mode+`", "line_items": `+c.lines+urls+`, "customer_email": "ada@example.com"}`)
		var got api.ServerSessionAnswer
		answer.Decode(t, &got)
		if answer.Status != http.StatusOK || got.Session.URL == nil || got.Session.Mode != c.mode || *got.Session.Customer != s.customer(t, "ada") {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
		if answer := s.server(t, header, "ada", http.MethodGet, sessions+"/"+got.Session.ID, ""); answer.Status != http.StatusOK {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
	for name, body := range map[string]string{
		"no mode":          `{"line_items": [{"price": "price_credits_once"}]` + urls + `}`,
		"nothing sold":     `{"mode": "payment"` + urls + `}`,
		"sold in setup":    `{"mode": "setup", "line_items": [{"price": "price_credits_once"}]` + urls + `}`,
		"no price":         `{"mode": "payment", "line_items": [{"quantity": 1}]` + urls + `}`,
		"none of it":       `{"mode": "payment", "line_items": [{"price": "price_credits_once", "quantity": 0}]` + urls + `}`,
		"a negative price": `{"mode": "payment", "line_items": [{"price_data": {"currency": "usd", "unit_amount": -5, "product_data": {"name": "Lamp"}}}]` + urls + `}`,
		"a bad URL":        `{"mode": "payment", "line_items": [{"price": "price_credits_once"}], "success_url": "ftp://x", "cancel_url": "https://app.example.com/no"}`,
	} {
		refused(t, name, s.server(t, header, "ada", http.MethodPost, sessions, body), http.StatusBadRequest, "invalid_input")
	}
}

// lamp is an order of a lamp, with more members.
func lamp(more string) string {
	return `{"mode": "payment", "line_items": [{"price": "price_credits_once"}], "success_url": "https://app.example.com/ok", "cancel_url": "https://app.example.com/no"` + more + `}`
}

// A session is for a customer that has both of the project's tags.
func TestServerSessionsOfCustomers(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	header := s.backend(t)
	project := s.project.String()
	for name, c := range map[string]struct {
		tags map[string]string
		mine bool
	}{
		"the project's":        {map[string]string{"tenant_id": "developer-1", "project_id": project}, true},
		"untagged":             {nil, false},
		"of another project":   {map[string]string{"tenant_id": "developer-1", "project_id": "x"}, false},
		"of another tenant":    {map[string]string{"tenant_id": "developer-2", "project_id": project}, false},
		"of the project alone": {map[string]string{"project_id": project}, false},
	} {
		made, err := s.sandbox.API.Customers.New(&stripe.CustomerParams{Metadata: c.tags})
		if err != nil {
			t.Fatal(err)
		}
		answer := s.server(t, header, "ada", http.MethodPost, sessions, lamp(`, "customer": "`+made.ID+`"`))
		if !c.mine {
			refused(t, name, answer, http.StatusNotFound, "customer_not_found")
			continue
		}
		var got api.ServerSessionAnswer
		answer.Decode(t, &got)
		if answer.Status != http.StatusOK || got.Session.Customer == nil || *got.Session.Customer != made.ID {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
	refused(t, "unknown", s.server(t, header, "ada", http.MethodPost, sessions, lamp(`, "customer": "cus_unknown"`)), http.StatusNotFound, "customer_not_found")
}

// Whose a session is, and of which project, no caller can say.
func TestServerSessionsKeepTheirTags(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	header := s.backend(t)
	answer := s.server(t, header, "ada", http.MethodPost, sessions,
		lamp(`, "metadata": {"user_id": "bo", "project_id": "x", "tenant_id": "y", "billhook_request": "z", "cart": "7"}`))
	var got api.ServerSessionAnswer
	answer.Decode(t, &got)
	made, err := s.sandbox.API.CheckoutSessions.Get(got.Session.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"user_id": "ada", "project_id": s.project.String(), "cart": "7"}, made.Metadata); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
}

// Every operation refuses in the same way who may not call, and what cannot be
// done for want of Stripe.
func TestServerRefusals(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	header := s.backend(t)
	wrong := header.Clone()
	wrong.Set("X-Secret-Key", header.Get("X-Secret-Key")[:36]+"000000")
	elsewhere := s.CreateProject(t, "developer-1").ID
	for name, c := range map[string]struct{ method, path, body, withoutKeys string }{
		"intent":  {http.MethodPost, intents, `{"amount": 100, "currency": "usd"}`, billing.ErrBillingNotEnabled.Code},
		"session": {http.MethodPost, sessions, lamp(""), billing.ErrBillingNotEnabled.Code},
		"status":  {http.MethodGet, sessions + "/cs_test_1", "", billing.CodeNotConfigured},
	} {
		send := func(header http.Header, user, query string) functiontest.Answer {
			return s.server(t, header, user, c.method, c.path+query, c.body)
		}
		refused(t, name+", no keys", send(nil, "ada", ""), http.StatusUnauthorized, "invalid_token")
		refused(t, name+", a wrong secret", send(wrong, "ada", ""), http.StatusUnauthorized, "invalid_token")
		refused(t, name+", no bearer", send(header, "", ""), http.StatusUnauthorized, "invalid_token")
		other := functiontest.Request{Method: c.method, Path: c.path, Body: c.body, Header: header, Token: s.EndUser(elsewhere, "ada")}
		refused(t, name+", another project's user", s.Do(t, s.handler, other), http.StatusUnauthorized, "invalid_token")
		refused(t, name+", no live keys", send(header, "ada", "?environment=live"), http.StatusForbidden, c.withoutKeys)
		refused(t, name+", another environment", send(header, "ada", "?environment=staging"), http.StatusBadRequest, "invalid_input")
		for code, failure := range map[string]struct {
			status, answered int
		}{
			"stripe_credentials_rejected": {http.StatusUnauthorized, http.StatusForbidden},
			"stripe_rate_limited":         {http.StatusTooManyRequests, http.StatusTooManyRequests},
			"stripe_failed":               {http.StatusInternalServerError, http.StatusBadGateway},
		} {
			s.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
				functiontest.Answering(failure.status, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false")(w, r)
			})
			refused(t, name+", Stripe", send(header, "ada", ""), failure.answered, code)
			s.sandbox.Intercept(nil)
		}
		s.Intercept(functiontest.Failing("BatchGetItem", errors.New("no table")))
		refused(t, name+", a fault here", send(header, "ada", ""), http.StatusInternalServerError, "internal_error")
		s.Intercept(nil)
	}
}
