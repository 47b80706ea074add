// Package stripeevent turns the raw bytes of a webhook delivery into a
// billing event: it verifies the signature, then reads each field from where
// the event's API version keeps it, the newer place first. Stripe delivers in
// the version of the endpoint, so nothing here relies on the version of a
// client library. Members that are not needed may be anything; a field that
// must be there and is not makes the event an error, never a zero. It asks
// Stripe nothing and keeps nothing.
package stripeevent
