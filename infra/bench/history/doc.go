// Package history proves that billhook's rows end as Stripe's own state,
// whatever happens on the way: it lets customers live in the Stripe sandbox,
// has every event delivered late, twice, in another order and in several API
// versions by concurrent workers, and compares what is stored at the end with
// what Stripe's API answers. A history is data: its seed makes it again. It
// knows the engine only from outside and never calls the real Stripe.
//
// A failing test prints the seed, the script and the smallest script that still
// fails. Both of these run a seed again:
//
//	HISTORIES=1 HISTORY_SEED=4711 go test -run TestRandomHistories ./infra/bench/history
//	go run ./infra/bench/convergence -scenario random -runs 1 -seed 4711
package history
