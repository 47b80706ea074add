package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"pgregory.net/rapid"
)

// ledger moves money at random and keeps count of what comes from cards and
// what goes back to them or to banks.
type ledger struct {
	*box
	accounts  []string // the platform, which is "", and its connected accounts
	payments  []payment
	transfers []string
	inside    int64 // what all balances should add up to, in cents
}

type payment struct {
	account, id   string
	fee, transfer bool
	rest          int64 // not refunded yet
}

// move sends a request for an account and answers whether it was done.
func (l *ledger) move(account, path, form string) (id string, done bool) {
	l.t.Helper()
	var headers []string
	if account != "" {
		headers = []string{"Stripe-Account", account}
	}
	got := l.do(http.MethodPost, path, form, headers...)
	if got.status >= http.StatusInternalServerError {
		l.t.Fatalf("POST %s %s = %d %s", path, form, got.status, got.body)
	}
	var answer struct{ ID string }
	l.must(json.Unmarshal([]byte(got.body), &answer))
	return answer.ID, got.status == http.StatusOK
}

func (l *ledger) charge(rt *rapid.T) {
	amount := rapid.Int64Range(100, 9999).Draw(rt, "amount")
	p := payment{account: rapid.SampledFrom(l.accounts).Draw(rt, "account"), rest: amount}
	form := fmt.Sprintf("amount=%d&currency=usd&confirm=true&payment_method=pm_card_visa", amount)
	if p.account == "" && rapid.Bool().Draw(rt, "transfer") {
		form += "&transfer_data[destination]=" + rapid.SampledFrom(l.accounts[1:]).Draw(rt, "destination")
		p.transfer = true
	}
	if (p.account != "" || p.transfer) && rapid.Bool().Draw(rt, "fee") {
		form += fmt.Sprintf("&application_fee_amount=%d", rapid.Int64Range(1, amount).Draw(rt, "application fee"))
		p.fee = true
	}
	id, done := l.move(p.account, "/v1/payment_intents", form)
	if !done {
		rt.Fatalf("%s was refused", form)
	}
	p.id = id
	l.payments = append(l.payments, p)
	l.inside += amount
}

func (l *ledger) refund(rt *rapid.T) {
	if len(l.payments) == 0 {
		return
	}
	p := &l.payments[rapid.IntRange(0, len(l.payments)-1).Draw(rt, "payment")]
	if p.rest == 0 {
		return
	}
	amount := rapid.Int64Range(1, p.rest).Draw(rt, "refund")
	form := fmt.Sprintf("payment_intent=%s&amount=%d&refund_application_fee=%t&reverse_transfer=%t", p.id, amount,
		p.fee && rapid.Bool().Draw(rt, "its fee"), p.transfer && rapid.Bool().Draw(rt, "its transfer"))
	if _, done := l.move(p.account, "/v1/refunds", form); !done {
		rt.Fatalf("%s was refused", form)
	}
	p.rest -= amount
	l.inside -= amount
}

func (l *ledger) transfer(rt *rapid.T) {
	id, done := l.move("", "/v1/transfers", fmt.Sprintf("amount=%d&currency=usd&destination=%s",
		rapid.Int64Range(1, 5000).Draw(rt, "amount"), rapid.SampledFrom(l.accounts[1:]).Draw(rt, "destination")))
	if done {
		l.transfers = append(l.transfers, id)
	}
}

func (l *ledger) reverse(rt *rapid.T) {
	if len(l.transfers) > 0 {
		l.move("", "/v1/transfers/"+rapid.SampledFrom(l.transfers).Draw(rt, "transfer")+"/reversals",
			fmt.Sprintf("amount=%d", rapid.Int64Range(1, 3000).Draw(rt, "amount")))
	}
}

func (l *ledger) payOut(rt *rapid.T) {
	amount := rapid.Int64Range(1, 5000).Draw(rt, "amount")
	account := rapid.SampledFrom(l.accounts).Draw(rt, "account")
	if _, done := l.move(account, "/v1/payouts", fmt.Sprintf("amount=%d&currency=usd", amount)); done {
		l.inside -= amount
	}
}

// However money moves between accounts, none is made and none is lost.
func TestMoneyIsConserved(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	platforms := 0
	rapid.Check(t, func(rt *rapid.T) {
		platforms++
		b.use(fmt.Sprintf("sk_test_platform%d", platforms))
		l := &ledger{box: b, accounts: []string{"", b.seller(), b.seller()}}
		for range rapid.IntRange(1, 12).Draw(rt, "moves") {
			rapid.SampledFrom([]func(*rapid.T){l.charge, l.charge, l.refund, l.transfer, l.reverse, l.payOut}).Draw(rt, "move")(rt)
		}
		var sum int64
		for _, account := range l.accounts {
			sum += b.available(account)
		}
		if sum != l.inside {
			rt.Fatalf("the balances add up to %d, want %d", sum, l.inside)
		}
	})
}
