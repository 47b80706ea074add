package billing

import (
	"strings"
	"time"
)

// Customer is a Stripe customer and the end user it stands for.
type Customer struct {
	ID        string    // Stripe's
	User      string    // empty: not linked
	Email     string    // empty: unknown
	EmailAsOf time.Time // of the event that told the customer's own e-mail address; zero: a checkout told one
	Deleted   bool      // at Stripe; never undone
	Own       bool      // the project's: by its tag at Stripe, or made for a user; others share the account. Never undone
	Disputes  int64     // how many of its payments have an open dispute
	Granted   bool      // its user has, or had, grants; never undone
	Replaced  bool      // by a customer of its user in another account; never undone
	Revision  int64
}

// Address is an e-mail address in the form in which addresses are compared.
func Address(email string) string { return strings.ToLower(email) }

// FoundBy is the Address by which the project finds the customer; empty: by
// none, because there is none, or the customer is gone or another project's.
func (c Customer) FoundBy() string {
	if !c.Own || c.Deleted {
		return ""
	}
	return Address(c.Email)
}

// Link is a user's one Stripe customer. The zero Link is none.
type Link struct {
	Customer  string // Stripe's id
	Account   string // the Route that it is on, by name; empty: unknown
	Deleted   bool   // at Stripe: the user needs another
	TrialUsed bool   // with an earlier customer
}

// UsableOn reports whether a purchase on a route can be the customer's. One that
// is deleted cannot buy.
func (l Link) UsableOn(r Route) bool { return l.KnownOn(r) && !l.Deleted }

// KnownOn reports whether the customer is, or was, one of the route's account:
// no other knows it.
func (l Link) KnownOn(r Route) bool {
	return l.Customer != "" && (l.Account == "" || l.Account == r.String())
}

// Holder is what is kept of a user: the customer that stands for the user, and
// what was given to the user by hand.
type Holder struct {
	Customer string // Stripe's id; empty: none
	Grants   []Grant
}

// Holdings are what decides the access of a customer.
type Holdings struct {
	Customer      *Customer      // nil: no row
	Subscriptions []Subscription // newest first
}
