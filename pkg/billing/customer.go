package billing

// Customer is a Stripe customer and the end user it stands for.
type Customer struct {
	ID       string // Stripe's
	User     string // empty: not linked
	Email    string // empty: unknown
	Revision int64
}
