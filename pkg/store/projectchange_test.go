package store_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/store"
)

// read reads a project that must be there.
func read(t *testing.T, table *store.Table, id uuid.UUID) (billing.Project, *billing.StripeConfig) {
	t.Helper()
	p, config, err := table.Project(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p, config
}

func TestProjectIsSavedOverTheRevisionThatWasRead(t *testing.T) {
	t.Parallel()
	table, account, _ := open(t)
	p, _ := read(t, table, createProject(t, table, "dev", noon).ID)
	if p.DefaultMode != billing.Test || p.Revision != 1 {
		t.Errorf("a new project: %+v", p)
	}
	p.Name, p.Description, p.Active = "another", "described", false
	p.RedirectOrigins, p.DefaultMode = []string{"https://a.example", "https://*.b.example"}, billing.Live
	if err := table.SaveProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	stale := p
	p.Revision++
	if got, _ := read(t, table, p.ID); !cmp.Equal(p, got) {
		t.Errorf("project (-saved +read):\n%s", cmp.Diff(p, got))
	}
	before := account.Items(t)
	unknown := p
	unknown.ID = uuid.New()
	for name, q := range map[string]billing.Project{"stale": stale, "unknown": unknown} {
		if err := table.SaveProject(t.Context(), q); !billing.IsConcurrentChange(err) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
	if diff := cmp.Diff(before, account.Items(t)); diff != "" {
		t.Errorf("a conflict changed something:\n%s", diff)
	}
	p.Description, p.RedirectOrigins = "", nil
	if err := table.SaveProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	p.Revision++
	if got, _ := read(t, table, p.ID); !cmp.Equal(p, got) {
		t.Errorf("project (-saved +read):\n%s", cmp.Diff(p, got))
	}
}

// configured is a project with an active configuration for both modes.
func configured(t *testing.T, table *store.Table) (billing.Project, *billing.StripeConfig) {
	t.Helper()
	p := createProject(t, table, "dev", noon)
	set := billing.CredentialSet{Version: "v1", SecretKey: "sk_...", WebhookSecret: "whsec_..."}
	if err := table.SaveStripeConfig(t.Context(), billing.StripeConfig{Project: p.ID, Active: true, Test: set, Live: set, CreatedAt: noon}); err != nil {
		t.Fatal(err)
	}
	return read(t, table, p.ID)
}

func TestDeletedProject(t *testing.T) {
	t.Parallel()
	table, account, _ := open(t)
	kept := createProject(t, table, "dev", noon)
	p, config := configured(t, table)
	scope := billing.Scope{Project: p.ID, Mode: billing.Live}
	if err := table.DeleteProject(t.Context(), p, config, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := table.Project(t.Context(), p.ID); billing.KindOf(err) != billing.NotFound {
		t.Errorf("err = %v, want NotFound", err)
	}
	ids, err := table.ProjectIDs(t.Context(), "dev")
	if diff := cmp.Diff([]uuid.UUID{kept.ID}, ids); diff != "" || err != nil {
		t.Errorf("%v, ids (-want +got):\n%s", err, diff)
	}
	// A list that was read before still names it.
	projects, err := table.Projects(t.Context(), []uuid.UUID{p.ID, kept.ID})
	if err != nil || len(projects) != 1 || projects[0].ID != kept.ID {
		t.Errorf("projects %+v, %v", projects, err)
	}
	// An event that was verified before finds it closed.
	picture, err := table.Picture(t.Context(), scope, lookup("evt_1", billing.Lookup{}))
	if err != nil || picture.Receives {
		t.Errorf("picture %+v, %v", picture, err)
	}
	item := account.Items(t)["PROJECT#"+p.ID.String()+" PROJECT"]
	if item["name"] != p.Name || item["deleted_at"] != float64(noon.Add(time.Hour).UnixMilli()) {
		t.Errorf("the item was not kept and marked: %v", item)
	}
	before := account.Items(t)
	for name, err := range map[string]error{
		"deleted again": table.DeleteProject(t.Context(), p, config, noon),
		"saved":         table.SaveProject(t.Context(), p),
		"configured":    table.SaveStripeConfig(t.Context(), *config),
	} {
		if !billing.IsConcurrentChange(err) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
	if diff := cmp.Diff(before, account.Items(t)); diff != "" {
		t.Errorf("what was read before brought something back:\n%s", diff)
	}
}

func TestProjectIsDeletedAsItWasRead(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, table *store.Table, p billing.Project, config *billing.StripeConfig){
		"the project was changed": func(t *testing.T, table *store.Table, p billing.Project, _ *billing.StripeConfig) {
			t.Helper()
			if err := table.SaveProject(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		},
		"the configuration was saved": func(t *testing.T, table *store.Table, p billing.Project, config *billing.StripeConfig) {
			t.Helper()
			next := billing.StripeConfig{Project: p.ID, Active: true}
			if config != nil {
				next = *config
			}
			if err := table.SaveStripeConfig(t.Context(), next); err != nil {
				t.Fatal(err)
			}
		},
	} {
		for _, with := range []string{"with a configuration", "without one"} {
			t.Run(name+", "+with, func(t *testing.T) {
				t.Parallel()
				table, account, _ := open(t)
				p, config := configured(t, table)
				if with == "without one" {
					p, config = read(t, table, createProject(t, table, "dev", noon).ID)
				}
				change(t, table, p, config)
				before := account.Items(t)
				if err := table.DeleteProject(t.Context(), p, config, noon); !billing.IsConcurrentChange(err) {
					t.Errorf("err = %v", err)
				}
				if diff := cmp.Diff(before, account.Items(t)); diff != "" {
					t.Errorf("a conflict changed something:\n%s", diff)
				}
				p, config = read(t, table, p.ID)
				if err := table.DeleteProject(t.Context(), p, config, noon); err != nil {
					t.Errorf("tried again: %v", err)
				}
			})
		}
	}
}

func TestDeleteProjectFails(t *testing.T) {
	t.Parallel()
	table, account, _ := open(t)
	p, config := configured(t, table)
	account.Intercept(functiontest.Failing("TransactWriteItems", &types.InternalServerError{}))
	if err := table.DeleteProject(t.Context(), p, config, noon); err == nil || billing.KindOf(err) != billing.Internal {
		t.Errorf("err = %v", err)
	}
}
