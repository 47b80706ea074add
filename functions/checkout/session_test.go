package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

const (
	createCustomer = "POST /v1/customers"
	createSession  = "POST /v1/checkout/sessions"
	readPrice      = "GET /v1/prices/price_1"
	listSessions   = "GET /v1/checkout/sessions"
	listPurchases  = "GET /v1/subscriptions"
	session1       = `{"session_id": "cs_test_1", "checkout_url": "https://checkout.stripe.com/c/pay/cs_test_1", "trial_days": null, "trial_already_used": false}`
)

func TestFirstCheckoutCreatesACustomer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.buy(t, "", `{
		"price_id": "price_1", "success_url": "https://app.example.com/ok", "cancel_url": "http://localhost:3000/no",
		"quantity": 3, "metadata": {"campaign": "spring"}, "mode": "subscription", "allow_existing_subscription": false
	}`).Is(t, 200, session1)
	requests := f.stripe.Requests()
	if len(requests) != 3 || requests[0].Operation != readPrice {
		t.Fatalf("requests: %+v", requests)
	}
	requests = requests[1:]
	if requests[1].Form.Get("metadata[billhook_request]") == "" {
		t.Error("the session does not say what was asked for")
	}
	requests[1].Form.Del("metadata[billhook_request]")
	want := []map[string][]string{
		{
			"email": {"user-1@example.com"}, "metadata[user_id]": {user}, "metadata[project_id]": {f.project.String()}, "metadata[tenant_id]": {"developer-1"},
		},
		{
			"customer": {"cus_1"}, "client_reference_id": {user}, "mode": {"subscription"},
			"line_items[0][price]": {"price_1"}, "line_items[0][quantity]": {"3"},
			"success_url": {"https://app.example.com/ok"}, "cancel_url": {"http://localhost:3000/no"},
			"metadata[user_id]": {user}, "metadata[project_id]": {f.project.String()}, "metadata[campaign]": {"spring"},
			"subscription_data[metadata][user_id]":    {user},
			"subscription_data[metadata][project_id]": {f.project.String()},
			"subscription_data[metadata][campaign]":   {"spring"},
			"subscription_data[metadata][plan_name]":  {"Team"},
		},
	}
	for i, operation := range []string{createCustomer, createSession} {
		if requests[i].Operation != operation || requests[i].Key != functiontest.Credentials(billing.Test).SecretKey.Reveal() {
			t.Errorf("request %d: %s", i, requests[i].Operation)
		}
		if diff := cmp.Diff(want[i], map[string][]string(requests[i].Form)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", operation, diff)
		}
	}
	if got, err := f.Function.Table.CustomerOf(t.Context(), f.test(), user); got != "cus_1" || err != nil {
		t.Errorf("the user is linked to %q, %v", got, err)
	}

	// A returning buyer keeps the customer. Sessions are listed before
	// subscriptions, so that nothing is bought in between.
	f.buy(t, "", body).Is(t, 200, strings.ReplaceAll(session1, "cs_test_1", "cs_test_2"))
	if diff := cmp.Diff([]string{readPrice, listSessions, listPurchases, createSession}, f.operations()); diff != "" {
		t.Errorf("returning (-want +got):\n%s", diff)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]string{
		"left out":       ``,
		"null":           `, "mode": null, "quantity": null, "metadata": null, "allow_existing_subscription": null`,
		"unknown fields": `, "trial_days": 14, "customer": "cus_9", "user_id": "user-2"`,
		"given":          `, "mode": "subscription", "quantity": 1, "metadata": {}, "allow_existing_subscription": false`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.link(t, "cus_7")
			f.buy(t, "", strings.TrimSuffix(body, "}")+more+"}").Is(t, 200, session1)
			requests := f.stripe.Requests()
			form := requests[len(requests)-1].Form
			for field, want := range map[string]string{
				"mode": "subscription", "line_items[0][quantity]": "1", "customer": "cus_7", "client_reference_id": user,
				"success_url": "https://app.example.com/ok?s={CHECKOUT_SESSION_ID}",
			} {
				if got := form.Get(field); got != want {
					t.Errorf("%s = %q, want %q", field, got, want)
				}
			}
		})
	}
}

func TestModeOfTheRequest(t *testing.T) {
	t.Parallel()
	for query, mode := range map[string]billing.Mode{
		"":                                  billing.Test,
		"?test_mode=true":                   billing.Test,
		"?environment=test":                 billing.Test,
		"?test_mode=true&environment=test":  billing.Test,
		"?test_mode=false":                  billing.Live,
		"?environment=live":                 billing.Live,
		"?test_mode=false&environment=live": billing.Live,
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.buy(t, query, body).Is(t, 200, session1)
			for _, r := range f.stripe.Requests() {
				if r.Key != functiontest.Credentials(mode).SecretKey.Reveal() {
					t.Errorf("%s was not called with the %s key", r.Operation, mode)
				}
			}
			for _, m := range []billing.Mode{billing.Test, billing.Live} {
				got, err := f.Function.Table.CustomerOf(t.Context(), billing.Scope{Project: f.project, Mode: m}, user)
				if (got != "") != (m == mode) || err != nil {
					t.Errorf("customer in %s mode: %q, %v", m, got, err)
				}
			}
		})
	}
}

func TestCheckoutWhileSubscribed(t *testing.T) {
	t.Parallel()
	const allow = `, "allow_existing_subscription": true}`
	const payment = `, "mode": "payment", "price_id": "price_once"}`
	for name, c := range map[string]struct {
		status  billing.SubscriptionStatus
		more    string
		refused bool
	}{
		"active":               {billing.StatusActive, "}", true},
		"trialing":             {billing.StatusTrialing, "}", true},
		"past due":             {billing.StatusPastDue, "}", true},
		"canceled":             {billing.StatusCanceled, "}", false},
		"incomplete":           {billing.StatusIncomplete, "}", false},
		"incomplete expired":   {billing.StatusIncompleteExpired, "}", false},
		"unpaid":               {billing.StatusUnpaid, "}", false},
		"active, allowed":      {billing.StatusActive, allow, false},
		"past due, allowed":    {billing.StatusPastDue, allow, false},
		"active, for one-off":  {billing.StatusActive, payment, false},
		"trialing for one-off": {billing.StatusTrialing, payment, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.link(t, "cus_1")
			f.subscribe(t, "cus_1", billing.StatusCanceled) // an older one never matters
			if c.status != billing.StatusCanceled {
				f.subscribe(t, "cus_1", c.status)
			}
			before := f.Stored(t)
			answer := f.buy(t, "", strings.TrimSuffix(body, "}")+c.more)
			if c.refused {
				answer.Is(t, 400, `{"detail": "User already has an active subscription"}`)
				if diff := cmp.Diff([]string{readPrice}, f.operations()); diff != "" {
					t.Errorf("Stripe was asked (-want +got):\n%s", diff)
				}
			} else {
				answer.Is(t, 200, session1)
			}
			f.SameAs(t, before)
			f.buy(t, "?environment=live", body).Is(t, 200, strings.ReplaceAll(session1, "cs_test_1",
				map[bool]string{true: "cs_test_1", false: "cs_test_2"}[c.refused])) // a mode of its own
		})
	}
}

// However many first checkouts a user starts at once, there is one customer.
func TestFirstCheckoutsAtTheSameTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if answer := f.buy(t, "", body); answer.Status != http.StatusOK {
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
	}
	wg.Wait()
	for _, r := range f.stripe.Requests() {
		if r.Operation == createSession && r.Form.Get("customer") != "cus_1" {
			t.Errorf("a session for %s", r.Form.Get("customer"))
		}
	}
	if items := f.Items(t); len(items) != 8 { // project, pointer, configuration, a scope to reconcile for each mode, link, customer, its address
		t.Errorf("%d items: %v", len(items), items)
	}
}

// The project is the token's, else the header's.
func TestProjectOfTheRequest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	named := f.EndUser(f.project, user)
	unnamed := f.Token(functiontest.Claims{"sub": user, "role": "end_user"})
	for name, c := range map[string]struct {
		token, header string
		status        int
		body          string // of a refusal
	}{
		"the token's":        {named, "", 200, ""},
		"both":               {named, f.project.String(), 200, ""},
		"the header's":       {unnamed, f.project.String(), 200, ""},
		"a contradiction":    {named, uuid.NewString(), 403, `{"detail": "X-Project-ID contradicts the token"}`},
		"neither":            {unnamed, "", 400, `{"detail": "The token names no project: send X-Project-ID"}`},
		"no uuid":            {named, "mine", 400, `{"detail": "Invalid X-Project-ID format. Must be a valid UUID."}`},
		"an unknown project": {unnamed, uuid.NewString(), 404, `{"detail": "Project not found"}`},
	} {
		r := functiontest.Request{Method: http.MethodPost, Path: path, Token: c.token, Body: body, Header: http.Header{}}
		if c.header != "" {
			r.Header.Set("X-Project-Id", c.header)
		}
		before := f.Stored(t)
		answer := f.Do(t, f.handler, r)
		if answer.Status != c.status {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
		if c.status != http.StatusOK {
			answer.Is(t, c.status, c.body)
			f.SameAs(t, before)
		}
	}
}
