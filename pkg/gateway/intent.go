package gateway

import (
	"context"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/checkout/session"
	"github.com/stripe/stripe-go/v79/paymentintent"

	"billhook/pkg/billing"
)

// Intent is a payment that a page of the developer's own completes.
type Intent struct {
	Customer     string // Stripe's id
	User         string
	Amount       int64  // minor units of Currency
	Currency     string // three letters, lower case
	Description  *string
	ReceiptEmail *string
	Once         string // as of Checkout
}

// CreatePaymentIntent starts a payment.
func (a *Account) CreatePaymentIntent(ctx context.Context, i Intent) (*stripe.PaymentIntent, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PaymentIntentParams{
		Amount:                  stripe.Int64(i.Amount),
		Currency:                stripe.String(i.Currency),
		Customer:                stripe.String(i.Customer),
		Description:             i.Description,
		ReceiptEmail:            i.ReceiptEmail,
		AutomaticPaymentMethods: &stripe.PaymentIntentAutomaticPaymentMethodsParams{Enabled: stripe.Bool(true)},
		ApplicationFeeAmount:    a.feeOf(i.Amount),
		Metadata:                a.metadata(i.User, nil),
	}
	params.Context = ctx
	if i.Once != "" {
		params.IdempotencyKey = a.idempotencyKey("payment intent", i.User, i.Once)
	}
	made, err := paymentintent.Client{B: a.backend, Key: a.key.Reveal()}.New(params)
	if err != nil {
		return nil, stripeError("create payment intent", err)
	}
	return made, nil
}

// Order is a checkout session as a backend asks for it, line by line.
type Order struct {
	Customer   string // Stripe's id
	User       string
	Mode       string // payment, subscription or setup
	Items      []*stripe.CheckoutSessionLineItemParams
	SuccessURL string
	CancelURL  string
	Metadata   map[string]string
	Once       string // as of Checkout
}

// CreateOrder starts what an order asks for.
func (a *Account) CreateOrder(ctx context.Context, o Order) (*stripe.CheckoutSession, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	metadata := a.metadata(o.User, o.Metadata)
	params := &stripe.CheckoutSessionParams{
		Mode: stripe.String(o.Mode), Customer: stripe.String(o.Customer), ClientReferenceID: stripe.String(o.User), LineItems: o.Items,
		SuccessURL: stripe.String(o.SuccessURL), CancelURL: stripe.String(o.CancelURL), Metadata: metadata,
	}
	switch o.Mode {
	case string(stripe.CheckoutSessionModeSubscription):
		params.SubscriptionData = &stripe.CheckoutSessionSubscriptionDataParams{Metadata: metadata, ApplicationFeePercent: a.feePercent()}
	case string(stripe.CheckoutSessionModePayment):
		fee, err := a.feeOfItems(ctx, o.Items)
		if err != nil {
			return nil, err
		}
		params.PaymentIntentData = &stripe.CheckoutSessionPaymentIntentDataParams{Metadata: metadata, ApplicationFeeAmount: fee}
	default: // Stripe wants to know a currency, or how the method will be used
		params.PaymentMethodTypes = []*string{stripe.String("card")}
		params.SetupIntentData = &stripe.CheckoutSessionSetupIntentDataParams{Metadata: metadata}
	}
	params.Context = ctx
	if o.Once != "" {
		params.IdempotencyKey = a.idempotencyKey("order", o.User, o.Once)
	}
	made, err := session.Client{B: a.backend, Key: a.key.Reveal()}.New(params)
	if err != nil {
		return nil, stripeError("create checkout session", err)
	}
	return made, nil
}

// errNoSession is the error of a session that does not exist, or is not the
// user's.
var errNoSession = billing.NewError(billing.NotFound, "session_not_found", "Checkout session not found")

// ReadSession reads a checkout session that a user of the project started.
func (a *Account) ReadSession(ctx context.Context, id, user string) (*stripe.CheckoutSession, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.CheckoutSessionParams{}
	params.Context = ctx
	found, err := session.Client{B: a.backend, Key: a.key.Reveal()}.Get(id, params)
	switch {
	case isCode(err, stripe.ErrorCodeResourceMissing):
		return nil, errNoSession.Because(err)
	case err != nil:
		return nil, stripeError("read checkout session", err)
	case found.Metadata[metadataProject] != a.scope.Project.String() || found.Metadata[metadataUser] != user:
		return nil, errNoSession
	}
	return found, nil
}
