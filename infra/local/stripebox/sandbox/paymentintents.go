package sandbox

import (
	"cmp"
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// minimumAmount is the least an intent can collect, in minor units. Stripe's
// own minimum depends on the currency and the account.
const minimumAmount = 1

type createPaymentIntentParams struct {
	confirmParams
	shareParams
	Amount                  *int64 `form:"amount,required"`
	AutomaticPaymentMethods *struct {
		AllowRedirects string `form:"allow_redirects" enum:"always never"`
		Enabled        bool   `form:"enabled"`
	} `form:"automatic_payment_methods"`
	Confirm             bool          `form:"confirm"`
	ConfirmationMethod  string        `form:"confirmation_method" enum:"automatic manual"`
	Currency            string        `form:"currency,required"`
	Customer            string        `form:"customer"`
	Description         string        `form:"description"`
	Metadata            form.Metadata `form:"metadata"`
	StatementDescriptor string        `form:"statement_descriptor"`
	StatementSuffix     string        `form:"statement_descriptor_suffix"`
}

// confirmParams are the parameters of confirming, alone or with the creation.
type confirmParams struct {
	CaptureMethod         string   `form:"capture_method" enum:"automatic automatic_async"`
	ErrorOnRequiresAction *bool    `form:"error_on_requires_action"`
	OffSession            string   `form:"off_session"`
	PaymentMethod         string   `form:"payment_method"`
	PaymentMethodTypes    []string `form:"payment_method_types"`
	ReceiptEmail          string   `form:"receipt_email"`
	ReturnURL             string   `form:"return_url"`
	SetupFutureUsage      string   `form:"setup_future_usage" enum:"off_session on_session"`
	UseStripeSDK          *bool    `form:"use_stripe_sdk"`
}

func createPaymentIntent(c *call, p createPaymentIntentParams) (any, error) {
	if *p.Amount < minimumAmount {
		return nil, invalid("amount", codeInvalidInteger, "This value must be greater than or equal to %d.", minimumAmount)
	}
	if len(p.Currency) != 3 {
		return nil, invalid("currency", "", "Invalid currency: %s.", p.Currency)
	}
	if p.Customer != "" {
		if _, err := c.Customers.ref(p.Customer, "customer"); err != nil {
			return nil, err
		}
	}
	pm, err := c.methodFor(p.Customer, p.PaymentMethod)
	if err != nil {
		return nil, err
	}
	shared, err := p.share(c.account, "", *p.Amount)
	if err != nil {
		return nil, err
	}
	pi := c.newPaymentIntent(*p.Amount, strings.ToLower(p.Currency), p.Customer)
	shared.apply(pi)
	pi.Description = object.Text(p.Description)
	pi.Metadata = p.Metadata.Apply(nil)
	pi.StatementDescriptor, pi.StatementDescriptorSuffix = object.Text(p.StatementDescriptor), object.Text(p.StatementSuffix)
	if p.ConfirmationMethod != "" {
		pi.ConfirmationMethod = p.ConfirmationMethod
	}
	if auto := p.AutomaticPaymentMethods; auto != nil && auto.Enabled {
		pi.AutomaticPaymentMethods = &object.AutomaticMethods{AllowRedirects: "always", Enabled: true}
		if auto.AllowRedirects != "" {
			pi.AutomaticPaymentMethods.AllowRedirects = auto.AllowRedirects
		}
	}
	if pm != nil {
		pi.PaymentMethod, pi.Status = object.To(pm.ID), statusNeedsConfirm
	}
	p.apply(pi)
	c.emit("payment_intent.created", pi)
	if !p.Confirm {
		return pi, nil
	}
	return c.confirmed(pi, pm, p.confirmParams)
}

func (p *confirmParams) apply(pi *object.PaymentIntent) {
	if p.CaptureMethod != "" {
		pi.CaptureMethod = p.CaptureMethod
	}
	if p.ReceiptEmail != "" {
		pi.ReceiptEmail = object.Text(p.ReceiptEmail)
	}
	if p.SetupFutureUsage != "" {
		pi.SetupFutureUsage = object.Text(p.SetupFutureUsage)
	}
	if len(p.PaymentMethodTypes) > 0 {
		pi.PaymentMethodTypes = p.PaymentMethodTypes
	}
}

// methodFor is the payment method with the id, if any, when the customer may
// pay with it.
func (a *account) methodFor(customerID, id string) (*paymentMethod, error) {
	if id == "" {
		return nil, nil
	}
	pm, err := a.usablePaymentMethod(id, "payment_method")
	if err != nil {
		return nil, err
	}
	if owner := pm.Customer.ID; owner != "" && owner != customerID {
		return nil, invalid("payment_method", "", "The provided PaymentMethod was previously attached to another Customer. "+
			"Please supply this Customer as the `customer` of the PaymentIntent.")
	}
	return pm, nil
}

// confirmed collects the intent and answers it, or the decline.
func (c *call) confirmed(pi *object.PaymentIntent, pm *paymentMethod, p confirmParams) (any, error) {
	if pm == nil {
		return nil, invalid("payment_method", "payment_intent_unexpected_state",
			"You cannot confirm this PaymentIntent because it's missing a payment method. "+
				"You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method.")
	}
	var declined *decline
	if invoice := c.Invoices.get(pi.Invoice.ID); invoice != nil {
		declined = c.payInvoice(invoice, pm)
	} else {
		refuseAction := p.ErrorOnRequiresAction != nil && *p.ErrorOnRequiresAction
		offSession := p.OffSession != "" && p.OffSession != "false"
		declined = c.confirm(pi, pm, confirmation{offSession: offSession || refuseAction, returnURL: p.ReturnURL})
	}
	if pi.Status == statusNeedsAction {
		pi.NextAction.RedirectToURL.ReturnURL = object.Text(p.ReturnURL) // an invoice's attempt knows of none
		return pi, nil
	}
	if declined != nil {
		failure := declined.err()
		shownMethod := pm.PaymentMethod
		failure.body.Charge, failure.body.PaymentIntent, failure.body.PaymentMethod = pi.LatestCharge.ID, pi, &shownMethod
		return nil, failure
	}
	c.keepMethod(pi, pm)
	return pi, nil
}

func retrievePaymentIntent(c *call, _ struct {
	ClientSecret string `form:"client_secret"`
}) (any, error) {
	return c.PaymentIntents.at(c.id)
}

type updatePaymentIntentParams struct {
	ApplicationFeeAmount *int64        `form:"application_fee_amount"`
	TransferGroup        *string       `form:"transfer_group"`
	Amount               *int64        `form:"amount"`
	Description          *string       `form:"description"`
	Metadata             form.Metadata `form:"metadata"`
	PaymentMethod        string        `form:"payment_method"`
	ReceiptEmail         *string       `form:"receipt_email"`
}

// updatePaymentIntent is no event at Stripe either.
func updatePaymentIntent(c *call, p updatePaymentIntentParams) (any, error) {
	pi, err := c.PaymentIntents.at(c.id)
	if err != nil {
		return nil, err
	}
	if (p.Amount != nil || p.ApplicationFeeAmount != nil) && (finished(pi) || pi.Invoice.ID != "") {
		return nil, unexpectedState(pi, "You cannot change the amount of this PaymentIntent")
	}
	if p.Amount != nil && *p.Amount < minimumAmount {
		return nil, invalid("amount", codeInvalidInteger, "This value must be greater than or equal to %d.", minimumAmount)
	}
	pm, err := c.methodFor(pi.Customer.ID, p.PaymentMethod)
	if err != nil {
		return nil, err
	}
	amount := pi.Amount
	if p.Amount != nil {
		amount = *p.Amount
	}
	fee := cmp.Or(p.ApplicationFeeAmount, pi.ApplicationFeeAmount)
	if fee != nil {
		if err := checkFee(c.account, "", *fee, amount, pi.TransferData != nil); err != nil {
			return nil, err
		}
	}
	pi.Amount, pi.ApplicationFeeAmount = amount, fee
	setText(&pi.TransferGroup, p.TransferGroup)
	if pm != nil && !finished(pi) {
		pi.PaymentMethod, pi.Status, pi.NextAction = object.To(pm.ID), statusNeedsConfirm, nil
	}
	setText(&pi.Description, p.Description)
	setText(&pi.ReceiptEmail, p.ReceiptEmail)
	pi.Metadata = p.Metadata.Apply(pi.Metadata)
	return pi, nil
}

func confirmPaymentIntent(c *call, p confirmParams) (any, error) {
	pi, err := c.PaymentIntents.at(c.id)
	if err != nil {
		return nil, err
	}
	if finished(pi) {
		return nil, unexpectedState(pi, "You cannot confirm this PaymentIntent")
	}
	id := p.PaymentMethod
	if id == "" {
		id = pi.PaymentMethod.ID
	}
	pm, err := c.methodFor(pi.Customer.ID, id)
	if err != nil {
		return nil, err
	}
	p.apply(pi)
	return c.confirmed(pi, pm, p)
}

type cancelPaymentIntentParams struct {
	CancellationReason string `form:"cancellation_reason" enum:"abandoned duplicate fraudulent requested_by_customer"`
}

func cancelPaymentIntent(c *call, p cancelPaymentIntentParams) (any, error) {
	pi, err := c.PaymentIntents.at(c.id)
	if err != nil {
		return nil, err
	}
	if finished(pi) {
		return nil, unexpectedState(pi, "You cannot cancel this PaymentIntent")
	}
	if pi.Invoice.ID != "" {
		return nil, invalid("", "", "You cannot cancel a PaymentIntent of an invoice. Void the invoice or cancel its subscription instead.")
	}
	c.cancelIntent(pi, p.CancellationReason)
	return pi, nil
}

func (a *account) cancelIntent(pi *object.PaymentIntent, reason string) {
	pi.NextAction = nil
	pi.Status, pi.CanceledAt, pi.CancellationReason = statusCanceled, object.Unix(a.now), object.Text(reason)
	a.emit("payment_intent.canceled", pi)
}

func unexpectedState(pi *object.PaymentIntent, what string) *apiError {
	err := invalid("", "payment_intent_unexpected_state", "%s because it has a status of %s.", what, pi.Status)
	err.body.PaymentIntent = pi
	return err
}

type listPaymentIntentsParams struct {
	listParams
	Created  form.Range `form:"created"`
	Customer string     `form:"customer"`
}

func listPaymentIntents(c *call, p listPaymentIntentsParams) (any, error) {
	return list(c, &c.PaymentIntents, p.listParams, func(pi *object.PaymentIntent) bool {
		return matches(p.Customer, pi.Customer.ID) && p.Created.Contains(pi.Created)
	})
}

// finished reports whether an intent has reached a final status.
func finished(pi *object.PaymentIntent) bool {
	return pi.Status == statusSucceeded || pi.Status == statusCanceled
}
