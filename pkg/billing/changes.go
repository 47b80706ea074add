package billing

// Lookup names the rows that an event may touch. An empty name is not looked up.
type Lookup struct {
	Event         *Event // nil: no event's record, nor whether the project takes events
	Owner         string // the customer the rows are kept under
	User          string // whose link to a customer is wanted
	Subscription  string
	Siblings      bool // the customer's other subscriptions are wanted, too
	Transaction   string
	PaymentIntent string // stands for the transaction where its id is not known: it may be a one-off payment
	Creator       string
	Payout        string // of the creator
	Account       string // connected; stands for its creator where that one is not known
}

// Picture is what is stored of the rows of a Lookup. A nil row does not exist.
type Picture struct {
	Record       *EventRecord // of the event, from earlier deliveries
	Receives     bool         // the project takes events in this mode
	Below        bool         // the event's account is connected to the project's own
	Customer     *Customer
	Linked       string // the customer the user is linked to; empty: none
	Subscription *Subscription
	Siblings     []Subscription // without Subscription
	Transaction  *Transaction
	Creator      *Creator // with the id, or else the one that the account is of
	Payout       *Payout
}

// Changes is all that an event does, committed whole or not at all. Each row
// carries the revision that was read; zero for a new one.
type Changes struct {
	Event        EventRecord // no record is written if it has no ID
	Customer     *Customer
	LinkUser     string // links this user to Customer, unless linked already
	FindBy       string // Customer is found by this Address from now on; empty: nothing new
	Subscription *Subscription
	Sibling      *Subscription // another subscription of the customer
	Transaction  *Transaction
	Posting      *Posting // what the changes do to the ledger
	Creator      *Creator
	Payout       *Payout
	Tally        Tally
	// Unchanged are rows that must still be as they were read.
	Unchanged []Subscription
}
