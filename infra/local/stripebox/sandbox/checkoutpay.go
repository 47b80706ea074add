package sandbox

import (
	"maps"

	"billhook/infra/local/stripebox/object"
)

// buyer is who pays on the checkout page, and with which card.
type buyer struct {
	email, name       string
	card              testCard
	expMonth, expYear int64
	// method is what was made of the card already, if anything.
	method        *paymentMethod
	authenticated bool
}

// trialUntil is the end of the trial that starts when the session is paid at a
// time; 0 without one.
func (s *session) trialUntil(now int64) int64 {
	if s.SubscriptionData.TrialEnd > now {
		return s.SubscriptionData.TrialEnd
	}
	if s.SubscriptionData.TrialDays > 0 {
		return now + s.SubscriptionData.TrialDays*secondsPerDay
	}
	return 0
}

// dueNow is what paying the session collects at once, in minor units.
func (s *session) dueNow(now int64) int64 {
	trial := s.Mode == modeSubscription && s.trialUntil(now) > 0
	var due int64
	for _, line := range s.Lines {
		if !trial || line.Price.Recurring == nil {
			due += line.AmountTotal
		}
	}
	return due
}

// paySession does what Stripe does when the buyer submits the page. A declined
// card leaves the session open.
func (a *account) paySession(s *session, b buyer) *decline {
	declined := a.withdrawDiscount(s)
	if declined != nil {
		return declined
	}
	switch s.Mode {
	case modeSubscription:
		declined = a.paySubscription(s, b)
	case modeSetup:
		declined = a.paySetup(s, b)
	default:
		declined = a.payOnce(s, b)
	}
	if declined != nil {
		return declined
	}
	s.Status, s.URL = sessionComplete, ""
	s.PaymentStatus = statusPaid
	if s.dueNow(a.now) == 0 {
		s.PaymentStatus = "no_payment_required"
	}
	if s.AutomaticTax.Enabled {
		s.AutomaticTax.Status = "complete"
	}
	s.CustomerDetails = &object.CustomerDetails{
		Address: &object.Address{Country: "US"}, Email: object.Text(b.email), Name: object.Text(b.name), TaxExempt: "none",
	}
	a.emit("checkout.session.completed", s.shown())
	return nil
}

func (a *account) paySubscription(s *session, b buyer) *decline {
	if b.card.onAttach != nil {
		return b.card.onAttach
	}
	if s.dueNow(a.now) > 0 && b.card.onCharge != nil {
		return b.card.onCharge // Checkout makes no subscription before the payment goes through
	}
	customer := a.customerOf(s, b)
	pm := a.methodOfBuyer(b)
	a.attach(pm, customer.ID)
	spec := subscriptionSpec{
		customer: customer, metadata: maps.Clone(s.SubscriptionData.Metadata), description: s.SubscriptionData.Description,
		defaultMethod: pm.ID, trialEnd: s.trialUntil(a.now), saveMethod: "off", share: s.SubscriptionData.Share,
		discounts: a.sessionDiscounts(s), flexible: s.SubscriptionData.Flexible, trialSettings: s.SubscriptionData.TrialSettings,
	}
	var extras []itemSpec
	for _, line := range s.Lines {
		item := itemSpec{price: line.Price, quantity: line.Quantity}
		if line.Price.Recurring == nil {
			extras = append(extras, item)
			continue
		}
		spec.items = append(spec.items, item)
	}
	sub := a.newSubscription(spec)
	declined := a.startSubscription(sub, extras, true)
	pm.spendAuthentication()
	s.Customer, s.Subscription, s.Invoice = object.To(customer.ID), object.To(sub.ID), sub.LatestInvoice
	return declined
}

func (a *account) payOnce(s *session, b buyer) *decline {
	if s.Customer.ID == "" && s.CustomerCreation == "always" && b.card.onCharge == nil {
		s.Customer = object.To(a.customerOf(s, b).ID)
	}
	if s.dueNow(a.now) == 0 {
		a.redeemAll(s)
		return nil
	}
	pi := a.sessionIntent(s)
	pm := a.methodOfBuyer(b)
	if declined := a.charge(pi, pm); declined != nil {
		return declined
	}
	if pi.SetupFutureUsage != "" && pi.Customer.ID != "" {
		a.attach(pm, pi.Customer.ID)
	}
	s.PaymentIntent = object.To(pi.ID)
	a.redeemAll(s)
	return nil
}

// customerOf is the session's customer; a new one is made of the buyer.
func (a *account) customerOf(s *session, b buyer) *object.Customer {
	if customer := a.Customers.get(s.Customer.ID); customer != nil {
		return customer
	}
	customer := a.newCustomer()
	customer.Email, customer.Name = object.Text(b.email), object.Text(b.name)
	a.emit("customer.created", customer)
	return customer
}

func (a *account) methodOfBuyer(b buyer) *paymentMethod {
	if b.method != nil {
		b.method.Authenticated = b.authenticated
		return b.method
	}
	pm := a.newPaymentMethod(b.card)
	pm.BillingDetails.Email, pm.BillingDetails.Name = object.Text(b.email), object.Text(b.name)
	pm.BillingDetails.Address.Country = "US"
	pm.Card.ExpMonth, pm.Card.ExpYear = b.expMonth, b.expYear
	pm.Card.Checks.CVCCheck = "pass"
	pm.Authenticated = b.authenticated
	return pm
}
