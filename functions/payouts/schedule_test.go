package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

func (f fixture) choose(t *testing.T, creator, frequency, next string) {
	t.Helper()
	var got struct {
		Frequency string
		Next      *string `json:"next_payout_at"`
	}
	answer := f.ask(t, creator, http.MethodPut, "/api/payouts/settings", fmt.Sprintf(`{"frequency": %q}`, frequency))
	answer.Decode(t, &got)
	if answer.Status != 200 || got.Frequency != frequency || (got.Next == nil) != (next == "") || got.Next != nil && *got.Next != next {
		t.Fatalf("%s: %d %s", frequency, answer.Status, answer.Body)
	}
}

func (f fixture) at(t *testing.T, moment string) {
	t.Helper()
	at, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		t.Fatal(err)
	}
	f.Clock.Set(at)
	f.sandbox.Clock.Set(at)
}

// The world of the tests begins on Wednesday, February 3, 2100.
func TestPaydays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		frequency, due, next string
	}{
		"weekly":  {"weekly", "2100-02-08T00:00:00Z", "2100-02-15T00:00:00Z"},
		"monthly": {"monthly", "2100-03-01T00:00:00Z", "2100-04-01T00:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			ready(t, f)
			f.choose(t, "bob", c.frequency, c.due)
			due, err := time.Parse(time.RFC3339, c.due)
			if err != nil {
				t.Fatal(err)
			}
			f.at(t, due.Add(-time.Second).Format(time.RFC3339))
			f.run(t, "0 creators, 0 begun, 0 ended, 0 failures")
			f.at(t, due.Add(7*time.Minute).Format(time.RFC3339))
			f.run(t, "1 creators, 1 begun, 0 ended, 0 failures")
			f.run(t, "0 creators, 0 begun, 0 ended, 0 failures")
			f.has(t, "bob", money{Transit: 2700, Transfers: 1, BankPayouts: 1, BalanceChanges: 2})
			if p := f.payouts(t, "bob")[0]; !p.Scheduled || p.Status != billing.PayoutSent {
				t.Errorf("payout: %+v", p)
			}
			if next := f.creator(t, "bob").DueAt.Format(time.RFC3339); next != c.next {
				t.Errorf("the next is due at %s, want %s", next, c.next)
			}
			f.choose(t, "bob", "manual", "")
		})
	}
}

// Who has too little, or cannot be paid, is left alone until the next payday.
func TestPaydaysWithoutAPayout(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T, f fixture){
		"too little": func(t *testing.T, f fixture) { t.Helper(); f.onboard(t, "bob", testBank); f.earn(t, "bob", 1000) },
		"no keys any more": func(t *testing.T, f fixture) {
			t.Helper()
			ready(t, f)
			f.EditConfig(t, f.project, func(c *billing.StripeConfig) { c.Active = false })
		},
		"a connected account since": func(t *testing.T, f fixture) {
			t.Helper()
			ready(t, f)
			f.EditConfig(t, f.project, func(c *billing.StripeConfig) { c.Active = false })
			f.tenantPicks(t, billing.GatewayConnect)
		},
		"no account": func(t *testing.T, f fixture) { t.Helper(); f.earn(t, "bob", 3000) },
		"not onboarded": func(t *testing.T, f fixture) {
			t.Helper()
			f.ask(t, "bob", http.MethodPost, "/api/payouts/connect", connecting)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			prepare(t, f)
			f.choose(t, "bob", "weekly", "2100-02-08T00:00:00Z")
			f.at(t, "2100-02-09T00:00:00Z")
			f.run(t, "1 creators, 0 begun, 0 ended, 0 failures")
			f.run(t, "0 creators, 0 begun, 0 ended, 0 failures")
			c := f.creator(t, "bob")
			if next := c.DueAt.Format(time.RFC3339); next != "2100-02-15T00:00:00Z" || len(f.payouts(t, "bob")) != 0 {
				t.Errorf("the next is due at %s; payouts %+v", next, f.payouts(t, "bob"))
			}
		})
	}
}

// A payday on which Stripe is down comes again in a quarter of an hour, and one
// creator's failure is not another's.
func TestStripeIsDownOnAPayday(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, creator := range []string{"bob", "eve"} {
		f.onboard(t, creator, testBank)
		f.earn(t, creator, 3000)
		f.choose(t, creator, "weekly", "2100-02-08T00:00:00Z")
	}
	f.at(t, "2100-02-08T00:00:00Z")
	bobs := f.creator(t, "bob").Account
	f.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/v1/accounts/"+bobs {
			functiontest.Answering(500, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false")(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
	f.run(t, "2 creators, 1 begun, 0 ended, 1 failures")
	f.sandbox.Intercept(nil)
	f.run(t, "0 creators, 0 begun, 0 ended, 0 failures")
	f.pass(tryAgain)
	f.run(t, "2 creators, 1 begun, 0 ended, 0 failures") // bob is paid, eve's payout is looked at
	for _, creator := range []string{"bob", "eve"} {
		f.has(t, creator, money{Transit: 2700, Transfers: 1, BankPayouts: 1, BalanceChanges: 2})
	}
}

// A payout under way on a payday is waited for.
func TestAPaydayWaitsForAPayout(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ready(t, f)
	f.choose(t, "bob", "weekly", "2100-02-08T00:00:00Z")
	f.at(t, "2100-02-07T23:00:00Z")
	f.pay(t, "bob", `{"amount_cents": 1000}`)
	f.at(t, "2100-02-08T06:00:00Z")
	f.run(t, "1 creators, 0 begun, 0 ended, 0 failures")
	f.at(t, "2100-02-10T12:00:00Z")
	f.run(t, "2 creators, 1 begun, 1 ended, 0 failures")
	f.has(t, "bob", money{Transit: 1700, Paid: 1000, Transfers: 2, BankPayouts: 2, BalanceChanges: 4})
	if next := f.creator(t, "bob").DueAt.Format(time.RFC3339); next != "2100-02-15T00:00:00Z" {
		t.Errorf("the next is due at %s", next)
	}
}
