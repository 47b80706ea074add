package main

import (
	"net/http"
	"testing"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// allowRefunds lets the project's end users have payments refunded.
func (s shop) allowRefunds(t *testing.T) {
	t.Helper()
	p, _, err := s.Function.Table.Project(t.Context(), s.project)
	if err != nil {
		t.Fatal(err)
	}
	p.EndUserRefunds = true
	if err := s.Function.Table.SaveProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

func (s shop) refund(t *testing.T, user, payment, body string, headers ...string) functiontest.Answer {
	t.Helper()
	return s.payments(t, user, http.MethodPost, "/v1/payments/"+payment+"/refund", body, headers...)
}

// refunds has a payment of ada's refunded, and checks how much.
func (s shop) refunds(t *testing.T, made api.CreatedPayment, body string, amount, inAll int64, headers ...string) api.Refund {
	t.Helper()
	answer := s.refund(t, "ada", made.PaymentID.String(), body, headers...)
	var got api.Refund
	answer.Decode(t, &got)
	if answer.Status != http.StatusOK || got.RefundID == "" || got.Status != "succeeded" || got.AmountCents != amount || got.RefundedAmountCents != inAll {
		t.Errorf("refund of %s: %d %s, want %d of %d", body, answer.Status, answer.Body, amount, inAll)
	}
	return got
}

// Who buys does not decide about refunds, unless the project says so, or one of
// its backends asks.
func TestWhoMayRefund(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	made := s.paid(t, "ada", "", tickets)
	const part = `{"amountCents": 100}`
	s.refund(t, "ada", made.PaymentID.String(), part).Is(t, http.StatusForbidden,
		functiontest.PlansError(403, errRefundsNotAllowed.Code, errRefundsNotAllowed.Message))

	pair := s.backend(t)
	headers := func(change ...string) []string {
		h := pair.Clone()
		for i := 0; i+1 < len(change); i += 2 {
			h.Set(change[i], change[i+1])
		}
		var all []string
		for name := range h {
			all = append(all, name, h.Get(name))
		}
		return all
	}
	s.refunds(t, made, part, 100, 100, headers()...)
	other := s.CreateProject(t, "developer-1").ID.String()
	for name, change := range map[string][]string{
		"a wrong secret":  {"X-Secret-Key", pair.Get("X-Secret-Key")[:36] + "000000"},
		"another tenant":  {"X-Tenant-Id", "developer-2"},
		"no tenant":       {"X-Tenant-Id", ""},
		"no project":      {"X-Project-Id", ""},
		"a secret, alone": {"X-Api-Key", ""},
	} {
		var refusal api.PlansError
		answer := s.refund(t, "ada", made.PaymentID.String(), part, headers(change...)...)
		if answer.Decode(t, &refusal); answer.Status != http.StatusUnauthorized || refusal.Error != "invalid_token" {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
	answer := s.refund(t, "ada", made.PaymentID.String(), part, headers("X-Project-Id", other)...)
	if answer.Status != http.StatusForbidden { // it contradicts the token
		t.Errorf("another project: %d %s", answer.Status, answer.Body)
	}
	s.allowRefunds(t)
	s.refunds(t, made, part, 100, 200)
}

func TestRefundRefusals(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.allowRefunds(t)
	paid := s.paid(t, "ada", "", tickets)
	open := s.started(t, "cy", tickets)
	s.refunds(t, paid, `{"amountCents": 5000}`, 5000, 5000)
	for name, c := range map[string]struct {
		user, payment, body string
		status              int
		code                string
	}{
		"more than is left":  {"ada", paid.PaymentID.String(), `{"amountCents": 26}`, 400, "refund_exceeds_payment"},
		"more than was paid": {"ada", paid.PaymentID.String(), `{"amountCents": 5026}`, 400, "refund_exceeds_payment"},
		"not paid":           {"cy", open.PaymentID.String(), `{}`, 400, "payment_not_refundable"},
		"another user's":     {"bo", paid.PaymentID.String(), `{}`, 404, "payment_not_found"},
		"another buyer's":    {"cy", paid.PaymentID.String(), `{}`, 404, "payment_not_found"},
		"unknown":            {"ada", "0f6a4f4e-9f0a-5a0e-8d3b-6d2f0f2b7c51", `{}`, 404, "payment_not_found"},
		"unknown at Stripe":  {"ada", "pi_unknown", `{}`, 404, "payment_not_found"},
		"no id":              {"ada", "a.b", `{}`, 400, "invalid_input"},
		"nothing":            {"ada", paid.PaymentID.String(), `{"amountCents": 0}`, 400, "invalid_input"},
		"less than that":     {"ada", paid.PaymentID.String(), `{"amountCents": -1}`, 400, "invalid_input"},
		"another reason":     {"ada", paid.PaymentID.String(), `{"reason": "expired_uncaptured_charge"}`, 400, "invalid_input"},
		"no object":          {"ada", paid.PaymentID.String(), `[]`, 400, "invalid_input"},
	} {
		var refusal api.PlansError
		answer := s.refund(t, c.user, c.payment, c.body)
		if answer.Decode(t, &refusal); answer.Status != c.status || refusal.Error != c.code || refusal.Message != c.code || refusal.Detail == "" {
			t.Errorf("%s: %d %s, want %d %s", name, answer.Status, answer.Body, c.status, c.code)
		}
	}
	last := s.refund(t, "ada", paid.IntentID, "") // by Stripe's id
	if last.Status != http.StatusOK {
		t.Errorf("by Stripe's id: %d %s", last.Status, last.Body)
	}
	s.refund(t, "ada", paid.PaymentID.String(), "").Is(t, http.StatusBadRequest,
		functiontest.PlansError(400, "refund_exceeds_payment", "The refund is more than what is left of the payment"))
}

// A refund under a key happens once, wherever the first attempt broke off.
func TestRefundsHappenOnce(t *testing.T) {
	t.Parallel()
	for name, operation := range map[string]string{"the charge is not read": "GET /v1/charges/", "the refund's answer is lost": "POST /v1/refunds"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.allowRefunds(t)
			made := s.paid(t, "ada", "", tickets)
			s.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if called := r.Method + " " + r.URL.Path; len(called) >= len(operation) && called[:len(operation)] == operation {
					if r.Method == http.MethodPost {
						next.ServeHTTP(discarding{http.Header{}}, r)
					}
					functiontest.Answering(http.StatusInternalServerError, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false")(w, r)
					return
				}
				next.ServeHTTP(w, r)
			})
			if answer := s.refund(t, "ada", made.PaymentID.String(), `{"amountCents": 3000}`, "Idempotency-Key", "k1"); answer.Status != http.StatusBadGateway {
				t.Fatalf("%d %s", answer.Status, answer.Body)
			}
			s.sandbox.Intercept(nil)
			first := s.refunds(t, made, `{"amountCents": 3000}`, 3000, 3000, "Idempotency-Key", "k1")
			if again := s.refunds(t, made, `{"amountCents": 3000}`, 3000, 3000, "Idempotency-Key", "k1"); again != first {
				t.Errorf("again: %+v", again)
			}
			if row := s.row(t, "ada"); row.Refunded != 3000 || row.Status != billing.TransactionPartiallyRefunded {
				t.Errorf("row %+v", row)
			}
		})
	}
}

// discarding takes an answer that nobody gets.
type discarding struct{ header http.Header }

func (d discarding) Header() http.Header       { return d.header }
func (discarding) Write(b []byte) (int, error) { return len(b), nil }
func (discarding) WriteHeader(int)             {}

func TestPaymentCallers(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, r := range []functiontest.Request{
		{Method: http.MethodPost, Path: paymentIntents, Body: tickets},
		{Method: http.MethodPost, Path: "/v1/payments/pi_1/refund", Body: `{}`},
		{Method: http.MethodGet, Path: paymentList},
	} {
		r.Token = s.EndUser(s.project, "ada")
		s.RefusesTokens(t, s.handler, identity.EndUser, r)
		cookie := r
		cookie.Token, cookie.Header = "", http.Header{"Cookie": {"__session=" + s.EndUser(s.project, "ada")}}
		if answer := s.Do(t, s.handler, cookie); answer.Status == http.StatusUnauthorized {
			t.Errorf("%s with a cookie: %d %s", r.Path, answer.Status, answer.Body)
		}
	}
}
