package main

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// Projects without keys, whose tenants share the deployment's account, are
// reconciled too, each with what is its own.
func TestSharedAccountIsReconciled(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	key := functiontest.Credentials(billing.Test).SecretKey.Reveal() // of the sandbox's account
	f.CreateSecret(t, "billhook-test/stripe/gateways", `{"managed": {"secret_key": "`+key+`"}}`)
	f.losing(t)
	var projects []uuid.UUID
	var subscriptions []*stripe.Subscription
	for _, tenant := range []string{"tenant-1", "tenant-2"} {
		if err := f.Function.Table.SaveSwitch(t.Context(), billing.Switch{Tenant: tenant, Enabled: true, Gateway: billing.GatewayManaged}); err != nil {
			t.Fatal(err)
		}
		project := f.CreateProject(t, tenant).ID
		sub := f.subscribe(t, project, "user-1")
		err := f.Function.Table.ShareCustomer(t.Context(),
			billing.Scope{Project: project, Mode: billing.Test}, billing.Route{Gateway: billing.GatewayManaged}, sub.Customer.ID)
		if err != nil {
			t.Fatal(err)
		}
		projects, subscriptions = append(projects, project), append(subscriptions, sub)
	}
	if err := f.Function.Table.SaveStripeConfig(t.Context(), billing.StripeConfig{Project: f.project, Revision: 1}); err != nil { // the fixture's own has no part in it
		t.Fatal(err)
	}
	f.pass(settling + time.Second)
	did, err := f.reconciler.run(t.Context())
	if err != nil || did.Failures != 0 {
		t.Fatalf("%+v, %v", did, err)
	}
	for i, project := range projects {
		scope := billing.Scope{Project: project, Mode: billing.Test}
		for j, sub := range subscriptions {
			if row := f.row(t, scope, sub); (row.ID != "") != (i == j) {
				t.Errorf("project %d has of subscription %d: %+v", i, j, row)
			}
		}
		tally, err := f.Function.Table.Tally(t.Context(), scope)
		if err != nil || tally.RunningSubscriptions() != 1 || tally.SuccessfulPayments() != 1 {
			t.Errorf("project %d: %v, %v", i, tally, err)
		}
	}
}
