package billing

import "time"

// Event is one thing that Stripe told, in terms that do not depend on the API
// version it was told in. Fact is nil for a type that billing does not use.
type Event struct {
	ID      string
	Type    string
	Object  string // Stripe's id of the object it is about
	Created time.Time
	Mode    Mode
	Fact    Fact
}

// Fact is what an event says: a SubscriptionFact, PaymentFact, RefundFact or
// CheckoutFact.
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

// PaymentFact is the outcome of an attempt to pay an invoice.
type PaymentFact struct {
	Payment Transaction
	// Renewal says that a running subscription was to be paid for another
	// period, so a failure puts it past due.
	Renewal bool
}

// RefundFact is how much of a charge has been given back so far.
type RefundFact struct {
	Payment Transaction // ID empty: the event does not tell the invoice
}

// CheckoutFact is a checkout that was completed.
type CheckoutFact struct {
	Session      string
	Customer     string
	User         string // from the session's metadata or client reference; empty: unknown
	Email        string
	Subscription string       // empty: a one-off payment
	Payment      *Transaction // nil unless the session itself is the payment
}

func (SubscriptionFact) fact() {}
func (PaymentFact) fact()      {}
func (RefundFact) fact()       {}
func (CheckoutFact) fact()     {}

// Outcome is what became of an event.
type Outcome string

// The outcomes.
const (
	Applied   Outcome = "applied"   // it changed what is stored
	Stale     Outcome = "stale"     // what is stored is newer
	Duplicate Outcome = "duplicate" // it was here before
	Ignored   Outcome = "ignored"   // of a type, or about an object, that is not kept
)

// EventRecord is the trace of an event. It is written in the same transaction
// as the event's effects and can be written only once, so the effects happen
// once.
type EventRecord struct {
	ID         string
	Type       string
	Object     string
	Outcome    Outcome
	Created    time.Time // at Stripe
	ReceivedAt time.Time
}
