package stripeevent

import (
	"maps"
	"slices"
	"time"

	"billhook/pkg/billing"
)

// object is what an event is about, with room for all that is read of it in
// any version.
type object interface{ id() string }

// telling is how an object is told: when, of which connected account, and with
// what it was before.
type telling struct {
	asOf     time.Time
	account  string // empty: of the endpoint's own
	previous []byte // JSON; empty: not told
}

// kind is how events of a type are read: it gives a blank object, to be filled
// from the body, and what makes the fact of it then. The fact is nil where the
// object shows that billing has no use for it.
type kind func() (object, func(told telling) (billing.Fact, error))

// of is the kind whose objects are *T.
func of[T any, P interface {
	*T
	object
}](fact func(o P, told telling) (billing.Fact, error)) kind {
	return func() (object, func(telling) (billing.Fact, error)) {
		o := P(new(T))
		return o, func(told telling) (billing.Fact, error) { return fact(o, told) }
	}
}

// Types are the event types that billing uses, in the order of their names.
func Types() []string { return slices.Sorted(maps.Keys(kinds)) }

// Uses reports whether billing uses events of a type.
func Uses(eventType string) bool {
	_, used := kinds[eventType]
	return used
}

// kinds lists the event types that billing uses. Several tell of the same
// payment and lead to one row.
var kinds = map[string]kind{
	"customer.created": customer(false),
	"customer.updated": customer(false),
	"customer.deleted": customer(true),

	"checkout.session.completed":               checkout(""),
	"checkout.session.async_payment_succeeded": checkout(""),
	"checkout.session.async_payment_failed":    checkout(billing.TransactionFailed),

	"customer.subscription.created":                subscription(billing.Created),
	"customer.subscription.updated":                subscription(billing.Updated),
	"customer.subscription.paused":                 subscription(billing.Updated),
	"customer.subscription.resumed":                subscription(billing.Updated),
	"customer.subscription.trial_will_end":         subscription(billing.Updated),
	"customer.subscription.pending_update_applied": subscription(billing.Updated),
	"customer.subscription.pending_update_expired": subscription(billing.Updated),
	"customer.subscription.deleted":                subscription(billing.Deleted),

	"invoice.paid":                    invoice(billing.TransactionSucceeded),
	"invoice.payment_succeeded":       invoice(billing.TransactionSucceeded),
	"invoice.payment_failed":          invoice(billing.TransactionFailed),
	"invoice.payment_action_required": invoice(billing.TransactionPending),
	"invoice.voided":                  invoice(billing.TransactionCanceled),
	"invoice.marked_uncollectible":    invoice(billing.TransactionCanceled),

	"payment_intent.processing":     paymentIntent(billing.TransactionPending),
	"payment_intent.succeeded":      paymentIntent(billing.TransactionSucceeded),
	"payment_intent.payment_failed": paymentIntent(billing.TransactionFailed),
	"payment_intent.canceled":       paymentIntent(billing.TransactionCanceled),

	"charge.succeeded": charge(false),
	"charge.captured":  charge(false),
	"charge.failed":    charge(false),
	"charge.refunded":  charge(true),

	"charge.dispute.created":          dispute(),
	"charge.dispute.updated":          dispute(),
	"charge.dispute.closed":           dispute(),
	"charge.dispute.funds_withdrawn":  dispute(),
	"charge.dispute.funds_reinstated": dispute(),

	"refund.failed":         refund(true),
	"refund.updated":        refund(false),
	"charge.refund.updated": refund(false),

	"account.updated":                  account(),
	"account.application.deauthorized": deauthorization(),

	"transfer.created":  transfer(),
	"transfer.updated":  transfer(),
	"transfer.reversed": transfer(),

	"payout.updated":  bankPayout(),
	"payout.paid":     bankPayout(),
	"payout.failed":   bankPayout(),
	"payout.canceled": bankPayout(),
}
