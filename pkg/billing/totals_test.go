package billing

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTotals(t *testing.T) {
	t.Parallel()
	cause := Cause{ID: "a", Currency: "usd"}
	for name, c := range map[string]struct {
		posting Posting
		want    Totals
	}{
		"a deposit":         {Deposit(cause, PostDeposit, "ann", 500), Totals{Users: 500, Clearing: -500}},
		"a claw-back":       {Settle(cause, "ann", -500), Totals{Users: -500, Clearing: 500}},
		"a spending":        {Spend(cause, "ann", 40), Totals{Users: -40, Fees: 40}},
		"a hold":            {Reserve(cause, "ann", 40), Totals{}},
		"a capture":         {Capture(cause, "ann", 40, 30), Totals{Users: -30, Fees: 30}},
		"a charge":          {ChargeFor(cause, "ann", "bob", 1000, 1000), Totals{Users: -1000, Creators: 900, Fees: 100}},
		"a payout begins":   {ReservePayout(cause, "bob", 900), Totals{Creators: -900, Transit: 900}},
		"a payout ends":     {PaidOut(cause, "bob", 900), Totals{Transit: -900, Clearing: 900}},
		"a payout is back":  {ReturnPayout(cause, "bob", 900), Totals{Creators: 900, Transit: -900}},
		"a payout reversed": {ReversePayout(cause, "bob", 900), Totals{Creators: 900, Clearing: -900}},
	} {
		got := c.posting.Totals()
		if diff := cmp.Diff(c.want, got); diff != "" || got.Sum() != 0 {
			t.Errorf("%s: sum %d (-want +got):\n%s", name, got.Sum(), diff)
		}
	}
}

// What was counted twice, or not at all, is found.
func TestRecountTotals(t *testing.T) {
	t.Parallel()
	cause := Cause{ID: "a", Currency: "usd"}
	charge, payout := ChargeFor(cause, "ann", "bob", 1000, 1000), ReservePayout(cause, "bob", 900)
	postings := []Posting{Deposit(cause, PostDeposit, "ann", 5000), charge, payout}
	var right Totals
	for _, p := range postings {
		right = right.Plus(p.Totals())
	}
	for name, c := range map[string]struct {
		totals Totals
		want   Balances
	}{
		"right":          {right, Balances{}},
		"a charge twice": {right.Plus(charge.Totals()), Balances{{Kind: WalletAccount}: -1000, {Kind: CreatorAccount}: 900}},
		"nothing":        {Totals{}, Balances{{Kind: WalletAccount}: -4000, {Kind: TransitAccount}: -900}},
	} {
		if diff := cmp.Diff(c.want, c.totals.Recount(postings)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
