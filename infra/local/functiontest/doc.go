// Package functiontest is the set-up that the tests of the functions, and of
// the packages below them, share: an AWS account of local servers behind one
// aws.Config, a Function built on it as in production, tokens, requests, and a
// Stripe that answers as told. Whatever a test makes the product say or store
// is searched for secrets when the test ends. It is for tests only, and knows
// no function in particular.
package functiontest
