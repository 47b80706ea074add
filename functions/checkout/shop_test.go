package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/projector"
)

// shop is the function with the Stripe sandbox: what is bought is really there.
type shop struct {
	*functiontest.World
	handler   http.Handler
	sandbox   *functiontest.Sandbox
	project   uuid.UUID
	stripe    *gateway.Gateway
	projector *projector.Projector
}

func newShop(t *testing.T) shop {
	t.Helper()
	w, sandbox := functiontest.New(t), functiontest.NewSandbox(t)
	project := w.CreateProject(t, "developer-1").ID
	w.Configure(t, project, billing.Test, functiontest.Credentials(billing.Test))
	stripe := gateway.New(w.Function.Table, w.Function.Vault, sandbox.URL)
	return shop{w, handler(w.Function, sandbox.URL), sandbox, project, stripe, projector.New(w.Function.Table, stripe, w.Function.Now)}
}

func (s shop) scope() billing.Scope { return billing.Scope{Project: s.project, Mode: billing.Test} }

// wish is a body that asks for a price, with more members.
func wish(price, more string) string {
	return fmt.Sprintf(`{"price_id": %q, "success_url": "https://app.example.com/ok", "cancel_url": "https://app.example.com/no"%s}`, price, more)
}

const allowed = `, "allow_existing_subscription": true`

// ask asks for a session as a user.
func (s shop) ask(t *testing.T, user, body string, headers ...string) functiontest.Answer {
	t.Helper()
	r := functiontest.Request{Method: http.MethodPost, Path: path, Token: s.EndUser(s.project, user), Body: body, Header: http.Header{}}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return s.Do(t, s.handler, r)
}

// session is a session as the function answers it.
type session struct {
	ID        string `json:"session_id"`
	URL       string `json:"checkout_url"`
	TrialDays *int64 `json:"trial_days"`
	TrialUsed bool   `json:"trial_already_used"`
}

// get asks for a session and expects one.
func (s shop) get(t *testing.T, user, body string, headers ...string) session {
	t.Helper()
	answer := s.ask(t, user, body, headers...)
	if answer.Status != http.StatusOK {
		t.Fatalf("%s asks for %s: %d %s", user, body, answer.Status, answer.Body)
	}
	var got session
	answer.Decode(t, &got)
	if !strings.HasSuffix(got.URL, got.ID) {
		t.Errorf("session %s at %s", got.ID, got.URL)
	}
	return got
}

// customer is the user's one Stripe customer.
func (s shop) customer(t *testing.T, user string) string {
	t.Helper()
	linked, err := s.Function.Table.CustomerOf(t.Context(), s.scope(), user)
	if err != nil {
		t.Fatal(err)
	}
	if made := s.sandbox.Customers(t, user); len(made) != 1 || made[0] != linked {
		t.Fatalf("%s has the customers %v and is linked to %q", user, made, linked)
	}
	return linked
}

// open are the sessions that the user can pay.
func (s shop) open(t *testing.T, user string) []string {
	t.Helper()
	ids := []string{}
	for _, o := range s.sandbox.OpenSessions(t, s.customer(t, user)) {
		ids = append(ids, o.ID)
	}
	return ids
}

// subscriptions are the user's, newest first, at Stripe.
func (s shop) subscriptions(t *testing.T, user string) []*stripe.Subscription {
	t.Helper()
	var subs []*stripe.Subscription
	list := s.sandbox.API.Subscriptions.List(&stripe.SubscriptionListParams{Customer: stripe.String(s.customer(t, user)), Status: stripe.String("all")})
	for list.Next() {
		subs = append(subs, list.Subscription())
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return subs
}

// rows are the user's subscriptions as the table knows them.
func (s shop) rows(t *testing.T, user string) []billing.Subscription {
	t.Helper()
	rows, err := s.Function.Table.Subscriptions(t.Context(), s.scope(), s.customer(t, user))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
