package billing

import "time"

// TransactionStatus is the state of a payment.
type TransactionStatus string

// A payment moves forward through these states, never back.
const (
	TransactionPending           TransactionStatus = "pending"
	TransactionFailed            TransactionStatus = "failed"
	TransactionSucceeded         TransactionStatus = "succeeded"
	TransactionPartiallyRefunded TransactionStatus = "partially_refunded"
	TransactionRefunded          TransactionStatus = "refunded"
	TransactionCanceled          TransactionStatus = "canceled" // given up before it was paid
)

// rank orders the statuses; a status never gives way to one of a lower rank.
func (s TransactionStatus) rank() int {
	switch s {
	case TransactionPending:
		return 1
	case TransactionFailed:
		return 2
	case TransactionSucceeded:
		return 3
	case TransactionPartiallyRefunded:
		return 4
	case TransactionRefunded:
		return 5
	default:
		return 0
	}
}

// Paid reports whether money was received, whatever became of it since.
func (s TransactionStatus) Paid() bool { return s.rank() >= TransactionSucceeded.rank() }

// Transaction is one payment: an invoice's, or a one-off payment intent's.
type Transaction struct {
	ID            string // Stripe's id of the invoice, or of the payment intent where there is none
	Owner         string // the customer it belongs to; see Owner
	User          string // empty: unknown
	Subscription  string // Stripe's id; empty: a one-off payment
	PaymentIntent string // Stripe's id; empty: not known yet
	Status        TransactionStatus
	Amount        int64 // minor units of Currency
	Refunded      int64 // minor units of Currency
	Currency      string
	Description   string
	CreatedAt     time.Time // at Stripe
	Revision      int64
}

// Owner is the customer that billing data is kept under. A payment without a
// customer belongs to its payment intent, which all its events name.
func Owner(customer, paymentIntent string) string {
	if customer != "" {
		return customer
	}
	return paymentIntent
}

// Advance lays what an event tells over what is known of the payment. The
// result is the same in whatever order the events come: the status only moves
// forward, refunded amounts never shrink, and known facts are not forgotten.
func (t Transaction) Advance(told Transaction) Transaction {
	next := t
	if told.Status.rank() >= t.Status.rank() {
		next.Status = told.Status
		next.Amount = told.Amount
	}
	next.Refunded = max(t.Refunded, told.Refunded)
	if next.Status.Paid() && next.Refunded > 0 {
		next.Status = TransactionPartiallyRefunded
		if next.Refunded >= next.Amount {
			next.Status = TransactionRefunded
		}
	}
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

func fill(known *string, told string) {
	if *known == "" {
		*known = told
	}
}
