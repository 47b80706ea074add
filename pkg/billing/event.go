package billing

import "time"

// Event is one thing that Stripe told, in terms that do not depend on the API
// version it was told in. Fact is nil for a type that billing does not use.
type Event struct {
	ID         string
	Type       string
	Object     string // Stripe's id of the object it is about
	APIVersion string // in which it was told
	Created    time.Time
	Mode       Mode
	Account    string // connected, that it happened in; empty: the scope's own
	Fact       Fact
}

// Fact is what an event says: a SubscriptionFact, PaymentFact, ChargeFact,
// CheckoutFact, CustomerFact, AccountFact, TransferFact or BankPayoutFact.
type Fact interface{ fact() }

// Lifecycle is where in a subscription's life a SubscriptionFact stands.
type Lifecycle int

// A subscription is created once, updated any number of times, deleted once.
const (
	Updated Lifecycle = iota
	Created
	Deleted
)

// SubscriptionFact is a full snapshot of a subscription. Before is the same
// snapshot with the event's previous attributes laid over it: what the
// subscription was until then. It equals After where nothing that is kept
// changed, or the event does not tell.
type SubscriptionFact struct {
	Lifecycle Lifecycle
	ID        string
	Customer  string
	User      string // from the metadata that checkout left; empty: unknown
	Trial     bool   // it is, or was once, in a trial
	CreatedAt time.Time
	After     SubscriptionState
	Before    SubscriptionState
}

// PaymentFact is what became of a payment, told by its invoice, its payment
// intent or its charge.
type PaymentFact struct {
	// Payment has no ID where the event does not tell whether an invoice was
	// paid: since 2025-03-31.basil charges and payment intents do not name theirs.
	Payment Transaction
	// OfInvoice says that an invoice was paid, though the event does not name it.
	OfInvoice bool
	// Renewal says that a running subscription was to be paid for another
	// period, so a failure puts it past due.
	Renewal bool
	Wallet  WalletMark
	// Free says that nothing was due and nobody was asked to pay, as at the
	// start of a trial: that is no payment.
	Free bool
}

// ChargeFact is news of a charge that does not tell whose it is, or not all of
// it: a dispute, or a refund that failed. The charge is to be read.
type ChargeFact struct {
	Charge  string
	Dispute *Dispute // nil: a refund that failed
}

// CheckoutFact is a checkout that was completed.
type CheckoutFact struct {
	Session      string
	Customer     string
	User         string // from the session's metadata or client reference; empty: unknown
	Email        string
	Subscription string       // empty: a one-off payment
	Payment      *Transaction // nil unless the session itself is the payment
	Wallet       WalletMark
}

// CustomerFact is a customer as it is at Stripe.
type CustomerFact struct {
	ID      string
	User    string // from the metadata that checkout left; empty: unknown
	Project string // whose tag it carries; empty: none's
	Email   string
	Deleted bool
}

// AccountFact is a connected account as it is at Stripe.
type AccountFact struct {
	Account string
	Gone    bool // it was disconnected
	State   AccountState
}

// PayoutRef is the payout that billhook made something at Stripe for, as its
// metadata says.
type PayoutRef struct {
	Project string
	Creator string
	Payout  string
}

// TransferFact is a transfer for a payout as it is at Stripe.
type TransferFact struct {
	PayoutRef
	Transfer string
	Reversed int64
}

// BankPayoutFact is a payout of a creator's account to its bank, as it is at
// Stripe.
type BankPayoutFact struct {
	PayoutRef
	Account        string
	BankPayout     string
	Status         string // Stripe's
	FailureCode    string
	FailureMessage string
}

func (SubscriptionFact) fact() {}
func (PaymentFact) fact()      {}
func (ChargeFact) fact()       {}
func (CheckoutFact) fact()     {}
func (CustomerFact) fact()     {}
func (AccountFact) fact()      {}
func (TransferFact) fact()     {}
func (BankPayoutFact) fact()   {}
