package billing

import (
	"fmt"
	"time"
)

// WalletMark is what a payment says of itself that was made for a wallet. The
// zero mark is none.
type WalletMark struct {
	Project string // an account may be shared, and then all its projects hear of the payment
	User    string
	Kind    PostingKind // PostDeposit or PostAutoReload
}

// WalletDeposit is how far a payment that was made for a wallet is in it.
type WalletDeposit struct {
	User     string // whose wallet; empty: the payment is none for a wallet
	Kind     PostingKind
	Worth    int64 // what the postings so far sum to
	Postings int64
}

// Marked has a payment be for a wallet. What it was marked as first, it stays.
func (t *Transaction) Marked(m WalletMark) {
	if t.Deposit.User == "" {
		t.Deposit.User, t.Deposit.Kind = m.User, m.Kind
	}
}

// worth is what a wallet is to have of the payment: what was paid, less what
// was refunded and what a bank holds back or took.
func (t Transaction) worth() int64 {
	if !t.Status.Paid() || t.Deposit.User == "" {
		return 0
	}
	worth := t.Amount - t.Refunded
	for _, d := range []Dispute{t.Dispute, t.Earlier} {
		if d.takes() {
			worth -= d.Amount
		}
	}
	return max(worth, 0)
}

// Credit brings a wallet to what the payment is worth; nil if it is there. It
// counts the posting in the payment, with which it has to be stored: so each
// change is posted once, in whatever order the events tell of it.
func (t *Transaction) Credit(at time.Time) *Posting {
	worth := t.worth()
	change := worth - t.Deposit.Worth
	if change == 0 {
		return nil
	}
	t.Deposit.Worth = worth
	t.Deposit.Postings++
	c := Cause{ID: t.ID, At: at, Currency: t.Currency, Reference: t.ID}
	if t.Deposit.Postings == 1 {
		p := Deposit(c, t.Deposit.Kind, t.Deposit.User, change)
		return &p
	}
	c.ID = fmt.Sprintf("%s#%d", t.ID, t.Deposit.Postings)
	p := Settle(c, t.Deposit.User, change)
	return &p
}
