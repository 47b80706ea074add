package sandbox

import (
	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

type createSetupIntentParams struct {
	confirmSetupParams
	AutomaticPaymentMethods *struct {
		AllowRedirects string `form:"allow_redirects" enum:"always never"`
		Enabled        bool   `form:"enabled"`
	} `form:"automatic_payment_methods"`
	Confirm            bool          `form:"confirm"`
	Customer           string        `form:"customer"`
	Description        string        `form:"description"`
	Metadata           form.Metadata `form:"metadata"`
	PaymentMethodTypes []string      `form:"payment_method_types"`
	Usage              string        `form:"usage" enum:"off_session on_session"`
}

// confirmSetupParams are the parameters of confirming, alone or with the
// creation.
type confirmSetupParams struct {
	PaymentMethod string `form:"payment_method"`
	ReturnURL     string `form:"return_url"`
	UseStripeSDK  *bool  `form:"use_stripe_sdk"`
}

func createSetupIntent(c *call, p createSetupIntentParams) (any, error) {
	if p.Customer != "" {
		if _, err := c.Customers.ref(p.Customer, "customer"); err != nil {
			return nil, err
		}
	}
	pm, err := c.methodFor(p.Customer, p.PaymentMethod)
	if err != nil {
		return nil, err
	}
	si := c.newSetupIntent(p.Customer)
	si.Description, si.Metadata = object.Text(p.Description), p.Metadata.Apply(nil)
	if p.Usage != "" {
		si.Usage = p.Usage
	}
	if len(p.PaymentMethodTypes) > 0 {
		si.PaymentMethodTypes = p.PaymentMethodTypes
	}
	if auto := p.AutomaticPaymentMethods; auto != nil && auto.Enabled {
		si.AutomaticPaymentMethods = &object.AutomaticMethods{AllowRedirects: "always", Enabled: true}
		if auto.AllowRedirects != "" {
			si.AutomaticPaymentMethods.AllowRedirects = auto.AllowRedirects
		}
	}
	if pm != nil {
		si.PaymentMethod, si.Status = object.To(pm.ID), statusNeedsConfirm
	}
	c.emit("setup_intent.created", si)
	if !p.Confirm {
		return si, nil
	}
	return c.confirmedSetup(si, pm, p.ReturnURL)
}

// newSetupIntent stores an intent to save a card. Its event is the caller's.
func (a *account) newSetupIntent(customerID string) *object.SetupIntent {
	id := a.newID("seti_")
	return a.SetupIntents.add(&object.SetupIntent{
		ID: id, Object: "setup_intent", Application: a.application(), ClientSecret: id + "_secret_" + a.token("secret", idLength), Created: a.now,
		Customer: object.To(customerID), Livemode: a.Livemode, PaymentMethodTypes: object.Strings{"card"},
		PaymentMethodOptions: object.SetupOptions{Card: object.SetupCardOptions{RequestThreeDSecure: "automatic"}},
		Status:               statusNeedsMethod, Usage: "off_session",
	})
}

// confirmedSetup saves the card and answers the intent, or the decline.
func (c *call) confirmedSetup(si *object.SetupIntent, pm *paymentMethod, returnURL string) (any, error) {
	if pm == nil {
		return nil, invalid("payment_method", "setup_intent_unexpected_state",
			"You cannot confirm this SetupIntent because it's missing a payment method. "+
				"Update the SetupIntent with a payment method and then confirm it again.")
	}
	if declined := c.setUp(si, pm, returnURL); declined != nil {
		failure := declined.err()
		shownMethod := pm.PaymentMethod
		failure.body.PaymentMethod, failure.body.SetupIntent = &shownMethod, si
		return nil, failure
	}
	return si, nil
}

// setUp saves a card by an intent, which may have to wait for the card's
// holder.
func (a *account) setUp(si *object.SetupIntent, pm *paymentMethod, returnURL string) *decline {
	if declined := pm.card().onAttach; declined != nil {
		failure := declined.err().body
		shownMethod := pm.PaymentMethod
		failure.PaymentMethod = &shownMethod
		a.setupFailed(si, &failure)
		return declined
	}
	si.PaymentMethod, si.LastSetupError = object.To(pm.ID), nil
	if pm.needsChallenge() {
		si.Status, si.NextAction = statusNeedsAction, a.nextAction(si.ID, returnURL)
		a.emit("setup_intent.requires_action", si)
		return nil
	}
	a.completeSetup(si)
	return nil
}

// setupFailed makes an intent want another card.
func (a *account) setupFailed(si *object.SetupIntent, failure *object.Error) {
	si.Status, si.PaymentMethod, si.NextAction, si.LastSetupError = statusNeedsMethod, object.Ref{}, nil, failure
	a.emit("setup_intent.setup_failed", si)
}

func (a *account) failSetupAuthentication(si *object.SetupIntent) {
	pm := a.PaymentMethods.get(si.PaymentMethod.ID)
	a.setupFailed(si, authenticationFailure("setup_intent_authentication_failure", "SetupIntent", pm))
}

// completeSetup saves the intent's card with its customer, if it has one.
func (a *account) completeSetup(si *object.SetupIntent) {
	pm := a.PaymentMethods.get(si.PaymentMethod.ID)
	pm.Authenticated = true
	pm.spendAuthentication()
	if si.Customer.ID != "" && pm.Customer.ID == "" {
		a.attach(pm, si.Customer.ID)
	}
	si.Status, si.NextAction = statusSucceeded, nil
	a.emit("setup_intent.succeeded", si)
}

func retrieveSetupIntent(c *call, _ struct {
	ClientSecret string `form:"client_secret"`
}) (any, error) {
	return c.SetupIntents.at(c.id)
}

type updateSetupIntentParams struct {
	Customer      string        `form:"customer"`
	Description   *string       `form:"description"`
	Metadata      form.Metadata `form:"metadata"`
	PaymentMethod string        `form:"payment_method"`
}

// updateSetupIntent is no event at Stripe either.
func updateSetupIntent(c *call, p updateSetupIntentParams) (any, error) {
	si, err := c.SetupIntents.at(c.id)
	if err != nil {
		return nil, err
	}
	owner := si.Customer.ID
	if p.Customer != "" {
		if _, err := c.Customers.ref(p.Customer, "customer"); err != nil {
			return nil, err
		}
		owner = p.Customer
	}
	pm, err := c.methodFor(owner, p.PaymentMethod)
	if err != nil {
		return nil, err
	}
	if setupFinished(si) && (pm != nil || owner != si.Customer.ID) {
		return nil, setupState(si, "You cannot change the customer or the payment method of this SetupIntent")
	}
	si.Customer = object.To(owner)
	if pm != nil {
		si.PaymentMethod, si.Status, si.NextAction = object.To(pm.ID), statusNeedsConfirm, nil
	}
	setText(&si.Description, p.Description)
	si.Metadata = p.Metadata.Apply(si.Metadata)
	return si, nil
}

func confirmSetupIntent(c *call, p confirmSetupParams) (any, error) {
	si, err := c.SetupIntents.at(c.id)
	if err != nil {
		return nil, err
	}
	if setupFinished(si) {
		return nil, setupState(si, "You cannot confirm this SetupIntent")
	}
	id := p.PaymentMethod
	if id == "" {
		id = si.PaymentMethod.ID
	}
	pm, err := c.methodFor(si.Customer.ID, id)
	if err != nil {
		return nil, err
	}
	return c.confirmedSetup(si, pm, p.ReturnURL)
}

type cancelSetupIntentParams struct {
	CancellationReason string `form:"cancellation_reason" enum:"abandoned duplicate requested_by_customer"`
}

func cancelSetupIntent(c *call, p cancelSetupIntentParams) (any, error) {
	si, err := c.SetupIntents.at(c.id)
	if err != nil {
		return nil, err
	}
	if setupFinished(si) {
		return nil, setupState(si, "You cannot cancel this SetupIntent")
	}
	c.cancelSetup(si, p.CancellationReason)
	return si, nil
}

func (a *account) cancelSetup(si *object.SetupIntent, reason string) {
	si.Status, si.NextAction, si.CancellationReason = statusCanceled, nil, object.Text(reason)
	a.emit("setup_intent.canceled", si)
}

// setupFinished reports whether an intent has reached a final status.
func setupFinished(si *object.SetupIntent) bool {
	return si.Status == statusSucceeded || si.Status == statusCanceled
}

func setupState(si *object.SetupIntent, what string) *apiError {
	err := invalid("", "setup_intent_unexpected_state", "%s because it has a status of %s.", what, si.Status)
	err.body.SetupIntent = si
	return err
}

type listSetupIntentsParams struct {
	listParams
	Created       form.Range `form:"created"`
	Customer      string     `form:"customer"`
	PaymentMethod string     `form:"payment_method"`
}

func listSetupIntents(c *call, p listSetupIntentsParams) (any, error) {
	return list(c, &c.SetupIntents, p.listParams, func(si *object.SetupIntent) bool {
		return matches(p.Customer, si.Customer.ID) && matches(p.PaymentMethod, si.PaymentMethod.ID) && p.Created.Contains(si.Created)
	})
}
