package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
)

const (
	statusPath  = "/v1/dashboard/billing/status"
	enablePath  = "/v1/dashboard/billing/enable"
	disablePath = "/v1/dashboard/billing/disable"
)

// lend gives the deployment a managed account and a Connect application.
func (f fixture) lend(t *testing.T) {
	t.Helper()
	f.CreateSecret(t, "billhook-test/stripe/gateways", `{
		"managed": {"secret_key": "sk_test_canaryManaged4242"},
		"connect": {"test": {"client_id": "ca_1", "secret_key": "sk_test_canaryConnect4242"}}
	}`)
}

// empty is a Stripe in which nothing was ever sold.
var empty = functiontest.Answering(http.StatusOK, `{"object": "list", "data": [], "has_more": false}`)

// status is what a request answers, less what is null.
func (f fixture) status(t *testing.T, method, path, body string) api.BillingStatus {
	t.Helper()
	answer := f.send(t, method, path, body)
	if answer.Status != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, answer.Status, answer.Body)
	}
	var s api.BillingStatus
	answer.Decode(t, &s)
	return s
}

// refuses expects a refusal with a code.
func (f fixture) refuses(t *testing.T, method, path, body string, status int, code string) {
	t.Helper()
	answer := f.send(t, method, path, body)
	var got api.PlansError
	answer.Decode(t, &got)
	if answer.Status != status || got.Error != code || got.Message != code || got.StatusCode != status {
		t.Errorf("%s %s %s: %d %s, want %d %s", method, path, body, answer.Status, answer.Body, status, code)
	}
}

func (f fixture) readSwitch(t *testing.T) billing.Switch {
	t.Helper()
	sw, err := f.Function.Table.Switch(t.Context(), developer)
	if err != nil {
		t.Fatal(err)
	}
	return sw
}

func TestBillingSwitch(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.lend(t)
	f.stripe.Answer(empty)
	f.CreateProject(t, developer)
	first := f.Clock.Now().UTC().Add(time.Hour) // when the first step is
	f.send(t, http.MethodGet, statusPath, "").Is(t, 200,
		`{"billingEnabled": false, "billingEnabledAt": null, "billingGateway": null, "connectedAccounts": {"test": null, "live": null}, "project": null,
			"gateways": [{"gateway": "managed", "test": true, "live": false, "feePercent": 0}, {"gateway": "stripe_connect", "test": true, "live": false, "feePercent": 0.6}]}`)
	for _, step := range []struct {
		path, body string
		enabled    bool
		gateway    string
		expected   time.Time
	}{
		{enablePath, "", true, "managed", first},
		{enablePath, `{"gateway": "managed"}`, true, "managed", first},
		{enablePath, `{"gateway": "stripe_platform"}`, true, "stripe_platform", first},
		{disablePath, "", false, "stripe_platform", first},
		{disablePath, "", false, "stripe_platform", first},
		{enablePath, `{"gateway": null}`, true, "managed", first},
	} {
		f.Clock.Advance(time.Hour)
		got := f.status(t, http.MethodPost, step.path, step.body)
		want := api.BillingStatus{BillingEnabled: step.enabled, BillingEnabledAt: &step.expected, BillingGateway: &step.gateway}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", step.path, step.body, diff)
		}
		read := f.status(t, http.MethodGet, statusPath, "")
		read.Gateways = nil // only a GET tells them
		if diff := cmp.Diff(want, read); diff != "" {
			t.Errorf("status after %s %s (-want +got):\n%s", step.path, step.body, diff)
		}
	}
	before := f.Stored(t)
	for _, body := range []string{`{"gateway": "paypal"}`, `{"gateway": "own_keys"}`, `{"gateway": ""}`, `{"gateway": 1}`, `[]`, `null`} {
		f.refuses(t, http.MethodPost, enablePath, body, http.StatusBadRequest, "invalid_input")
	}
	f.SameAs(t, before)
}

func TestBillingStatusOfAProject(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	project, others := f.CreateProject(t, developer).ID, f.CreateProject(t, "developer-2").ID
	f.status(t, http.MethodPost, enablePath, `{"gateway": "managed"}`)
	f.Configure(t, project, billing.Live, functiontest.Credentials(billing.Live))
	managed, own := "managed", "own_keys"
	want := &api.ProjectBilling{ID: project, Test: api.ModeBilling{Enabled: true, Gateway: &managed}, Live: api.ModeBilling{Enabled: true, Gateway: &own}}
	if diff := cmp.Diff(want, f.status(t, http.MethodGet, statusPath+"?project_id="+project.String(), "").Project); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	byHeader := func(id uuid.UUID, query string) functiontest.Answer {
		return f.Do(t, f.handler, functiontest.Request{
			Method: http.MethodGet, Path: statusPath + query, Token: f.Developer(developer), Header: http.Header{"X-Project-Id": {id.String()}},
		})
	}
	var got api.BillingStatus
	byHeader(project, "").Decode(t, &got)
	if diff := cmp.Diff(want, got.Project); diff != "" {
		t.Errorf("by the header (-want +got):\n%s", diff)
	}
	if a := byHeader(project, "?project_id="+others.String()); a.Status != http.StatusBadRequest {
		t.Errorf("contradicting: %d %s", a.Status, a.Body)
	}
	f.refuses(t, http.MethodGet, statusPath+"?project_id="+others.String(), "", http.StatusForbidden, "permission_denied")
	f.refuses(t, http.MethodGet, statusPath+"?project_id="+uuid.NewString(), "", http.StatusNotFound, "project_not_found")
	f.refuses(t, http.MethodGet, statusPath+"?project_id=mine", "", http.StatusBadRequest, "invalid_input")
}

// sold gives the project a running subscription.
func (f fixture) sold(t *testing.T, s billing.Scope) {
	t.Helper()
	sub := billing.Subscription{ID: "sub_1", Customer: "cus_1", SubscriptionState: billing.SubscriptionState{Status: billing.StatusPastDue}}
	tally := billing.Tally{}
	tally.Subscription(nil, sub)
	if err := f.Function.Table.Commit(t.Context(), s, billing.Changes{Subscription: &sub, Tally: tally}); err != nil {
		t.Fatal(err)
	}
}

// What is known to be live refuses without asking Stripe, and leaves all as it
// was.
func TestLiveSubscriptionsRefuse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		own          bool // the project has keys
		mode         billing.Mode
		path, body   string
		status       int
		code         string
		otherTenants bool
	}{
		"disable":              {false, billing.Test, disablePath, "", 400, "billing_has_active_end_user_subscriptions", false},
		"disable, own keys":    {true, billing.Live, disablePath, "", 400, "billing_has_active_end_user_subscriptions", false},
		"another gateway":      {false, billing.Test, enablePath, `{"gateway": "stripe_platform"}`, 400, "billing_gateway_in_use", false},
		"another, own keys":    {true, billing.Test, enablePath, `{"gateway": "stripe_platform"}`, 200, "", false},
		"of another developer": {false, billing.Test, disablePath, "", 200, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.lend(t)
			f.stripe.Answer(empty)
			owner := developer
			if c.otherTenants {
				owner = "developer-2"
			}
			project := f.CreateProject(t, owner).ID
			f.status(t, http.MethodPost, enablePath, "")
			if c.own {
				f.Configure(t, project, c.mode, functiontest.Credentials(c.mode))
			}
			f.sold(t, billing.Scope{Project: project, Mode: c.mode})
			before := f.readSwitch(t)
			if c.status == http.StatusOK {
				f.status(t, http.MethodPost, c.path, c.body)
				return
			}
			f.stripe.Requests()
			f.refuses(t, http.MethodPost, c.path, c.body, c.status, c.code)
			if diff := cmp.Diff(before, f.readSwitch(t)); diff != "" {
				t.Errorf("the switch (-before +after):\n%s", diff)
			}
			if asked := f.stripe.Requests(); len(asked) != 0 {
				t.Errorf("Stripe was asked: %+v", asked)
			}
		})
	}
}

// stillOpen is a Stripe with open sessions, and a subscription of which nothing
// was heard yet, of the project and of others.
func stillOpen(project uuid.UUID, status string) http.HandlerFunc {
	const subscription = `{"id": %q, "object": "subscription", "customer": "cus_1", "status": %q, "created": 1770110100,
		"metadata": {"project_id": %q}, "current_period_start": 1770110100, "current_period_end": 1772529300,
		"items": {"object": "list", "data": [{"id": "si_1", "object": "subscription_item", "quantity": 1, "price": {"id": "price_1", "nickname": "Team"}}]}}`
	return func(w http.ResponseWriter, r *http.Request) {
		body := `{"object": "list", "data": []}`
		switch {
		case strings.HasSuffix(r.URL.Path, "/cs_paid/expire"):
			functiontest.Answering(http.StatusBadRequest, `{"error": {"type": "invalid_request_error", "message": "not open"}}`)(w, r)
			return
		case r.URL.Path == "/v1/checkout/sessions":
			body = fmt.Sprintf(`{"object": "list", "data": [
				{"id": "cs_open", "object": "checkout.session", "metadata": {"project_id": %[1]q}},
				{"id": "cs_paid", "object": "checkout.session", "metadata": {"project_id": %[1]q}},
				{"id": "cs_other", "object": "checkout.session", "metadata": {"project_id": %[2]q}}]}`, project, uuid.New())
		case r.URL.Path == "/v1/subscriptions":
			body = `{"object": "list", "data": [` + fmt.Sprintf(subscription, "sub_new", status, project) + `, ` +
				fmt.Sprintf(subscription, "sub_other", "active", uuid.New()) + `]}`
		}
		functiontest.Answering(http.StatusOK, body, "Date", "Tue, 03 Feb 2026 09:15:00 GMT", "Request-Id", "req_1")(w, r)
	}
}

// Whoever switches off expires the sessions that are open, and hears of what was
// bought before any event tells of it.
func TestDisableLooksAtStripe(t *testing.T) {
	t.Parallel()
	for status, refused := range map[string]bool{"active": true, "canceled": false} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.lend(t)
			project := f.CreateProject(t, developer).ID
			f.CreateProject(t, developer) // a second one in the same account
			f.status(t, http.MethodPost, enablePath, "")
			f.stripe.Answer(stillOpen(project, status))
			if refused {
				f.refuses(t, http.MethodPost, disablePath, "", http.StatusBadRequest, "billing_has_active_end_user_subscriptions")
			} else {
				f.status(t, http.MethodPost, disablePath, "")
			}
			if sw := f.readSwitch(t); sw.Enabled != refused || !sw.ClosingUntil.IsZero() {
				t.Errorf("the switch: %+v", sw)
			}
			var asked []string
			for _, r := range f.stripe.Requests() {
				asked = append(asked, r.Operation)
			}
			want := []string{
				"GET /v1/checkout/sessions", "POST /v1/checkout/sessions/cs_open/expire", "POST /v1/checkout/sessions/cs_paid/expire", "GET /v1/subscriptions",
			}
			if diff := cmp.Diff(want, asked); diff != "" {
				t.Errorf("asked of Stripe (-want +got):\n%s", diff)
			}
			rows, err := f.Function.Table.Subscriptions(t.Context(), billing.Scope{Project: project, Mode: billing.Test}, "cus_1")
			if err != nil || refused != (len(rows) == 1 && rows[0].ID == "sub_new") {
				t.Errorf("rows: %+v, %v", rows, err)
			}
		})
	}
}

// When it cannot be found out what is live, billing stays on, and open.
func TestDisableWhileStripeFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.lend(t)
	f.CreateProject(t, developer)
	f.status(t, http.MethodPost, enablePath, "")
	f.stripe.Answer(functiontest.Answering(http.StatusInternalServerError, `{"error": {"type": "api_error", "message": "no"}}`, "Stripe-Should-Retry", "false"))
	f.refuses(t, http.MethodPost, disablePath, "", http.StatusBadGateway, "stripe_failed")
	if sw := f.readSwitch(t); !sw.Enabled || !sw.ClosingUntil.IsZero() {
		t.Errorf("the switch: %+v", sw)
	}
}

// One request at a time switches, and one that died keeps nobody out for long.
func TestSwitchingIsExclusive(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.lend(t)
	f.stripe.Answer(empty)
	f.CreateProject(t, developer)
	f.status(t, http.MethodPost, enablePath, "")
	closing := f.readSwitch(t)
	closing.ClosingUntil = f.Clock.Now().Add(closingLife)
	if err := f.Function.Table.SaveSwitch(t.Context(), closing); err != nil {
		t.Fatal(err)
	}
	f.refuses(t, http.MethodPost, disablePath, "", http.StatusConflict, "billing_being_switched")
	f.refuses(t, http.MethodPost, enablePath, `{"gateway": "stripe_platform"}`, http.StatusConflict, "billing_being_switched")
	f.Clock.Advance(closingLife)
	if got := f.status(t, http.MethodPost, disablePath, ""); got.BillingEnabled {
		t.Error("still on")
	}
}

// Keys of a project's own may not take the place of a gateway that serves
// subscriptions.
func TestKeysDoNotTakeOver(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	project := f.CreateProject(t, developer).ID
	f.status(t, http.MethodPost, enablePath, "")
	f.sold(t, billing.Scope{Project: project, Mode: billing.Test})
	answer := f.send(t, http.MethodPut, configPath(project), `{"test_secret_key": "sk_test_canary4242"}`)
	answer.Is(t, 400, `{"detail": "End users have subscriptions through this gateway that have not ended: cancel them first"}`)
	f.put(t, project, `{"live_secret_key": "sk_live_canary4242"}`)
}
