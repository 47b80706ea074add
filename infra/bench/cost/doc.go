// Command cost measures what each event that Stripe sends costs the webhooks
// function once it is warm: DynamoDB round trips that wait for each other, read
// and write units, and calls of Secrets Manager and Stripe, for a new event and
// for one that comes again. It runs the function's own binary in the local
// stack, stands between it and the services, and prints a table; the table is
// kept in testdata, so that a change of cost shows as a difference. It never
// measures time.
//
// Units are added up by DynamoDB's documented rules from the items as they are
// before and after each write, not taken from what DynamoDB Local reports. That
// follows the rules for the table itself (sizes rounded up to 1 KB, the larger
// of before and after, transactional writes twice), but departs from them twice:
// it doubles the index writes of a transaction, which DynamoDB makes when the
// transaction is over, as it does after any other write; and reading what is
// not there is free in it, where DynamoDB charges a unit.
package main
