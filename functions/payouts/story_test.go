package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// answered is a payout as the API shows it.
type answered struct {
	ID            string
	AmountCents   int64 `json:"amount_cents"`
	Status        string
	Scheduled     bool
	TransferID    *string    `json:"transfer_id"`
	FailureCode   *string    `json:"failure_code"`
	EndedAt       *time.Time `json:"ended_at"`
	RequestAnswer functiontest.Answer
}

// pay asks for a payout that is made.
func (f fixture) pay(t *testing.T, creator, body string, header ...string) answered {
	t.Helper()
	a := f.ask(t, creator, http.MethodPost, "/api/payouts", body, header...)
	if a.Status != http.StatusCreated {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	var p answered
	a.Decode(t, &p)
	p.RequestAnswer = a
	return p
}

// A creator connects, earns, is paid when there is enough, and sees it all.
func TestACreatorIsPaid(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const none = `{"status": "none", "account_id": null, "payouts_enabled": false, "requirements_due": [], "disabled_reason": null,
		"frequency": "manual", "next_payout_at": null, "minimum_cents": 1000, "currency": "usd"}`
	f.ask(t, "bob", http.MethodGet, "/api/payouts/status", "").Is(t, 200, none)
	f.onboard(t, "bob", testBank)
	f.ask(t, "bob", http.MethodGet, "/api/payouts/status", "").Is(t, 200, `{"status": "enabled", "account_id": "`+f.creator(t, "bob").Account+`",
		"payouts_enabled": true, "requirements_due": [], "disabled_reason": null,
		"frequency": "manual", "next_payout_at": null, "minimum_cents": 1000, "currency": "usd"}`)

	f.earn(t, "bob", 300)
	f.ask(t, "bob", http.MethodPost, "/api/payouts", `{}`).Is(t, 400, refused("payout_below_minimum", "A payout is 1000 cents at least"))
	f.pass(time.Hour)
	f.earn(t, "bob", 900)
	p := f.pay(t, "bob", `{}`)
	if p.Status != "sent" || p.AmountCents != 1080 || p.TransferID == nil || p.EndedAt != nil {
		t.Errorf("payout: %s", p.RequestAnswer.Body)
	}
	f.has(t, "bob", money{Transit: 1080, Transfers: 1, BankPayouts: 1, BalanceChanges: 2})

	f.pass(48 * time.Hour)
	f.deliver(t, "bob")
	f.has(t, "bob", money{Paid: 1080, Transfers: 1, BankPayouts: 1, BalanceChanges: 2})
	var list struct {
		Payouts []answered
		Total   int
	}
	f.ask(t, "bob", http.MethodGet, "/api/payouts", "").Decode(t, &list)
	if list.Total != 1 || len(list.Payouts) != 1 || list.Payouts[0].Status != "paid" || list.Payouts[0].EndedAt == nil {
		t.Errorf("payouts: %+v", list)
	}
	var earnings struct {
		Balance int64 `json:"balance_cents"`
		Pending int64 `json:"pending_cents"`
		Earned  int64 `json:"lifetime_earned_cents"`
		Paid    int64 `json:"lifetime_paid_cents"`
		Recent  []struct {
			Type   string
			Amount int64 `json:"amount_cents"`
		}
	}
	f.ask(t, "bob", http.MethodGet, "/api/earnings", "").Decode(t, &earnings)
	if earnings.Balance != 0 || earnings.Pending != 0 || earnings.Earned != 1080 || earnings.Paid != 1080 || len(earnings.Recent) != 3 || earnings.Recent[0].Amount != -1080 {
		t.Errorf("earnings: %+v", earnings)
	}
	f.run(t, "0 creators, 0 begun, 0 ended, 0 failures")
}

// A bank that sends the money back: the transfer is reversed, and the creator
// has the money again.
func TestABankSendsThePayoutBack(t *testing.T) {
	t.Parallel()
	for name, hear := range map[string]func(t *testing.T, f fixture){
		"told by events":    func(t *testing.T, f fixture) { t.Helper(); f.deliver(t, "bob") },
		"found by schedule": func(*testing.T, fixture) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.onboard(t, "bob", closedBank)
			f.earn(t, "bob", 3000)
			f.pay(t, "bob", `{"amount_cents": 2000}`)
			f.has(t, "bob", money{Earned: 700, Transit: 2000, Transfers: 1, BankPayouts: 1, BalanceChanges: 2})
			f.pass(48 * time.Hour)
			hear(t, f)
			f.run(t, "1 creators, 0 begun, 1 ended, 0 failures")
			want := money{Earned: 2700, BalanceChanges: 4}
			f.has(t, "bob", want)
			if p := f.payouts(t, "bob")[0]; p.Status != billing.PayoutFailed || p.FailureCode != "account_closed" {
				t.Errorf("payout: %+v", p)
			}
			f.deliver(t, "bob")
			f.run(t, "0 creators, 0 begun, 0 ended, 0 failures")
			f.has(t, "bob", want)
		})
	}
}

// What the platform takes back itself, whole or in part, is the creator's again.
func TestThePlatformReversesTheTransfer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.onboard(t, "bob", testBank)
	f.earn(t, "bob", 3000)
	p := f.pay(t, "bob", `{}`)
	of := &stripe.PayoutListParams{}
	account := f.creator(t, "bob").Account
	of.SetStripeAccount(account)
	cancel := &stripe.PayoutParams{}
	cancel.SetStripeAccount(account)
	if _, err := f.sandbox.API.Payouts.Cancel(f.payouts(t, "bob")[0].BankPayout, cancel); err != nil {
		t.Fatal(err)
	}
	_, err := f.sandbox.API.TransferReversals.New(&stripe.TransferReversalParams{ID: p.TransferID, Amount: stripe.Int64(700)})
	if err != nil {
		t.Fatal(err)
	}
	f.deliver(t, "bob")
	f.has(t, "bob", money{Earned: 700, Transit: 2000, Transfers: 1, Account: 2000, BalanceChanges: 4})
	f.run(t, "1 creators, 0 begun, 1 ended, 0 failures")
	f.has(t, "bob", money{Earned: 2700, BalanceChanges: 5})
}

// Stripe has the idempotency key for a day, and billhook finds what it made
// without it.
func TestResumedDaysLater(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.onboard(t, "bob", testBank)
	f.earn(t, "bob", 3000)
	effects := f.Effects(f.sandbox)
	effects.Fail(nil)
	f.pay(t, "bob", `{"amount_cents": 1000}`) // as it goes
	for i, effect := range effects.Made() {
		if effect != "POST /v1/transfers" {
			continue
		}
		f.pass(48 * time.Hour)
		f.run(t, "1 creators, 0 begun, 1 ended, 0 failures")
		effects.Fail(&functiontest.Fault{Effect: i, Lost: true, Crash: true})
		f.ask(t, "bob", http.MethodPost, "/api/payouts", `{"amount_cents": 1000}`)
		effects.Fail(nil)
		if p := f.payouts(t, "bob")[0]; p.Status != billing.PayoutReserved {
			t.Fatalf("cut short, the payout is %s", p.Status)
		}
	}
	f.pass(72 * time.Hour)
	f.run(t, "1 creators, 0 begun, 0 ended, 0 failures")
	f.pass(72 * time.Hour)
	f.run(t, "1 creators, 0 begun, 1 ended, 0 failures")
	f.has(t, "bob", money{Earned: 700, Paid: 2000, Transfers: 2, BankPayouts: 2, BalanceChanges: 4})
}

// Stripe refuses a transfer that the platform has no money for: the creator has
// it again, and the request says so.
func TestStripeRefusesTheTransfer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.onboard(t, "bob", testBank)
	f.owe(t, "bob", 3000)
	p := f.pay(t, "bob", `{}`)
	if p.Status != "failed" || p.FailureCode == nil || *p.FailureCode != "balance_insufficient" || p.EndedAt == nil {
		t.Errorf("payout: %s", p.RequestAnswer.Body)
	}
	f.has(t, "bob", money{Earned: 2700})
	f.earn(t, "bob", 3000)
	if p := f.pay(t, "bob", `{"amount_cents": 3000}`); p.Status != "sent" {
		t.Errorf("another: %s", p.RequestAnswer.Body)
	}
	f.has(t, "bob", money{Earned: 2400, Transit: 3000, Transfers: 1, BankPayouts: 1, BalanceChanges: 2})
}

// Who leaves the platform is not paid any more, until there is another account.
func TestAnAccountLeaves(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.onboard(t, "bob", testBank)
	f.earn(t, "bob", 3000)
	was := f.creator(t, "bob").Account
	in := projectorOf(f)
	outcome, err := in.Apply(t.Context(), f.scope(), billing.Event{
		ID: "evt_1", Type: "account.application.deauthorized", Created: f.Clock.Now(), Account: was,
		Fact: billing.AccountFact{Account: was, Gone: true},
	})
	if err != nil || outcome != billing.Applied {
		t.Fatalf("%s, %v", outcome, err)
	}
	f.ask(t, "bob", http.MethodPost, "/api/payouts", `{}`).Is(t, 403,
		refused("payouts_not_enabled", "The Stripe account cannot receive payouts; finish its onboarding"))
	f.onboard(t, "bob", testBank)
	if c := f.creator(t, "bob"); c.Account == was || c.Former != was {
		t.Errorf("creator: %+v", c)
	}
	if p := f.pay(t, "bob", `{}`); p.Status != "sent" {
		t.Errorf("payout: %s", p.RequestAnswer.Body)
	}
	if diff := cmp.Diff(billing.CreatorEnabled, f.creator(t, "bob").Status()); diff != "" {
		t.Error(diff)
	}
}

// What the platform has taken back before the bank is paid, the bank does not
// get: the creator has it again already.
func TestTakenBackBeforeTheBank(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ready(t, f)
	f.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPost && r.URL.Path == "/v1/payouts" {
			functiontest.Answering(http.StatusInternalServerError, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false")(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
	p := f.pay(t, "bob", `{"amount_cents": 1500}`)
	f.sandbox.Intercept(nil)
	if _, err := f.sandbox.API.TransferReversals.New(&stripe.TransferReversalParams{ID: p.TransferID, Amount: stripe.Int64(700)}); err != nil {
		t.Fatal(err)
	}
	account := f.creator(t, "bob").Account
	if _, err := f.sandbox.API.Transfers.New(&stripe.TransferParams{ // of another matter
		Amount: stripe.Int64(900), Currency: stripe.String("usd"), Destination: &account,
	}); err != nil {
		t.Fatal(err)
	}
	f.deliver(t, "bob")
	f.settle(t)
	f.has(t, "bob", money{Earned: 1900, Paid: 800, Transfers: 2, BankPayouts: 1, Account: 900, BalanceChanges: 4})
}

// A key names one payout for as long as there is the ledger, and no other.
func TestAKeyIsOfOnePayout(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ready(t, f)
	f.pay(t, "bob", `{"amount_cents": 1000}`, "Idempotency-Key", "key-1")
	f.settle(t)
	f.ask(t, "bob", http.MethodPost, "/api/payouts", `{"amount_cents": 1200}`, "Idempotency-Key", "key-1").
		Is(t, 409, refused("idempotency_key_reused", "The Idempotency-Key was used for something else"))
	f.has(t, "bob", money{Earned: 1700, Paid: 1000, Transfers: 1, BankPayouts: 1, BalanceChanges: 2})
}
