package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
)

const gatewayPath = "/v1/stripe/webhook"

// lent is the function with accounts of the deployment's own, and a project
// without keys whose tenant has picked a gateway.
func lent(t *testing.T, g billing.Gateway) fixture {
	t.Helper()
	f := newFixture(t)
	f.CreateSecret(t, "billhook-test/stripe/gateways", `{
		"managed": {"secret_key": "sk_test_canaryManaged4242", "webhook_secret": "whsec_canarymanaged"},
		"platform": {"live": {"secret_key": "sk_live_canaryPlatform4242", "webhook_secret": "whsec_canaryplatform"}},
		"connect": {"test": {"client_id": "ca_1", "secret_key": "sk_test_canaryConnect4242", "webhook_secret": "whsec_canaryconnect"}}
	}`)
	f.project = f.CreateProject(t, "tenant-1").ID
	sw := billing.Switch{Tenant: "tenant-1", Enabled: true, Gateway: g, Test: billing.ConnectedAccount{ID: "acct_1", LinkedAt: f.Clock.Now()}}
	if err := f.Function.Table.ConnectAccount(t.Context(), sw, "", billing.Test); err != nil {
		t.Fatal(err)
	}
	return f
}

// shared delivers a body to the deployment's own endpoint.
func (f fixture) shared(t *testing.T, body, signature string) functiontest.Answer {
	t.Helper()
	header := http.Header{}
	if signature != "" {
		header.Set(signatureHeader, signature)
	}
	return f.Do(t, f.handler, functiontest.Request{Method: http.MethodPost, Path: gatewayPath, Body: body, Header: header})
}

// subscriptionOf is an event of a project's subscription.
func subscriptionOf(t *testing.T, project uuid.UUID, account string) string {
	t.Helper()
	var event map[string]any
	if err := json.Unmarshal([]byte(sample(t, "customer.subscription.created")), &event); err != nil {
		t.Fatal(err)
	}
	event["account"] = account
	event["data"].(map[string]any)["object"].(map[string]any)["metadata"] = map[string]string{"project_id": project.String()}
	body, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// Events of the deployment's accounts go to whose they are, and change nothing
// for anybody else.
func TestSharedEvents(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gateway billing.Gateway
		account string
		secret  string
		applied bool
		status  int
	}{
		"managed":                      {billing.GatewayManaged, "", "whsec_canarymanaged", true, 200},
		"connected":                    {billing.GatewayConnect, "acct_1", "whsec_canaryconnect", true, 200},
		"another connected account":    {billing.GatewayConnect, "acct_2", "whsec_canaryconnect", false, 200},
		"no account":                   {billing.GatewayConnect, "", "whsec_canaryconnect", false, 200},
		"of a gateway not picked":      {billing.GatewayConnect, "", "whsec_canarymanaged", false, 200},
		"test events of a live secret": {billing.GatewayPlatform, "", "whsec_canaryplatform", false, 400},
		"unknown secret":               {billing.GatewayManaged, "", "whsec_canaryother", false, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := lent(t, c.gateway)
			body := subscriptionOf(t, f.project, c.account)
			before := f.Stored(t)
			signature := sign(c.secret, f.Clock.Now(), body)
			for range 2 { // delivered again, it changes nothing more
				if answer := f.shared(t, body, signature); answer.Status != c.status {
					t.Fatalf("%d %s", answer.Status, answer.Body)
				}
			}
			rows, err := f.Function.Table.Tally(t.Context(), f.scope(billing.Test))
			if err != nil {
				t.Fatal(err)
			}
			if n := rows.RunningSubscriptions(); (n == 1) != c.applied {
				t.Errorf("%d subscriptions", n)
			}
			if !c.applied {
				f.SameAs(t, before)
			}
		})
	}
}

func TestSharedEventsThatAreRefused(t *testing.T) {
	t.Parallel()
	f := lent(t, billing.GatewayManaged)
	before := f.Stored(t)
	for name, c := range map[string]struct{ body, signature, code string }{
		"unsigned":   {"{}", "", "invalid_signature"},
		"not JSON":   {"{", sign("whsec_canarymanaged", f.Clock.Now(), "{"), "invalid_payload"},
		"no event":   {`{"object": "charge"}`, sign("whsec_canarymanaged", f.Clock.Now(), `{"object": "charge"}`), "invalid_payload"},
		"an old one": {"{}", sign("whsec_canarymanaged", f.Clock.Now().Add(-time.Hour), "{}"), "invalid_signature"},
	} {
		answer := f.shared(t, c.body, c.signature)
		var got api.PlansError
		answer.Decode(t, &got)
		if answer.Status != http.StatusBadRequest || got.Error != c.code {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
	f.SameAs(t, before)
	bare := newFixture(t)
	if answer := bare.shared(t, "{}", sign("whsec_canarymanaged", bare.Clock.Now(), "{}")); answer.Status != http.StatusNotFound {
		t.Errorf("without accounts: %d %s", answer.Status, answer.Body)
	}
}

// An account's owner who disconnects it at Stripe has disconnected it here, but
// not one who has connected it again since.
func TestDeauthorizedAccounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		account string
		secret  string
		after   time.Duration // of the connecting
		left    string
	}{
		"disconnected":          {"acct_1", "whsec_canaryconnect", time.Minute, ""},
		"in the same second":    {"acct_1", "whsec_canaryconnect", 0, ""},
		"connected again":       {"acct_1", "whsec_canaryconnect", -time.Minute, "acct_1"},
		"another account":       {"acct_2", "whsec_canaryconnect", time.Minute, "acct_1"},
		"no Connect endpoint's": {"acct_1", "whsec_canarymanaged", time.Minute, "acct_1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := lent(t, billing.GatewayConnect)
			body := fmt.Sprintf(`{"id": "evt_1", "object": "event", "account": %q, "created": %d, "livemode": false, "type": %q,
				"data": {"object": {"id": "ca_1", "object": "application"}}}`, c.account, f.Clock.Now().Add(c.after).Unix(), deauthorized)
			for range 2 {
				f.shared(t, body, sign(c.secret, f.Clock.Now(), body)).Is(t, http.StatusOK, received)
			}
			sw, err := f.Function.Table.Switch(t.Context(), "tenant-1")
			if err != nil || sw.Test.ID != c.left {
				t.Errorf("connected: %q, %v, want %q", sw.Test.ID, err, c.left)
			}
			tenant, err := f.Function.Table.TenantOf(t.Context(), "acct_1", billing.Test)
			if err != nil || (tenant == "") != (c.left == "") {
				t.Errorf("tenant %q, %v", tenant, err)
			}
		})
	}
}
