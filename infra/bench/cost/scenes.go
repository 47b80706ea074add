package main

// bought is a buyer whose checkout was begun: the customer is known.
func (s *scene) bought() []event {
	return []event{
		s.event("checkout.session.completed", s.session("setup", "no_payment_required").with(object{"payment_intent": nil}), nil),
		s.event("customer.created", s.customer(), nil),
	}
}

// subscribed is a buyer with a subscription.
func (s *scene) subscribed(status string) []event {
	return append(s.bought(), s.event("customer.subscription.created", s.subscription(status), nil))
}

// paid is a subscriber whose first invoice is paid.
func (s *scene) paid() []event {
	return append(s.subscribed("active"), s.event("invoice.paid", s.invoice("paid", "subscription_create"), nil))
}

// unpaid is a buyer whose bank takes days to pay.
func (s *scene) unpaid() []event {
	return append(s.bought(), s.event("checkout.session.completed", s.session("payment", "unpaid"), nil))
}

// disputed is news of a dispute of a paid invoice.
func disputed(kind, status string) scenario {
	return scenario{event: kind, limit: paymentLimit, except: exceptAsks, stripe: (*scene).chargeNamed, tell: func(s *scene) []event {
		return append(s.paid(), s.event(kind, s.dispute(status), nil))
	}}
}

// unrefunded is news of a refund that came to nothing.
func unrefunded(kind string) scenario {
	return scenario{event: kind, what: "failed", limit: paymentLimit, except: exceptAsks, stripe: (*scene).chargeNamed, tell: func(s *scene) []event {
		refunded := s.charge("succeeded", s.invoiceID()).with(object{"amount_refunded": 2400, "refunded": true})
		return append(s.paid(), s.event("charge.refunded", refunded, nil), s.event(kind, s.refund("failed"), nil))
	}}
}

// chargeNamed is the charge as Stripe answers it in the version that billhook
// asks in, which names the invoice.
func (s *scene) chargeNamed() map[string]object {
	return map[string]object{"/v1/charges/" + s.chargeID(): s.charge("succeeded", "").with(object{"invoice": s.invoiceID(), "metadata": object{}})}
}

// intentNamed is the payment intent, likewise.
func (s *scene) intentNamed() map[string]object {
	return map[string]object{"/v1/payment_intents/" + s.intentID(): s.intent("succeeded", "").with(object{"invoice": s.invoiceID(), "metadata": object{}})}
}
