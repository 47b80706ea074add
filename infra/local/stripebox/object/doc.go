// Package object holds Stripe's resources as Go structs that marshal to the
// JSON of API version 2024-06-20: every required field present, null where
// Stripe answers null. Fields the sandbox never fills have the types Null,
// EmptyList and EmptyHash, so that the shape is complete without pretending to
// support what is behind them. The package has no behavior beyond encoding; it
// never stores, validates or computes anything.
package object
