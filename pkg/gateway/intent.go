package gateway

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/checkout/session"
	"github.com/stripe/stripe-go/v79/paymentintent"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
	"billhook/pkg/stripeevent"
)

// Intent is a payment that a page of the developer's own completes.
type Intent struct {
	Customer     string // Stripe's id
	User         string
	Amount       int64  // minor units of Currency
	Currency     string // three letters, lower case
	Description  *string
	ReceiptEmail *string
	Metadata     map[string]string
	Fee          *int64 // basis points in the place of the deployment's; nil: those
	Once         string // as of Checkout
}

// MadeIntent is a payment intent as Stripe answered it.
type MadeIntent struct {
	*stripe.PaymentIntent
	Fee  int64     // in basis points
	asOf time.Time // as of projector.Observation
}

// Observation is what the answer tells of the payment.
func (m MadeIntent) Observation() (projector.PaymentObservation, error) {
	fact, err := stripeevent.PaymentIntent(m.LastResponse.RawJSON, m.asOf)
	if err != nil {
		return projector.PaymentObservation{}, fmt.Errorf("%s %s: %w", createIntent, m.ID, err)
	}
	return projector.PaymentObservation{Fact: fact, AsOf: m.asOf, Call: createIntent, Request: m.LastResponse.RequestID}, nil
}

const createIntent = "create payment intent"

// CreatePaymentIntent starts a payment.
func (a *Account) CreatePaymentIntent(ctx context.Context, i Intent) (MadeIntent, error) {
	fee, err := a.feeAsked(i.Fee)
	if err != nil {
		return MadeIntent{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PaymentIntentParams{
		Amount:                  stripe.Int64(i.Amount),
		Currency:                stripe.String(i.Currency),
		Customer:                stripe.String(i.Customer),
		Description:             i.Description,
		ReceiptEmail:            i.ReceiptEmail,
		AutomaticPaymentMethods: &stripe.PaymentIntentAutomaticPaymentMethodsParams{Enabled: stripe.Bool(true)},
		ApplicationFeeAmount:    feeOf(i.Amount, fee),
		Metadata:                a.metadata(i.User, i.Metadata),
	}
	if fee > 0 {
		params.Metadata[metadataFee] = strconv.FormatInt(fee, 10)
	}
	params.Context = ctx
	if i.Once != "" {
		params.IdempotencyKey = a.idempotencyKey("payment intent", i.User, i.Once)
	}
	took := stopwatch()
	made, err := a.paymentIntents().New(params)
	if err != nil {
		return MadeIntent{}, stripeError(createIntent, err)
	}
	return MadeIntent{made, fee, asOf(made.LastResponse, took())}, nil
}

// CancelPaymentIntent has an intent never be paid.
func (a *Account) CancelPaymentIntent(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PaymentIntentCancelParams{}
	params.Context = ctx
	if _, err := a.paymentIntents().Cancel(id, params); err != nil {
		return stripeError("cancel payment intent", err)
	}
	return nil
}

func (a *Account) paymentIntents() paymentintent.Client {
	return paymentintent.Client{B: a.backend, Key: a.key.Reveal()}
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
	if err := a.mayOrder(ctx, o.Items); err != nil {
		return nil, err
	}
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

// mayOrder refuses prices of other projects' plans, in an account that other
// tenants share. All else about items Stripe judges itself.
func (a *Account) mayOrder(ctx context.Context, items []*stripe.CheckoutSessionLineItemParams) error {
	if a.route.Own() {
		return nil
	}
	for _, i := range items {
		if i.Price == nil {
			continue
		}
		if _, err := a.readPrice(ctx, *i.Price, "line_items"); err != nil {
			return err
		}
	}
	return nil
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
