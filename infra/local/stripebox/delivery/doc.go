// Package delivery sends signed webhook messages over HTTP. First attempts to
// one endpoint go out one after the other in the order in which they were
// enqueued; a failed message is tried again later beside the queue, so that it
// holds up nothing. The package owns the queues and the log of attempts; it
// never decides which endpoint wants which event and never builds a body.
package delivery
