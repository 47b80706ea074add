package stripeevent

import (
	"encoding/json"
	"strings"
	"time"

	"billhook/pkg/billing"
)

type intentJSON struct {
	ID               string          `json:"id"`
	Status           string          `json:"status"`
	Customer         ref             `json:"customer"`
	Created          int64           `json:"created"`
	Currency         string          `json:"currency"`
	Amount           *int64          `json:"amount"`
	AmountReceived   *int64          `json:"amount_received"`
	Description      *string         `json:"description"`
	Metadata         metadata        `json:"metadata"`
	Invoice          toldRef         `json:"invoice"`
	PaymentDetails   paymentDetails  `json:"payment_details"`
	LastPaymentError *paymentFailure `json:"last_payment_error"`
}

// paymentDetails name an invoice where Stripe made the payment for one. The
// name may be cut short, so it is no id.
type paymentDetails struct {
	OrderReference *string `json:"order_reference"`
}

type paymentFailure struct {
	Code        *string `json:"code"`
	DeclineCode *string `json:"decline_code"`
	Message     *string `json:"message"`
}

func (pi *intentJSON) id() string { return pi.ID }

func paymentIntent(status billing.TransactionStatus) kind {
	return of(func(pi *intentJSON, told telling) (billing.Fact, error) {
		return pi.payment(status, told.asOf)
	})
}

// PaymentIntent reads a payment intent, as the API answered it at a time. One
// that failed is pending until it is tried again: only events tell more.
func PaymentIntent(object []byte, asOf time.Time) (billing.PaymentFact, error) {
	var pi intentJSON
	if err := json.Unmarshal(object, &pi); err != nil {
		return billing.PaymentFact{}, err
	}
	switch pi.Status {
	case "":
		return billing.PaymentFact{}, missing("status")
	case "succeeded":
		return pi.payment(billing.TransactionSucceeded, asOf)
	case "canceled":
		return pi.payment(billing.TransactionCanceled, asOf)
	default:
		return pi.payment(billing.TransactionPending, asOf)
	}
}

func (pi *intentJSON) payment(status billing.TransactionStatus, asOf time.Time) (billing.PaymentFact, error) {
	amount := pi.Amount
	if status.Paid() {
		amount = pi.AmountReceived
	}
	switch {
	case pi.ID == "" || pi.Created <= 0 || pi.Currency == "":
		return billing.PaymentFact{}, missing("id, created or currency")
	case amount == nil:
		return billing.PaymentFact{}, missing("amount or amount_received")
	}
	fact := billing.PaymentFact{Payment: billing.Transaction{
		Owner:         billing.Owner(string(pi.Customer), pi.ID),
		User:          pi.Metadata.UserID,
		PaymentIntent: pi.ID,
		Status:        status,
		Amount:        *amount,
		AsOf:          asOf,
		Currency:      pi.Currency,
		CreatedAt:     billing.At(pi.Created),
	}, Wallet: pi.Metadata.wallet()}
	if e := pi.LastPaymentError; e != nil && status == billing.TransactionFailed {
		fact.Payment.Failure = failure(e.Code, e.DeclineCode, e.Message, asOf)
	}
	identify(&fact, pi.Invoice, pi.PaymentDetails, pi.Metadata, pi.Description)
	return fact, nil
}

// identify says which payment a charge or payment intent is. Until
// 2025-03-31.basil they name their invoice or tell that there is none. Later
// ones do not; of those, the ones that checkout made for a one-off payment
// carry its project. An invoice describes its payment itself.
func identify(fact *billing.PaymentFact, invoice toldRef, details paymentDetails, mark metadata, description *string) {
	switch {
	case invoice.id != "":
		fact.Payment.ID = string(invoice.id)
	case !invoice.told && strings.HasPrefix(text(details.OrderReference), "in_"):
		fact.OfInvoice = true
	case invoice.told || mark.ProjectID != "":
		fact.Payment.ID = fact.Payment.PaymentIntent
		fact.Payment.Description = text(description)
	}
}

// failure is the zero Failure where nothing is explained.
func failure(code, decline, message *string, asOf time.Time) billing.Failure {
	f := billing.Failure{Code: text(code), Decline: text(decline), Message: text(message)}
	if f != (billing.Failure{}) {
		f.AsOf = asOf
	}
	return f
}
