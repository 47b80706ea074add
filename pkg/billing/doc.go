// Package billing is the domain: projects and their Stripe configuration,
// customers, subscriptions, transactions, the events that change them, the
// figures counted over them, and the one error type of the product. It holds
// values and pure rules only; it knows nothing of AWS, Stripe's client or HTTP.
package billing
