package store_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

func TestLinkCustomer(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	nora := billing.Customer{ID: "cus_1", User: "user-1", Email: "nora@example.com"}
	if got, err := table.CustomerOf(t.Context(), s, "user-1"); got != "" || err != nil {
		t.Errorf("before: %q, %v", got, err)
	}
	if got, err := table.LinkCustomer(t.Context(), s, nora, ownKeys, billing.Link{}); got != "cus_1" || err != nil {
		t.Errorf("link: %q, %v", got, err)
	}
	again := billing.Customer{ID: "cus_2", User: "user-1"}
	if got, err := table.LinkCustomer(t.Context(), s, again, ownKeys, billing.Link{}); got != "cus_1" || err != nil {
		t.Errorf("link again: %q, %v; want the first customer", got, err)
	}
	if got, err := table.CustomerOf(t.Context(), s, "user-1"); got != "cus_1" || err != nil {
		t.Errorf("after: %q, %v", got, err)
	}
	live := billing.Scope{Project: s.Project, Mode: billing.Live}
	if got, err := table.CustomerOf(t.Context(), live, "user-1"); got != "" || err != nil {
		t.Errorf("in the other mode: %q, %v", got, err)
	}
	p, err := table.Picture(t.Context(), s, lookup("evt", billing.Lookup{Owner: "cus_1"}))
	if err != nil {
		t.Fatal(err)
	}
	nora.Revision = 1
	if diff := cmp.Diff(&nora, p.Customer); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}

func TestLinkCustomerKeepsARowThatAnEventWrote(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	told := billing.Customer{ID: "cus_1", User: "user-1", Email: "told@example.com"}
	commit(t, table, s, billing.Changes{Event: eventNamed("evt_1"), Customer: &told})
	if got, err := table.LinkCustomer(t.Context(), s, billing.Customer{ID: "cus_1", User: "user-1"}, ownKeys, billing.Link{}); got != "cus_1" || err != nil {
		t.Fatalf("link: %q, %v", got, err)
	}
	p, err := table.Picture(t.Context(), s, lookup("evt", billing.Lookup{Owner: "cus_1", User: "user-1"}))
	if err != nil {
		t.Fatal(err)
	}
	told.Revision = 1
	if diff := cmp.Diff(billing.Picture{Customer: &told, Linked: "cus_1"}, p); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLinkCustomerHasOneWinner(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	var answers [16]string
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			var err error
			answers[i], err = table.LinkCustomer(t.Context(), s, billing.Customer{ID: fmt.Sprintf("cus_%d", i), User: "user-1"}, ownKeys, billing.Link{})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, got := range answers {
		if got == "" || got != answers[0] {
			t.Fatalf("answers differ: %q", answers)
		}
	}
	if items := account.Items(t); len(items) != 2 {
		t.Errorf("%d items, want the link and the winner's row: %v", len(items), items)
	}
}

func TestLinkCustomerFailsWhenWritingFails(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	account.Intercept(functiontest.Failing("PutItem", &types.ProvisionedThroughputExceededException{}))
	if got, err := table.LinkCustomer(t.Context(), s, billing.Customer{ID: "cus_1", User: "user-1"}, ownKeys, billing.Link{}); err == nil {
		t.Errorf("answered %q", got)
	}
	account.Intercept(nil)
	if got, err := table.LinkCustomer(t.Context(), s, billing.Customer{ID: "cus_1", User: "user-1"}, ownKeys, billing.Link{}); got != "cus_1" || err != nil {
		t.Errorf("tried again: %q, %v", got, err)
	}
}

func TestCustomersByEmail(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	save := func(findBy string, c billing.Customer) {
		commit(t, table, s, billing.Changes{Customer: &c, FindBy: findBy})
	}
	own := func(id, email string) billing.Customer { return billing.Customer{ID: id, Email: email, Own: true} }
	const nora = "nora@example.com"
	save(nora, own("cus_1", "Nora@Example.com"))
	save(nora, own("cus_2", nora))
	save("old@example.com", own("cus_3", nora)) // its pointer is of another address
	moved := own("cus_4", nora)
	save(nora, moved)
	moved.Revision, moved.Email = 1, "moved@example.com"
	save("moved@example.com", moved)
	save(nora, billing.Customer{ID: "cus_5", Email: nora, Own: true, Deleted: true})
	save(nora, billing.Customer{ID: "cus_6", Email: nora})
	if _, err := table.LinkCustomer(t.Context(), s, billing.Customer{ID: "cus_7", User: "user-1", Email: "NORA@example.com", Own: true}, ownKeys, billing.Link{}); err != nil {
		t.Fatal(err)
	}
	live := billing.Scope{Project: s.Project, Mode: billing.Live}
	for name, c := range map[string]struct {
		scope billing.Scope
		email string
		want  []string
	}{
		"as it is":        {s, nora, []string{"cus_1", "cus_2", "cus_7"}},
		"other letters":   {s, "nOrA@eXample.com", []string{"cus_1", "cus_2", "cus_7"}},
		"the new address": {s, "moved@example.com", []string{"cus_4"}},
		"a former one":    {s, "old@example.com", nil},
		"nobody's":        {s, "bo@example.com", nil},
		"the other mode":  {live, nora, nil},
	} {
		found, err := table.CustomersByEmail(t.Context(), c.scope, c.email)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			got = append(got, f.ID)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
