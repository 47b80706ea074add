package gateway

import (
	"bytes"
	"context"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/form"

	"billhook/pkg/billing"
)

// onBehalf makes every call for a connected account: no call site can forget to.
type onBehalf struct {
	stripe.Backend
	account string
}

var _ stripe.Backend = onBehalf{}

// named names the account in a call's parameters, which may be none.
func (b onBehalf) named(params *stripe.Params) *stripe.Params {
	if params == nil {
		params = &stripe.Params{}
	}
	params.StripeAccount = stripe.String(b.account)
	return params
}

// Call is as of stripe.Backend.
func (b onBehalf) Call(method, path, key string, params stripe.ParamsContainer, v stripe.LastResponseSetter) error {
	b.named(params.GetParams())
	return b.Backend.Call(method, path, key, params, v)
}

// CallStreaming is as of stripe.Backend.
func (b onBehalf) CallStreaming(method, path, key string, params stripe.ParamsContainer, v stripe.StreamingLastResponseSetter) error {
	b.named(params.GetParams())
	return b.Backend.CallStreaming(method, path, key, params, v)
}

// CallRaw is as of stripe.Backend.
func (b onBehalf) CallRaw(method, path, key string, body *form.Values, params *stripe.Params, v stripe.LastResponseSetter) error {
	return b.Backend.CallRaw(method, path, key, body, b.named(params), v)
}

// CallMultipart is as of stripe.Backend.
func (b onBehalf) CallMultipart(method, path, key, boundary string, body *bytes.Buffer, params *stripe.Params, v stripe.LastResponseSetter) error {
	return b.Backend.CallMultipart(method, path, key, boundary, body, b.named(params), v)
}

// errFeeTooLow refuses a fee that is less than the deployment's.
var errFeeTooLow = billing.NewError(billing.Refused, "fee_below_minimum", "The fee cannot be less than the one that is configured")

// feeAsked is the deployment's part in basis points where a caller may ask for
// another; 0: none is taken. More can be asked for and not less, and only a
// connected account pays it.
func (a *Account) feeAsked(basisPoints *int64) (int64, error) {
	switch {
	case basisPoints == nil || a.route.Account == "":
		return a.fee, nil
	case *basisPoints < a.fee:
		return 0, errFeeTooLow
	}
	return *basisPoints, nil
}

// feeOf is the deployment's part of an amount; nil: none is taken, which Stripe
// cannot be told with a zero.
func feeOf(amount, basisPoints int64) *int64 {
	fee := billing.ApplicationFee(amount, basisPoints)
	if fee == 0 {
		return nil
	}
	return stripe.Int64(fee)
}

// feePercent is the deployment's part of a subscription's invoices; nil: none is
// taken.
func (a *Account) feePercent() *float64 {
	if a.fee == 0 {
		return nil
	}
	return stripe.Float64(billing.FeePercent(a.fee))
}

// feeOfItems is the deployment's part of what items cost together.
func (a *Account) feeOfItems(ctx context.Context, items []*stripe.CheckoutSessionLineItemParams) (*int64, error) {
	if a.fee == 0 {
		return nil, nil
	}
	var total int64
	for _, i := range items {
		amount := int64(0)
		switch {
		case i.PriceData != nil:
			amount = stripe.Int64Value(i.PriceData.UnitAmount)
		case i.Price != nil:
			p, err := a.Price(ctx, *i.Price, false, "line_items")
			if err != nil {
				return nil, err
			}
			amount = p.Amount
		}
		quantity := int64(1)
		if i.Quantity != nil {
			quantity = *i.Quantity
		}
		total += amount * quantity
	}
	return feeOf(total, a.fee), nil
}
