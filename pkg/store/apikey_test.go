package store_test

import (
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/store"
)

// newKey makes a key; no project stands for a developer's.
func newKey(t *testing.T, tenant string, project uuid.UUID, created time.Time) billing.Key {
	t.Helper()
	k, _, err := billing.NewKey(rand.Reader, created)
	if err != nil {
		t.Fatal(err)
	}
	k.Tenant, k.Project, k.Name = tenant, project, "of "+tenant
	return k
}

func createKey(t *testing.T, table *store.Table, tenant string, project uuid.UUID, created time.Time) billing.Key {
	t.Helper()
	k := newKey(t, tenant, project, created)
	if err := table.CreateKey(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	return k
}

// listed compares a list of keys, and what their hashes find.
func listed(t *testing.T, table *store.Table, tenant string, project uuid.UUID, want ...billing.Key) {
	t.Helper()
	got, err := table.Keys(t.Context(), tenant, project)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append([]billing.Key{}, want...), got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	for _, k := range want {
		found, err := table.KeysByHash(t.Context(), k.Hash)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]billing.Key{k}, found); diff != "" {
			t.Errorf("by hash (-want +got):\n%s", diff)
		}
	}
}

func TestKeysAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	listed(t, table, "dev", uuid.Nil)
	a := createKey(t, table, "dev", uuid.Nil, noon)
	b := createKey(t, table, "dev", uuid.Nil, noon.Add(time.Millisecond))
	c := createKey(t, table, "dev", uuid.Nil, noon.Add(time.Second))
	other := createKey(t, table, "dev-2", uuid.Nil, noon)
	d := createKey(t, table, "dev", s.Project, noon)
	e := createKey(t, table, "dev", s.Project, noon.Add(time.Second))
	listed(t, table, "dev", uuid.Nil, c, b, a)
	listed(t, table, "dev-2", uuid.Nil, other)
	listed(t, table, "dev", s.Project, e, d)
	listed(t, table, "dev", uuid.New())
}

func TestKeysByHash(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	a := createKey(t, table, "dev", uuid.Nil, noon)
	b := createKey(t, table, "dev", s.Project, noon)
	unknown := newKey(t, "dev", uuid.Nil, noon)
	before := account.Calls()["BatchGetItem"]
	got, err := table.KeysByHash(t.Context(), a.Hash, unknown.Hash, b.Hash, a.Hash)
	if err != nil || len(got) != 2 {
		t.Errorf("keys %+v, %v", got, err)
	}
	if n := account.Calls()["BatchGetItem"] - before; n != 1 {
		t.Errorf("%d reads, want 1", n)
	}
	if got, err := table.KeysByHash(t.Context(), unknown.Hash); err != nil || len(got) != 0 {
		t.Errorf("an unknown hash: %+v, %v", got, err)
	}
	account.Intercept(functiontest.Failing("BatchGetItem", &types.InternalServerError{}))
	if _, err := table.KeysByHash(t.Context(), a.Hash); err == nil {
		t.Error("a failure to read is not an unknown key")
	}
}

func TestRevokeKey(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	for name, project := range map[string]uuid.UUID{"developer's": uuid.Nil, "project's": s.Project} {
		k := createKey(t, table, "dev", project, noon)
		for what, at := range map[string]struct {
			tenant      string
			project, id uuid.UUID
		}{
			"an unknown one":     {"dev", project, uuid.New()},
			"of another project": {"dev", uuid.New(), k.ID},
		} {
			if err := table.RevokeKey(t.Context(), at.tenant, at.project, at.id, noon); billing.KindOf(err) != billing.NotFound {
				t.Errorf("%s, %s: err = %v, want NotFound", name, what, err)
			}
		}
		listed(t, table, "dev", project, k)
		k.RevokedAt = noon.Add(time.Hour)
		if err := table.RevokeKey(t.Context(), "dev", project, k.ID, k.RevokedAt); err != nil {
			t.Fatal(err)
		}
		listed(t, table, "dev", project, k)
		before := account.Items(t)
		if err := table.RevokeKey(t.Context(), "dev", project, k.ID, noon.Add(2*time.Hour)); err != nil {
			t.Errorf("%s: revoked again: %v", name, err)
		}
		if diff := cmp.Diff(before, account.Items(t)); diff != "" {
			t.Errorf("%s: revoking again changed something:\n%s", name, diff)
		}
	}
}

func TestDevelopersHaveTenActiveKeys(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	var last billing.Key
	for range billing.MaxDeveloperKeys {
		last = createKey(t, table, "dev", uuid.Nil, noon)
	}
	before := account.Items(t)
	err := table.CreateKey(t.Context(), newKey(t, "dev", uuid.Nil, noon))
	var known *billing.Error
	if !errors.As(err, &known) || known.Kind != billing.Conflict || known.Code != "too_many_keys" {
		t.Errorf("the eleventh: %v", err)
	}
	if diff := cmp.Diff(before, account.Items(t)); diff != "" {
		t.Errorf("the eleventh left something:\n%s", diff)
	}
	createKey(t, table, "dev-2", uuid.Nil, noon)
	for range billing.MaxDeveloperKeys + 1 {
		createKey(t, table, "dev", s.Project, noon)
	}
	for range 2 { // the second changes nothing
		if err := table.RevokeKey(t.Context(), "dev", uuid.Nil, last.ID, noon); err != nil {
			t.Fatal(err)
		}
	}
	createKey(t, table, "dev", uuid.Nil, noon)
	if err := table.CreateKey(t.Context(), newKey(t, "dev", uuid.Nil, noon)); billing.KindOf(err) != billing.Conflict {
		t.Errorf("one for one that was revoked, and another: %v", err)
	}
}

// However many are created and revoked at once, the limit holds and the count
// is right afterwards.
func TestKeysAtTheSameTime(t *testing.T) {
	t.Parallel()
	table, _, _ := open(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var created []billing.Key
	for range 16 {
		k := newKey(t, "dev", uuid.Nil, noon)
		wg.Go(func() {
			err := table.CreateKey(t.Context(), k)
			for billing.IsConcurrentChange(err) {
				err = table.CreateKey(t.Context(), k)
			}
			var known *billing.Error
			if errors.As(err, &known) && known.Code == "too_many_keys" {
				return
			}
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			created = append(created, k)
		})
	}
	wg.Wait()
	if len(created) != billing.MaxDeveloperKeys {
		t.Fatalf("%d keys were created", len(created))
	}
	for range 2 { // every key is revoked twice, at once
		for _, k := range created {
			wg.Go(func() {
				err := table.RevokeKey(t.Context(), "dev", uuid.Nil, k.ID, noon)
				for billing.IsConcurrentChange(err) {
					err = table.RevokeKey(t.Context(), "dev", uuid.Nil, k.ID, noon)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	for range billing.MaxDeveloperKeys {
		createKey(t, table, "dev", uuid.Nil, noon)
	}
	if err := table.CreateKey(t.Context(), newKey(t, "dev", uuid.Nil, noon)); billing.KindOf(err) != billing.Conflict {
		t.Errorf("the eleventh: %v", err)
	}
}

func TestKeysThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	k := createKey(t, table, "dev", s.Project, noon)
	if err := table.CreateKey(t.Context(), k); !billing.IsConcurrentChange(err) {
		t.Errorf("the same key again: %v", err)
	}
	busy := &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{
		{Code: aws.String("None")}, {Code: aws.String("None")}, {Code: aws.String("TransactionConflict")},
	}}
	for name, c := range map[string]struct {
		failure  error
		conflict bool
	}{
		"busy":    {busy, true},
		"failing": {&types.InternalServerError{}, false},
	} {
		account.Intercept(functiontest.Failing("TransactWriteItems", c.failure))
		create := table.CreateKey(t.Context(), newKey(t, "dev", uuid.Nil, noon))
		revoke := table.RevokeKey(t.Context(), "dev", s.Project, k.ID, noon)
		for _, err := range []error{create, revoke} {
			if err == nil || billing.IsConcurrentChange(err) != c.conflict {
				t.Errorf("%s: err = %v", name, err)
			}
		}
		account.Intercept(nil)
	}
	listed(t, table, "dev", s.Project, k)
}
