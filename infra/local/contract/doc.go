// Package contract holds the tests that billhook's API must pass from outside:
// requests generated from pkg/api/openapi.yaml, and a script of the calls that
// clients make, sent to the running stack. An operation that the file names and
// the tests do not know fails them. It has no code but tests, and knows of the
// product only what a client can see.
package contract
