// Package openapi holds requests and answers against Stripe's own OpenAPI
// description of its API, as github.com/stripe/stripe-mock embeds it: versions
// 2024-09-30.acacia, the nearest published one to the sandbox's 2024-06-20.
// Requests are judged by the validating parts of stripe-mock, in its order. Its
// server is left out: it prints every request on the standard output and makes
// up an answer to each. The package answers nothing and knows no business rule.
package openapi
