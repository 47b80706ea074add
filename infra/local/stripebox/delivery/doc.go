// Package delivery sends signed webhook messages over HTTP. First attempts to
// one endpoint go out one after the other in the order in which they were
// enqueued; a failed message is tried again later beside the queue, so that it
// holds up nothing. When it is due is read on the account's clock, which moves
// with the wall clock and can be moved forward. The package owns the queues, the
// log of attempts and what a fault does to a message; it never decides which
// endpoint wants which event, what goes wrong, and never builds a body.
package delivery
