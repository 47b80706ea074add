package billing

import (
	"cmp"
	"time"
)

// TransactionStatus is the state of a payment.
type TransactionStatus string

// A payment moves forward through these states, never back.
const (
	TransactionPending           TransactionStatus = "pending"
	TransactionFailed            TransactionStatus = "failed"
	TransactionCanceled          TransactionStatus = "canceled" // given up before it was paid
	TransactionSucceeded         TransactionStatus = "succeeded"
	TransactionPartiallyRefunded TransactionStatus = "partially_refunded"
	TransactionRefunded          TransactionStatus = "refunded"
)

// rank orders the statuses but for refunds, which follow from amounts.
func (s TransactionStatus) rank() int {
	switch s {
	case TransactionPending:
		return 1
	case TransactionFailed:
		return 2
	case TransactionCanceled:
		return 3
	case TransactionSucceeded, TransactionPartiallyRefunded, TransactionRefunded:
		return 4
	default:
		return 0
	}
}

// Paid reports whether money was received, whatever became of it since.
func (s TransactionStatus) Paid() bool { return s.rank() == TransactionSucceeded.rank() }

// Transaction is one payment: an invoice's, or a one-off payment intent's.
type Transaction struct {
	ID            string // Stripe's id of the invoice, or of the payment intent where there is none
	Owner         string // the customer it belongs to; see Owner
	User          string // empty: unknown
	Subscription  string // Stripe's id; empty: a one-off payment
	PaymentIntent string // Stripe's id, or the charge's where there is no intent; empty: not known yet
	Status        TransactionStatus
	Amount        int64     // minor units of Currency
	AsOf          time.Time // of the event that told status and amount
	Refunded      int64     // minor units of Currency
	RefundsAsOf   time.Time // of the event that told how much is refunded; zero: none did
	Currency      string
	Description   string
	Retry         Retry
	Failure       Failure
	Dispute       Dispute // the latest
	Earlier       Dispute // the one before, if there were several
	Deposit       WalletDeposit
	CreatedAt     time.Time // at Stripe
	LastEvent     EventRef  // that changed it
	Revision      int64
}

// Retry is where Stripe stands in trying to have an invoice paid.
type Retry struct {
	Attempts int       // so far
	Next     time.Time // zero: none is planned
	AsOf     time.Time // of the event that told
}

// Failure is why a payment failed, the last time that it did. The zero Failure
// is none, or one that nobody explained.
type Failure struct {
	Code    string // Stripe's error code, such as "card_declined"
	Decline string // the bank's reason, such as "insufficient_funds"; empty: it told none
	Message string // Stripe's words for the payer
	AsOf    time.Time
}

// Owner is the customer that billing data is kept under. A payment without a
// customer belongs to its payment intent, which all its events name.
func Owner(customer, paymentIntent string) string {
	if customer != "" {
		return customer
	}
	return paymentIntent
}

// Guest reports whether the payment is no customer's.
func (t Transaction) Guest() bool { return t.Owner == t.PaymentIntent }

// Advance lays what an event tells over what is known of the payment. The
// result is the same in whatever order the events come: the status only moves
// forward, and of two tellings of one thing the later counts.
func (t Transaction) Advance(told Transaction) Transaction {
	next := t
	if order := cmp.Or(
		cmp.Compare(told.Status.rank(), t.Status.rank()),
		told.AsOf.Compare(t.AsOf),
		cmp.Compare(told.Amount, t.Amount),
	); order > 0 {
		next.Status, next.Amount, next.AsOf = told.Status, told.Amount, told.AsOf
	}
	if order := cmp.Or(told.RefundsAsOf.Compare(t.RefundsAsOf), cmp.Compare(told.Refunded, t.Refunded)); order > 0 {
		next.Refunded, next.RefundsAsOf = told.Refunded, told.RefundsAsOf
	}
	next.settle()
	next.Retry = t.Retry.advance(told.Retry)
	next.Failure = t.Failure.advance(told.Failure)
	next.Dispute, next.Earlier = t.disputes(told.Dispute)
	fill(&next.ID, told.ID)
	fill(&next.Owner, told.Owner)
	fill(&next.User, told.User)
	fill(&next.Subscription, told.Subscription)
	fill(&next.PaymentIntent, told.PaymentIntent)
	fill(&next.Currency, told.Currency)
	fill(&next.Description, told.Description)
	if next.CreatedAt.IsZero() || told.CreatedAt.Before(next.CreatedAt) && !told.CreatedAt.IsZero() {
		next.CreatedAt = told.CreatedAt
	}
	return next
}

// settle has the status tell what was refunded.
func (t *Transaction) settle() {
	switch {
	case !t.Status.Paid():
	case t.Refunded == 0:
		t.Status = TransactionSucceeded
	case t.Refunded < t.Amount:
		t.Status = TransactionPartiallyRefunded
	default:
		t.Status = TransactionRefunded
	}
}

func (r Retry) advance(told Retry) Retry {
	if cmp.Or(cmp.Compare(told.Attempts, r.Attempts), told.AsOf.Compare(r.AsOf), told.Next.Compare(r.Next)) > 0 {
		return told
	}
	return r
}

func (f Failure) advance(told Failure) Failure {
	if cmp.Or(
		told.AsOf.Compare(f.AsOf),
		cmp.Compare(told.Code, f.Code),
		cmp.Compare(told.Decline, f.Decline),
		cmp.Compare(told.Message, f.Message),
	) > 0 {
		return told
	}
	return f
}

func fill(known *string, told string) {
	if *known == "" {
		*known = told
	}
}
