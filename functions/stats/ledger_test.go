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

	"billhook/pkg/billing"
)

const (
	ledgerPath  = "/api/v1/payments/ledger?project_id="
	payoutsPath = "/api/v1/payments/payouts?project_id="
)

func walletPath(user string, project uuid.UUID) string {
	return "/api/v1/payments/wallets/" + url.PathEscape(user) + "?project_id=" + project.String()
}

func (f fixture) post(t *testing.T, s billing.Scope, p billing.Posting) {
	t.Helper()
	if _, first, err := f.Function.Table.Post(t.Context(), s, p); err != nil || !first {
		t.Fatalf("post %s: first %t, %v", p.ID, first, err)
	}
}

func because(id, currency string, minute int) billing.Cause {
	return billing.Cause{ID: id, At: morning.Add(time.Duration(minute) * time.Minute), Currency: currency, Description: "what for", Reference: "ref_" + id}
}

// deposit pays into a wallet, as an event does.
func (f fixture) deposit(t *testing.T, s billing.Scope, id, user, currency string, amount int64) {
	t.Helper()
	x := billing.Transaction{ID: id, Owner: id, PaymentIntent: id, Status: billing.TransactionSucceeded, Amount: amount, Currency: currency, CreatedAt: morning}
	posting := billing.Deposit(because(id, currency, 0), billing.PostDeposit, user, amount)
	tally := billing.Tally{}
	tally.Transaction(nil, x)
	f.commit(t, s, billing.Changes{Transaction: &x, Posting: &posting, Tally: tally})
}

// prepaid is a project with a ledger in two currencies, and a payout.
func prepaid(t *testing.T) (fixture, billing.Scope) {
	t.Helper()
	f := newFixture(t)
	s := billing.Scope{Project: f.CreateProject(t, developer).ID, Mode: billing.Test}
	f.deposit(t, s, "pi_1", "ann", "usd", 10_000)
	f.deposit(t, s, "pi_2", "ann", "jpy", 900)
	f.post(t, s, billing.Spend(because("spend_1", "usd", 1), "ann", 400))
	f.post(t, s, billing.ChargeFor(because("charge_1", "usd", 2), "ann", "bob", 5000, 1000))
	if _, err := f.Function.Table.PlaceHold(t.Context(), s, billing.Hold{
		ID: "hold_1", User: "ann", Currency: "usd", Amount: 600, CreatedAt: morning.Add(3 * time.Minute), ExpiresAt: morning.Add(time.Hour),
	}); err != nil {
		t.Fatal(err)
	}
	// A currency that only subscriptions are sold in has no ledger.
	f.pay(t, s, "in_1", 1, billing.TransactionSucceeded)
	payout := billing.Payout{ID: "po-1", Creator: "bob", Account: "acct_1", Amount: 3000, Currency: "usd", Status: billing.PayoutReserved, CreatedAt: morning}
	posting := payout.Reserve("key_1")
	if err := f.Function.Table.SavePayout(t.Context(), s, billing.Creator{ID: "bob", Account: "acct_1"}, payout, &posting); err != nil {
		t.Fatal(err)
	}
	return f, s
}

func TestLedger(t *testing.T) {
	t.Parallel()
	f, s := prepaid(t)
	f.count(t, s, func(tally billing.Tally) {
		tally.Transaction(nil, billing.Transaction{Status: billing.TransactionSucceeded, Amount: 5, Currency: "gbp"})
	})
	f.list(t, ledgerPath+s.Project.String()).Is(t, 200, fmt.Sprintf(`{"project_id": %q, "is_test_mode": true, "currencies": [{
		"currency": "usd", "owed_to_users_cents": 4600, "held_cents": 600, "owed_to_creators_cents": 1500, "in_transit_cents": 3000,
		"fees_cents": 900, "at_stripe_cents": 10000, "difference_cents": 0
	}, {
		"currency": "jpy", "owed_to_users_cents": 900, "held_cents": 0, "owed_to_creators_cents": 0, "in_transit_cents": 0,
		"fees_cents": 0, "at_stripe_cents": 900, "difference_cents": 0
	}]}`, s.Project))
	f.list(t, ledgerPath+s.Project.String()+"&test_mode=false").Is(t, 200,
		fmt.Sprintf(`{"project_id": %q, "is_test_mode": false, "currencies": []}`, s.Project))
}

func TestUserWallet(t *testing.T) {
	t.Parallel()
	f, s := prepaid(t)
	answer := func(user, wallet string) string {
		return fmt.Sprintf(`{"project_id": %q, "is_test_mode": true, "user_id": %q, "auto_reload": {
			"enabled": false, "threshold_cents": null, "amount_cents": null, "in_progress": false, "failed_attempts": 0, "problem": null
		}, %s}`, s.Project, user, wallet)
	}
	line := func(id, kind string, amount, after int64, at string) string {
		return fmt.Sprintf(`{"id": %q, "type": %q, "amount_cents": %d, "balance_after_cents": %d, "currency": "usd", "description": "what for", "reference_id": %q, "created_at": %q}`,
			id, kind, amount, after, "ref_"+id, "2026-02-03T09:"+at+":00Z")
	}
	const usd = `"currency": "usd", "currencies": ["jpy", "usd"], "balance_cents": 4000, "held_cents": 600,
		"lifetime_deposited_cents": 10000, "lifetime_spent_cents": 5400, "total": 4, `
	f.list(t, walletPath("ann", s.Project)+"&currency=usd&limit=2&offset=2").Is(t, 200, answer("ann", usd+`"transactions": [`+
		line("spend_1", "spend", -400, 9600, "16")+`, `+line("pi_1", "deposit", 10_000, 10_000, "15")+`]`))
	f.list(t, walletPath("nobody/at all", s.Project)).Is(t, 200, answer("nobody/at all", `"currency": "usd", "currencies": [], "balance_cents": 0,
		"held_cents": 0, "lifetime_deposited_cents": 0, "lifetime_spent_cents": 0, "total": 0, "transactions": []`))

	var first struct {
		Currency string
		Balance  int64 `json:"balance_cents"`
	}
	f.list(t, walletPath("ann", s.Project)).Decode(t, &first)
	if first.Currency != "jpy" || first.Balance != 900 {
		t.Errorf("without a currency: %+v", first)
	}
}

func TestCreatorPayouts(t *testing.T) {
	t.Parallel()
	f, s := prepaid(t)
	later := billing.Payout{
		ID: "po-2", Creator: "cid", Account: "acct_2", Amount: 2000, Currency: "usd", Status: billing.PayoutFailed, Scheduled: true, Transfer: "tr_2",
		BankPayout: "po_2", Reversed: 2000, FailureCode: "account_closed", FailureMessage: "It was closed", CreatedAt: morning.Add(time.Hour), EndedAt: morning.Add(2 * time.Hour),
	}
	if err := f.Function.Table.SavePayout(t.Context(), s, billing.Creator{ID: "cid"}, later, nil); err != nil {
		t.Fatal(err)
	}
	first := fmt.Sprintf(`{"id": "po-1", "project_id": %q, "is_test_mode": true, "creator_id": "bob", "amount_cents": 3000, "currency": "usd",
		"status": "reserved", "scheduled": false, "account_id": "acct_1", "transfer_id": null, "payout_id": null, "reversed_cents": 0,
		"failure_code": null, "failure_message": null, "created_at": "2026-02-03T09:15:00Z", "ended_at": null}`, s.Project)
	second := fmt.Sprintf(`{"id": "po-2", "project_id": %q, "is_test_mode": true, "creator_id": "cid", "amount_cents": 2000, "currency": "usd",
		"status": "failed", "scheduled": true, "account_id": "acct_2", "transfer_id": "tr_2", "payout_id": "po_2", "reversed_cents": 2000,
		"failure_code": "account_closed", "failure_message": "It was closed", "created_at": "2026-02-03T10:15:00Z", "ended_at": "2026-02-03T11:15:00Z"}`, s.Project)
	path := payoutsPath + s.Project.String()
	f.list(t, path).Is(t, 200, `{"payouts": [`+second+`, `+first+`], "next_cursor": null}`)
	f.list(t, path+"&status=failed").Is(t, 200, `{"payouts": [`+second+`], "next_cursor": null}`)
	f.list(t, path+"&test_mode=false").Is(t, 200, `{"payouts": [], "next_cursor": null}`)

	var page struct {
		Payouts []struct{ ID string }
		Next    string `json:"next_cursor"`
	}
	f.list(t, path+"&limit=1").Decode(t, &page)
	f.list(t, path+"&limit=1&cursor="+url.QueryEscape(page.Next)).Decode(t, &page)
	if diff := cmp.Diff([]struct{ ID string }{{"po-1"}}, page.Payouts); diff != "" {
		t.Errorf("the second page (-want +got):\n%s", diff)
	}
}

func TestLedgerRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	own, foreign := f.CreateProject(t, developer).ID, f.CreateProject(t, "developer-2").ID
	for path, loc := range map[string]string{
		"/api/v1/payments/ledger": `"query", "project_id"`,
		ledgerPath + "7":          `"query", "project_id"`,
		ledgerPath + own.String() + "&environment=staging": `"query", "environment"`,
		walletPath("ann", own) + "&currency=sek":           `"query", "currency"`,
		walletPath("ann", own) + "&limit=0":                `"query", "limit"`,
		walletPath("ann", own) + "&offset=10001":           `"query", "offset"`,
		walletPath(strings.Repeat("a", 256), own):          `"path", "user_id"`,
		payoutsPath + own.String() + "&status=pending":     `"query", "status"`,
		payoutsPath + own.String() + "&cursor=%21":         `"query", "cursor"`,
		payoutsPath + own.String() + "&limit=101":          `"query", "limit"`,
	} {
		answer := f.list(t, path)
		if answer.Status != http.StatusUnprocessableEntity || !strings.Contains(strings.ReplaceAll(answer.Body, ",", ", "), loc) {
			t.Errorf("GET %s: %d %s, want 422 at %s", path, answer.Status, answer.Body, loc)
		}
	}
	for _, path := range []string{ledgerPath + foreign.String(), walletPath("ann", foreign), payoutsPath + foreign.String()} {
		f.list(t, path).Is(t, 403, `{"detail": "You do not have permission to access this resource"}`)
	}
	unknown := uuid.New()
	for _, path := range []string{ledgerPath + unknown.String(), walletPath("ann", unknown), payoutsPath + unknown.String()} {
		f.list(t, path).Is(t, 404, `{"detail": "Project not found"}`)
	}
}
