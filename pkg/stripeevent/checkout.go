package stripeevent

import (
	"time"

	"billhook/pkg/billing"
)

type checkoutJSON struct {
	ID                string   `json:"id"`
	Mode              string   `json:"mode"`
	Created           int64    `json:"created"`
	Customer          ref      `json:"customer"`
	ClientReferenceID *string  `json:"client_reference_id"`
	CustomerEmail     *string  `json:"customer_email"`
	CustomerDetails   *details `json:"customer_details"`
	Metadata          metadata `json:"metadata"`
	Subscription      ref      `json:"subscription"`
	PaymentIntent     ref      `json:"payment_intent"`
	Invoice           ref      `json:"invoice"`
	PaymentStatus     string   `json:"payment_status"`
	AmountTotal       *int64   `json:"amount_total"`
	Currency          string   `json:"currency"`
}

type details struct {
	Email *string `json:"email"`
}

func (cs *checkoutJSON) id() string { return cs.ID }

// checkout takes the payment's status from the session, unless the event's
// type says it.
func checkout(status billing.TransactionStatus) kind {
	return of(func(cs *checkoutJSON, told telling) (billing.Fact, error) {
		if cs.ID == "" || cs.Mode == "" {
			return nil, missing("id or mode")
		}
		fact := billing.CheckoutFact{
			Session:      cs.ID,
			Customer:     string(cs.Customer),
			User:         cs.user(),
			Email:        text(cs.CustomerEmail),
			Subscription: string(cs.Subscription),
		}
		if cs.CustomerDetails != nil {
			fact.Email = first(text(cs.CustomerDetails.Email), fact.Email)
		}
		if cs.Mode == "subscription" && fact.Subscription == "" {
			return nil, missing("subscription")
		}
		// An invoice has events of its own; only without one is the session the payment.
		if cs.Mode == "payment" && cs.PaymentIntent != "" && cs.Invoice == "" {
			payment, err := cs.payment(first(status, cs.status()), told.asOf)
			if err != nil {
				return nil, err
			}
			fact.Payment, fact.Wallet = &payment, cs.Metadata.wallet()
		}
		return fact, nil
	})
}

func (cs *checkoutJSON) user() string {
	return first(cs.Metadata.UserID, text(cs.ClientReferenceID))
}

// status is pending where, say, a bank debit takes days.
func (cs *checkoutJSON) status() billing.TransactionStatus {
	if cs.PaymentStatus == "paid" {
		return billing.TransactionSucceeded
	}
	return billing.TransactionPending
}

func (cs *checkoutJSON) payment(status billing.TransactionStatus, asOf time.Time) (billing.Transaction, error) {
	if cs.AmountTotal == nil || cs.Currency == "" || cs.PaymentStatus == "" {
		return billing.Transaction{}, missing("amount_total, currency or payment_status")
	}
	created := asOf // old sessions do not tell when they were made
	if cs.Created > 0 {
		created = billing.At(cs.Created)
	}
	return billing.Transaction{
		ID:            string(cs.PaymentIntent),
		Owner:         billing.Owner(string(cs.Customer), string(cs.PaymentIntent)),
		User:          cs.user(),
		PaymentIntent: string(cs.PaymentIntent),
		Status:        status,
		Amount:        *cs.AmountTotal,
		AsOf:          asOf,
		Currency:      cs.Currency,
		CreatedAt:     created,
	}, nil
}
