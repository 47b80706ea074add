package billing

import (
	"cmp"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// What a payout may be. Creators earn and are paid in US dollars.
const (
	PayoutCurrency = "usd"
	LeastPayout    = 1000 // cents
)

// PayoutStatus is how far a payout has come.
type PayoutStatus string

// A payout is reserved first, which takes its money out of what can be paid
// out. It is sent when the transfer has brought the money to the creator's
// Stripe account, and paid when the bank has it. It failed when Stripe or the
// bank would not have it, and was reversed when the transfer was taken back
// without that; in both cases the money is the creator's balance again.
const (
	PayoutReserved PayoutStatus = "reserved"
	PayoutSent     PayoutStatus = "sent"
	PayoutPaid     PayoutStatus = "paid"
	PayoutFailed   PayoutStatus = "failed"
	PayoutReversed PayoutStatus = "reversed"
)

// Payout pays a creator: by a transfer to the creator's Stripe account and one
// payout of that account to its bank.
type Payout struct {
	ID        string // grows with time
	Creator   string
	Account   string // Stripe's, the creator's
	Amount    int64
	Currency  string
	Status    PayoutStatus
	Scheduled bool // nobody asked for it but the creator's settings

	Transfer   string // Stripe's id; empty: none is known
	BankPayout string // Stripe's id of the account's payout; empty: none is known
	Reversed   int64  // of the transfer

	// FailureCode says why Stripe or the bank refused it. The transfer, if there
	// is one, is to be taken back.
	FailureCode    string
	FailureMessage string

	CreatedAt time.Time
	EndedAt   time.Time // when it became paid, failed or reversed; zero before
	Revision  int64
}

// NewPayoutID makes an id that sorts by age: a version 7 UUID of the time.
func NewPayoutID(now time.Time) (string, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return "", fmt.Errorf("make payout id: %w", err)
	}
	millis := now.UnixMilli()
	for i := range 6 {
		id[i] = byte(millis >> (40 - 8*i)) //nolint:gosec // the byte is what is wanted
	}
	id[6] = id[6]&0x0f | 0x70
	return id.String(), nil
}

// Reserve is the posting that begins the payout; because names what caused it,
// so that the same cause begins one payout only.
func (p Payout) Reserve(because string) Posting {
	return ReservePayout(Cause{ID: because, At: p.CreatedAt, Currency: p.Currency, Reference: p.ID}, p.Creator, p.Amount)
}

// cause names a posting of the payout, which happens once.
func (p Payout) cause(what string, at time.Time) Cause {
	return Cause{ID: "payout:" + p.ID + ":" + what, At: at, Currency: p.Currency, Reference: p.ID}
}

// PayoutStep is what is to be done about a payout next.
type PayoutStep int

// The steps.
const (
	PayoutDone    PayoutStep = iota // nothing: it has ended
	TransferMoney                   // have the transfer, made now or before
	PayBank                         // have the account's payout, made now or before
	WatchBank                       // see what became of the account's payout
	TakeBack                        // reverse what is left of the transfer
)

// Next is what is to be done about the payout. It follows from the payout alone,
// so it does not matter who did the last step, or died doing it.
func (p Payout) Next() PayoutStep {
	back := p.FailureCode != "" && p.Reversed < p.Amount
	open := p.Status == PayoutReserved || p.Status == PayoutSent
	switch {
	case p.Transfer == "" && (open || back && p.Status == PayoutPaid):
		return TransferMoney
	case p.Transfer != "" && back:
		return TakeBack
	case !open || p.FailureCode != "":
		return PayoutDone
	case p.BankPayout == "":
		return PayBank
	default:
		return WatchBank
	}
}

// Made says that the payout has its transfer.
func (p *Payout) Made(transfer string) {
	if p.Transfer == "" {
		p.Transfer = transfer
	}
	if p.Status == PayoutReserved {
		p.Status = PayoutSent
	}
}

// Refused says that there will be no transfer. The posting returns the money; it
// is nil if the payout is further than that.
func (p *Payout) Refused(code, message string, at time.Time) *Posting {
	if p.Status != PayoutReserved {
		return nil
	}
	p.Status, p.FailureCode, p.FailureMessage, p.EndedAt = PayoutFailed, code, message, at
	returned := ReturnPayout(p.cause("refused", at), p.Creator, p.Amount)
	return &returned
}

// names reports whether a payout of the account's is this payout's, and
// remembers it. What has ended by its transfer is not touched.
func (p *Payout) names(bank string) bool {
	if p.BankPayout != "" && p.BankPayout != bank || p.Status == PayoutFailed || p.Status == PayoutReversed {
		return false
	}
	p.BankPayout = bank
	if p.Status == PayoutReserved {
		p.Status = PayoutSent
	}
	return true
}

// OnItsWay says that the account's payout was made.
func (p *Payout) OnItsWay(bank string) { p.names(bank) }

// Arrived says that the bank has the money. The posting is nil if that is known,
// or was true before the bank sent it back.
func (p *Payout) Arrived(bank string, at time.Time) *Posting {
	if p.FailureCode != "" || p.Status == PayoutPaid || !p.names(bank) {
		return nil
	}
	p.Status, p.EndedAt = PayoutPaid, at
	paid := PaidOut(p.cause("paid", at), p.Creator, p.Amount-p.Reversed)
	return &paid
}

// Bounced says that the account's payout failed, or was canceled, even after it
// had arrived: the money is in the creator's Stripe account, from where the
// transfer is to be taken back. An empty bank stands for one that was never made.
func (p *Payout) Bounced(bank, code, message string) {
	if p.FailureCode == "" && p.names(bank) {
		p.FailureCode, p.FailureMessage = code, message
	}
}

// TakenBack says how much of the transfer is reversed, all in all. The posting
// returns to the creator what was not returned before; nil if there is no such.
func (p *Payout) TakenBack(transfer string, reversed int64, at time.Time) *Posting {
	p.Made(transfer)
	if p.Transfer != transfer || reversed <= p.Reversed {
		return nil
	}
	change := min(reversed, p.Amount) - p.returned()
	from := p.Status
	p.Reversed = min(reversed, p.Amount)
	if p.Reversed == p.Amount && from != PayoutFailed {
		p.Status, p.EndedAt = PayoutReversed, at
		if p.FailureCode != "" {
			p.Status = PayoutFailed
		}
	}
	if change <= 0 {
		return nil
	}
	back := ReturnPayout
	if from == PayoutPaid {
		back = ReversePayout
	}
	returned := back(p.cause(fmt.Sprintf("returned:%d", p.Reversed), at), p.Creator, change)
	return &returned
}

// Transferred takes what Stripe says of the transfer.
func (p *Payout) Transferred(f TransferFact, at time.Time) *Posting {
	p.Made(f.Transfer)
	return p.TakenBack(f.Transfer, f.Reversed, at)
}

// Bank takes what Stripe says of the account's payout.
func (p *Payout) Bank(f BankPayoutFact, at time.Time) *Posting {
	switch f.Status {
	case "paid":
		return p.Arrived(f.BankPayout, at)
	case "failed":
		p.Bounced(f.BankPayout, cmp.Or(f.FailureCode, "bank_refused"), f.FailureMessage)
	case "canceled":
		p.Bounced(f.BankPayout, "canceled", "The payout was canceled at Stripe")
	default:
		p.OnItsWay(f.BankPayout)
	}
	return nil
}

// returned is how much of the payout is in the creator's balance again.
func (p Payout) returned() int64 {
	if p.Status == PayoutFailed || p.Status == PayoutReversed {
		return p.Amount
	}
	return p.Reversed
}

// What a payout is looked at again after: as long as it has been under way,
// within these bounds.
const (
	soonestLook = 5 * time.Minute
	latestLook  = 24 * time.Hour
)

// LookAgain is when the payout is to be looked at again, by whoever finds it
// unfinished then. It is longer than a request takes, so that what a request is
// doing is left to it.
func (p Payout) LookAgain(now time.Time) time.Time {
	return now.Add(min(max(now.Sub(p.CreatedAt), soonestLook), latestLook))
}
