package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/store"
)

var (
	ownKeys = billing.Route{Gateway: billing.GatewayOwnKeys}
	managed = billing.Route{Gateway: billing.GatewayManaged}
)

// readSwitch reads a tenant's switch.
func readSwitch(t *testing.T, table *store.Table, tenant string) billing.Switch {
	t.Helper()
	s, err := table.Switch(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSwitchIsStoredWhole(t *testing.T) {
	t.Parallel()
	table, _, _ := open(t)
	if diff := cmp.Diff(billing.Switch{Tenant: "tenant-1"}, readSwitch(t, table, "tenant-1")); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	var s billing.Switch
	filled(t, &s)
	s.Tenant, s.Revision = "tenant-1", 0
	if err := table.SaveSwitch(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	s.Revision = 1
	if diff := cmp.Diff(s, readSwitch(t, table, "tenant-1")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(billing.Switch{Tenant: "tenant-2"}, readSwitch(t, table, "tenant-2")); diff != "" {
		t.Errorf("of another tenant (-want +got):\n%s", diff)
	}
}

// Of all who write over the same revision, the first included, one does.
func TestSwitchIsWrittenByOne(t *testing.T) {
	t.Parallel()
	table, _, _ := open(t)
	for revision := range int64(2) {
		var wrote atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				switch err := table.SaveSwitch(t.Context(), billing.Switch{Tenant: "tenant-1", Revision: revision}); {
				case err == nil:
					wrote.Add(1)
				case !billing.IsConcurrentChange(err):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if wrote.Load() != 1 {
			t.Errorf("revision %d was written over %d times", revision, wrote.Load())
		}
	}
}

func TestConnectedAccounts(t *testing.T) {
	t.Parallel()
	table, _, _ := open(t)
	tenantOf := func(account string, m billing.Mode, want string) {
		t.Helper()
		if got, err := table.TenantOf(t.Context(), account, m); got != want || err != nil {
			t.Errorf("tenant of %s in %s mode: %q, %v; want %q", account, m, got, err, want)
		}
	}
	tenantOf("acct_1", billing.Test, "")
	one := billing.Switch{Tenant: "tenant-1", Test: billing.ConnectedAccount{ID: "acct_1", LinkedAt: noon}}
	if err := table.ConnectAccount(t.Context(), one, "", billing.Test); err != nil {
		t.Fatal(err)
	}
	tenantOf("acct_1", billing.Test, "tenant-1")
	tenantOf("acct_1", billing.Live, "")
	if err := table.ConnectAccount(t.Context(), one, "", billing.Test); !billing.IsConcurrentChange(err) {
		t.Errorf("over a revision that is gone: %v", err)
	}
	one.Revision = 1
	if err := table.ConnectAccount(t.Context(), one, "", billing.Test); err != nil {
		t.Errorf("the same account again: %v", err)
	}
	two := billing.Switch{Tenant: "tenant-2", Test: one.Test}
	if err := table.ConnectAccount(t.Context(), two, "", billing.Test); billing.KindOf(err) != billing.Conflict || billing.IsConcurrentChange(err) {
		t.Errorf("another tenant's account: %v", err)
	}
	if diff := cmp.Diff(billing.Switch{Tenant: "tenant-2"}, readSwitch(t, table, "tenant-2")); diff != "" {
		t.Errorf("the other tenant (-want +got):\n%s", diff)
	}
	off := billing.Switch{Tenant: "tenant-1", Revision: 1}
	if err := table.DisconnectAccount(t.Context(), off, "acct_1", billing.Test); !billing.IsConcurrentChange(err) {
		t.Errorf("disconnected over a revision that is gone: %v", err)
	}
	tenantOf("acct_1", billing.Test, "tenant-1")
	off.Revision = 2
	if err := table.DisconnectAccount(t.Context(), off, "acct_1", billing.Test); err != nil {
		t.Fatal(err)
	}
	tenantOf("acct_1", billing.Test, "")
	if err := table.ConnectAccount(t.Context(), two, "", billing.Test); err != nil {
		t.Errorf("an account that is free again: %v", err)
	}
}

func TestConnectionEndsOnce(t *testing.T) {
	t.Parallel()
	table, account, _ := open(t)
	begun := billing.Connection{
		State: "state-canary", Tenant: "tenant-1", Mode: billing.Live, ReturnURL: "https://app.example.com/", ExpiresAt: noon.Add(billing.ConnectionLife),
	}
	if err := table.BeginConnection(t.Context(), begun); err != nil {
		t.Fatal(err)
	}
	for _, it := range account.Items(t) {
		if it["PK"] == "CONNECT#state-canary" {
			t.Error("the state is stored as it is")
		}
	}
	refused := func(name string, state billing.Secret, now time.Time) {
		t.Helper()
		if c, err := table.EndConnection(t.Context(), state, now); billing.KindOf(err) != billing.Refused {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	refused("an unknown state", "another", noon)
	refused("too late", begun.State, begun.ExpiresAt)
	var ended atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			c, err := table.EndConnection(t.Context(), begun.State, begun.ExpiresAt.Add(-time.Second))
			if err == nil {
				ended.Add(1)
				if diff := cmp.Diff(begun, c); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
	all.Wait()
	if ended.Load() != 1 {
		t.Errorf("ended %d times", ended.Load())
	}
	refused("a used state", begun.State, noon)
}

// A customer in an account that projects share leads to its project, and the
// scope is reconciled from then on, whatever is saved for the other mode.
func TestSharedCustomers(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	for range 2 {
		if _, err := table.LinkCustomer(t.Context(), s, billing.Customer{ID: "cus_1", User: "user-1"}, managed, billing.Link{}); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		route    billing.Route
		mode     billing.Mode
		customer string
		want     uuid.UUID
	}{
		"shared":           {managed, billing.Test, "cus_1", s.Project},
		"another":          {managed, billing.Test, "cus_2", uuid.Nil},
		"the other mode's": {managed, billing.Live, "cus_1", uuid.Nil},
		"another account":  {billing.Route{Gateway: billing.GatewayConnect, Account: "acct_1"}, billing.Test, "cus_1", uuid.Nil},
	} {
		if got, err := table.ProjectOfCustomer(t.Context(), c.route, c.mode, c.customer); got != c.want || err != nil {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	link, err := table.Link(t.Context(), s, "user-1")
	if err != nil {
		t.Fatal(err)
	}
	if want := (billing.Link{Customer: "cus_1", Account: "managed"}); link != want {
		t.Errorf("link %+v, want %+v", link, want)
	}
	if !link.UsableOn(managed) || link.UsableOn(ownKeys) {
		t.Error("the link is usable elsewhere, or not here")
	}
	if err := table.SaveStripeConfig(t.Context(), receiving(s.Project, billing.Live)); err != nil {
		t.Fatal(err)
	}
	all, err := table.Reconciliations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 {
		t.Errorf("%d scopes to reconcile, want both modes", len(all))
	}
}

// A scope without keys takes events if its tenant's gateway serves it.
func TestServedScopesReceive(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sw     billing.Switch
		config *billing.StripeConfig
		mode   billing.Mode
		want   bool
	}{
		"never switched on":      {mode: billing.Test},
		"managed":                {sw: billing.Switch{Enabled: true, Gateway: billing.GatewayManaged}, mode: billing.Test, want: true},
		"managed in live mode":   {sw: billing.Switch{Enabled: true, Gateway: billing.GatewayManaged}, mode: billing.Live},
		"switched off since":     {sw: billing.Switch{Gateway: billing.GatewayManaged, DisabledAt: noon}, mode: billing.Test, want: true},
		"not connected":          {sw: billing.Switch{Enabled: true, Gateway: billing.GatewayConnect}, mode: billing.Test},
		"own keys, but no hooks": {sw: billing.Switch{Enabled: true, Gateway: billing.GatewayManaged}, config: deaf(), mode: billing.Test},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table, _, s := open(t)
			if err := table.CreateProject(t.Context(), billing.Project{ID: s.Project, Owner: "tenant-1", CreatedAt: noon}); err != nil {
				t.Fatal(err)
			}
			if c.config != nil {
				c.config.Project = s.Project
				if err := table.SaveStripeConfig(t.Context(), *c.config); err != nil {
					t.Fatal(err)
				}
			}
			c.sw.Tenant = "tenant-1"
			if err := table.SaveSwitch(t.Context(), c.sw); err != nil {
				t.Fatal(err)
			}
			p, err := table.Picture(t.Context(), billing.Scope{Project: s.Project, Mode: c.mode}, lookup("evt_1", billing.Lookup{}))
			if err != nil || p.Receives != c.want {
				t.Errorf("Receives = %t, %v, want %t", p.Receives, err, c.want)
			}
		})
	}
}

// deaf is a configuration that can be asked and receives no events.
func deaf() *billing.StripeConfig {
	c := receiving(uuid.Nil, billing.Test)
	c.Test.WebhookSecret = ""
	return &c
}
