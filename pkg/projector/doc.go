// Package projector keeps the stored picture of subscriptions and payments
// equal to Stripe's. It decides what an event changes, by pure rules, and has
// all of it committed in one transaction together with the event's own record,
// so that an event's effects happen once or not at all. It never talks to
// DynamoDB itself, and asks Stripe only what events leave open: which of two
// was the last, and whose a payment is.
package projector
