package sandbox

import (
	"maps"

	"billhook/infra/local/stripebox/object"
)

// pendingBuyer is who has submitted the checkout page and still has to
// authenticate.
type pendingBuyer struct {
	Email    string `json:"email"`
	Name     string `json:"name"`
	Number   string `json:"number"` // of a test card
	ExpMonth int64  `json:"exp_month"`
	ExpYear  int64  `json:"exp_year"`
	// Method is the payment method that waits, where there is an intent already.
	Method string `json:"method"`
}

// challengeSession sends a buyer to authenticate; a payment's intent waits for
// it, a subscription is not made before.
func (a *account) challengeSession(s *session, b buyer) {
	s.Pending = &pendingBuyer{Email: b.email, Name: b.name, Number: b.card.number, ExpMonth: b.expMonth, ExpYear: b.expYear}
	if s.Mode != modePayment || s.dueNow(a.now) == 0 {
		return
	}
	pm := a.methodOfBuyer(b)
	s.Pending.Method = pm.ID
	pi := a.sessionIntent(s)
	a.requireAction(pi, pm, "")
	pi.NextAction.RedirectToURL.URL = a.Origin + "/c/authenticate/" + s.ID
}

// challengeOfSession is what a session's buyer has to authenticate, or nil.
func (a *account) challengeOfSession(s *session) *challenged {
	pending := s.Pending
	if pending == nil || s.Status != statusOpen {
		return nil
	}
	what := "Setup of a card"
	if s.total() > 0 {
		what = "Payment of " + formatMoney(s.total(), string(s.Currency))
	}
	return &challenged{
		what: what, back: string(s.SuccessURL),
		complete: func() *decline {
			s.Pending = nil
			paying := pending.buyer()
			paying.method, paying.authenticated = a.PaymentMethods.get(pending.Method), true
			return a.paySession(s, paying)
		},
		fail: func() {
			s.Pending = nil
			if pi := a.PaymentIntents.get(s.Intent); pi != nil && pi.Status == statusNeedsAction {
				a.failAuthentication(pi)
			}
			if si := a.SetupIntents.get(s.SetupIntent.ID); si != nil {
				a.setupFailed(si, authenticationFailure("setup_intent_authentication_failure", "SetupIntent", a.methodOfBuyer(pending.buyer())))
			}
		},
	}
}

// buyer is who submitted the page.
func (p *pendingBuyer) buyer() buyer {
	card, _ := cardByNumber(p.Number) // it was looked up when the page was submitted
	return buyer{email: p.Email, name: p.Name, card: card, expMonth: p.ExpMonth, expYear: p.ExpYear}
}

// sessionIntent is the intent that collects a payment-mode session, made when
// it is first needed.
func (a *account) sessionIntent(s *session) *object.PaymentIntent {
	pi := a.PaymentIntents.get(s.Intent)
	if pi == nil {
		pi = a.newPaymentIntent(s.total(), string(s.Currency), s.Customer.ID)
		pi.Description, pi.Metadata = object.Text(s.PaymentData.Description), maps.Clone(s.PaymentData.Metadata)
		pi.ReceiptEmail, pi.SetupFutureUsage = object.Text(s.PaymentData.ReceiptEmail), object.Text(s.PaymentData.SetupFutureUsage)
		s.PaymentData.Share.apply(pi)
		s.Intent = pi.ID
		a.emit("payment_intent.created", pi)
	}
	pi.Amount = s.total() // a promotion code may have come in between
	pi.Customer = s.Customer
	return pi
}
