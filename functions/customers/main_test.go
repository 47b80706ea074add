package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/ratelimit"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

// fixture is the function with the Stripe sandbox, and two projects of two
// tenants in one Stripe account.
type fixture struct {
	*functiontest.World
	handler      http.Handler
	sandbox      *functiontest.Sandbox
	mine, theirs backend
}

// backend is who calls: a project with its key pair.
type backend struct {
	project billing.Project
	header  http.Header
}

func newFixture(t *testing.T, l limits) fixture {
	t.Helper()
	f := fixture{World: functiontest.New(t), sandbox: functiontest.NewSandbox(t)}
	f.handler = handler(f.Function, f.sandbox.URL, l)
	f.mine, f.theirs = f.backend(t, "tenant-1"), f.backend(t, "tenant-2")
	return f
}

func plenty() limits {
	hourly := ratelimit.Limit{Calls: 1000, Period: time.Hour}
	return limits{hourly, hourly}
}

func (f fixture) backend(t *testing.T, tenant string) backend {
	t.Helper()
	p := f.CreateProject(t, tenant)
	f.Configure(t, p.ID, billing.Test, functiontest.Credentials(billing.Test))
	k, key, err := billing.NewKey(rand.Reader, f.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	secret, err := k.AddSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k.Tenant, k.Project = tenant, p.ID
	if err := f.Function.Table.CreateKey(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	return backend{p, http.Header{
		"X-Api-Key": {key.Reveal()}, "X-Secret-Key": {secret.Reveal()}, "X-Tenant-Id": {tenant}, "X-Project-Id": {p.ID.String()},
	}}
}

func (f fixture) send(t *testing.T, b backend, method, path, body string) functiontest.Answer {
	t.Helper()
	return f.Do(t, f.handler, functiontest.Request{Method: method, Path: path, Body: body, Header: b.header})
}

// refusal is the body of an error.
func refusal(text, code string) string {
	return fmt.Sprintf(`{"error": %q, "message": %q, "code": %q, "request_id": ""}`, text, text, code)
}

const customers = "/v1/stripe/customers"

// create makes a customer and expects it to work.
func (f fixture) create(t *testing.T, b backend, body string) api.Customer {
	t.Helper()
	answer := f.send(t, b, http.MethodPost, customers, body)
	var got api.CustomerAnswer
	if answer.Status != http.StatusOK {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	answer.Decode(t, &got)
	return got.Customer
}

func TestCustomerFromCreationToItsEnd(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	made := f.create(t, f.mine, `{"email": "ada@example.com", "name": "Ada", "metadata": {"user_id": "user_123", "tenant_id": "tenant-2", "project_id": "x", "billhook_x": "1"}}`)
	tags := map[string]string{"user_id": "user_123", "tenant_id": "tenant-1", "project_id": f.mine.project.ID.String()}
	if diff := cmp.Diff(tags, made.Metadata); diff != "" || *made.Email != "ada@example.com" || *made.Name != "Ada" {
		t.Errorf("made %+v; metadata (-want +got):\n%s", made, diff)
	}
	at := customers + "/" + made.ID
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		f.send(t, f.theirs, method, at, `{}`).Is(t, 404, refusal("Customer not found", "customer_not_found"))
	}
	changed := f.send(t, f.mine, http.MethodPut, at, `{"name": "Jane", "metadata": {"tenant_id": "", "project_id": "", "user_id": "", "billhook_x": "1", "tier": "gold"}}`)
	var got api.CustomerAnswer
	changed.Decode(t, &got)
	tags["tier"] = "gold"
	if diff := cmp.Diff(tags, got.Customer.Metadata); diff != "" || *got.Customer.Name != "Jane" || *got.Customer.Email != "ada@example.com" {
		t.Errorf("changed %+v; metadata (-want +got):\n%s", got.Customer, diff)
	}
	f.send(t, f.mine, http.MethodDelete, at, "").Is(t, 200, fmt.Sprintf(`{"customer": {"id": %q, "deleted": true}}`, made.ID))
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		f.send(t, f.mine, method, at, `{}`).Is(t, 404, refusal("Customer not found", "customer_not_found"))
	}
}

// Pages hold the project's customers only, however they lie among others.
func TestListsOfASharedAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	var want []string
	for i := range 7 {
		for range i % 3 {
			f.create(t, f.theirs, fmt.Sprintf(`{"email": "their%d@example.com"}`, i))
		}
		want = append([]string{f.create(t, f.mine, fmt.Sprintf(`{"email": "mine%d@example.com"}`, i)).ID}, want...)
	}
	var got []string
	query := "?limit=3"
	for range 4 {
		var page api.CustomerList
		f.send(t, f.mine, http.MethodGet, customers+query, "").Decode(t, &page)
		for _, c := range page.Customers {
			got = append(got, c.ID)
		}
		if page.HasMore != (page.NextCursor != nil) {
			t.Errorf("has_more = %t with the cursor %v", page.HasMore, page.NextCursor)
		}
		if !page.HasMore {
			break
		}
		query = "?limit=3&starting_after=" + *page.NextCursor
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPortal(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	made := f.create(t, f.mine, `{"email": "ada@example.com"}`)
	foreign := f.create(t, f.theirs, `{"email": "bo@example.com"}`)
	open := func(token, body string) functiontest.Answer {
		return f.Do(t, f.handler, functiontest.Request{Method: http.MethodPost, Path: portal, Token: token, Body: body, Header: f.mine.header})
	}
	user := f.EndUser(f.mine.project.ID, "user-1")
	const back = `"return_url": "https://app.example.com/account"}`
	for _, body := range []string{fmt.Sprintf(`{"customer": %q, `, made.ID) + back, `{"customer_email": "ada@example.com", ` + back} {
		answer := open(user, body)
		var got api.PortalAnswer
		answer.Decode(t, &got)
		if answer.Status != http.StatusOK || !strings.HasPrefix(got.Session.URL, f.sandbox.URL) && !strings.HasPrefix(got.Session.URL, "http") {
			t.Errorf("%s: %d %s", body, answer.Status, answer.Body)
		}
	}
	for _, body := range []string{fmt.Sprintf(`{"customer": %q, `, foreign.ID) + back, `{"customer": "cus_unknown", ` + back, `{"customer_email": "bo@example.com", ` + back} {
		open(user, body).Is(t, 404, refusal("Customer not found", "customer_not_found"))
	}
	for name, token := range map[string]string{"none": "", "another project's": f.EndUser(f.theirs.project.ID, "user-1"), "a developer's": f.Developer("tenant-1")} {
		if answer := open(token, `{"customer": "`+made.ID+`", `+back); answer.Status != http.StatusUnauthorized {
			t.Errorf("token %s: %d %s", name, answer.Status, answer.Body)
		}
	}
	open(user, `{`+back).Is(t, 400, refusal("customer: Field required, or customer_email", "invalid_input"))
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	unconfigured := f.mine
	mixed := backend{f.mine.project, f.mine.header.Clone()}
	mixed.header.Set("X-Tenant-Id", "tenant-2")
	long := strings.Repeat("k", 41)
	for name, c := range map[string]struct {
		by           backend
		method, path string
		body         string
		status       int
		code         string
	}{
		"no live keys":        {unconfigured, http.MethodGet, customers + "?environment=live", "", 403, "stripe_not_configured"},
		"another environment": {f.mine, http.MethodGet, customers + "?environment=staging", "", 400, "invalid_input"},
		"another's tenant":    {mixed, http.MethodGet, customers, "", 401, "invalid_token"},
		"no keys":             {backend{}, http.MethodGet, customers, "", 401, "invalid_token"},
		"no e-mail address":   {f.mine, http.MethodPost, customers, `{"name": "Ada"}`, 400, "invalid_input"},
		"a bad e-mail":        {f.mine, http.MethodPost, customers, `{"email": "Ada <ada@example.com>"}`, 400, "invalid_input"},
		"a long metadata key": {f.mine, http.MethodPost, customers, `{"email": "a@b.example", "metadata": {"` + long + `": "x"}}`, 400, "invalid_input"},
		"no JSON":             {f.mine, http.MethodPost, customers, `{`, 400, "invalid_input"},
		"a limit too far":     {f.mine, http.MethodGet, customers + "?limit=101", "", 400, "invalid_input"},
		"no e-mail to check":  {f.mine, http.MethodGet, "/v1/customer/subscription", "", 400, "invalid_input"},
		"a type of no price":  {f.mine, http.MethodGet, "/v1/stripe/prices?type=daily", "", 400, "invalid_input"},
		"too many hours":      {f.mine, http.MethodGet, "/v1/usage?hours=721", "", 400, "invalid_input"},
		"no operation":        {f.mine, http.MethodGet, "/v1/stripe/nothing", "", 404, "not_found"},
	} {
		answer := f.send(t, c.by, c.method, c.path, c.body)
		var got api.ServerError
		answer.Decode(t, &got)
		if answer.Status != c.status || got.Code != c.code || got.Error == "" || got.Error != got.Message {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
}

func TestPrices(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	var got api.PriceList
	f.send(t, f.mine, http.MethodGet, "/v1/stripe/prices?type=recurring&active=true", "").Decode(t, &got)
	if len(got.Prices) == 0 {
		t.Fatal("no prices")
	}
	for _, p := range got.Prices {
		if p.Recurring == nil || !p.Active || p.Product.Name == "" {
			t.Errorf("%+v", p)
		}
	}
}
