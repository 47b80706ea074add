// Package fault decides which API requests and which webhooks go wrong, and how.
// A plan is a list of rules, each for a rate of what it matches or for an exact
// count of it; with the same seed and the same calls the same ones go wrong. The
// package owns the rules and their counters; it never touches a connection: the
// sandbox and its deliveries do what a plan says.
package fault
