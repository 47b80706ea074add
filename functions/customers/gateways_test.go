package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// A customer that is made in the deployment's account is known to be the
// project's: its events will come to the deployment's endpoint.
func TestCustomersOfASharedAccountAreKnown(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	key := functiontest.Credentials(billing.Test).SecretKey.Reveal() // of the sandbox's account
	f.CreateSecret(t, "billhook-test/stripe/gateways", `{"managed": {"secret_key": "`+key+`"}}`)
	f.EditConfig(t, f.mine.project.ID, func(c *billing.StripeConfig) { c.Active = false })
	sw := billing.Switch{Tenant: "tenant-1", Enabled: true, Gateway: billing.GatewayManaged}
	if err := f.Function.Table.SaveSwitch(t.Context(), sw); err != nil {
		t.Fatal(err)
	}
	mine, theirs := f.create(t, f.mine, `{"email": "ada@example.com"}`), f.create(t, f.theirs, `{"email": "ada@example.com"}`)
	route := billing.Route{Gateway: billing.GatewayManaged}
	if owner, err := f.Function.Table.ProjectOfCustomer(t.Context(), route, billing.Test, mine.ID); owner != f.mine.project.ID || err != nil {
		t.Errorf("%s is %s's, %v", mine.ID, owner, err)
	}
	if owner, err := f.Function.Table.ProjectOfCustomer(t.Context(), route, billing.Test, theirs.ID); owner != [16]byte{} || err != nil {
		t.Errorf("a customer in a project's own account is kept as %s's, %v", owner, err)
	}
	scopes, err := f.Function.Table.Reconciliations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	registered := false
	for _, at := range scopes {
		registered = registered || at.Scope == billing.Scope{Project: f.mine.project.ID, Mode: billing.Test}
	}
	if !registered {
		t.Error("the scope is not reconciled")
	}
}

// While billing is off nothing is made at Stripe, no customer either; those that
// are there can be read.
func TestNoCustomerWhileBillingIsOff(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	ada := f.create(t, f.mine, `{"email": "ada@example.com"}`)
	off := billing.Switch{Tenant: "tenant-1", DisabledAt: f.Clock.Now().Add(time.Second)}
	if err := f.Function.Table.SaveSwitch(t.Context(), off); err != nil {
		t.Fatal(err)
	}
	calls := f.stripeCalls()
	answer := f.send(t, f.mine, http.MethodPost, "/v1/stripe/customers", `{"email": "bo@example.com"}`)
	if answer.Status != http.StatusForbidden || !strings.Contains(answer.Body, `"code":"billing_not_enabled"`) || calls.Load() != 0 {
		t.Errorf("%d %s after %d calls to Stripe", answer.Status, answer.Body, calls.Load())
	}
	if answer := f.send(t, f.mine, http.MethodGet, "/v1/stripe/customers/"+ada.ID, ""); answer.Status != http.StatusOK {
		t.Errorf("%d %s", answer.Status, answer.Body)
	}
}
