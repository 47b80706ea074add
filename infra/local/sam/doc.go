// Package sam reads the repository's SAM template: its functions with their
// routes, environment and function URLs, its HTTP API and its DynamoDB table.
// Globals are merged and intrinsic functions are evaluated against values that
// the caller supplies, so the local stack and the tests run from the very file
// that is deployed. A value it cannot resolve is an error that names the
// resource and the property. It never deploys, builds or validates a template:
// `sam validate` does that.
package sam
