package sandbox

import (
	"billhook/infra/local/stripebox/object"
)

// Statuses of payment intents.
const (
	statusNeedsMethod  = "requires_payment_method"
	statusNeedsConfirm = "requires_confirmation"
	statusSucceeded    = "succeeded"
	statusFailed       = "failed"
	statusCanceled     = "canceled" // of subscriptions, too
)

// newPaymentIntent stores an intent to collect an amount in minor units. Its
// event is the caller's.
func (a *account) newPaymentIntent(amount int64, currency, customerID string) *object.PaymentIntent {
	id := a.newID("pi_")
	return a.PaymentIntents.add(&object.PaymentIntent{
		ID: id, Object: "payment_intent", Amount: amount, Application: a.application(), CaptureMethod: "automatic",
		ClientSecret: id + "_secret_" + a.token("secret", idLength), ConfirmationMethod: "automatic",
		Created: a.now, Currency: currency, Customer: object.To(customerID), Livemode: a.Livemode,
		PaymentMethodOptions: object.PaymentMethodOptions{Card: object.CardOptions{RequestThreeDSecure: "automatic"}},
		PaymentMethodTypes:   object.Strings{"card"}, Status: statusNeedsMethod,
	})
}

// confirm charges a payment method for an intent. Where the card's holder has
// to authenticate, the intent waits for that; off session it is declined.
func (a *account) confirm(pi *object.PaymentIntent, pm *paymentMethod, by confirmation) *decline {
	switch {
	case !pm.needsChallenge():
		return a.charge(pi, pm)
	case by.offSession:
		return a.attempt(pi, pm, refusal(codeAuthenticationRequired, codeAuthenticationRequired, authenticationRequired))
	}
	a.requireAction(pi, pm, by.returnURL)
	return nil
}

// confirmation says how an intent is confirmed.
type confirmation struct {
	offSession bool   // the customer is not there
	returnURL  string // where the customer goes after authenticating
}

// charge charges a payment method for an intent: charge.succeeded and
// payment_intent.succeeded, or their failures and why.
func (a *account) charge(pi *object.PaymentIntent, pm *paymentMethod) *decline {
	declined := a.attempt(pi, pm, pm.card().onCharge)
	pm.spendAuthentication()
	return declined
}

// attempt records a charge that is declined, or goes through if d is nil.
func (a *account) attempt(pi *object.PaymentIntent, pm *paymentMethod, d *decline) *decline {
	charge := a.newCharge(pi, pm)
	pi.LatestCharge, pi.NextAction = object.To(charge.ID), nil
	if d != nil {
		charge.Status, charge.FailureCode, charge.FailureMessage = statusFailed, object.Text(d.code), object.Text(d.message)
		charge.Outcome = object.Outcome{
			NetworkStatus: "declined_by_network", Reason: object.Text(d.reason()), RiskLevel: "normal", RiskScore: 20,
			SellerMessage: "The bank returned the decline code `" + d.reason() + "`.", Type: "issuer_declined",
		}
		a.emit("charge.failed", charge)
		pi.Status, pi.PaymentMethod = statusNeedsMethod, object.Ref{}
		failure := d.err().body
		failure.Charge = charge.ID
		shownMethod := pm.PaymentMethod
		failure.PaymentMethod = &shownMethod
		pi.LastPaymentError = &failure
		a.emit("payment_intent.payment_failed", pi)
		return d
	}
	charge.Status, charge.Paid, charge.Captured, charge.AmountCaptured = statusSucceeded, true, true, charge.Amount
	charge.Outcome = object.Outcome{
		NetworkStatus: "approved_by_network", RiskLevel: "normal", RiskScore: 20, SellerMessage: "Payment complete.", Type: "authorized",
	}
	a.bookCharge(charge, pi)
	a.emit("charge.succeeded", charge)
	pi.Status, pi.PaymentMethod, pi.AmountReceived, pi.LastPaymentError = statusSucceeded, object.To(pm.ID), pi.Amount, nil
	a.emit("payment_intent.succeeded", pi)
	if pi.Invoice.ID == "" {
		a.disputeCharge(charge)
	}
	return nil
}

// reason is what an outcome says of a decline.
func (d *decline) reason() string {
	if d.declineCode != "" {
		return d.declineCode
	}
	return d.code
}

// newCharge stores an attempt to charge a payment method, its outcome open.
func (a *account) newCharge(pi *object.PaymentIntent, pm *paymentMethod) *object.Charge {
	const unavailable = "unavailable"
	return a.Charges.add(&object.Charge{
		ID: a.newID("ch_"), Object: "charge", Amount: pi.Amount, Application: a.application(), BillingDetails: pm.BillingDetails,
		CalculatedStatementDescriptor: "STRIPEBOX", Created: a.now, Currency: pi.Currency, Customer: pi.Customer,
		Description: pi.Description, Invoice: pi.Invoice, Livemode: a.Livemode, Metadata: pi.Metadata,
		PaymentIntent: object.To(pi.ID), PaymentMethod: object.Text(pm.ID), ReceiptEmail: pi.ReceiptEmail,
		StatementDescriptor: pi.StatementDescriptor, StatementDescriptorSuffix: pi.StatementDescriptorSuffix,
		PaymentMethodDetails: object.PaymentMethodDetails{Type: "card", Card: &object.ChargedCard{
			AmountAuthorized: pi.Amount, Brand: pm.Card.Brand, Checks: pm.Card.Checks, Country: pm.Card.Country,
			ExpMonth: pm.Card.ExpMonth, ExpYear: pm.Card.ExpYear, Fingerprint: pm.Card.Fingerprint, Funding: pm.Card.Funding,
			Last4: pm.Card.Last4, Network: pm.Card.Brand,
			ExtendedAuthorization: object.Status{Status: "disabled"}, IncrementalAuthorization: object.Status{Status: unavailable},
			Multicapture: object.Status{Status: unavailable},
			Overcapture:  object.Overcapture{MaximumAmountCapturable: pi.Amount, Status: unavailable},
		}},
	})
}
