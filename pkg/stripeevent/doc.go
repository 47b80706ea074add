// Package stripeevent turns the raw bytes of a webhook delivery into a
// billing event: it verifies the signature, then reads each field from where
// the event's API version keeps it. Stripe delivers in the version of the
// endpoint, so nothing here relies on the version of a client library. A
// field that must be there and is not makes the event an error, never a zero.
package stripeevent
