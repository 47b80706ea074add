package billing

// Customer is a Stripe customer and the end user it stands for.
type Customer struct {
	ID        string // Stripe's
	User      string // empty: not linked
	Email     string // empty: unknown
	TrialUsed bool   // a subscription of the customer has had a trial; never forgotten
	Revision  int64
}
