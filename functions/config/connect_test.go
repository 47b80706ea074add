package main

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
)

const connectPath = "/v1/dashboard/billing/connect"

// begin begins to connect and answers the state that Stripe would bring back.
func (f fixture) begin(t *testing.T) string {
	t.Helper()
	answer := f.send(t, http.MethodPost, connectPath, `{"returnUrl": "https://app.example.com/settings?tab=1"}`)
	if answer.Status != http.StatusOK {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	var page api.ConnectPage
	answer.Decode(t, &page)
	asked, err := url.Parse(page.URL)
	if err != nil {
		t.Fatal(err)
	}
	query := asked.Query()
	if to := query.Get("redirect_uri"); to != "https://example.com/v1/billing/connect/callback" {
		t.Errorf("back to %s", to)
	}
	return query.Get("state")
}

// callback is the owner coming back, without any token.
func (f fixture) callback(t *testing.T, query url.Values) functiontest.Answer {
	t.Helper()
	return f.Do(t, f.handler, functiontest.Request{Method: http.MethodGet, Path: callbackPath + "?" + query.Encode()})
}

func TestConnect(t *testing.T) {
	t.Parallel()
	const connected = `{"stripe_user_id": "acct_1", "livemode": false}`
	for name, c := range map[string]struct {
		query    url.Values
		status   int // of Stripe's answer
		answer   string
		location string
		account  string
	}{
		"connected": {url.Values{"code": {"ac_1"}}, 200, connected, "?connect=connected&tab=1", "acct_1"},
		"denied":    {url.Values{"error": {"access_denied"}, "error_description": {"no"}}, 500, "", "?connect=denied&tab=1", ""},
		"failed": {
			url.Values{"code": {"ac_1"}}, 400, `{"error": "invalid_grant", "error_description": "expired"}`, "?connect=failed&error=invalid_grant&tab=1", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.lend(t)
			f.stripe.Answer(functiontest.Answering(c.status, c.answer))
			c.query.Set("state", f.begin(t))
			answer := f.callback(t, c.query)
			if to := answer.Header.Get("Location"); answer.Status != http.StatusSeeOther || to != "https://app.example.com/settings"+c.location {
				t.Errorf("%d to %s, %s", answer.Status, to, answer.Body)
			}
			if got := f.readSwitch(t).Test.ID; got != c.account {
				t.Errorf("connected %q, want %q", got, c.account)
			}
			f.stripe.Requests()
			if again := f.callback(t, c.query); again.Status != http.StatusBadRequest || len(f.stripe.Requests()) != 0 {
				t.Errorf("the state again: %d %s", again.Status, again.Body)
			}
		})
	}
}

func TestStatesThatAreNone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.lend(t)
	f.stripe.Answer(functiontest.Answering(200, `{"stripe_user_id": "acct_1"}`))
	state := f.begin(t)
	f.Clock.Advance(billing.ConnectionLife)
	f.stripe.Requests()
	for name, query := range map[string]url.Values{
		"too late": {"state": {state}, "code": {"ac_1"}}, "invented": {"state": {"x"}, "code": {"ac_1"}}, "none": {"code": {"ac_1"}}, "empty": {"state": {""}},
	} {
		if answer := f.callback(t, query); answer.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
	if asked := f.stripe.Requests(); len(asked) != 0 {
		t.Errorf("Stripe was asked: %+v", asked)
	}
	late := f.Do(t, f.handler, functiontest.Request{
		Method: http.MethodGet, Path: callbackPath + "?code=ac_1&state=" + state, Header: http.Header{"Accept": {"text/html,*/*;q=0.8"}},
	})
	if to := late.Header.Get("Location"); late.Status != http.StatusSeeOther || to != "/console/billing?connect=failed&error=invalid_state" {
		t.Errorf("in a browser: %d to %s, %s", late.Status, to, late.Body)
	}
}

// The console may be returned to whatever origins the deployment lists.
func TestConnectReturnsToTheConsole(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.lend(t)
	f.Function.RedirectOrigins = []string{"https://app.example.org"}
	f.handler = wired(f.Function, f.stripe.URL)
	for returnURL, status := range map[string]int{
		"https://example.com/console/billing":  http.StatusOK, // the host that requests come to
		"https://app.example.org/settings":     http.StatusOK,
		"https://console.example.com/console/": http.StatusBadRequest,
		"http://example.com/console/billing":   http.StatusBadRequest,
	} {
		if answer := f.send(t, http.MethodPost, connectPath, `{"returnUrl": "`+returnURL+`"}`); answer.Status != status {
			t.Errorf("%s: %d %s, want %d", returnURL, answer.Status, answer.Body, status)
		}
	}
}

func TestConnectIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for body, want := range map[string]struct {
		status int
		code   string
	}{
		`{}`: {400, "invalid_input"},
		`{"returnUrl": "https://app.example.com/", "mode": "prod"}`: {400, "invalid_input"},
		`{"returnUrl": "ftp://app.example.com/"}`:                   {400, "invalid_input"},
		`{"returnUrl": "https://app.example.com/"}`:                 {403, "gateway_not_configured"}, // no application
	} {
		f.refuses(t, http.MethodPost, connectPath, body, want.status, want.code)
	}
	f.refuses(t, http.MethodPost, connectPath+"/deauthorize", "", http.StatusForbidden, "connect_account_required")
}

// An account that another tenant has connected is not connected twice, and one
// in which something is live is not given up.
func TestAccountsInUse(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.lend(t)
	taken := billing.Switch{Tenant: "developer-2", Test: billing.ConnectedAccount{ID: "acct_2", LinkedAt: f.Clock.Now()}}
	if err := f.Function.Table.ConnectAccount(t.Context(), taken, "", billing.Test); err != nil {
		t.Fatal(err)
	}
	connect := func(account, location string) {
		t.Helper()
		f.stripe.Answer(functiontest.Answering(200, `{"object": "list", "data": [], "stripe_user_id": "`+account+`", "livemode": false}`))
		answer := f.callback(t, url.Values{"state": {f.begin(t)}, "code": {"ac_1"}})
		if to := answer.Header.Get("Location"); to != "https://app.example.com/settings?"+location {
			t.Errorf("connecting %s: %d to %s", account, answer.Status, to)
		}
	}
	connect("acct_2", "connect=failed&error=connect_account_taken&tab=1")
	f.status(t, http.MethodPost, enablePath, `{"gateway": "stripe_connect"}`)
	connect("acct_1", "connect=connected&tab=1")
	project := f.CreateProject(t, developer).ID
	f.Clock.Advance(time.Second)
	connect("acct_3", "connect=connected&tab=1") // nothing was sold
	f.sold(t, billing.Scope{Project: project, Mode: billing.Test})
	connect("acct_1", "connect=failed&error=billing_gateway_in_use&tab=1")
	connect("acct_3", "connect=connected&tab=1") // the same
	f.refuses(t, http.MethodPost, connectPath+"/deauthorize", `{"mode": "test"}`, http.StatusBadRequest, "billing_gateway_in_use")
	if got := f.readSwitch(t).Test.ID; got != "acct_3" {
		t.Errorf("connected: %q", got)
	}
	for account, want := range map[string]string{"acct_1": "", "acct_2": "developer-2", "acct_3": developer} {
		if got, err := f.Function.Table.TenantOf(t.Context(), account, billing.Test); got != want || err != nil {
			t.Errorf("tenant of %s: %q, %v", account, got, err)
		}
	}
}

func TestDeauthorize(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.lend(t)
	f.stripe.Answer(functiontest.Answering(200, `{"object": "list", "data": [], "stripe_user_id": "acct_1", "livemode": false}`))
	f.callback(t, url.Values{"state": {f.begin(t)}, "code": {"ac_1"}})
	f.stripe.Requests()
	if got := f.status(t, http.MethodPost, connectPath+"/deauthorize", ""); got.ConnectedAccounts.Test != nil {
		t.Errorf("still connected: %+v", got)
	}
	asked := f.stripe.Requests()
	if len(asked) != 1 || asked[0].Operation != "POST /oauth/deauthorize" || asked[0].Form.Get("stripe_user_id") != "acct_1" {
		t.Errorf("asked: %+v", asked)
	}
	if got := f.readSwitch(t).Test; got != (billing.ConnectedAccount{}) {
		t.Errorf("connected: %+v", got)
	}
}
