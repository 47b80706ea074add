package stripeevent

import (
	"encoding/json"
	"time"

	"billhook/pkg/billing"
)

type chargeJSON struct {
	ID             string       `json:"id"`
	Customer       ref          `json:"customer"`
	Created        int64        `json:"created"`
	Currency       string       `json:"currency"`
	Status         string       `json:"status"`
	Captured       *bool        `json:"captured"`
	Refunded       bool         `json:"refunded"`
	Amount         *int64       `json:"amount"`
	AmountCaptured *int64       `json:"amount_captured"`
	AmountRefunded *int64       `json:"amount_refunded"`
	PaymentIntent  chargeIntent `json:"payment_intent"`
	Invoice        toldRef      `json:"invoice"`
	Description    *string      `json:"description"`
	Metadata       metadata     `json:"metadata"`
	FailureCode    *string      `json:"failure_code"`
	FailureMessage *string      `json:"failure_message"`
	Outcome        struct {
		Reason *string `json:"reason"`
	} `json:"outcome"`
}

// chargeIntent is a charge's payment intent; one that was expanded tells more.
type chargeIntent struct {
	ID             ref
	PaymentDetails paymentDetails
}

func (i *chargeIntent) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '{' {
		return i.ID.UnmarshalJSON(b)
	}
	var expanded struct {
		ID             ref            `json:"id"`
		PaymentDetails paymentDetails `json:"payment_details"`
	}
	err := json.Unmarshal(b, &expanded)
	*i = chargeIntent(expanded)
	return err
}

func (ch *chargeJSON) id() string { return ch.ID }

// charge tells what is refunded of the charge only if asked to: other events
// say it too, but are not sent for it.
func charge(refunds bool) kind {
	return of(func(ch *chargeJSON, told telling) (billing.Fact, error) {
		return ch.payment(refunds, told.asOf)
	})
}

// Charge reads a charge, as the API answered it at a time, with what was
// refunded of it by then.
func Charge(object []byte, asOf time.Time) (billing.PaymentFact, error) {
	var ch chargeJSON
	if err := json.Unmarshal(object, &ch); err != nil {
		return billing.PaymentFact{}, err
	}
	return ch.payment(true, asOf)
}

func (ch *chargeJSON) payment(refunds bool, asOf time.Time) (billing.PaymentFact, error) {
	switch {
	case ch.ID == "" || ch.Created <= 0 || ch.Currency == "":
		return billing.PaymentFact{}, missing("id, created or currency")
	case ch.Status == "" || ch.Captured == nil:
		return billing.PaymentFact{}, missing("status or captured")
	case ch.Amount == nil || ch.AmountCaptured == nil || ch.AmountRefunded == nil:
		return billing.PaymentFact{}, missing("amount, amount_captured or amount_refunded")
	}
	// Charges older than payment intents stand for themselves.
	intent := string(first(ch.PaymentIntent.ID, ref(ch.ID)))
	fact := billing.PaymentFact{Payment: billing.Transaction{
		Owner:         billing.Owner(string(ch.Customer), intent),
		User:          ch.Metadata.UserID,
		PaymentIntent: intent,
		Status:        ch.status(),
		Amount:        *ch.Amount,
		AsOf:          asOf,
		Currency:      ch.Currency,
		CreatedAt:     billing.At(ch.Created),
	}, Wallet: ch.Metadata.wallet()}
	switch {
	case fact.Payment.Status.Paid():
		fact.Payment.Amount = *ch.AmountCaptured
	case fact.Payment.Status == billing.TransactionFailed:
		fact.Payment.Failure = failure(ch.FailureCode, ch.Outcome.Reason, ch.FailureMessage, asOf)
	}
	identify(&fact, ch.Invoice, ch.PaymentIntent.PaymentDetails, ch.Metadata, ch.Description)
	if refunds && fact.Payment.Status.Paid() {
		fact.Payment.Refunded, fact.Payment.RefundsAsOf = *ch.AmountRefunded, asOf
	}
	return fact, nil
}

// status tells an authorization from a payment: a charge that succeeded has
// brought money only once it is captured, and giving up the authorization is
// told as a refund.
func (ch *chargeJSON) status() billing.TransactionStatus {
	switch {
	case ch.Status == "failed":
		return billing.TransactionFailed
	case ch.Status == "succeeded" && *ch.Captured:
		return billing.TransactionSucceeded
	case ch.Status == "succeeded" && ch.Refunded:
		return billing.TransactionCanceled
	default:
		return billing.TransactionPending
	}
}
