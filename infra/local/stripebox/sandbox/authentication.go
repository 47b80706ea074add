package sandbox

import (
	"net/http"
	"net/url"

	"billhook/infra/local/stripebox/object"
)

// statusNeedsAction is the status of an intent whose customer has to
// authenticate.
const statusNeedsAction = "requires_action"

// challenge says when a card wants its holder to authenticate (3-D Secure).
type challenge int

const (
	challengeNever challenge = iota
	challengeUntilSetUp
	challengeAlways
)

const (
	codeAuthenticationRequired = "authentication_required"
	authenticationRequired     = "Your card was declined. This transaction requires authentication."
	authenticationFailed       = "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)

// needsChallenge reports whether the next charge or setup needs the holder.
func (pm *paymentMethod) needsChallenge() bool {
	return pm.card().challenge != challengeNever && !pm.Authenticated
}

// spendAuthentication ends what a card lets through only once.
func (pm *paymentMethod) spendAuthentication() {
	if pm.card().challenge == challengeAlways {
		pm.Authenticated = false
	}
}

// needsHolder is the decline of an invoice's payment that waits for the
// customer.
func needsHolder() *decline {
	return refusal("invoice_payment_intent_requires_action", "", "This payment requires additional user action before it can be completed "+
		"successfully. Payment can be completed using the PaymentIntent associated with the invoice. "+
		"For more details see: https://stripe.com/docs/billing/subscriptions/overview#requires-action")
}

// nextAction sends a customer to the page where the intent's challenge is.
func (a *account) nextAction(intentID, returnURL string) *object.NextAction {
	return &object.NextAction{Type: "redirect_to_url", RedirectToURL: object.RedirectToURL{
		ReturnURL: object.Text(returnURL), URL: a.Origin + "/c/authenticate/" + intentID,
	}}
}

// requireAction makes an intent wait for the customer.
func (a *account) requireAction(pi *object.PaymentIntent, pm *paymentMethod, returnURL string) {
	pi.Status, pi.PaymentMethod, pi.LastPaymentError = statusNeedsAction, object.To(pm.ID), nil
	pi.NextAction = a.nextAction(pi.ID, returnURL)
	a.emit("payment_intent.requires_action", pi)
}

// authenticationFailure is why an intent's challenge came to nothing.
func authenticationFailure(code, kind string, pm *paymentMethod) *object.Error {
	failure := invalid("", code, "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new "+
		"PaymentMethod to attempt to fulfill this %s again.", kind).body
	shownMethod := pm.PaymentMethod
	failure.PaymentMethod = &shownMethod
	return &failure
}

// failAuthentication makes an intent want another payment method.
func (a *account) failAuthentication(pi *object.PaymentIntent) {
	pi.LastPaymentError = authenticationFailure("payment_intent_authentication_failure", "PaymentIntent", a.PaymentMethods.get(pi.PaymentMethod.ID))
	pi.Status, pi.PaymentMethod, pi.NextAction = statusNeedsMethod, object.Ref{}, nil
	a.emit("payment_intent.payment_failed", pi)
}

// completeAuthentication charges an intent whose customer has authenticated.
func (a *account) completeAuthentication(pi *object.PaymentIntent) *decline {
	pm := a.PaymentMethods.get(pi.PaymentMethod.ID)
	pm.Authenticated = true
	declined := a.charge(pi, pm)
	invoice := a.Invoices.get(pi.Invoice.ID)
	if invoice != nil {
		invoice.Charge = pi.LatestCharge
	}
	if declined != nil && invoice != nil {
		a.invoiceFailed(invoice, a.Subscriptions.get(invoice.Subscription.ID))
	}
	if declined != nil {
		return declined
	}
	a.keepMethod(pi, pm)
	if invoice != nil {
		a.settleInvoice(invoice)
	}
	return nil
}

// keepMethod attaches a payment method that was paid with, if the intent says
// so.
func (a *account) keepMethod(pi *object.PaymentIntent, pm *paymentMethod) {
	if pi.SetupFutureUsage != "" && pi.Customer.ID != "" && pm.Customer.ID == "" {
		a.attach(pm, pi.Customer.ID)
	}
}

// challenged is something that waits for its customer to authenticate.
type challenged struct {
	what     string // for the page
	back     string // where the customer came from; empty for nowhere
	complete func() *decline
	fail     func()
}

// challengeOf is the challenge that a page's address names, or nil.
func (a *account) challengeOf(id string) *challenged {
	if pi := a.PaymentIntents.get(id); pi != nil && pi.Status == statusNeedsAction {
		return &challenged{
			what: "Payment of " + formatMoney(pi.Amount, pi.Currency), back: returnAddress(pi.NextAction, "payment_intent", pi.ID, pi.ClientSecret),
			complete: func() *decline { return a.completeAuthentication(pi) }, fail: func() { a.failAuthentication(pi) },
		}
	}
	if si := a.SetupIntents.get(id); si != nil && si.Status == statusNeedsAction {
		return &challenged{
			what: "Setup of a card", back: returnAddress(si.NextAction, "setup_intent", si.ID, si.ClientSecret),
			complete: func() *decline { a.completeChallengedSetup(si); return nil }, fail: func() { a.failSetupAuthentication(si) },
		}
	}
	return nil
}

// returnAddress is where an intent's customer goes afterwards; the outcome is
// added to it.
func returnAddress(action *object.NextAction, kind, id, secret string) string {
	address, err := url.Parse(string(action.RedirectToURL.ReturnURL))
	if err != nil || address.Host == "" {
		return ""
	}
	query := address.Query()
	query.Set(kind, id)
	query.Set(kind+"_client_secret", secret)
	address.RawQuery = query.Encode()
	return address.String()
}

// withOutcome adds how an authentication went to an address.
func withOutcome(address string, succeeded bool) string {
	outcome := "failed"
	if succeeded {
		outcome = "succeeded"
	}
	return address + "&redirect_status=" + outcome
}

// knowsChallenge reports whether an address of the challenge page is one of the
// account's, whether it still waits or not.
func (a *account) knowsChallenge(id string) bool {
	return a.PaymentIntents.get(id) != nil || a.SetupIntents.get(id) != nil || a.Sessions.get(id) != nil
}

// challengeHost is the account that an address of the challenge page belongs
// to, locked; without one the answer has been written.
func (s *Server) challengeHost(w http.ResponseWriter, r *http.Request) *account {
	id := r.PathValue("id")
	a := s.accountThat(func(a *account) bool { return a.knowsChallenge(id) })
	if a == nil {
		http.Error(w, "There is nothing to authenticate at this address.", http.StatusNotFound)
		return nil
	}
	a.begin()
	a.enterClockOf(a.ownerOf(id))
	return a
}
