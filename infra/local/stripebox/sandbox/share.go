package sandbox

import (
	"math"
	"strconv"

	"billhook/infra/local/stripebox/object"
)

// shareParams say how a payment is shared between a platform and a connected
// account; amounts are in minor units.
type shareParams struct {
	ApplicationFeeAmount *int64 `form:"application_fee_amount"`
	OnBehalfOf           string `form:"on_behalf_of"`
	TransferData         *struct {
		Amount      *int64 `form:"amount"`
		Destination string `form:"destination,required"`
	} `form:"transfer_data"`
	TransferGroup string `form:"transfer_group"`
}

// paymentShare is how a payment will be shared once it succeeds.
type paymentShare struct {
	Fee        *int64                 `json:"fee"`
	OnBehalfOf string                 `json:"on_behalf_of"`
	Transfer   *object.IntentTransfer `json:"transfer"`
	Group      string                 `json:"group"`
}

// share checks the parameters for a payment of an amount.
func (p *shareParams) share(a *account, path string, amount int64) (paymentShare, error) {
	s := paymentShare{Fee: p.ApplicationFeeAmount, OnBehalfOf: p.OnBehalfOf, Group: p.TransferGroup}
	if p.OnBehalfOf != "" && a.member(p.OnBehalfOf) == nil {
		return s, invalid(under(path, "on_behalf_of"), codeMissing, "No such on_behalf_of: '%s'", p.OnBehalfOf)
	}
	if data := p.TransferData; data != nil {
		if _, err := a.destination(data.Destination, under(path, "transfer_data[destination]")); err != nil {
			return s, err
		}
		if data.Amount != nil && (*data.Amount < 1 || *data.Amount > amount) {
			return s, invalid(under(path, "transfer_data[amount]"), "", "The transfer_data[amount] must be positive and not more than the amount.")
		}
		if data.Amount != nil && p.ApplicationFeeAmount != nil {
			return s, invalid(under(path, "application_fee_amount"), "",
				"You may only specify one of these parameters: application_fee_amount, transfer_data[amount].")
		}
		s.Transfer = &object.IntentTransfer{Amount: data.Amount, Destination: object.To(data.Destination)}
	}
	if fee := p.ApplicationFeeAmount; fee != nil {
		return s, checkFee(a, path, *fee, amount, p.TransferData != nil)
	}
	return s, nil
}

// checkFee refuses a fee that a payment cannot have.
func checkFee(a *account, path string, fee, amount int64, transfers bool) error {
	param := under(path, "application_fee_amount")
	switch {
	case fee < 1:
		return invalid(param, codeInvalidInteger, "This value must be greater than or equal to 1.")
	case fee > amount:
		return invalid(param, "", "The application fee amount must be less than or equal to the amount.")
	case !a.isConnected() && !transfers:
		return invalid(param, "", "Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment "+
			"(using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).")
	}
	return nil
}

// apply gives a payment intent its share.
func (s paymentShare) apply(pi *object.PaymentIntent) {
	pi.ApplicationFeeAmount, pi.OnBehalfOf, pi.TransferData = s.Fee, object.To(s.OnBehalfOf), s.Transfer
	pi.TransferGroup = object.Text(s.Group)
}

// subscriptionShareParams say how a subscription's invoices are shared.
type subscriptionShareParams struct {
	ApplicationFeePercent *string `form:"application_fee_percent"`
	OnBehalfOf            *string `form:"on_behalf_of"`
	TransferData          *struct {
		AmountPercent *string `form:"amount_percent"`
		Destination   string  `form:"destination,required"`
	} `form:"transfer_data"`
}

// subscriptionShare is how a subscription's invoices will be shared; what is
// nil does not change.
type subscriptionShare struct {
	FeePercent *float64                     `json:"fee_percent"`
	OnBehalfOf *string                      `json:"on_behalf_of"`
	Transfer   *object.SubscriptionTransfer `json:"transfer"`
}

// share checks the parameters for a subscription that transfers already what
// current says.
func (p *subscriptionShareParams) share(a *account, path string, current *object.SubscriptionTransfer) (s subscriptionShare, err error) {
	if s.FeePercent, err = percent(p.ApplicationFeePercent, under(path, "application_fee_percent")); err != nil {
		return s, err
	}
	if id := p.OnBehalfOf; id != nil && *id != "" && a.member(*id) == nil {
		return s, invalid(under(path, "on_behalf_of"), codeMissing, "No such on_behalf_of: '%s'", *id)
	}
	s.OnBehalfOf = p.OnBehalfOf
	if data := p.TransferData; data != nil {
		if _, err := a.destination(data.Destination, under(path, "transfer_data[destination]")); err != nil {
			return s, err
		}
		s.Transfer = &object.SubscriptionTransfer{Destination: object.To(data.Destination)}
		if s.Transfer.AmountPercent, err = percent(data.AmountPercent, under(path, "transfer_data[amount_percent]")); err != nil {
			return s, err
		}
	}
	if s.FeePercent != nil && !a.isConnected() && s.Transfer == nil && current == nil {
		return s, invalid(under(path, "application_fee_percent"), "", "You can only apply an application_fee_percent when the request is made "+
			"on behalf of another account (using an OAuth key, the Stripe-Account header, or `transfer_data`).")
	}
	return s, nil
}

// percent reads a share from 0 to 100.
func percent(text *string, param string) (*float64, error) {
	if text == nil || *text == "" {
		return nil, nil
	}
	value, err := strconv.ParseFloat(*text, 64)
	if err != nil || !(value >= 0 && value <= 100) {
		return nil, invalid(param, "", "Invalid decimal: %s; must be between 0 and 100", *text)
	}
	return &value, nil
}

func (s subscriptionShare) apply(sub *object.Subscription) {
	if s.FeePercent != nil {
		sub.ApplicationFeePercent = s.FeePercent
	}
	if s.OnBehalfOf != nil {
		sub.OnBehalfOf = object.To(*s.OnBehalfOf)
	}
	if s.Transfer != nil {
		sub.TransferData = s.Transfer
	}
}

// shareInvoice gives an invoice and its payment the share that the subscription
// asks for.
func (a *account) shareInvoice(invoice *object.Invoice, pi *object.PaymentIntent) {
	sub := a.Subscriptions.get(invoice.Subscription.ID)
	if sub == nil {
		return
	}
	s := paymentShare{OnBehalfOf: sub.OnBehalfOf.ID}
	if sub.ApplicationFeePercent != nil {
		if fee := shareOf(pi.Amount, *sub.ApplicationFeePercent); fee > 0 {
			s.Fee = &fee
		}
	}
	if data := sub.TransferData; data != nil {
		s.Transfer = &object.IntentTransfer{Destination: data.Destination}
		if data.AmountPercent != nil {
			s.Transfer.Amount = new(shareOf(pi.Amount, *data.AmountPercent))
		}
		invoice.TransferData = &object.TransferData{Amount: s.Transfer.Amount, Destination: data.Destination}
	}
	s.apply(pi)
	invoice.ApplicationFeeAmount, invoice.OnBehalfOf = s.Fee, sub.OnBehalfOf
}

// shareOf is a percentage of an amount in minor units, rounded.
func shareOf(amount int64, percent float64) int64 {
	return int64(math.Round(float64(amount) * percent / 100))
}

// bookCharge moves the money of a charge that has succeeded: the platform's fee
// of a direct charge, the connected account's part of a destination charge.
func (a *account) bookCharge(charge *object.Charge, pi *object.PaymentIntent) {
	charge.ApplicationFeeAmount, charge.OnBehalfOf, charge.TransferGroup = pi.ApplicationFeeAmount, pi.OnBehalfOf, pi.TransferGroup
	var fee int64
	if pi.ApplicationFeeAmount != nil {
		fee = min(*pi.ApplicationFeeAmount, charge.Amount) // a discount may have come in between
	}
	e := entry{kind: typeCharge, currency: charge.Currency, source: charge.ID, amount: charge.Amount, description: string(charge.Description)}
	if a.isConnected() && fee > 0 {
		e.applicationFee = fee
		charge.ApplicationFee = object.To(a.platform.takeFee(a, charge, fee, "").ID)
	}
	charge.BalanceTransaction = a.book(e)
	if pi.TransferData == nil {
		return
	}
	destination := a.member(pi.TransferData.Destination.ID)
	if destination == nil {
		return // it has been disconnected since
	}
	if pi.TransferGroup == "" {
		pi.TransferGroup = object.Text("group_" + pi.ID)
		charge.TransferGroup = pi.TransferGroup
	}
	charge.TransferData = &object.TransferData{Amount: pi.TransferData.Amount, Destination: pi.TransferData.Destination}
	amount := charge.Amount
	if pi.TransferData.Amount != nil {
		amount = min(*pi.TransferData.Amount, amount)
	}
	if amount == 0 {
		return
	}
	transfer, payment := a.transfer(transferSpec{
		destination: destination, amount: amount, currency: charge.Currency, source: charge.ID, group: string(pi.TransferGroup), applicationFee: fee,
	})
	charge.Transfer, charge.ApplicationFee = object.To(transfer.ID), payment.ApplicationFee
}

// refundShareParams say what else a refund takes back.
type refundShareParams struct {
	RefundApplicationFee bool `form:"refund_application_fee"`
	ReverseTransfer      bool `form:"reverse_transfer"`
}

func (p *refundShareParams) check(charge *object.Charge) error {
	if p.RefundApplicationFee && charge.ApplicationFee.ID == "" {
		return invalid("refund_application_fee", "", "Attempting to refund_application_fee on charge %s, but it has no application fee.", charge.ID)
	}
	if p.ReverseTransfer && charge.Transfer.ID == "" {
		return invalid("reverse_transfer", "", "Cannot reverse transfer on charge %s because it does not have an associated transfer.", charge.ID)
	}
	return nil
}

// bookRefund moves the money of a refund back, in proportion to the charge.
func (a *account) bookRefund(refund *object.Refund, charge *object.Charge, p refundShareParams) {
	fee := a.platform.ApplicationFees.get(charge.ApplicationFee.ID)
	back := feeShare(fee, p.RefundApplicationFee, refund.Amount, charge.Amount)
	e := entry{kind: typeRefund, currency: refund.Currency, source: refund.ID, amount: -refund.Amount}
	switch {
	case back > 0 && a.isConnected(): // the refund's own transaction shows it
		e.applicationFee = -back
		a.platform.returnFee(fee, back, nil)
	default:
		a.returnShare(fee, back)
	}
	refund.BalanceTransaction = a.book(e)
	if transfer := a.Transfers.get(charge.Transfer.ID); transfer != nil && p.ReverseTransfer {
		amount := min(transfer.Amount*refund.Amount/charge.Amount, transfer.Amount-transfer.AmountReversed)
		if amount > 0 {
			refund.TransferReversal = object.To(a.reverse(transfer, amount, nil, refund.ID).ID)
		}
	}
}
