package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// receiving is a configuration whose modes can be asked and receive events.
func receiving(project uuid.UUID, modes ...billing.Mode) billing.StripeConfig {
	c := billing.StripeConfig{Project: project, Active: true, CreatedAt: noon}
	for _, m := range modes {
		*c.Set(m) = billing.CredentialSet{Version: "1", SecretKey: "sk_...", WebhookSecret: "whsec_...", ConfiguredAt: noon}
	}
	return c
}

// The scopes to reconcile are those that the configurations name, whatever
// becomes of them.
func TestScopesToReconcileFollowTheConfiguration(t *testing.T) {
	t.Parallel()
	table, _, _ := open(t)
	project := billing.Project{ID: uuid.New(), Owner: "dev", Name: "A", CreatedAt: noon}
	if err := table.CreateProject(t.Context(), project); err != nil {
		t.Fatal(err)
	}
	project.Revision = 1
	config := receiving(project.ID)
	scopes := func(modes ...billing.Mode) {
		t.Helper()
		want := map[billing.Scope]bool{}
		for _, m := range modes {
			want[billing.Scope{Project: project.ID, Mode: m}] = true
		}
		all, err := table.Reconciliations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := map[billing.Scope]bool{}
		for _, r := range all {
			got[r.Scope] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("scopes (-want +got):\n%s", diff)
		}
	}
	save := func(c billing.StripeConfig) {
		t.Helper()
		c.Revision = config.Revision
		if err := table.SaveStripeConfig(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		config = c
		config.Revision++
	}
	save(config)
	scopes()
	save(receiving(project.ID, billing.Test))
	scopes(billing.Test)
	save(receiving(project.ID, billing.Test, billing.Live))
	scopes(billing.Test, billing.Live)
	deaf := receiving(project.ID, billing.Test, billing.Live)
	deaf.Test.WebhookSecret, deaf.Live.SecretKey = "", ""
	save(deaf)
	scopes()
	save(receiving(project.ID, billing.Live))
	scopes(billing.Live)
	closed := config
	closed.Active = false
	save(closed)
	scopes()
	save(receiving(project.ID, billing.Test, billing.Live))
	if err := table.DeleteProject(t.Context(), project, &config, noon); err != nil {
		t.Fatal(err)
	}
	scopes()
}

// How far a scope has come survives everything but its end, and is never
// written over.
func TestReconciliationIsSavedOverTheRevisionThatWasRead(t *testing.T) {
	t.Parallel()
	table, _, _ := open(t)
	config := receiving(uuid.New(), billing.Test)
	if err := table.SaveStripeConfig(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	all, err := table.Reconciliations(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("scopes %v, %v", all, err)
	}
	var r billing.Reconciliation
	filled(t, &r)
	r.Scope, r.Revision = all[0].Scope, all[0].Revision
	if err := table.SaveReconciliation(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
	config.Revision = 1
	if err := table.SaveStripeConfig(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	got, err := table.Reconciliations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]billing.Reconciliation{r}, got); diff != "" {
		t.Errorf("scopes (-want +got):\n%s", diff)
	}
	if err := table.SaveReconciliation(t.Context(), &all[0]); !billing.IsConcurrentChange(err) {
		t.Errorf("over a revision that is gone: %v", err)
	}
	config.Revision, config.Active = 2, false
	if err := table.SaveStripeConfig(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	if err := table.SaveReconciliation(t.Context(), &r); !billing.IsConcurrentChange(err) {
		t.Errorf("of a scope that is closed: %v", err)
	}
}

func TestScopesVisitedLongestAgoComeFirst(t *testing.T) {
	t.Parallel()
	table, _, _ := open(t)
	for range 12 {
		if err := table.SaveStripeConfig(t.Context(), receiving(uuid.New(), billing.Test)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := table.Reconciliations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var want []billing.Scope
	for i, r := range all[:11] {
		r.VisitedAt = noon.Add(time.Duration(i*5%11) * time.Second)
		if err := table.SaveReconciliation(t.Context(), &r); err != nil {
			t.Fatal(err)
		}
	}
	want = append(want, all[11].Scope) // never
	for second := range 11 {
		for i, r := range all[:11] {
			if i*5%11 == second {
				want = append(want, r.Scope)
			}
		}
	}
	if all, err = table.Reconciliations(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []billing.Scope
	for _, r := range all {
		got = append(got, r.Scope)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("scopes (-want +got):\n%s", diff)
	}
}

func TestRecordsAndSubscriptionsByID(t *testing.T) {
	t.Parallel()
	table, _, scope := open(t)
	s := sold("sub_1", 1, billing.StatusActive)
	sell(t, table, scope, s)
	event := eventNamed("evt_sub_1active")
	records, err := table.Records(t.Context(), scope, []billing.EventRef{event.Ref(), {ID: "evt_2", Created: noon}})
	if err != nil || len(records) != 1 || records[event.ID].Outcome != billing.Applied {
		t.Errorf("records %v, %v", records, err)
	}
	known, err := table.KnownSubscriptions(t.Context(), scope, map[string]string{s.ID: s.Customer, "sub_2": "cus_2"})
	if err != nil || len(known) != 1 || known[s.ID].Customer != s.Customer {
		t.Errorf("subscriptions %v, %v", known, err)
	}
	live := billing.Scope{Project: scope.Project, Mode: billing.Live}
	if known, err = table.KnownSubscriptions(t.Context(), live, map[string]string{s.ID: s.Customer}); err != nil || len(known) != 0 {
		t.Errorf("in the other mode: %v, %v", known, err)
	}
}
