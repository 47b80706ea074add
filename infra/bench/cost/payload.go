package main

import (
	"encoding/json"
	"fmt"
	"maps"
)

// object is an object of Stripe's.
type object map[string]any

// with is the object with members added or replaced.
func (o object) with(members object) object {
	c := maps.Clone(o)
	maps.Copy(c, members)
	return c
}

// version is an API version in which Stripe tells events.
type version string

const (
	old     version = "2024-06-20"
	current version = "2025-09-30.clover"
)

// Seconds of Stripe's clock: the stories begin at the first.
const (
	beginning = 1770110100
	month     = 28 * 24 * 60 * 60
)

// scene is what one scenario is told of: a buyer of its own, with objects whose
// ids are as long as Stripe's.
type scene struct {
	version version
	number  int
	events  int // told so far
}

func (s *scene) id(prefix string, length int) string {
	return fmt.Sprintf("%s%0*d", prefix, length, s.number)
}

func (s *scene) customerID() string     { return s.id("cus_", 14) }
func (s *scene) subscriptionID() string { return s.id("sub_1", 23) }
func (s *scene) invoiceID() string      { return s.id("in_1", 23) }
func (s *scene) intentID() string       { return s.id("pi_3", 23) }
func (s *scene) chargeID() string       { return s.id("ch_3", 23) }
func (s *scene) userID() string         { return s.id("7d0c3f52-9a1e-4b86-8c55-", 12) }

// event is the next event, an hour after the one before. A previous state is
// told where it is not nil.
func (s *scene) event(kind string, about, previous object) event {
	s.events++
	data := object{"object": about}
	if previous != nil {
		data["previous_attributes"] = previous
	}
	return event{kind, object{
		"id": fmt.Sprintf("evt_1%019d%04d", s.number, s.events), "object": "event", "api_version": string(s.version),
		"created": beginning + 3600*s.events, "livemode": false, "pending_webhooks": 1, "type": kind, "data": data,
		"request": object{"id": nil, "idempotency_key": nil},
	}}
}

// event is an event as it is told.
type event struct {
	kind string
	body object
}

func (e event) text() ([]byte, error) { return json.Marshal(e.body) }

// projectID is the project that everything is sold by.
const projectID = "2b6f8c1e-54d7-4a0b-9f3c-8e17d2a6b904"

func (s *scene) metadata() object {
	return object{"user_id": s.userID(), "project_id": projectID}
}

func (s *scene) customer() object {
	return object{
		"id": s.customerID(), "object": "customer", "created": beginning, "livemode": false,
		"email": "nora.lindqvist@example.com", "name": "Nora Lindqvist", "metadata": s.metadata(),
	}
}

func (s *scene) subscription(status string) object { return s.inPeriod(status, 0) }

// inPeriod is the subscription in one of its periods, counted from 0.
func (s *scene) inPeriod(status string, n int) object {
	period := object{"current_period_start": beginning + n*month, "current_period_end": beginning + (n+1)*month}
	line := object{
		"id": s.id("si_", 14), "object": "subscription_item", "quantity": 1,
		"price": object{
			"id": s.id("price_1", 23), "object": "price", "nickname": "Team", "currency": "usd",
			"unit_amount": 2400, "unit_amount_decimal": "2400", "type": "recurring", "billing_scheme": "per_unit",
			"recurring": object{"interval": "month", "interval_count": 1, "usage_type": "licensed"},
		},
	}
	o := object{
		"id": s.subscriptionID(), "object": "subscription", "customer": s.customerID(), "status": status,
		"created": beginning, "currency": "usd", "cancel_at": nil, "cancel_at_period_end": false, "canceled_at": nil,
		"ended_at": nil, "trial_start": nil, "trial_end": nil, "metadata": s.metadata(), "livemode": false,
	}
	if s.version == old {
		o = o.with(period)
	} else {
		line = line.with(period)
	}
	return o.with(object{"items": object{"object": "list", "data": []object{line}}})
}

// renewed is the subscription in its second period, and what changed with that.
func (s *scene) renewed(status string) (after, previous object) {
	before := s.inPeriod(status, 0)
	previous = object{"items": before["items"]}
	if s.version == old {
		previous = object{"current_period_start": before["current_period_start"], "current_period_end": before["current_period_end"]}
	}
	return s.inPeriod(status, 1), previous
}

// invoice is a subscription's invoice; reason is why it was made.
func (s *scene) invoice(status, reason string) object {
	paid := 0
	if status == "paid" {
		paid = 2400
	}
	o := object{
		"id": s.invoiceID(), "object": "invoice", "customer": s.customerID(), "created": beginning, "currency": "usd",
		"status": status, "amount_due": 2400, "amount_paid": paid, "amount_remaining": 2400 - paid, "total": 2400,
		"attempt_count": 1, "attempted": true, "next_payment_attempt": nil, "billing_reason": reason,
		"description": nil, "livemode": false, "metadata": object{}, "collection_method": "charge_automatically",
		"lines": object{"object": "list", "data": []object{{"description": "1 × Team (at $24.00 / month)", "amount": 2400}}},
	}
	about := object{"metadata": s.metadata()}
	if s.version == old {
		return o.with(object{
			"paid": paid > 0, "subscription": s.subscriptionID(), "subscription_details": about,
			"payment_intent": s.intentID(), "charge": s.chargeID(),
		})
	}
	about["subscription"] = s.subscriptionID()
	return o.with(object{"parent": object{"type": "subscription_details", "subscription_details": about}})
}

// intent is a payment intent: of an invoice, or of a one-off payment.
func (s *scene) intent(status, invoice string) object {
	received := 0
	if status == "succeeded" {
		received = 2400
	}
	o := object{
		"id": s.intentID(), "object": "payment_intent", "customer": s.customerID(), "created": beginning, "currency": "usd",
		"amount": 2400, "amount_received": received, "status": status, "description": nil, "livemode": false,
		"latest_charge": s.chargeID(), "last_payment_error": nil, "metadata": object{},
	}
	return s.ofInvoice(o, invoice)
}

func (s *scene) charge(status, invoice string) object {
	o := object{
		"id": s.chargeID(), "object": "charge", "customer": s.customerID(), "created": beginning, "currency": "usd",
		"amount": 2400, "amount_captured": 2400, "amount_refunded": 0, "captured": true, "refunded": false, "disputed": false,
		"status": status, "paid": status == "succeeded", "payment_intent": s.intentID(), "description": nil,
		"failure_code": nil, "failure_message": nil, "outcome": object{"reason": nil}, "metadata": object{}, "livemode": false,
	}
	return s.ofInvoice(o, invoice)
}

// ofInvoice has a payment name its invoice, as only old versions do, or carry
// what checkout leaves on the payments that it makes itself.
func (s *scene) ofInvoice(o object, invoice string) object {
	switch {
	case invoice == "" && s.version == old:
		return o.with(object{"invoice": nil, "metadata": s.metadata()})
	case invoice == "":
		return o.with(object{"metadata": s.metadata()})
	case s.version == old:
		return o.with(object{"invoice": invoice})
	}
	return o
}

// declined is what a payment that failed has beside its status.
var declined = object{
	"failure_code": "card_declined", "failure_message": "Your card was declined.", "paid": false,
	"outcome":            object{"reason": "insufficient_funds"},
	"last_payment_error": object{"code": "card_declined", "decline_code": "insufficient_funds", "message": "Your card was declined."},
}

// session is a checkout session that was completed.
func (s *scene) session(mode, paymentStatus string) object {
	o := object{
		"id": s.id("cs_test_a1", 56), "object": "checkout.session", "mode": mode, "status": "complete",
		"created": beginning, "customer": s.customerID(), "client_reference_id": s.userID(), "customer_email": nil,
		"customer_details": object{"email": "nora.lindqvist@example.com", "name": "Nora Lindqvist"},
		"metadata":         s.metadata(), "payment_status": paymentStatus, "amount_total": 2400, "currency": "usd",
		"subscription": nil, "payment_intent": nil, "invoice": nil, "setup_intent": nil, "livemode": false,
	}
	if mode == "subscription" {
		return o.with(object{"subscription": s.subscriptionID(), "invoice": s.invoiceID()})
	}
	return o.with(object{"payment_intent": s.intentID()})
}

func (s *scene) dispute(status string) object {
	return object{
		"id": s.id("du_1", 23), "object": "dispute", "charge": s.chargeID(), "payment_intent": s.intentID(),
		"status": status, "reason": "fraudulent", "amount": 2400, "currency": "usd", "created": beginning + month, "livemode": false,
	}
}

func (s *scene) refund(status string) object {
	return object{
		"id": s.id("re_3", 23), "object": "refund", "charge": s.chargeID(), "payment_intent": s.intentID(),
		"status": status, "amount": 2400, "currency": "usd", "created": beginning + month,
	}
}
