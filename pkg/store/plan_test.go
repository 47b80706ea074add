package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/store"
)

func savePlan(t *testing.T, table *store.Table, s billing.Scope, was, next billing.Plan) billing.Plan {
	t.Helper()
	if err := table.SavePlan(t.Context(), s, was, next); err != nil {
		t.Fatal(err)
	}
	next.Revision = was.Revision + 1
	return next
}

func readPlans(t *testing.T, table *store.Table, s billing.Scope) []billing.Plan {
	t.Helper()
	plans, err := table.Plans(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return plans
}

// wantCode fails the test unless an error has a code.
func wantCode(t *testing.T, doing string, err error, code string) {
	t.Helper()
	known, _ := errors.AsType[*billing.Error](err)
	if known == nil || known.Code != code || known.Kind != billing.Conflict {
		t.Errorf("%s: %v, want the conflict %s", doing, err, code)
	}
}

func TestPlanIsReadAsItWasSaved(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	var p billing.Plan
	filled(t, &p)
	p = savePlan(t, table, s, billing.Plan{}, p)
	before := account.Calls()["Query"]
	if diff := cmp.Diff([]billing.Plan{p}, readPlans(t, table, s)); diff != "" {
		t.Errorf("(-saved +read):\n%s", diff)
	}
	if asked := account.Calls()["Query"] - before; asked != 1 {
		t.Errorf("%d queries", asked)
	}
	free := savePlan(t, table, s, billing.Plan{}, billing.Plan{ID: "a", Key: "free", Name: "Free", CreatedAt: noon})
	if diff := cmp.Diff([]billing.Plan{free, p}, readPlans(t, table, s)); diff != "" {
		t.Errorf("with one that has nothing (-saved +read):\n%s", diff)
	}
	for name, other := range map[string]billing.Scope{
		"the other mode":  {Project: s.Project, Mode: billing.Live},
		"another project": {Project: uuid.New(), Mode: s.Mode},
	} {
		if got := readPlans(t, table, other); len(got) != 0 {
			t.Errorf("%s has %v", name, got)
		}
	}
}

func TestPlansAreSavedOverTheRevisionThatWasRead(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	first := savePlan(t, table, s, billing.Plan{}, billing.Plan{ID: "plan_1", Key: "gold", Name: "Gold"})
	next := first
	next.Name = "Gold 2"
	second := savePlan(t, table, s, first, next)
	before := account.Items(t)
	wantCode(t, "over an older revision", table.SavePlan(t.Context(), s, first, next), "concurrent_change")
	wantCode(t, "deleted at an older revision", table.DeletePlan(t.Context(), s, first), "concurrent_change")
	wantCode(t, "a plan that is not there", table.DeletePlan(t.Context(), s, billing.Plan{ID: "plan_2", Key: "gold", Revision: 1}), "concurrent_change")
	if diff := cmp.Diff(before, account.Items(t)); diff != "" {
		t.Errorf("a refusal changed something (-before +after):\n%s", diff)
	}
	if err := table.DeletePlan(t.Context(), s, second); err != nil {
		t.Fatal(err)
	}
	if items := account.Items(t); len(items) != 0 {
		t.Errorf("left behind: %v", items)
	}
}

func TestAKeyIsOnePlans(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	gold := savePlan(t, table, s, billing.Plan{}, billing.Plan{ID: "plan_1", Key: "gold"})
	another := billing.Plan{ID: "plan_2", Key: "gold"}
	wantCode(t, "a twin", table.SavePlan(t.Context(), s, billing.Plan{}, another), "plan_key_taken")
	archived := gold
	archived.Archived = true
	gold = savePlan(t, table, s, gold, archived)
	wantCode(t, "beside an archived one", table.SavePlan(t.Context(), s, billing.Plan{}, another), "plan_key_taken")
	savePlan(t, table, billing.Scope{Project: s.Project, Mode: billing.Live}, billing.Plan{}, another)
	if err := table.DeletePlan(t.Context(), s, gold); err != nil {
		t.Fatal(err)
	}
	savePlan(t, table, s, billing.Plan{}, another)
}

func TestOnePlanIsTheDefault(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	free := savePlan(t, table, s, billing.Plan{}, billing.Plan{ID: "plan_1", Key: "free", Default: true})
	gold := savePlan(t, table, s, billing.Plan{}, billing.Plan{ID: "plan_2", Key: "gold"})
	chosen := gold
	chosen.Default = true
	wantCode(t, "a second", table.SavePlan(t.Context(), s, gold, chosen), "default_plan_taken")
	wantCode(t, "a new one", table.SavePlan(t.Context(), s, billing.Plan{}, billing.Plan{ID: "plan_3", Key: "new", Default: true}), "default_plan_taken")
	free = savePlan(t, table, s, free, free) // it stays the default
	given := free
	given.Default = false
	savePlan(t, table, s, free, given)
	gold = savePlan(t, table, s, gold, chosen)
	if err := table.DeletePlan(t.Context(), s, gold); err != nil {
		t.Fatal(err)
	}
	savePlan(t, table, s, billing.Plan{}, billing.Plan{ID: "plan_3", Key: "new", Default: true})
}

// Of many that claim the same at the same time, one gets it.
func TestClaimsOfPlansAtOnce(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	var wait sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wait.Go(func() {
			p := billing.Plan{ID: fmt.Sprintf("plan_%d", i), Key: fmt.Sprintf("key_%d", i/4), Default: true}
			results[i] = table.SavePlan(t.Context(), s, billing.Plan{}, p)
		})
	}
	wait.Wait()
	saved := 0
	for _, err := range results {
		if err == nil {
			saved++
		} else if billing.KindOf(err) != billing.Conflict {
			t.Errorf("refused: %v", err)
		}
	}
	if plans := readPlans(t, table, s); saved != 1 || len(plans) != 1 {
		t.Errorf("%d saved: %v", saved, plans)
	}
}
