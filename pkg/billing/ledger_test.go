package billing_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

func causeOf(id string) billing.Cause {
	return billing.Cause{ID: id, At: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), Currency: "jpy"}
}

// Whatever a posting is of, it is complete and sums to zero.
func TestPostingsSumToZero(t *testing.T) {
	t.Parallel()
	amounts := rapid.Int64Range(1, math.MaxInt64)
	rapid.Check(t, func(t *rapid.T) {
		amount, c := amounts.Draw(t, "amount"), causeOf("c")
		charge := billing.ChargeFor(c, "ann", "bob", amount, rapid.Int64Range(0, billing.BasisPoints).Draw(t, "fee"))
		for _, p := range []billing.Posting{
			billing.Deposit(c, billing.PostDeposit, "ann", amount),
			billing.Settle(c, "ann", amount),
			billing.Settle(c, "ann", -amount),
			billing.Spend(c, "ann", amount),
			billing.Reserve(c, "ann", amount),
			billing.Capture(c, "ann", amount, rapid.Int64Range(1, amount).Draw(t, "price")),
			billing.Release(c, "ann", amount),
			charge,
			billing.RefundOf(c, charge, 0, rapid.Int64Range(1, amount).Draw(t, "refund")),
			billing.ReservePayout(c, "bob", amount),
			billing.PaidOut(c, "bob", amount),
			billing.ReturnPayout(c, "bob", amount),
			billing.ReversePayout(c, "bob", amount),
		} {
			if err := p.Check(); err != nil {
				t.Errorf("%s: %v", p.Kind, err)
			}
		}
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	ann, fees := billing.Account{Kind: billing.WalletAccount, Owner: "ann"}, billing.Account{Kind: billing.FeesAccount}
	entry := func(a billing.Account, amount int64) billing.Entry { return billing.Entry{Account: a, Amount: amount} }
	sound := billing.Spend(causeOf("c"), "ann", 5)
	for name, spoil := range map[string]func(*billing.Posting){
		"no cause":             func(p *billing.Posting) { p.ID = "" },
		"no time":              func(p *billing.Posting) { p.At = time.Time{} },
		"no currency":          func(p *billing.Posting) { p.Currency = "" },
		"no kind":              func(p *billing.Posting) { p.Kind = "" },
		"no entries":           func(p *billing.Posting) { p.Entries = nil },
		"money out of nowhere": func(p *billing.Posting) { p.Entries = []billing.Entry{entry(ann, 5), entry(fees, -4)} },
		"an empty entry":       func(p *billing.Posting) { p.Entries = append(p.Entries, entry(billing.Account{Kind: "x"}, 0)) },
		"an account twice":     func(p *billing.Posting) { p.Entries = []billing.Entry{entry(ann, 5), entry(ann, -5)} },
		"more than int64 holds": func(p *billing.Posting) {
			p.Entries = []billing.Entry{entry(ann, math.MaxInt64), entry(fees, math.MaxInt64), entry(billing.Account{Kind: "x"}, 2)}
		},
	} {
		p := sound
		p.Entries = append([]billing.Entry(nil), sound.Entries...)
		if spoil(&p); p.Check() == nil {
			t.Errorf("%s: passes for sound", name)
		}
	}
	if err := sound.Check(); err != nil {
		t.Error(err)
	}
}

func TestFee(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ price, basisPoints, want int64 }{
		"ten percent of 3.00":    {300, 1000, 30},
		"half is rounded up":     {5, 1000, 1},
		"less than half is not":  {4, 1000, 0},
		"none":                   {300, 0, 0},
		"all":                    {300, 10000, 300},
		"0.60 percent":           {1001, 60, 6},
		"all that int64 holds":   {math.MaxInt64, 10000, math.MaxInt64},
		"most that int64 holds":  {math.MaxInt64, 9999, 9222449699651090329},
		"one yen at ten percent": {1, 1000, 0},
	} {
		if got := billing.Fee(c.price, c.basisPoints); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// The parts of a charge that is refunded whole sum to the charge, for each
// account, and nobody gives back more than came in.
func TestRefundsSumToTheCharge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		price := rapid.Int64Range(1, 100_000).Draw(t, "price")
		charge := billing.ChargeFor(causeOf("c"), "ann", "bob", price, rapid.Int64Range(0, billing.BasisPoints).Draw(t, "fee"))
		sum := billing.Balances{}
		for refunded := int64(0); refunded < price; {
			part := rapid.Int64Range(1, price-refunded).Draw(t, "part")
			refund := billing.RefundOf(causeOf("r"), charge, refunded, part)
			if err := refund.Check(); err != nil {
				t.Fatal(err)
			}
			for _, e := range refund.Entries {
				if e.Account.Kind == billing.WalletAccount && e.Amount != part || e.Account.Kind != billing.WalletAccount && e.Amount > 0 {
					t.Fatalf("a refund of %d gives %s %d", part, e.Account, e.Amount)
				}
				sum[e.Account] += e.Amount
			}
			refunded += part
		}
		for _, e := range charge.Entries {
			if sum[e.Account] != -e.Amount {
				t.Errorf("%s was charged %d and refunded %d", e.Account, e.Amount, sum[e.Account])
			}
		}
	})
}

// What a user deposited less what was spent is what is in the wallet and held.
func TestLifetime(t *testing.T) {
	t.Parallel()
	c := causeOf("c")
	charge := billing.ChargeFor(c, "ann", "bob", 300, 1000)
	for name, want := range map[string]struct {
		posting          billing.Posting
		deposited, spent int64
	}{
		"deposit":       {billing.Deposit(c, billing.PostDeposit, "ann", 500), 500, 0},
		"reload":        {billing.Deposit(c, billing.PostAutoReload, "ann", 500), 500, 0},
		"claw-back":     {billing.Settle(c, "ann", -500), -500, 0},
		"reinstatement": {billing.Settle(c, "ann", 500), 500, 0},
		"spend":         {billing.Spend(c, "ann", 5), 0, 5},
		"hold":          {billing.Reserve(c, "ann", 5), 0, 0},
		"capture":       {billing.Capture(c, "ann", 5, 3), 0, 3},
		"release":       {billing.Release(c, "ann", 5), 0, 0},
		"charge":        {charge, 0, 300},
		"refund":        {billing.RefundOf(c, charge, 0, 100), 0, -100},
	} {
		deposited, spent := want.posting.Lifetime("ann")
		if deposited != want.deposited || spent != want.spent {
			t.Errorf("%s: deposited %d, spent %d", name, deposited, spent)
		}
	}
}

func TestRecount(t *testing.T) {
	t.Parallel()
	ann, fees := billing.Account{Kind: billing.WalletAccount, Owner: "ann"}, billing.Account{Kind: billing.FeesAccount}
	postings := []billing.Posting{billing.Spend(causeOf("a"), "ann", 5), billing.Spend(causeOf("b"), "ann", 7)}
	for name, c := range map[string]struct {
		balances billing.Balances
		want     billing.Balances
	}{
		"equal":     {billing.Balances{ann: -12, fees: 12}, billing.Balances{}},
		"lost":      {billing.Balances{ann: -12, fees: 11}, billing.Balances{fees: -1}},
		"forgotten": {billing.Balances{fees: 12}, billing.Balances{ann: 12}},
		"invented":  {billing.Balances{ann: -12, fees: 12, {Kind: "x"}: 1}, billing.Balances{{Kind: "x"}: 1}},
	} {
		got := c.balances.Recount(postings)
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		for account, by := range c.want {
			if got[account] != by {
				t.Errorf("%s: %s differs by %d, want %d", name, account, got[account], by)
			}
		}
	}
	if account := billing.AccountNamed("wallet:auth0|a:b"); account != (billing.Account{Kind: billing.WalletAccount, Owner: "auth0|a:b"}) {
		t.Errorf("account = %v", account)
	}
}
