package billing

import "time"

// Customer is a Stripe customer and the end user it stands for.
type Customer struct {
	ID        string    // Stripe's
	User      string    // empty: not linked
	Email     string    // empty: unknown
	EmailAsOf time.Time // of the event that told the customer's own e-mail address; zero: a checkout told one
	Deleted   bool      // at Stripe; never undone
	Revision  int64
}

// Link is a user's one Stripe customer. The zero Link is none.
type Link struct {
	Customer  string // Stripe's id
	Deleted   bool   // at Stripe: the user needs another
	TrialUsed bool   // with an earlier customer, since deleted
}
