package billing_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

var depositedAt = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func marked() billing.WalletMark {
	return billing.WalletMark{Project: "p", User: "ann", Kind: billing.PostDeposit}
}

// deposit is a payment of 10.00 for ann's wallet.
func deposit() billing.Transaction {
	t := billing.Transaction{ID: "pi_1", Status: billing.TransactionSucceeded, Amount: 1000, Currency: "usd", AsOf: depositedAt}
	t.Marked(marked())
	return t
}

func TestCredit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*billing.Transaction)
		worth  int64
	}{
		"paid":              {func(*billing.Transaction) {}, 1000},
		"pending":           {func(x *billing.Transaction) { x.Status = billing.TransactionPending }, 0},
		"failed":            {func(x *billing.Transaction) { x.Status = billing.TransactionFailed }, 0},
		"none for a wallet": {func(x *billing.Transaction) { x.Deposit = billing.WalletDeposit{} }, 0},
		"refunded in part":  {func(x *billing.Transaction) { x.Status, x.Refunded = billing.TransactionPartiallyRefunded, 300 }, 700},
		"refunded":          {func(x *billing.Transaction) { x.Status, x.Refunded = billing.TransactionRefunded, 1000 }, 0},
		"inquired about":    {func(x *billing.Transaction) { x.Dispute = disputed(billing.DisputeWarningNeedsResponse) }, 1000},
		"disputed":          {func(x *billing.Transaction) { x.Dispute = disputed(billing.DisputeNeedsResponse) }, 400},
		"under review":      {func(x *billing.Transaction) { x.Dispute = disputed(billing.DisputeUnderReview) }, 400},
		"lost":              {func(x *billing.Transaction) { x.Dispute = disputed(billing.DisputeLost) }, 400},
		"won":               {func(x *billing.Transaction) { x.Dispute = disputed(billing.DisputeWon) }, 1000},
		"lost, and disputed again": {func(x *billing.Transaction) {
			*x = x.Advance(billing.Transaction{Dispute: disputed(billing.DisputeLost)})
			*x = x.Advance(billing.Transaction{Dispute: disputedAgain(billing.DisputeNeedsResponse)})
		}, 100},
		"disputed twice, lost and won": {func(x *billing.Transaction) {
			*x = x.Advance(billing.Transaction{Dispute: disputedAgain(billing.DisputeWon)})
			*x = x.Advance(billing.Transaction{Dispute: disputed(billing.DisputeLost)})
		}, 400},
		"refunded, disputed": {func(x *billing.Transaction) { x.Refunded, x.Dispute = 700, disputed(billing.DisputeLost) }, 0},
	} {
		x := deposit()
		c.change(&x)
		p := x.Credit(depositedAt)
		if c.worth == 0 {
			if p != nil {
				t.Errorf("%s: posts %v", name, p)
			}
			continue
		}
		want := billing.Deposit(billing.Cause{ID: "pi_1", At: depositedAt, Currency: "usd", Reference: "pi_1"}, billing.PostDeposit, "ann", c.worth)
		if diff := cmp.Diff(&want, p); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func disputed(status billing.DisputeStatus) billing.Dispute {
	return billing.Dispute{ID: "dp_1", Status: status, Amount: 600, CreatedAt: depositedAt, AsOf: depositedAt}
}

// disputedAgain is a later dispute of what the first one left.
func disputedAgain(status billing.DisputeStatus) billing.Dispute {
	at := depositedAt.Add(time.Hour)
	return billing.Dispute{ID: "dp_2", Status: status, Amount: 300, CreatedAt: at, AsOf: at}
}

// Whatever is told, in whatever order, what was posted sums to what the payment
// is worth, and each posting has a cause of its own.
func TestCreditFollowsThePayment(t *testing.T) {
	t.Parallel()
	tellings := rapid.Custom(func(t *rapid.T) billing.Transaction {
		at := depositedAt.Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "second")) * time.Second)
		told := billing.Transaction{ID: "pi_1", Status: billing.TransactionSucceeded, Amount: 1000, Currency: "usd", AsOf: depositedAt}
		switch rapid.IntRange(0, 3).Draw(t, "what") {
		case 0:
			told.Status = billing.TransactionPending
		case 1:
			told.Refunded, told.RefundsAsOf = rapid.Int64Range(0, 1000).Draw(t, "refunded"), at
		case 2:
			dispute := rapid.SampledFrom([]func(billing.DisputeStatus) billing.Dispute{disputed, disputedAgain}).Draw(t, "which")
			told.Dispute = dispute(rapid.SampledFrom([]billing.DisputeStatus{
				billing.DisputeNeedsResponse, billing.DisputeWon, billing.DisputeLost,
			}).Draw(t, "dispute"))
		}
		return told
	})
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(tellings, 1, 12).Draw(t, "tellings")
		unmarked := rapid.IntRange(0, len(all)-1).Draw(t, "unmarked")
		var payment billing.Transaction
		sum, causes := int64(0), map[string]bool{}
		for i, told := range all {
			payment = payment.Advance(told)
			if i >= unmarked { // a charge may be told of that does not name the wallet
				payment.Marked(marked())
			}
			p := payment.Credit(depositedAt)
			if p == nil {
				continue
			}
			if err := p.Check(); err != nil || causes[p.ID] {
				t.Fatalf("%v: %v", p, err)
			}
			causes[p.ID] = true
			sum += p.Amount(billing.Account{Kind: billing.WalletAccount, Owner: "ann"})
		}
		if sum != payment.Deposit.Worth || sum < 0 || sum > 1000 {
			t.Errorf("posted %d, worth %d", sum, payment.Deposit.Worth)
		}
		if p := payment.Credit(depositedAt); p != nil {
			t.Errorf("posts again: %v", p)
		}
	})
}

// What two disputes leave of a payment does not depend on the order in which
// they are told of.
func TestDisputesInAnyOrder(t *testing.T) {
	t.Parallel()
	told := []billing.Transaction{
		{Dispute: disputed(billing.DisputeNeedsResponse)}, {Dispute: disputed(billing.DisputeLost)},
		{Dispute: disputedAgain(billing.DisputeNeedsResponse)}, {Dispute: disputedAgain(billing.DisputeWon)}, {},
	}
	rapid.Check(t, func(t *rapid.T) {
		payment := deposit()
		for _, news := range rapid.Permutation(told).Draw(t, "order") {
			payment = payment.Advance(news)
		}
		want := deposit()
		want.Dispute, want.Earlier = disputedAgain(billing.DisputeWon), disputed(billing.DisputeLost)
		if diff := cmp.Diff(want, payment); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
