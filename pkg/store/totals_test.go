package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// What all accounts hold is known without reading them, whatever is posted.
func TestTotals(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	charge := billing.ChargeFor(because("charge_1"), "ann", "bob", 1000, 1000)
	for _, step := range []struct {
		posting billing.Posting
		want    billing.Totals
	}{
		{billing.Deposit(because("pi_1"), billing.PostDeposit, "ann", 5000), billing.Totals{Users: 5000, Clearing: -5000}},
		{billing.Deposit(because("pi_2"), billing.PostAutoReload, "cid", 300), billing.Totals{Users: 5300, Clearing: -5300}},
		{billing.Spend(because("spend_1"), "ann", 400), billing.Totals{Users: 4900, Fees: 400, Clearing: -5300}},
		{charge, billing.Totals{Users: 3900, Creators: 900, Fees: 500, Clearing: -5300}},
		{billing.ChargeFor(because("charge_2"), "cid", "bob", 100, 0), billing.Totals{Users: 3800, Creators: 1000, Fees: 500, Clearing: -5300}},
		{billing.RefundOf(because("refund_1"), charge, 0, 500), billing.Totals{Users: 4300, Creators: 550, Fees: 450, Clearing: -5300}},
		{billing.Reserve(because("hold_1"), "ann", 700), billing.Totals{Users: 4300, Creators: 550, Fees: 450, Clearing: -5300}},
		{billing.Capture(because("hold_1#end"), "ann", 700, 200), billing.Totals{Users: 4100, Creators: 550, Fees: 650, Clearing: -5300}},
		{billing.ReservePayout(because("payout_1"), "bob", 550), billing.Totals{Users: 4100, Transit: 550, Fees: 650, Clearing: -5300}},
		{billing.ReturnPayout(because("payout_1#back"), "bob", 150), billing.Totals{Users: 4100, Creators: 150, Transit: 400, Fees: 650, Clearing: -5300}},
		{billing.PaidOut(because("payout_1#paid"), "bob", 400), billing.Totals{Users: 4100, Creators: 150, Fees: 650, Clearing: -4900}},
		{billing.Settle(because("pi_2#2"), "cid", -300), billing.Totals{Users: 3800, Creators: 150, Fees: 650, Clearing: -4600}},
	} {
		post(t, table, s, step.posting)
		got, err := table.Totals(t.Context(), s, "usd")
		if diff := cmp.Diff(step.want, got); diff != "" || err != nil || got.Sum() != 0 {
			t.Errorf("after %s: %v, sum %d (-want +got):\n%s", step.posting.ID, err, got.Sum(), diff)
		}
	}
	for name, other := range map[string]billing.Scope{"another mode": {Project: s.Project, Mode: billing.Live}, "another project": {Project: uuid.New(), Mode: s.Mode}} {
		if got, err := table.Totals(t.Context(), other, "usd"); got != (billing.Totals{}) || err != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	recounted(t, table, s)
	account.Intercept(functiontest.Failing("BatchGetItem", errors.New("no route to DynamoDB")))
	if _, err := table.Totals(t.Context(), s, "usd"); err == nil {
		t.Error("DynamoDB is down, and there are totals")
	}
}

// What moves users' money costs nothing for the totals: they are in an item that
// is written anyway, and a hold changes none.
func TestWritesOfAPosting(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	post(t, table, s, billing.Deposit(because("pi_1"), billing.PostDeposit, "ann", 5000))
	var writes int
	account.Intercept(func(ctx context.Context, _ string, input any, next functiontest.Next) (any, error) {
		if transaction, is := input.(*dynamodb.TransactWriteItemsInput); is {
			writes = len(transaction.TransactItems)
		}
		return next(ctx, input)
	})
	for _, c := range []struct {
		posting billing.Posting
		writes  int // the posting, and in each book a balance; in a user's or creator's a line of history
	}{
		{billing.Deposit(because("pi_2"), billing.PostDeposit, "ann", 500), 4},
		{billing.Spend(because("spend_1"), "ann", 5), 4},
		{billing.Reserve(because("hold_1"), "ann", 50), 3},
		{billing.Release(because("hold_1#end"), "ann", 50), 3},
		{billing.ChargeFor(because("charge_1"), "ann", "bob", 500, 1000), 6},
		{billing.ChargeFor(because("charge_2"), "ann", "bob", 5, 0), 6},
		{billing.ReservePayout(because("payout_1"), "bob", 50), 4},
	} {
		if post(t, table, s, c.posting); writes != c.writes {
			t.Errorf("%s: %d writes, want %d", c.posting.ID, writes, c.writes)
		}
	}
}

// What is held is added up from keys, by currency, and by scope.
func TestHeld(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	yen := because("pi_2")
	yen.Currency = "jpy"
	post(t, table, s, billing.Deposit(because("pi_1"), billing.PostDeposit, "ann#1", 5000))
	post(t, table, s, billing.Deposit(yen, billing.PostDeposit, "ann#1", 5000))
	hold := func(i int, currency string, amount int64) billing.Hold {
		return billing.Hold{
			ID: fmt.Sprint("hold_", i), User: "ann#1", Currency: currency, Amount: amount, CreatedAt: noon, ExpiresAt: noon.Add(time.Duration(i) * time.Hour),
		}
	}
	for i := range 12 {
		if _, err := table.PlaceHold(t.Context(), s, hold(i, "usd", 100+int64(i))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := table.PlaceHold(t.Context(), s, hold(12, "jpy", 70)); err != nil {
		t.Fatal(err)
	}
	// A reload under way is due as well.
	if err := table.SaveReload(t.Context(), s, "usd", "ann#1", billing.AutoReload{Flight: billing.ReloadFlight{Amount: 900, StartedAt: noon, Until: noon}}); err != nil {
		t.Fatal(err)
	}
	ended := hold(3, "usd", 103)
	if _, err := table.EndHold(t.Context(), s, ended, billing.Release(because(ended.EndID()), "ann#1", 103)); err != nil {
		t.Fatal(err)
	}
	held, whole, err := table.Held(t.Context(), s)
	if diff := cmp.Diff(map[string]int64{"usd": 12*100 + 66 - 103, "jpy": 70}, held); diff != "" || !whole || err != nil {
		t.Errorf("whole %t, %v (-want +got):\n%s", whole, err, diff)
	}
	held, whole, err = table.Held(t.Context(), billing.Scope{Project: s.Project, Mode: billing.Live})
	if len(held) != 0 || !whole || err != nil {
		t.Errorf("the other mode: %v, whole %t, %v", held, whole, err)
	}
	account.Intercept(functiontest.Failing("Query", errors.New("no route to DynamoDB")))
	if _, _, err := table.Held(t.Context(), s); err == nil {
		t.Error("DynamoDB is down, and something is held")
	}
}

// A wallet and its history are of one moment, or it is said that they are not.
func TestWalletHistory(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	post(t, table, s, billing.Deposit(because("pi_1"), billing.PostDeposit, "ann", 500))
	post(t, table, s, billing.Spend(billing.Cause{ID: "spend_1", At: noon.Add(time.Minute), Currency: "usd"}, "ann", 200))
	w, postings, err := table.WalletHistory(t.Context(), s, "usd", "ann", 1)
	if err != nil || w.Balance != 300 || w.Postings != 2 || len(postings) != 1 || postings[0].ID != "spend_1" {
		t.Errorf("%+v, %+v, %v", w, postings, err)
	}
	wallets, err := table.Wallets(t.Context(), s, "ann")
	if diff := cmp.Diff(map[string]billing.Wallet{"usd": w}, wallets); diff != "" || err != nil {
		t.Errorf("wallets: %v (-want +got):\n%s", err, diff)
	}
	if wallets, err = table.Wallets(t.Context(), s, "bob"); len(wallets) != 0 || err != nil {
		t.Errorf("nobody's: %v, %v", wallets, err)
	}
}

// Payouts of scopes are listed newest first, those of one status picked from
// them, page by page.
func TestListPayouts(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	var all, failed []string
	for i := range 130 {
		p := billing.Payout{ID: fmt.Sprintf("po-%03d", i), Creator: fmt.Sprint("creator-", i%3), Amount: 1000, Status: billing.PayoutPaid, CreatedAt: noon.Add(time.Duration(i) * time.Minute)}
		if i%60 == 4 {
			p.Status = billing.PayoutFailed
			failed = append([]string{p.ID}, failed...)
		}
		all = append([]string{p.ID}, all...)
		if err := table.SavePayout(t.Context(), s, billing.Creator{ID: p.Creator, Revision: int64(i / 3)}, p, nil); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		scope  billing.Scope
		status billing.PayoutStatus
		limit  int
		want   []string
	}{
		"all":            {s, "", 100, all},
		"small pages":    {s, "", 7, all},
		"failed":         {s, billing.PayoutFailed, 100, failed},
		"failed, by one": {s, billing.PayoutFailed, 1, failed},
		"reversed":       {s, billing.PayoutReversed, 10, nil},
		"the other mode": {billing.Scope{Project: s.Project, Mode: billing.Live}, "", 10, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			q := billing.ListQuery{Scopes: []billing.Scope{c.scope}, Status: string(c.status), Limit: c.limit}
			for more := true; more; more = q.After != "" {
				page, err := table.ListPayouts(t.Context(), q)
				if err != nil || len(page.Rows) > c.limit {
					t.Fatalf("%d rows, %v", len(page.Rows), err)
				}
				for _, row := range page.Rows {
					got = append(got, row.Row.ID)
				}
				q.After = page.Next
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
