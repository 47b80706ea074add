package main

import (
	"net/http"
	"testing"

	"billhook/pkg/billing"
)

// Users of a project without keys see what they have, as long as their tenant's
// gateway serves the project: also while billing is off.
func TestReadingThroughAGateway(t *testing.T) {
	t.Parallel()
	const mine = "/api/v1/payments/stripe/my-subscription"
	for name, c := range map[string]struct {
		sw     billing.Switch
		query  string
		status int
	}{
		"never switched on":    {billing.Switch{}, "", http.StatusNotFound},
		"managed":              {billing.Switch{Enabled: true, Gateway: billing.GatewayManaged}, "", http.StatusOK},
		"managed in live mode": {billing.Switch{Enabled: true, Gateway: billing.GatewayManaged}, "?test_mode=false", http.StatusForbidden},
		"switched off since":   {billing.Switch{Gateway: billing.GatewayManaged}, "", http.StatusOK},
		"not connected":        {billing.Switch{Enabled: true, Gateway: billing.GatewayConnect}, "", http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.project = f.CreateProject(t, "tenant-1").ID
			f.link(t, billing.Test)
			f.keep(t, billing.Test, subscription(1, billing.StatusActive))
			c.sw.Tenant = "tenant-1"
			if err := f.Function.Table.SaveSwitch(t.Context(), c.sw); err != nil {
				t.Fatal(err)
			}
			if answer := f.get(t, mine+c.query); answer.Status != c.status {
				t.Errorf("%d %s, want %d", answer.Status, answer.Body, c.status)
			}
		})
	}
}
