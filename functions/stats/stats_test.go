package main

import (
	"net/http"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

const (
	developer = "developer-1"
	statsPath = "/api/v1/payments/stats"
)

// fixture is the function in a world of its own.
type fixture struct {
	*functiontest.World
	handler http.Handler
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	w := functiontest.New(t)
	f := w.Function
	return fixture{w, f.Reading(identity.Developer, f.Answer, routes(f.Answer, &server{f.Table, f.Now}))}
}

func (f fixture) get(t *testing.T, query string) functiontest.Answer {
	t.Helper()
	return f.Do(t, f.handler, functiontest.Request{Method: http.MethodGet, Path: statsPath + query, Token: f.Developer(developer)})
}

// count commits what happened to rows of a scope: from a row, nil for a new
// one, to another.
func (f fixture) count(t *testing.T, s billing.Scope, steps ...func(billing.Tally)) {
	t.Helper()
	tally := billing.Tally{}
	for _, step := range steps {
		step(tally)
	}
	err := f.Function.Table.Commit(t.Context(), s, billing.Changes{
		Event: billing.EventRecord{ID: "evt_" + uuid.NewString(), Created: f.Clock.Now(), ReceivedAt: f.Clock.Now()}, Tally: tally,
	})
	if err != nil {
		t.Fatal(err)
	}
}

func subscribed(status billing.SubscriptionStatus) func(billing.Tally) {
	return func(t billing.Tally) {
		t.Subscription(nil, billing.Subscription{SubscriptionState: billing.SubscriptionState{Status: status, Monthly: 1000, Currency: "usd"}})
	}
}

func paid(status billing.TransactionStatus, amount, refunded int64, currency string) func(billing.Tally) {
	return func(t billing.Tally) {
		t.Transaction(nil, billing.Transaction{Status: status, Amount: amount, Refunded: refunded, Currency: currency})
	}
}

// disputed is a payment, counted before, that gets a dispute.
func disputed(status billing.DisputeStatus, amount int64, currency string) func(billing.Tally) {
	return func(t billing.Tally) {
		before := billing.Transaction{Status: billing.TransactionSucceeded, Amount: amount, Currency: currency}
		after := before
		after.Dispute = billing.Dispute{ID: "dp_1", Status: status, Amount: amount}
		t.Transaction(&before, after)
	}
}

// duplicated is a subscription, counted before, that is marked as a duplicate.
func duplicated(t billing.Tally) {
	before := billing.Subscription{SubscriptionState: billing.SubscriptionState{Status: billing.StatusActive}}
	after := before
	after.DuplicateOf = "sub_1"
	t.Subscription(&before, after)
}

func TestNoProjects(t *testing.T) {
	t.Parallel()
	newFixture(t).get(t, "").Is(t, 200, `{
		"total_projects": 0, "projects_with_config": 0, "projects_with_test": 0, "projects_with_live": 0,
		"total_subscriptions": 0, "active_subscriptions": 0, "total_payments": 0, "successful_payments": 0,
		"failed_payments": 0, "total_revenue_cents": 0, "currency": "usd",
		"subscriptions_by_status": {}, "payments_by_status": {},
		"revenue_by_currency": {}, "refunds_by_currency": {}, "mrr_by_currency": {},
		"disputes_by_status": {}, "lost_to_disputes": {}, "duplicate_subscriptions": 0
	}`)
}

func TestStatsAcrossProjects(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	both, testOnly, inactive, bare := f.CreateProject(t, developer).ID, f.CreateProject(t, developer).ID, f.CreateProject(t, developer).ID, f.CreateProject(t, developer).ID
	f.Configure(t, both, billing.Test, functiontest.Credentials(billing.Test))
	f.Configure(t, both, billing.Live, functiontest.Credentials(billing.Live))
	f.Configure(t, testOnly, billing.Test, functiontest.Credentials(billing.Test))
	f.Configure(t, inactive, billing.Live, billing.Credentials{WebhookSecrets: functiontest.Credentials(billing.Live).WebhookSecrets})
	f.EditConfig(t, inactive, func(c *billing.StripeConfig) { c.Active = false })
	test := func(p uuid.UUID) billing.Scope { return billing.Scope{Project: p, Mode: billing.Test} }
	live := func(p uuid.UUID) billing.Scope { return billing.Scope{Project: p, Mode: billing.Live} }

	f.count(t, test(both), subscribed(billing.StatusActive), subscribed(billing.StatusTrialing), subscribed(billing.StatusCanceled))
	f.count(t, test(both), paid(billing.TransactionSucceeded, 2400, 0, "usd"), paid(billing.TransactionFailed, 9900, 0, "usd"))
	f.count(t, test(testOnly), subscribed(billing.StatusPastDue), paid(billing.TransactionPartiallyRefunded, 1000, 300, "usd"))
	f.count(t, test(bare), paid(billing.TransactionSucceeded, 70000, 0, "eur"), paid(billing.TransactionRefunded, 500, 500, "usd"))
	f.count(t, live(both), subscribed(billing.StatusActive), paid(billing.TransactionSucceeded, 100, 0, "eur"))
	f.count(t, live(inactive), subscribed(billing.StatusUnpaid), paid(billing.TransactionPending, 100, 0, "eur"))
	f.count(t, test(both), disputed(billing.DisputeLost, 300, "usd"), disputed(billing.DisputeNeedsResponse, 700, "usd"), duplicated)
	f.count(t, test(bare), disputed(billing.DisputeLost, 40, "eur"))
	f.count(t, live(both), disputed(billing.DisputeWon, 100, "eur"))
	stranger := f.CreateProject(t, "developer-2").ID
	f.Configure(t, stranger, billing.Test, functiontest.Credentials(billing.Test))
	f.count(t, test(stranger), subscribed(billing.StatusActive), paid(billing.TransactionSucceeded, 1, 0, "usd"))

	const projects = `"total_projects": 4, "projects_with_config": 3, "projects_with_test": 2, "projects_with_live": 1,`
	const testFigures = `{` + projects + `
		"total_subscriptions": 4, "active_subscriptions": 2, "total_payments": 5, "successful_payments": 2,
		"failed_payments": 1, "total_revenue_cents": 3100, "currency": "usd",
		"subscriptions_by_status": {"active": 1, "trialing": 1, "canceled": 1, "past_due": 1},
		"payments_by_status": {"succeeded": 2, "failed": 1, "partially_refunded": 1, "refunded": 1},
		"revenue_by_currency": {"usd": 3100, "eur": 70000}, "refunds_by_currency": {"usd": 800},
		"mrr_by_currency": {"usd": 2000},
		"disputes_by_status": {"needs_response": 1, "lost": 2}, "lost_to_disputes": {"usd": 300, "eur": 40}, "duplicate_subscriptions": 1
	}`
	const liveFigures = `{` + projects + `
		"total_subscriptions": 2, "active_subscriptions": 1, "total_payments": 2, "successful_payments": 1,
		"failed_payments": 0, "total_revenue_cents": 100, "currency": "eur",
		"subscriptions_by_status": {"active": 1, "unpaid": 1}, "payments_by_status": {"succeeded": 1, "pending": 1},
		"revenue_by_currency": {"eur": 100}, "refunds_by_currency": {}, "mrr_by_currency": {"usd": 1000},
		"disputes_by_status": {"won": 1}, "lost_to_disputes": {}, "duplicate_subscriptions": 0
	}`
	for query, want := range map[string]string{
		"":                                  testFigures,
		"?test_mode=true":                   testFigures,
		"?environment=test":                 testFigures,
		"?test_mode=false":                  liveFigures,
		"?environment=live":                 liveFigures,
		"?test_mode=false&environment=live": liveFigures,
	} {
		f.get(t, query).Is(t, 200, want)
	}
}

// The figures cost reads by the number of projects, never of rows.
func TestStatsReadCountersOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range 30 {
		f.CreateProject(t, developer)
	}
	before := f.Calls()
	f.get(t, "")
	after := f.Calls()
	// One page of projects; 30 configurations at once; 30 projects' counters of 8 shards in hundreds.
	if queries, reads := after["Query"]-before["Query"], after["BatchGetItem"]-before["BatchGetItem"]; queries != 1 || reads != 1+3 {
		t.Errorf("%d Query and %d BatchGetItem, want 1 and 4", queries, reads)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.RefusesTokens(t, f.handler, identity.Developer, functiontest.Request{Method: http.MethodGet, Path: statsPath})
	for query, want := range map[string]struct{ loc, kind string }{
		"?test_mode=maybe":                  {`["query", "test_mode"]`, "parsing"},
		"?environment=prod":                 {`["query", "environment"]`, "enum"},
		"?test_mode=true&environment=live":  {`["query", "environment"]`, "value_error"},
		"?test_mode=false&environment=test": {`["query", "environment"]`, "value_error"},
	} {
		f.get(t, query).Invalid(t, want.loc, want.kind)
	}
}

func TestFailingTable(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.CreateProject(t, developer)
	for _, operation := range []string{"Query", "BatchGetItem"} {
		f.Intercept(functiontest.Failing(operation, &types.InternalServerError{}))
		f.get(t, "").Is(t, 500, `{"detail": "Internal server error"}`)
	}
}
