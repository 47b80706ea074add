package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/store"
)

func createProject(t *testing.T, table *store.Table, owner string, created time.Time) billing.Project {
	t.Helper()
	p := billing.Project{ID: uuid.New(), Owner: owner, Name: "of " + owner, Active: true, DefaultMode: billing.Test, CreatedAt: created}
	if err := table.CreateProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	p.Revision = 1
	return p
}

func TestProjectIsReadAsItWasCreated(t *testing.T) {
	t.Parallel()
	table, _, _ := open(t)
	var p billing.Project
	filled(t, &p)
	if err := table.CreateProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	p.Revision = 1
	got, config, err := table.Project(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, got); diff != "" || config != nil {
		t.Errorf("configuration %v, project (-created +read):\n%s", config, diff)
	}
}

func TestUnknownProject(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	_, _, err := table.Project(t.Context(), s.Project)
	if billing.KindOf(err) != billing.NotFound {
		t.Errorf("err = %v, want NotFound", err)
	}
	// A configuration alone makes no project.
	if err := table.SaveStripeConfig(t.Context(), billing.StripeConfig{Project: s.Project, Active: true}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := table.Project(t.Context(), s.Project); billing.KindOf(err) != billing.NotFound {
		t.Errorf("err = %v, want NotFound", err)
	}
	account.Intercept(functiontest.Failing("BatchGetItem", &types.InternalServerError{}))
	if _, _, err := table.Project(t.Context(), s.Project); err == nil || billing.KindOf(err) != billing.Internal {
		t.Errorf("err = %v: a failure to read is not NotFound", err)
	}
}

func TestProjectCannotBeCreatedTwice(t *testing.T) {
	t.Parallel()
	table, account, _ := open(t)
	p := createProject(t, table, "dev", noon)
	before := account.Items(t)
	for name, again := range map[string]billing.Project{
		"the same":       p,
		"another's name": {ID: p.ID, Owner: "thief", Name: "mine", CreatedAt: noon.Add(time.Hour)},
	} {
		if err := table.CreateProject(t.Context(), again); err == nil {
			t.Errorf("%s: created again", name)
		}
	}
	if diff := cmp.Diff(before, account.Items(t)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestProjectIDsAreTheOwnersNewestFirst(t *testing.T) {
	t.Parallel()
	table, _, _ := open(t)
	second := createProject(t, table, "dev", noon.Add(time.Millisecond))
	third := createProject(t, table, "dev", noon.Add(time.Hour))
	first := createProject(t, table, "dev", noon)
	createProject(t, table, "dev#2", noon) // a name that begins with the other's
	for owner, want := range map[string][]uuid.UUID{
		"dev":    {third.ID, second.ID, first.ID},
		"nobody": {},
	} {
		got, err := table.ProjectIDs(t.Context(), owner)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("projects of %s (-want +got):\n%s", owner, diff)
		}
	}
}

func TestProjectsKeepTheOrderOfTheirIDs(t *testing.T) {
	t.Parallel()
	table, _, _ := open(t)
	a := createProject(t, table, "dev", noon)
	b := createProject(t, table, "dev", noon)
	got, err := table.Projects(t.Context(), []uuid.UUID{b.ID, uuid.New(), a.ID})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]billing.Project{b, a}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err = table.Projects(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("of no ids: %v, %v", got, err)
	}
}

// DynamoDB reads at most 100 items at once, and fewer when it likes.
func TestManyItemsAreReadInSeveralCalls(t *testing.T) {
	t.Parallel()
	table, account, _ := open(t)
	var want []billing.Project
	var ids []uuid.UUID
	for i := range 205 {
		p := createProject(t, table, "dev", noon.Add(time.Duration(i)*time.Second))
		want, ids = append(want, p), append(ids, p.ID)
	}
	read := func(calls int) {
		t.Helper()
		before := account.Calls()["BatchGetItem"]
		got, err := table.Projects(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if made := account.Calls()["BatchGetItem"] - before; made != calls {
			t.Errorf("%d calls, want %d", made, calls)
		}
	}
	read(3)
	account.Intercept(atMost(40))
	read(3 + 3 + 1) // 100 in 40, 40 and 20, twice, and the last 5 at once
	slices.Reverse(want)
	got, err := table.ProjectIDs(t.Context(), "dev")
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(ids)
	if diff := cmp.Diff(ids, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// atMost has BatchGetItem read n items and leave the others unprocessed.
func atMost(n int) functiontest.Interceptor {
	return func(ctx context.Context, _ string, input any, next functiontest.Next) (any, error) {
		in, ok := input.(*dynamodb.BatchGetItemInput)
		if !ok {
			return next(ctx, input)
		}
		now, later := *in, map[string]types.KeysAndAttributes{}
		now.RequestItems = map[string]types.KeysAndAttributes{}
		for table, keys := range in.RequestItems {
			rest := keys
			if len(keys.Keys) > n {
				rest.Keys, keys.Keys = keys.Keys[n:], keys.Keys[:n]
				later[table] = rest
			}
			now.RequestItems[table] = keys
		}
		result, err := next(ctx, &now)
		if out, ok := result.(*dynamodb.BatchGetItemOutput); ok && err == nil {
			out.UnprocessedKeys = later
		}
		return result, err
	}
}

func TestStripeConfigIsSavedOverTheRevisionThatWasRead(t *testing.T) {
	t.Parallel()
	table, _, _ := open(t)
	p := createProject(t, table, "dev", noon)
	var want billing.StripeConfig
	filled(t, &want)
	want.Project, want.Revision = p.ID, 0
	for revision := range int64(3) {
		want.Revision = revision
		if err := table.SaveStripeConfig(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		_, got, err := table.Project(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		want.Revision = revision + 1
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Fatalf("(-saved +read):\n%s", diff)
		}
	}
	for name, revision := range map[string]int64{"new": 0, "stale": 2, "from the future": 4} {
		stale := billing.StripeConfig{Project: p.ID, Revision: revision}
		if err := table.SaveStripeConfig(t.Context(), stale); billing.KindOf(err) != billing.Conflict {
			t.Errorf("%s: err = %v, want Conflict", name, err)
		}
	}
	if _, got, _ := table.Project(t.Context(), p.ID); !cmp.Equal(&want, got) {
		t.Errorf("a conflict changed the configuration: %s", cmp.Diff(&want, got))
	}
}

func TestStripeConfigsAreThoseOfProjectsThatHaveOne(t *testing.T) {
	t.Parallel()
	table, _, _ := open(t)
	want := map[uuid.UUID]billing.StripeConfig{}
	ids := []uuid.UUID{uuid.New()} // has none
	for range 2 {
		var c billing.StripeConfig
		filled(t, &c)
		c.Project, c.Revision = uuid.New(), 0
		if err := table.SaveStripeConfig(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		c.Revision = 1
		want[c.Project], ids = c, append(ids, c.Project)
	}
	got, err := table.StripeConfigs(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
