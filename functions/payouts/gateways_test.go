package main

import (
	"net/http"
	"testing"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// tenantPicks has the project's tenant sell through a gateway, for projects that
// have no keys. The deployment's accounts are the sandbox's.
func (f fixture) tenantPicks(t *testing.T, g billing.Gateway) {
	t.Helper()
	key := functiontest.Credentials(billing.Test).SecretKey.Reveal()
	f.CreateSecret(t, "billhook-test/stripe/gateways", `{
		"managed": {"secret_key": "`+key+`"}, "connect": {"test": {"client_id": "ca_1", "secret_key": "`+key+`"}}
	}`)
	sw := billing.Switch{Tenant: "developer-1", Enabled: true, Gateway: g, Test: billing.ConnectedAccount{ID: "acct_1", LinkedAt: f.Clock.Now()}}
	if err := f.Function.Table.ConnectAccount(t.Context(), sw, "", billing.Test); err != nil {
		t.Fatal(err)
	}
}

// Creators of a project without keys are paid from the account that it sells in,
// also after billing was switched off: what they earned is theirs.
func TestPayoutsThroughAGateway(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.project = f.CreateProject(t, "developer-1").ID
	f.tenantPicks(t, billing.GatewayManaged)
	ready(t, f)
	sw, err := f.Function.Table.Switch(t.Context(), "developer-1")
	if err != nil {
		t.Fatal(err)
	}
	sw.Enabled = false
	if err := f.Function.Table.SaveSwitch(t.Context(), sw); err != nil {
		t.Fatal(err)
	}
	f.pay(t, "bob", `{}`)
	f.has(t, "bob", money{Transit: 2700, Transfers: 1, BankPayouts: 1, BalanceChanges: 2})
}

// A tenant's connected account can have no creators' accounts below it; a call
// made there for a creator would move the tenant's own money.
func TestNoPayoutsFromAConnectedAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.project = f.CreateProject(t, "developer-1").ID
	f.tenantPicks(t, billing.GatewayConnect)
	f.sandbox.Intercept(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		t.Errorf("Stripe was asked: %s %s", r.Method, r.URL.Path)
	})
	f.owe(t, "bob", 3000)
	want := refused("payouts_need_keys", "Creators cannot be paid from a connected Stripe account: save Stripe keys for the project")
	f.untouched(t, "bob", http.MethodPost, "/api/payouts/connect", connecting).Is(t, 403, want)
	f.untouched(t, "bob", http.MethodPost, "/api/payouts", `{}`).Is(t, 403, want)
}
