package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

const (
	subscriptionsPath = "/api/v1/payments/subscriptions"
	transactionsPath  = "/api/v1/payments/transactions"
	projectsPath      = "/api/v1/payments/projects"
)

func projectPath(id uuid.UUID, list string) string {
	return "/api/v1/payments/stripe/projects/" + id.String() + "/" + list
}

func (f fixture) list(t *testing.T, path string) functiontest.Answer {
	t.Helper()
	return f.Do(t, f.handler, functiontest.Request{Method: http.MethodGet, Path: path, Token: f.Developer(developer)})
}

var morning = time.Date(2026, 2, 3, 9, 15, 0, 0, time.UTC)

// sell stores a subscription that began so many hours into the morning.
func (f fixture) sell(t *testing.T, s billing.Scope, id string, hour int, status billing.SubscriptionStatus) {
	t.Helper()
	sub := billing.Subscription{ID: id, Customer: "cus_1", User: "user-1", CreatedAt: morning.Add(time.Duration(hour) * time.Hour)}
	sub.SubscriptionState = billing.SubscriptionState{Status: status, Plan: "Team", Quantity: 2, Monthly: 4800, Currency: "usd", Interval: billing.Month, IntervalCount: 1, Amount: 4800}
	tally := billing.Tally{}
	tally.Subscription(nil, sub)
	f.commit(t, s, billing.Changes{Subscription: &sub, Tally: tally})
}

// pay stores a payment that was made so many hours into the morning.
func (f fixture) pay(t *testing.T, s billing.Scope, id string, hour int, status billing.TransactionStatus) {
	t.Helper()
	x := billing.Transaction{
		ID: id, Owner: "cus_1", User: "user-1", Subscription: "sub_1", PaymentIntent: "pi_" + id,
		Status: status, Amount: 4800, Currency: "usd", CreatedAt: morning.Add(time.Duration(hour) * time.Hour),
	}
	tally := billing.Tally{}
	tally.Transaction(nil, x)
	f.commit(t, s, billing.Changes{Transaction: &x, Tally: tally})
}

func (f fixture) commit(t *testing.T, s billing.Scope, c billing.Changes) {
	t.Helper()
	c.Event = billing.EventRecord{ID: "evt_" + uuid.NewString(), Created: morning, ReceivedAt: f.Clock.Now()}
	if err := f.Function.Table.Commit(t.Context(), s, c); err != nil {
		t.Fatal(err)
	}
}

// listed is what of a list's answer most tests look at.
type listed struct {
	Subscriptions []struct {
		ID          string `json:"subscription_id"`
		ProjectName string `json:"project_name"`
		Provider    string `json:"provider"`
		Test        bool   `json:"is_test_mode"`
	} `json:"subscriptions"`
	Payments []struct {
		ID string `json:"payment_intent_id"`
	} `json:"payments"`
	Total, Page int
	PageSize    int     `json:"page_size"`
	Next        *string `json:"next_cursor"`
}

func (f fixture) read(t *testing.T, path string) listed {
	t.Helper()
	answer := f.list(t, path)
	if answer.Status != http.StatusOK {
		t.Fatalf("GET %s: %d %s", path, answer.Status, answer.Body)
	}
	var l listed
	answer.Decode(t, &l)
	return l
}

func (l listed) ids() []string {
	ids := []string{}
	for _, s := range l.Subscriptions {
		ids = append(ids, s.ID)
	}
	for _, p := range l.Payments {
		ids = append(ids, p.ID)
	}
	return ids
}

// world has two projects of the developer, and one of somebody else.
func world(t *testing.T) (f fixture, one, two, foreign uuid.UUID) {
	t.Helper()
	f = newFixture(t)
	one, two, foreign = f.CreateProject(t, developer).ID, f.CreateProject(t, developer).ID, f.CreateProject(t, "developer-2").ID
	in := func(p uuid.UUID, m billing.Mode) billing.Scope { return billing.Scope{Project: p, Mode: m} }
	f.sell(t, in(one, billing.Test), "sub_1", 1, billing.StatusActive)
	f.sell(t, in(two, billing.Test), "sub_2", 2, billing.StatusCanceled)
	f.sell(t, in(one, billing.Live), "sub_3", 3, billing.StatusActive)
	f.sell(t, in(one, billing.Test), "sub_4", 4, billing.StatusPastDue)
	f.sell(t, in(foreign, billing.Test), "sub_5", 5, billing.StatusActive)
	f.pay(t, in(one, billing.Test), "1", 1, billing.TransactionSucceeded)
	f.pay(t, in(two, billing.Live), "2", 2, billing.TransactionFailed)
	f.pay(t, in(one, billing.Test), "3", 3, billing.TransactionRefunded)
	f.pay(t, in(foreign, billing.Test), "4", 4, billing.TransactionSucceeded)
	return f, one, two, foreign
}

func TestLists(t *testing.T) {
	t.Parallel()
	f, one, two, foreign := world(t)
	tests := map[string]struct {
		path string
		want []string
	}{
		"all subscriptions, both modes":   {subscriptionsPath, []string{"sub_4", "sub_3", "sub_2", "sub_1"}},
		"test only":                       {subscriptionsPath + "?test_mode=true", []string{"sub_4", "sub_2", "sub_1"}},
		"live only":                       {subscriptionsPath + "?test_mode=false", []string{"sub_3"}},
		"live, in words":                  {subscriptionsPath + "?environment=live", []string{"sub_3"}},
		"by status":                       {subscriptionsPath + "?status=active", []string{"sub_3", "sub_1"}},
		"by status, in one mode":          {subscriptionsPath + "?status=active&test_mode=true", []string{"sub_1"}},
		"the other spelling":              {subscriptionsPath + "?status=cancelled", []string{"sub_2"}},
		"of one project":                  {subscriptionsPath + "?project_id=" + two.String(), []string{"sub_2"}},
		"somebody else's project":         {subscriptionsPath + "?project_id=" + foreign.String(), []string{}},
		"unknown project":                 {subscriptionsPath + "?project_id=" + uuid.NewString(), []string{}},
		"a project's, test by default":    {projectPath(one, "subscriptions"), []string{"sub_4", "sub_1"}},
		"a project's, live":               {projectPath(one, "subscriptions") + "?test_mode=false", []string{"sub_3"}},
		"all payments":                    {transactionsPath, []string{"pi_3", "pi_2", "pi_1"}},
		"failed payments":                 {transactionsPath + "?status=failed", []string{"pi_2"}},
		"a project's payments":            {projectPath(one, "payments"), []string{"pi_3", "pi_1"}},
		"a project's payments, none live": {projectPath(one, "payments") + "?test_mode=false", []string{}},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := f.read(t, c.path)
			if diff := cmp.Diff(c.want, l.ids()); diff != "" || l.Total != len(c.want) || l.Next != nil || l.Page != 1 || l.PageSize != 50 {
				t.Errorf("rows (-want +got):\n%s%+v", diff, l)
			}
		})
	}
}

func TestListRows(t *testing.T) {
	t.Parallel()
	f, one, _, _ := world(t)
	test := billing.Scope{Project: one, Mode: billing.Test}
	f.commit(t, test, billing.Changes{Customer: &billing.Customer{ID: "cus_1", Email: "ada@example.com"}})
	row := fmt.Sprintf(`{
		"id": %q, "project_id": %q, "user_id": "user-1", "is_test_mode": true, "subscription_id": "sub_4", "customer_id": "cus_1",
		"status": "past_due", "plan_name": "Team", "quantity": 2, "current_period_start": null, "current_period_end": null,
		"cancel_at": null, "cancelled_at": null, "duplicate_of": null, "price_id": null, "monthly_amount_cents": 4800,
		"currency": "usd", "interval": "month", "interval_count": 1, "amount_cents": 4800, "created_at": "2026-02-03T13:15:00Z"`, test.RecordID("sub_4"), one)
	f.list(t, projectPath(one, "subscriptions")+"?page_size=1").Is(t, 200,
		fmt.Sprintf(`{"subscriptions": [%s}], "total": 2, "page": 1, "page_size": 1, "next_cursor": %q}`, row, f.cursor(t, projectPath(one, "subscriptions")+"?page_size=1")))
	f.list(t, subscriptionsPath+"?status=past_due").Is(t, 200,
		fmt.Sprintf(`{"subscriptions": [%s, "project_name": "Harbor Tools", "provider": "stripe", "customer_email": "ada@example.com"}], "total": 1, "page": 1, "page_size": 50, "next_cursor": null}`, row))
	f.list(t, transactionsPath+"?status=refunded").Is(t, 200, fmt.Sprintf(`{"payments": [{
		"id": %q, "project_id": %q, "project_name": "Harbor Tools", "provider": "stripe", "customer_email": "ada@example.com", "subscription_id": %q, "user_id": "user-1",
		"is_test_mode": true, "payment_intent_id": "pi_3", "status": "refunded", "amount_cents": 4800, "currency": "usd",
		"description": null, "refunded_amount_cents": 0, "failure_code": null, "decline_code": null, "failure_message": null,
		"attempts": 0, "next_attempt_at": null, "dispute_status": null, "dispute_reason": null,
		"type": "subscription_payment", "invoice_id": null, "customer_id": "cus_1", "created_at": "2026-02-03T12:15:00Z"
	}], "total": 1, "page": 1, "page_size": 50, "next_cursor": null}`, test.RecordID("3"), one, test.RecordID("sub_1")))
}

func (f fixture) cursor(t *testing.T, path string) string {
	t.Helper()
	l := f.read(t, path)
	if l.Next == nil {
		t.Fatalf("GET %s: no next_cursor", path)
	}
	return *l.Next
}

// Page numbers and cursors lead to the same rows.
func TestPages(t *testing.T) {
	t.Parallel()
	f, _, _, _ := world(t)
	first := f.read(t, subscriptionsPath+"?page_size=3")
	numbered := f.read(t, subscriptionsPath+"?page_size=3&page=2")
	following := f.read(t, subscriptionsPath+"?page_size=3&cursor="+url.QueryEscape(*first.Next))
	if diff := cmp.Diff([]string{"sub_4", "sub_3", "sub_2"}, first.ids()); diff != "" || first.Total != 4 {
		t.Errorf("first page (-want +got):\n%s%+v", diff, first)
	}
	for name, l := range map[string]listed{"numbered": numbered, "following": following} {
		if diff := cmp.Diff([]string{"sub_1"}, l.ids()); diff != "" || l.Total != 4 || l.Next != nil {
			t.Errorf("%s (-want +got):\n%s%+v", name, diff, l)
		}
	}
	if far := f.read(t, subscriptionsPath+"?page=100&page_size=100"); len(far.ids()) != 0 || far.Total != 4 {
		t.Errorf("the last page there can be: %+v", far)
	}
}

// bought stores a subscription of a customer with an e-mail address, and a
// payment for it, so many hours into the morning.
func (f fixture) bought(t *testing.T, s billing.Scope, customer, email string, hour int) {
	t.Helper()
	created := morning.Add(time.Duration(hour) * time.Hour)
	f.commit(t, s, billing.Changes{
		FindBy: billing.Address(email), Customer: &billing.Customer{ID: customer, Email: email, Own: true},
		Subscription: &billing.Subscription{ID: "sub_of_" + customer, Customer: customer, CreatedAt: created, SubscriptionState: billing.SubscriptionState{Status: billing.StatusActive}},
		Transaction:  &billing.Transaction{ID: "in_of_" + customer, Owner: customer, PaymentIntent: "pi_of_" + customer, Status: billing.TransactionSucceeded, CreatedAt: created},
	})
}

// An e-mail address finds what its customers have bought, in whichever letters,
// page by page, within the other filters.
func TestSearchByAddress(t *testing.T) {
	t.Parallel()
	f, one, two, foreign := world(t)
	test, live := billing.Scope{Project: one, Mode: billing.Test}, billing.Scope{Project: one, Mode: billing.Live}
	f.bought(t, test, "cus_a", "Ada@Example.com", 20)
	f.bought(t, test, "cus_b", "ada@example.com", 21)
	f.bought(t, billing.Scope{Project: two, Mode: billing.Test}, "cus_c", "ada@example.com", 22)
	f.bought(t, live, "cus_d", "ada@example.com", 23)
	f.bought(t, billing.Scope{Project: foreign, Mode: billing.Test}, "cus_e", "ada@example.com", 24)
	f.bought(t, test, "cus_f", "bob@example.com", 25)
	const address = "search=ADA%40example.com"
	for name, c := range map[string]struct {
		query string
		want  []string
	}{
		"everywhere":       {address, []string{"cus_d", "cus_c", "cus_b", "cus_a"}},
		"in test mode":     {address + "&test_mode=true", []string{"cus_c", "cus_b", "cus_a"}},
		"in one project":   {address + "&test_mode=true&project_id=" + one.String(), []string{"cus_b", "cus_a"}},
		"another address":  {"search=bob%40example.com", []string{"cus_f"}},
		"nobody's":         {"search=eve%40example.com", nil},
		"of a status":      {address + "&status=failed", nil},
		"since the second": {address + "&from=" + url.QueryEscape(morning.Add(21*time.Hour).Format(time.RFC3339)), []string{"cus_d", "cus_c", "cus_b"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for path, kind := range map[string]string{subscriptionsPath: "sub_of_", transactionsPath: "pi_of_"} {
				if kind == "sub_of_" && strings.Contains(c.query, "status") {
					continue // payments have the status
				}
				want := []string{}
				for _, customer := range c.want {
					want = append(want, kind+customer)
				}
				got, next := []string{}, ""
				for page := 0; page < 5 && (page == 0 || next != ""); page++ {
					l := f.read(t, path+"?page_size=2&"+c.query+next)
					got, next = append(got, l.ids()...), ""
					if l.Next != nil {
						next = "&cursor=" + url.QueryEscape(*l.Next)
					}
					if l.Total != len(want) || l.PageSize != 2 {
						t.Errorf("%s: %+v", path, l)
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", path, diff)
				}
			}
		})
	}
	if second := f.read(t, subscriptionsPath+"?page_size=3&page=2&"+address); !cmp.Equal(second.ids(), []string{"sub_of_cus_a"}) || second.Page != 2 {
		t.Errorf("the second page: %+v", second)
	}
}

func TestListRefusals(t *testing.T) {
	t.Parallel()
	f, one, _, foreign := world(t)
	for path, loc := range map[string]string{
		subscriptionsPath + "?page=0":                               `"query", "page"`,
		subscriptionsPath + "?page_size=101":                        `"query", "page_size"`,
		subscriptionsPath + "?page=101&page_size=100":               `"query", "page"`,
		subscriptionsPath + "?cursor=%21":                           `"query", "cursor"`,
		subscriptionsPath + "?cursor=":                              `"query", "cursor"`,
		subscriptionsPath + "?status=succeeded":                     `"query", "status"`,
		transactionsPath + "?status=active":                         `"query", "status"`,
		subscriptionsPath + "?search=a%20b":                         `"query", "search"`,
		transactionsPath + "?search=ada%40exa%20mple.com":           `"query", "search"`,
		subscriptionsPath + "?project_id=7":                         `"query", "project_id"`,
		subscriptionsPath + "?test_mode=true&environment=live":      `"query", "environment"`,
		projectPath(one, "payments") + "?page_size=0":               `"query", "page_size"`,
		projectPath(one, "payments") + "?environment=staging":       `"query", "environment"`,
		"/api/v1/payments/stripe/projects/not-a-uuid/subscriptions": `"path", "project_id"`,
	} {
		answer := f.list(t, path)
		if answer.Status != http.StatusUnprocessableEntity || !strings.Contains(strings.ReplaceAll(answer.Body, ",", ", "), loc) {
			t.Errorf("GET %s: %d %s, want 422 at %s", path, answer.Status, answer.Body, loc)
		}
	}
	f.list(t, projectPath(foreign, "payments")).Is(t, 403, `{"detail": "You do not have permission to access this resource"}`)
	f.list(t, projectPath(uuid.New(), "subscriptions")).Is(t, 404, `{"detail": "Project not found"}`)
}

func TestPaymentProjects(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.list(t, projectsPath).Is(t, 200, `{"projects": [], "total": 0}`)
	bare := f.CreateProject(t, developer)
	f.Clock.Advance(time.Minute)
	configured := f.CreateProject(t, developer)
	f.Configure(t, configured.ID, billing.Test, functiontest.Credentials(billing.Test))
	f.CreateProject(t, "developer-2")
	at := func(when time.Time) string { return when.Format(time.RFC3339Nano) }
	f.list(t, projectsPath).Is(t, 200, fmt.Sprintf(`{"total": 2, "projects": [{
		"id": %q, "name": "Harbor Tools", "description": null, "has_payment_config": true, "has_test_credentials": true,
		"has_live_credentials": false, "test_configured_at": %q, "live_configured_at": null, "is_active": true, "created_at": %q
	}, {
		"id": %q, "name": "Harbor Tools", "description": null, "has_payment_config": false, "has_test_credentials": false,
		"has_live_credentials": false, "test_configured_at": null, "live_configured_at": null, "is_active": true, "created_at": %q
	}]}`, configured.ID, at(f.Clock.Now()), at(configured.CreatedAt), bare.ID, at(bare.CreatedAt)))
}
