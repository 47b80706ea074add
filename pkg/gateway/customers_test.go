package gateway_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

const tenant = "developer-1"

// customerNamed is a customer as Stripe tells it, of the scope's project or not.
func customerNamed(id string, mine bool) string {
	owner := "another"
	if mine {
		owner = tenant
	}
	return fmt.Sprintf(`{"id": %q, "object": "customer", "email": "ada@example.com", "metadata": {"project_id": %q, "tenant_id": %q}}`,
		id, scope.Project, owner)
}

// accountOf is a Stripe that lists so many customers, newest first, of which
// every one in a number is the project's; it counts the pages that it is asked
// for.
func accountOf(customers, every int, pages *int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		*pages++
		from := 0
		if after := r.URL.Query().Get("starting_after"); after != "" {
			n, _ := strconv.Atoi(strings.TrimPrefix(after, "cus_"))
			from = n + 1
		}
		until := min(from+100, customers)
		var data []string
		for i := from; i < until; i++ {
			data = append(data, customerNamed(fmt.Sprint("cus_", i), i%every == every-1))
		}
		functiontest.Answering(http.StatusOK, fmt.Sprintf(`{"object": "list", "url": "/v1/customers", "has_more": %t, "data": [%s]}`,
			until < customers, strings.Join(data, ",")))(w, r)
	}
}

// A list holds all of the project's customers once, whatever lies between them
// and wherever its pages end.
func TestListCustomers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		customers, every, limit int
		found, pages            int // in all, and at most of Stripe's for one of ours
	}{
		"none":                    {0, 1, 10, 0, 1},
		"all of them":             {250, 1, 100, 250, 3},
		"every other":             {250, 2, 10, 125, 1},
		"as many as a page":       {10, 1, 10, 10, 1},
		"few of very many":        {4500, 1500, 10, 3, 21},
		"a page ends at the last": {100, 10, 10, 10, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			stripe := functiontest.NewStripe(t, accountOf(c.customers, c.every, &asked))
			mine := account(t, stripe.URL).Customers(tenant)
			seen := map[string]bool{}
			for after, more := "", true; more; {
				asked = 0
				page, err := mine.List(t.Context(), after, c.limit)
				if err != nil {
					t.Fatal(err)
				}
				if asked > c.pages || len(page.Customers) > c.limit {
					t.Fatalf("%d customers after %d pages of Stripe's", len(page.Customers), asked)
				}
				for _, found := range page.Customers {
					if seen[found.ID] {
						t.Errorf("%s comes twice", found.ID)
					}
					seen[found.ID] = true
				}
				after, more = page.Next, page.Next != ""
			}
			if len(seen) != c.found {
				t.Errorf("%d customers, want %d", len(seen), c.found)
			}
		})
	}
}

func TestCustomersByEmail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		email string
		asked []string
	}{
		"lower case":  {"ada@example.com", []string{"ada@example.com"}},
		"mixed cases": {"Ada@Example.com", []string{"Ada@Example.com", "ada@example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var queries []url.Values
			body := `{"object": "list", "has_more": false, "data": [` + customerNamed("cus_1", true) + "," + customerNamed("cus_2", false) + `]}`
			stripe := functiontest.NewStripe(t, queried(&queries, "none", body))
			found, err := account(t, stripe.URL).Customers(tenant).ByEmail(t.Context(), c.email)
			if err != nil {
				t.Fatal(err)
			}
			var asked []string
			for _, q := range queries {
				asked = append(asked, q.Get("email"))
			}
			if diff := cmp.Diff(c.asked, asked); diff != "" || len(found) != len(asked) {
				t.Errorf("found %d; asked (-want +got):\n%s", len(found), diff)
			}
			for _, f := range found {
				if f.ID != "cus_1" {
					t.Errorf("found %s, which is another's", f.ID)
				}
			}
		})
	}
}

// The store learns what Stripe answered, as of the call; an answer that is
// given again tells nothing of now.
func TestWhatIsToldOfCustomers(t *testing.T) {
	t.Parallel()
	fact := billing.CustomerFact{ID: "cus_1", Project: scope.Project.String(), Email: "ada@example.com"}
	email := "ada@example.com"
	date := []string{"Date", "Tue, 03 Feb 2026 09:14:08 GMT"}
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, customerNamed("cus_1", true), date...))
	mine := account(t, stripe.URL).Customers(tenant)
	check := func(name string, got gateway.Told, err error, want billing.CustomerFact, now bool) {
		t.Helper()
		if diff := cmp.Diff(want, got.Fact); err != nil || diff != "" || got.AsOf.IsZero() == now {
			t.Errorf("%s: %v, as of %s (-want +got):\n%s", name, err, got.AsOf, diff)
		}
	}
	made, err := mine.Create(t.Context(), gateway.CustomerDetails{Email: &email}, "once")
	check("made", made, err, fact, true)
	changed, err := mine.Update(t.Context(), "cus_1", gateway.CustomerDetails{Email: &email})
	check("changed", changed, err, fact, true)
	stripe.Answer(functiontest.Answering(http.StatusOK, customerNamed("cus_1", true), append(date, "Idempotent-Replayed", "true")...))
	made, err = mine.Create(t.Context(), gateway.CustomerDetails{Email: &email}, "once")
	check("made before", made, err, fact, false)
	stripe.Answer(func(w http.ResponseWriter, r *http.Request) {
		body := customerNamed("cus_1", true)
		if r.Method == http.MethodDelete {
			body = `{"id": "cus_1", "object": "customer", "deleted": true}`
		}
		functiontest.Answering(http.StatusOK, body, date...)(w, r)
	})
	deleted, err := mine.Delete(t.Context(), "cus_1")
	check("deleted", deleted, err, billing.CustomerFact{ID: "cus_1", Deleted: true}, true)
}

// Tags can neither be set nor removed; whose a customer is can be said when it
// is made.
func TestCustomersKeepTheirTags(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, customerNamed("cus_1", true)))
	mine := account(t, stripe.URL).Customers(tenant)
	for name, c := range map[string]struct {
		sent                   map[string]string
		onCreation, afterwards map[string]string // beside the two tags
	}{
		"nothing":           {nil, nil, nil},
		"of their own":      {map[string]string{"tier": "gold"}, map[string]string{"tier": "gold"}, map[string]string{"tier": "gold"}},
		"removed":           {map[string]string{"tier": ""}, map[string]string{"tier": ""}, map[string]string{"tier": ""}},
		"the tags":          {map[string]string{"project_id": "x", "tenant_id": "y"}, nil, nil},
		"the tags, removed": {map[string]string{"project_id": "", "tenant_id": "", "user_id": ""}, nil, nil},
		"billhook's":        {map[string]string{"billhook_request": "x", "billhook_": ""}, nil, nil},
		"a user":            {map[string]string{"user_id": "user-1"}, map[string]string{"user_id": "user-1"}, nil},
	} {
		stripe.Requests()
		if _, err := mine.Create(t.Context(), gateway.CustomerDetails{Metadata: c.sent}, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := mine.Update(t.Context(), "cus_1", gateway.CustomerDetails{Metadata: c.sent}); err != nil {
			t.Fatal(err)
		}
		requests := stripe.Requests()
		for i, beside := range map[int]map[string]string{0: c.onCreation, 2: c.afterwards} { // between them it is read
			want := url.Values{"metadata[project_id]": {scope.Project.String()}, "metadata[tenant_id]": {tenant}}
			for key, value := range beside {
				want.Set("metadata["+key+"]", value)
			}
			if diff := cmp.Diff(want, requests[i].Form); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, requests[i].Operation, diff)
			}
		}
	}
}
