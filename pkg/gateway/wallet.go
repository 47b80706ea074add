package gateway

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/checkout/session"
	"github.com/stripe/stripe-go/v79/paymentintent"
	"github.com/stripe/stripe-go/v79/paymentmethod"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

// Metadata of payments that are made for a wallet.
const (
	metadataWallet = metadataPrefix + "wallet" // which kind of deposit it is
	metadataReload = metadataPrefix + "reload" // which of the wallet's reloads
)

// Deposit is what a user wants to pay into a wallet on Stripe's page.
type Deposit struct {
	Customer   string // Stripe's id
	User       string
	Currency   string
	Amount     int64 // minor units of Currency
	SuccessURL string
	CancelURL  string
	Once       string // as of Checkout
}

// CreateDepositSession starts a deposit. The card is kept with the customer, so
// that the wallet can be reloaded with it.
func (a *Account) CreateDepositSession(ctx context.Context, d Deposit) (Session, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	metadata := a.metadata(d.User, nil)
	metadata[metadataWallet] = string(billing.PostDeposit)
	params := &stripe.CheckoutSessionParams{
		Mode:              stripe.String(string(stripe.CheckoutSessionModePayment)),
		Customer:          stripe.String(d.Customer),
		ClientReferenceID: stripe.String(d.User),
		SuccessURL:        stripe.String(WithSessionID(d.SuccessURL)),
		CancelURL:         stripe.String(d.CancelURL),
		Metadata:          metadata,
		LineItems: []*stripe.CheckoutSessionLineItemParams{{
			Quantity: stripe.Int64(1),
			PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{
				Currency: stripe.String(d.Currency), UnitAmount: stripe.Int64(d.Amount),
				ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripe.String("Prepaid balance")},
			},
		}},
		PaymentIntentData: &stripe.CheckoutSessionPaymentIntentDataParams{
			Metadata: metadata, SetupFutureUsage: stripe.String(string(stripe.PaymentIntentSetupFutureUsageOffSession)),
			ApplicationFeeAmount: feeOf(d.Amount, a.fee),
		},
	}
	params.Context = ctx
	if d.Once != "" {
		params.IdempotencyKey = a.idempotencyKey("deposit", d.User, d.Once)
	}
	made, err := session.Client{B: a.backend, Key: a.key.Reveal()}.New(params)
	if err != nil {
		return Session{}, stripeError("create deposit session", err)
	}
	return sessionOf(made), nil
}

// PaidDeposit is what became of a deposit session.
type PaidDeposit struct {
	Paid   bool
	Amount int64
	Owner  string        // the customer that the payment is kept under
	ID     string        // of the payment
	Event  billing.Event // tells the payment as an event would
}

// ReadDeposit reads a deposit session that a user of the project started.
func (a *Account) ReadDeposit(ctx context.Context, id, user string) (PaidDeposit, error) {
	took := stopwatch()
	found, err := a.ReadSession(ctx, id, user)
	if err != nil {
		return PaidDeposit{}, err
	}
	if found.Metadata[metadataWallet] != string(billing.PostDeposit) {
		return PaidDeposit{}, errNoSession
	}
	if found.PaymentStatus != stripe.CheckoutSessionPaymentStatusPaid {
		return PaidDeposit{}, nil
	}
	told, err := a.told("checkout.session.completed", "verify deposit", id, found.LastResponse, took())
	if err != nil {
		return PaidDeposit{}, err
	}
	d := PaidDeposit{Paid: true, Amount: found.AmountTotal, Event: told}
	if fact, ok := told.Fact.(billing.CheckoutFact); ok && fact.Payment != nil {
		d.Owner, d.ID = fact.Payment.Owner, fact.Payment.ID
	}
	return d, nil
}

// told reads Stripe's answer to a call as an event of a type would tell it.
func (a *Account) told(eventType, call, object string, answer *stripe.APIResponse, took time.Duration) (billing.Event, error) {
	at := asOf(answer, took)
	fact, err := stripeevent.Object(eventType, answer.RawJSON, at)
	return billing.Event{
		ID: answer.RequestID + "_" + object, Type: "api." + call, Object: object, Created: at, Mode: a.scope.Mode, Fact: fact,
	}, err
}

// Reload is a payment into a wallet with the card that the customer saved.
type Reload struct {
	Customer string // Stripe's id
	User     string
	Currency string
	Amount   int64 // minor units of Currency
	Number   int64 // of the wallet's reloads
}

// ReloadState is how far a reload's payment has come.
type ReloadState struct {
	Status  ReloadStatus
	Problem string        // why it failed
	Event   billing.Event // tells a payment that succeeded as an event would
}

// ReloadStatus is the state of a reload's payment.
type ReloadStatus int

// The states.
const (
	ReloadUnknown ReloadStatus = iota // Stripe has no such payment
	ReloadPending                     // the bank has not answered
	ReloadPaid
	ReloadFailed
)

// CreateReload pays. The same reload, asked for again, is paid once. A card that
// is declined, or missing, is ReloadFailed; an error leaves open what happened.
func (a *Account) CreateReload(ctx context.Context, r Reload) (ReloadState, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	card, err := a.savedCard(ctx, r.Customer)
	if err != nil || card == "" {
		return ReloadState{Status: ReloadFailed, Problem: "No card is saved: make a deposit first."}, err
	}
	metadata := a.metadata(r.User, nil)
	metadata[metadataWallet], metadata[metadataReload] = string(billing.PostAutoReload), strconv.FormatInt(r.Number, 10)
	params := &stripe.PaymentIntentParams{
		Amount:               stripe.Int64(r.Amount),
		Currency:             stripe.String(r.Currency),
		Customer:             stripe.String(r.Customer),
		PaymentMethod:        stripe.String(card),
		PaymentMethodTypes:   []*string{stripe.String(string(stripe.PaymentMethodTypeCard))},
		OffSession:           stripe.Bool(true),
		Confirm:              stripe.Bool(true),
		Metadata:             metadata,
		ApplicationFeeAmount: feeOf(r.Amount, a.fee),
	}
	params.Context = ctx
	params.IdempotencyKey = a.idempotencyKey("reload", r.User, r.Currency, strconv.FormatInt(r.Number, 10))
	took := stopwatch()
	made, err := paymentintent.Client{B: a.backend, Key: a.key.Reveal()}.New(params)
	if err != nil {
		return failedReload(stripeError("reload", err))
	}
	return a.reloadState(made, made.LastResponse, took())
}

// failedReload tells a payment that was refused from one of which nothing is
// known.
func failedReload(err error) (ReloadState, error) {
	known, _ := errors.AsType[*billing.Error](err)
	if known != nil && (known.Kind == billing.CardDeclined || known.Kind == billing.Refused) {
		return ReloadState{Status: ReloadFailed, Problem: known.Message}, nil
	}
	return ReloadState{}, err
}

// savedCard is the card that the customer saved last; empty: there is none, or
// no such customer.
func (a *Account) savedCard(ctx context.Context, customer string) (string, error) {
	params := &stripe.PaymentMethodListParams{Customer: stripe.String(customer), Type: stripe.String(string(stripe.PaymentMethodTypeCard))}
	params.Context = ctx
	params.Limit = stripe.Int64(1)
	cards := paymentmethod.Client{B: a.backend, Key: a.key.Reveal()}.List(params)
	if cards.Next() {
		return cards.PaymentMethod().ID, nil
	}
	if err := cards.Err(); err != nil && !isCode(err, stripe.ErrorCodeResourceMissing) {
		return "", stripeError("list cards", err)
	}
	return "", nil
}

// FindReload looks for the payment of a reload that somebody began, among the
// customer's last hundred: Stripe forgets idempotency keys after a day.
func (a *Account) FindReload(ctx context.Context, r Reload) (ReloadState, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PaymentIntentListParams{Customer: stripe.String(r.Customer)}
	params.Context = ctx
	params.Limit, params.Single = stripe.Int64(listPage), true
	made := paymentintent.Client{B: a.backend, Key: a.key.Reveal()}.List(params)
	for made.Next() {
		pi := made.PaymentIntent()
		if pi.Metadata[metadataReload] != strconv.FormatInt(r.Number, 10) || pi.Metadata[metadataUser] != r.User ||
			pi.Metadata[metadataProject] != a.scope.Project.String() || string(pi.Currency) != r.Currency {
			continue
		}
		return a.readReload(ctx, pi.ID)
	}
	if err := made.Err(); err != nil && !isCode(err, stripe.ErrorCodeResourceMissing) { // a customer who is unknown has paid nothing
		return ReloadState{}, stripeError("list reloads", err)
	}
	return ReloadState{}, nil
}

func (a *Account) readReload(ctx context.Context, id string) (ReloadState, error) {
	params := &stripe.PaymentIntentParams{}
	params.Context = ctx
	took := stopwatch()
	found, err := paymentintent.Client{B: a.backend, Key: a.key.Reveal()}.Get(id, params)
	if err != nil {
		return ReloadState{}, stripeError("read reload", err)
	}
	return a.reloadState(found, found.LastResponse, took())
}

func (a *Account) reloadState(pi *stripe.PaymentIntent, answer *stripe.APIResponse, took time.Duration) (ReloadState, error) {
	switch pi.Status {
	case stripe.PaymentIntentStatusSucceeded:
		told, err := a.told("payment_intent.succeeded", "reload", pi.ID, answer, took)
		return ReloadState{Status: ReloadPaid, Event: told}, err
	case stripe.PaymentIntentStatusProcessing:
		return ReloadState{Status: ReloadPending}, nil
	default: // it waits for somebody, and nobody is there
		problem := "The card was not charged."
		if pi.LastPaymentError != nil && pi.LastPaymentError.Msg != "" {
			problem = pi.LastPaymentError.Msg
		}
		return ReloadState{Status: ReloadFailed, Problem: problem}, nil
	}
}
