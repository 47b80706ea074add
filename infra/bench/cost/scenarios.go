package main

import (
	"context"

	"billhook/pkg/billing"
	"billhook/pkg/store"
)

// limit is how many write units an event may take.
type limit int

const (
	statusLimit  limit = 8 // a subscription's status changes
	paymentLimit limit = 9
	otherLimit   limit = 6
	payoutLimit  limit = 8  // of a payout, with when its creator is looked at
	postingLimit limit = 15 // that, and what it does to the ledger
)

// Why some events are let off a limit.
const (
	exceptAsks    = "it does not tell which payment is meant: Stripe is asked, with a lease and a budget"
	exceptUnknown = "it is the first to tell of its subscription: Stripe is asked, with a lease and a budget"
	exceptTwoRows = "it changes a payment's row and a subscription's status"
	exceptBuyer   = "it tells of a payment, and whose the customer is"
	exceptAccount = "it names an account, and its creator is read through that"
	exceptKept    = "it cannot be read and is kept whole; when it comes again it may be read, by a newer billhook"
)

// scenario is an event, and what is stored when it comes.
type scenario struct {
	event  string
	what   string
	limit  limit
	except string                                                                      // why it may take more; empty: it may not
	stored func(s *scene, ctx context.Context, t *store.Table, in billing.Scope) error // what no event has brought; nil: nothing
	tell   func(s *scene) []event                                                      // the events before it, and it
	stripe func(s *scene) map[string]object                                            // what Stripe answers, by path
}

// inBoth are told differently by old versions and by current ones.
var inBoth = []scenario{
	{event: "customer.subscription.created", what: "active", limit: statusLimit, tell: func(s *scene) []event {
		return append(s.bought(), s.event("customer.subscription.created", s.subscription("active"), nil))
	}},
	{event: "customer.subscription.created", what: "trialing", limit: statusLimit, tell: func(s *scene) []event {
		trial := object{"trial_start": beginning, "trial_end": beginning + month}
		return append(s.bought(), s.event("customer.subscription.created", s.subscription("trialing").with(trial), nil))
	}},
	{event: "customer.subscription.updated", what: "becomes active", limit: statusLimit, tell: func(s *scene) []event {
		return append(s.subscribed("incomplete"), s.event("customer.subscription.updated", s.subscription("active"), object{"status": "incomplete"}))
	}},
	{event: "customer.subscription.updated", what: "becomes past due", limit: statusLimit, tell: func(s *scene) []event {
		return append(s.subscribed("active"), s.event("customer.subscription.updated", s.subscription("past_due"), object{"status": "active"}))
	}},
	{event: "customer.subscription.updated", what: "another period", limit: otherLimit, tell: func(s *scene) []event {
		after, previous := s.renewed("active")
		return append(s.subscribed("active"), s.event("customer.subscription.updated", after, previous))
	}},
	{event: "customer.subscription.updated", what: "to be canceled", limit: otherLimit, tell: func(s *scene) []event {
		canceled := object{"cancel_at": beginning + month, "cancel_at_period_end": s.version == old, "canceled_at": beginning + 7200}
		return append(s.subscribed("active"), s.event("customer.subscription.updated", s.subscription("active").with(canceled),
			object{"cancel_at": nil, "cancel_at_period_end": false, "canceled_at": nil}))
	}},
	{event: "customer.subscription.updated", what: "nothing that is kept", limit: otherLimit, tell: func(s *scene) []event {
		return append(s.subscribed("active"), s.event("customer.subscription.updated", s.subscription("active"), object{"default_payment_method": nil}))
	}},
	{event: "customer.subscription.deleted", limit: statusLimit, tell: func(s *scene) []event {
		ended := object{"canceled_at": beginning + 7200, "ended_at": beginning + 7200}
		return append(s.subscribed("active"), s.event("customer.subscription.deleted", s.subscription("canceled").with(ended), nil))
	}},
	{event: "invoice.paid", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.subscribed("active"), s.event("invoice.paid", s.invoice("paid", "subscription_create"), nil))
	}},
	{event: "invoice.paid", what: "after a failure", limit: paymentLimit, tell: func(s *scene) []event {
		failed := s.invoice("open", "subscription_create").with(object{"next_payment_attempt": beginning + month})
		return append(s.subscribed("active"), s.event("invoice.payment_failed", failed, nil),
			s.event("invoice.paid", s.invoice("paid", "subscription_create").with(object{"attempt_count": 2}), nil))
	}},
	{event: "invoice.payment_succeeded", what: "after invoice.paid", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.paid(), s.event("invoice.payment_succeeded", s.invoice("paid", "subscription_create"), nil))
	}},
	{event: "invoice.payment_failed", what: "the first", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.subscribed("incomplete"), s.event("invoice.payment_failed", s.invoice("open", "subscription_create"), nil))
	}},
	{event: "invoice.payment_failed", what: "a renewal", limit: paymentLimit, except: exceptTwoRows, tell: func(s *scene) []event {
		return append(s.subscribed("active"), s.event("invoice.payment_failed",
			s.invoice("open", "subscription_cycle").with(object{"next_payment_attempt": beginning + month}), nil))
	}},
	{event: "payment_intent.succeeded", what: "one-off", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.bought(), s.event("payment_intent.succeeded", s.intent("succeeded", ""), nil))
	}},
	{event: "payment_intent.payment_failed", what: "one-off", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.bought(), s.event("payment_intent.payment_failed", s.intent("requires_payment_method", "").with(declined), nil))
	}},
	{event: "charge.succeeded", what: "one-off", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.bought(), s.event("charge.succeeded", s.charge("succeeded", ""), nil))
	}},
	{event: "charge.refunded", what: "one-off", limit: paymentLimit, tell: func(s *scene) []event {
		refunded := object{"amount_refunded": 2400, "refunded": true}
		return append(s.bought(), s.event("payment_intent.succeeded", s.intent("succeeded", ""), nil),
			s.event("charge.refunded", s.charge("succeeded", "").with(refunded), object{"amount_refunded": 0, "refunded": false}))
	}},
}

// inOld are told alike by all versions, or are only understood in old ones.
var inOld = []scenario{
	{event: "customer.created", limit: otherLimit, tell: func(s *scene) []event {
		return []event{s.event("customer.created", s.customer(), nil)}
	}},
	{event: "customer.updated", what: "another address", limit: otherLimit, tell: func(s *scene) []event {
		return append(s.bought(), s.event("customer.updated", s.customer().with(object{"email": "nora@example.com"}), object{"email": "nora.lindqvist@example.com"}))
	}},
	{event: "customer.deleted", limit: otherLimit, tell: func(s *scene) []event {
		return append(s.bought(), s.event("customer.deleted", s.customer(), nil))
	}},
	{event: "customer.subscription.paused", limit: statusLimit, tell: func(s *scene) []event {
		return append(s.subscribed("trialing"), s.event("customer.subscription.paused", s.subscription("paused"), nil))
	}},
	{event: "customer.subscription.resumed", limit: statusLimit, tell: func(s *scene) []event {
		return append(s.subscribed("paused"), s.event("customer.subscription.resumed", s.subscription("active"), nil))
	}},
	{event: "customer.subscription.trial_will_end", limit: otherLimit, tell: func(s *scene) []event {
		return append(s.subscribed("trialing"), s.event("customer.subscription.trial_will_end", s.subscription("trialing"), nil))
	}},
	{event: "customer.subscription.pending_update_applied", limit: otherLimit, tell: func(s *scene) []event {
		return append(s.subscribed("active"), s.event("customer.subscription.pending_update_applied", s.subscription("active"), nil))
	}},
	{event: "customer.subscription.pending_update_expired", limit: otherLimit, tell: func(s *scene) []event {
		return append(s.subscribed("active"), s.event("customer.subscription.pending_update_expired", s.subscription("active"), nil))
	}},
	{event: "invoice.payment_action_required", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.subscribed("incomplete"), s.event("invoice.payment_action_required", s.invoice("open", "subscription_create"), nil))
	}},
	{event: "invoice.voided", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.subscribed("active"), s.event("invoice.payment_failed", s.invoice("open", "subscription_create"), nil),
			s.event("invoice.voided", s.invoice("void", "subscription_create"), nil))
	}},
	{event: "invoice.marked_uncollectible", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.subscribed("active"), s.event("invoice.payment_failed", s.invoice("open", "subscription_create"), nil),
			s.event("invoice.marked_uncollectible", s.invoice("uncollectible", "subscription_create"), nil))
	}},
	{event: "payment_intent.processing", what: "one-off", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.bought(), s.event("payment_intent.processing", s.intent("processing", ""), nil))
	}},
	{event: "payment_intent.canceled", what: "one-off", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.bought(), s.event("payment_intent.canceled", s.intent("canceled", ""), nil))
	}},
	{event: "charge.captured", what: "one-off", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.bought(), s.event("charge.captured", s.charge("succeeded", ""), nil))
	}},
	{event: "charge.failed", what: "of an invoice", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.subscribed("incomplete"), s.event("charge.failed", s.charge("failed", s.invoiceID()).with(declined), nil))
	}},
	{event: "charge.refunded", what: "of an invoice", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.paid(), s.event("charge.refunded", s.charge("succeeded", s.invoiceID()).with(object{"amount_refunded": 600}), object{"amount_refunded": 0}))
	}},
	{event: "checkout.session.completed", what: "subscription", limit: otherLimit, tell: func(s *scene) []event {
		return []event{s.event("customer.subscription.created", s.subscription("active"), nil),
			s.event("checkout.session.completed", s.session("subscription", "paid"), nil)}
	}},
	{event: "checkout.session.completed", what: "subscription unknown", limit: otherLimit, except: exceptUnknown, tell: func(s *scene) []event {
		return []event{s.event("checkout.session.completed", s.session("subscription", "paid"), nil)}
	}, stripe: func(s *scene) map[string]object {
		return map[string]object{"/v1/subscriptions/" + s.subscriptionID(): s.subscription("active")}
	}},
	{event: "checkout.session.completed", what: "one-off", limit: paymentLimit, except: exceptBuyer, tell: func(s *scene) []event {
		return []event{s.event("checkout.session.completed", s.session("payment", "paid"), nil)}
	}},
	{event: "checkout.session.completed", what: "one-off, linked", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.bought(), s.event("checkout.session.completed", s.session("payment", "paid"), nil))
	}},
	{event: "checkout.session.async_payment_succeeded", what: "linked", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.unpaid(), s.event("checkout.session.async_payment_succeeded", s.session("payment", "paid"), nil))
	}},
	{event: "checkout.session.async_payment_failed", what: "linked", limit: paymentLimit, tell: func(s *scene) []event {
		return append(s.unpaid(), s.event("checkout.session.async_payment_failed", s.session("payment", "unpaid"), nil))
	}},
	disputed("charge.dispute.created", "needs_response"),
	disputed("charge.dispute.updated", "under_review"),
	disputed("charge.dispute.closed", "lost"),
	disputed("charge.dispute.funds_withdrawn", "needs_response"),
	disputed("charge.dispute.funds_reinstated", "won"),
	unrefunded("refund.failed"),
	unrefunded("refund.updated"),
	unrefunded("charge.refund.updated"),
	{event: "refund.updated", what: "succeeded", limit: otherLimit, tell: func(s *scene) []event {
		return append(s.paid(), s.event("refund.updated", s.refund("succeeded"), nil))
	}},
	{event: "product.updated", what: "not used", limit: otherLimit, tell: func(s *scene) []event {
		return []event{s.event("product.updated", object{"id": s.id("prod_", 14), "object": "product"}, nil)}
	}},
	{event: "invoice.paid", what: "without an amount", limit: otherLimit, except: exceptKept, tell: func(s *scene) []event {
		return []event{s.event("invoice.paid", s.invoice("paid", "manual").with(object{"amount_paid": nil}), nil)}
	}},
}

// inCurrent are only understood by asking, since charges do not name their
// invoice.
var inCurrent = []scenario{
	{event: "payment_intent.succeeded", what: "of an invoice", limit: paymentLimit, tell: func(s *scene) []event {
		named := object{"payment_details": object{"order_reference": s.invoiceID()}}
		return append(s.paid(), s.event("payment_intent.succeeded", s.intent("succeeded", s.invoiceID()).with(named), nil))
	}},
	{event: "charge.succeeded", what: "of an invoice", limit: paymentLimit, except: exceptAsks, stripe: (*scene).intentNamed, tell: func(s *scene) []event {
		return append(s.paid(), s.event("charge.succeeded", s.charge("succeeded", s.invoiceID()), nil))
	}},
	{event: "charge.failed", what: "of an invoice", limit: paymentLimit, except: exceptAsks, stripe: (*scene).intentNamed, tell: func(s *scene) []event {
		return append(s.subscribed("incomplete"), s.event("charge.failed", s.charge("failed", s.invoiceID()).with(declined), nil))
	}},
	{event: "charge.refunded", what: "of an invoice", limit: paymentLimit, except: exceptAsks, stripe: (*scene).intentNamed, tell: func(s *scene) []event {
		return append(s.paid(), s.event("charge.refunded", s.charge("succeeded", s.invoiceID()).with(object{"amount_refunded": 600}), object{"amount_refunded": 0}))
	}},
}
