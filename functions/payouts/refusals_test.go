package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// untouched makes a request after which nothing is stored.
func (f fixture) untouched(t *testing.T, creator, method, path, body string) functiontest.Answer {
	t.Helper()
	before := f.Stored(t)
	answer := f.ask(t, creator, method, path, body)
	f.SameAs(t, before)
	return answer
}

func TestPayoutsAreRefused(t *testing.T) {
	t.Parallel()
	const notEnabled = "The Stripe account cannot receive payouts; finish its onboarding"
	for name, c := range map[string]struct {
		prepare func(t *testing.T, f fixture)
		body    string
		status  int
		want    string
	}{
		"no account": {
			func(t *testing.T, f fixture) { t.Helper(); f.earn(t, "bob", 3000) }, `{}`, 403, refused("payouts_not_enabled", notEnabled),
		},
		"not onboarded": {
			func(t *testing.T, f fixture) {
				t.Helper()
				f.earn(t, "bob", 3000)
				f.ask(t, "bob", http.MethodPost, "/api/payouts/connect", connecting)
			}, `{}`, 403, refused("payouts_not_enabled", notEnabled),
		},
		"nothing earned": {
			func(t *testing.T, f fixture) { t.Helper(); f.onboard(t, "bob", testBank) }, `{"amount_cents": 1000}`, 402,
			refused("insufficient_earnings", "The earnings are lower than that"),
		},
		"a cent more than there is": {ready, `{"amount_cents": 2701}`, 402, refused("insufficient_earnings", "The earnings are lower than that")},
		"a cent too little":         {ready, `{"amount_cents": 999}`, 400, refused("payout_below_minimum", "A payout is 1000 cents at least")},
		"nothing":                   {ready, `{"amount_cents": 0}`, 400, refused("payout_below_minimum", "A payout is 1000 cents at least")},
		"less than nothing":         {ready, `{"amount_cents": -1000}`, 400, refused("payout_below_minimum", "A payout is 1000 cents at least")},
		"a fraction":                {ready, `{"amount_cents": 1000.5}`, 400, refused("invalid_input", "amount_cents: Input should be a valid integer")},
		"a text":                    {ready, `{"amount_cents": "1000"}`, 400, refused("invalid_input", "amount_cents: Input should be a valid integer")},
		"one under way": {
			func(t *testing.T, f fixture) { t.Helper(); ready(t, f); f.pay(t, "bob", `{"amount_cents": 1000}`) }, `{"amount_cents": 1000}`, 409,
			refused("payout_in_flight", "Another payout is under way"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			c.prepare(t, f)
			f.untouched(t, "bob", http.MethodPost, "/api/payouts", c.body).Is(t, c.status, c.want)
		})
	}
}

// ready has a creator with 27.00 to be paid.
func ready(t *testing.T, f fixture) {
	t.Helper()
	f.onboard(t, "bob", testBank)
	f.earn(t, "bob", 3000)
}

func TestOtherRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	project, _, err := f.Function.Table.Project(t.Context(), f.project)
	if err != nil {
		t.Fatal(err)
	}
	project.RedirectOrigins = []string{"https://app.example.com"}
	if err := f.Function.Table.SaveProject(t.Context(), project); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		code               string
	}{
		"a return URL off the list":   {"POST", "/api/payouts/connect", strings.Replace(connecting, "app.example.com/done", "evil.example", 1), 400, "redirect_not_allowed"},
		"a refresh URL off the list":  {"POST", "/api/payouts/connect", strings.Replace(connecting, "app.example.com/again", "evil.example", 1), 400, "redirect_not_allowed"},
		"no refresh URL":              {"POST", "/api/payouts/connect", `{"return_url": "https://app.example.com"}`, 400, "invalid_input"},
		"a URL that is none":          {"POST", "/api/payouts/connect", `{"return_url": "javascript:alert(1)", "refresh_url": "https://app.example.com"}`, 400, "invalid_input"},
		"an unknown frequency":        {"PUT", "/api/payouts/settings", `{"frequency": "daily"}`, 400, "invalid_input"},
		"no frequency":                {"PUT", "/api/payouts/settings", `{}`, 400, "invalid_input"},
		"a page too long":             {"GET", "/api/payouts?limit=101", ``, 400, "invalid_input"},
		"a page before the first":     {"GET", "/api/payouts?offset=-1", ``, 400, "invalid_input"},
		"a mode without keys":         {"POST", "/api/payouts?test_mode=false", `{}`, 404, "stripe_not_configured"},
		"connecting without keys":     {"POST", "/api/payouts/connect?environment=live", connecting, 404, "stripe_not_configured"},
		"modes that do not agree":     {"GET", "/api/earnings?test_mode=true&environment=live", ``, 400, "invalid_input"},
		"a path that is not there":    {"GET", "/api/payouts/none", ``, 404, "not_found"},
		"a body that is not JSON":     {"POST", "/api/payouts", `{`, 400, "invalid_input"},
		"a body that is not there":    {"POST", "/api/payouts", ``, 400, "invalid_input"},
		"an amount beyond all reason": {"POST", "/api/payouts", `{"amount_cents": 99999999999999999999}`, 400, "invalid_input"},
	} {
		answer := f.untouched(t, "bob", c.method, c.path, c.body)
		var got struct{ Error struct{ Code string } }
		answer.Decode(t, &got)
		if answer.Status != c.status || got.Error.Code != c.code {
			t.Errorf("%s: %d %s, want %d %s", name, answer.Status, answer.Body, c.status, c.code)
		}
	}
}

func TestWithoutAToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, c := range map[string]struct {
		token  string
		status int
	}{
		"nobody": {"", 401}, "a developer": {f.Developer("developer-1"), 403}, "a user of no project": {f.EndUser(uuid.New(), "bob"), 404},
	} {
		for _, route := range []string{"GET /api/earnings", "GET /api/payouts", "GET /api/payouts/status", "POST /api/payouts", "POST /api/payouts/connect", "PUT /api/payouts/settings"} {
			method, path, _ := strings.Cut(route, " ")
			body := map[string]string{"/api/payouts/connect": connecting, "/api/payouts/settings": `{"frequency": "weekly"}`}[path]
			if body == "" && method != http.MethodGet {
				body = `{}`
			}
			before := f.Stored(t)
			answer := f.Do(t, f.handler, functiontest.Request{Method: method, Path: path, Token: c.token, Body: body})
			if answer.Status != c.status {
				t.Errorf("%s, %s: %d %s", name, route, answer.Status, answer.Body)
			}
			f.SameAs(t, before)
		}
	}
}

// However many ask at once, one payout is made.
func TestPayoutsAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ready(t, f)
	answers := make([]functiontest.Answer, 16)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = f.ask(t, "bob", http.MethodPost, "/api/payouts", `{"amount_cents": 1000}`) })
	}
	wg.Wait()
	made := 0
	for _, a := range answers {
		switch a.Status {
		case http.StatusCreated:
			made++
		case http.StatusConflict:
		default:
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if made != 1 {
		t.Errorf("%d payouts were made", made)
	}
	f.has(t, "bob", money{Earned: 1700, Transit: 1000, Transfers: 1, BankPayouts: 1, BalanceChanges: 2})
}

// The same request again is the same payout, whether its first answer is known
// or was never kept.
func TestTheSameRequestAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ready(t, f)
	first := f.pay(t, "bob", `{"amount_cents": 1000}`, "Idempotency-Key", "key-1")
	again := f.pay(t, "bob", `{"amount_cents": 1000}`, "Idempotency-Key", "key-1")
	if again.RequestAnswer.Header.Get("Idempotent-Replayed") != "true" || again.ID != first.ID {
		t.Errorf("again: %+v", again)
	}
	// A day later the answer is forgotten; the ledger knows.
	f.pass(72 * 3600e9)
	f.deliver(t, "bob")
	later := f.pay(t, "bob", `{"amount_cents": 1000}`, "Idempotency-Key", "key-1")
	if later.ID != first.ID || later.Status != "paid" {
		t.Errorf("later: %s", later.RequestAnswer.Body)
	}
	f.has(t, "bob", money{Earned: 1700, Paid: 1000, Transfers: 1, BankPayouts: 1, BalanceChanges: 2})
	// Somebody else's key is another.
	f.onboard(t, "eve", testBank)
	f.earn(t, "eve", 3000)
	if other := f.pay(t, "eve", `{"amount_cents": 1000}`, "Idempotency-Key", "key-1"); other.ID == first.ID {
		t.Error("two creators share a payout")
	}
}

func TestListOfPayouts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	creator := billing.Creator{ID: "bob"}
	for i := range 3 {
		p := billing.Payout{
			ID: fmt.Sprint("po-", i), Creator: "bob", Amount: 1000, Currency: "usd", Status: billing.PayoutFailed, FailureCode: "no_account",
			FailureMessage: "There is no such account.", Transfer: "tr_1", Reversed: 1000, Scheduled: true, CreatedAt: f.Clock.Now(), EndedAt: f.Clock.Now(),
		}
		creator.Follow(p, nil, f.Clock.Now())
		if err := f.Function.Table.SavePayout(t.Context(), f.scope(), creator, p, nil); err != nil {
			t.Fatal(err)
		}
		creator.Revision++
	}
	const row = `{"id": %q, "amount_cents": 1000, "currency": "usd", "status": "failed", "scheduled": true, "transfer_id": "tr_1",
		"failure_code": "no_account", "failure_message": "There is no such account.", "created_at": "2100-02-03T09:14:08Z", "ended_at": "2100-02-03T09:14:08Z"}`
	rows := func(ids ...string) string {
		list := make([]string, len(ids))
		for i, id := range ids {
			list[i] = fmt.Sprintf(row, id)
		}
		return `{"payouts": [` + strings.Join(list, ",") + `], "total": 3}`
	}
	for query, want := range map[string]string{
		"": rows("po-2", "po-1", "po-0"), "?limit=1": rows("po-2"), "?limit=2&offset=1": rows("po-1", "po-0"), "?offset=3": rows(),
	} {
		f.ask(t, "bob", http.MethodGet, "/api/payouts"+query, "").Is(t, 200, want)
	}
	f.ask(t, "ann", http.MethodGet, "/api/payouts", "").Is(t, 200, `{"payouts": [], "total": 0}`)
}
