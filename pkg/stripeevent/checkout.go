package stripeevent

import (
	"encoding/json"

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

func decodeCheckout(e envelope) (billing.Fact, string, error) {
	var cs checkoutJSON
	if err := json.Unmarshal(e.Data.Object, &cs); err != nil {
		return nil, "", err
	}
	if cs.ID == "" || cs.Mode == "" {
		return nil, cs.ID, missing("id or mode")
	}
	fact := billing.CheckoutFact{
		Session:      cs.ID,
		Customer:     string(cs.Customer),
		User:         first(cs.Metadata.UserID, text(cs.ClientReferenceID)),
		Email:        text(cs.CustomerEmail),
		Subscription: string(cs.Subscription),
	}
	if cs.CustomerDetails != nil {
		fact.Email = first(text(cs.CustomerDetails.Email), fact.Email)
	}
	if cs.Mode == "subscription" && fact.Subscription == "" {
		return nil, cs.ID, missing("subscription")
	}
	// An invoice has events of its own; only without one is the session the payment.
	if cs.Mode == "payment" && cs.PaymentIntent != "" && cs.Invoice == "" {
		payment, err := cs.payment(fact.User)
		if err != nil {
			return nil, cs.ID, err
		}
		fact.Payment = &payment
	}
	return fact, cs.ID, nil
}

func (cs checkoutJSON) payment(user string) (billing.Transaction, error) {
	if cs.AmountTotal == nil || cs.Currency == "" || cs.Created <= 0 {
		return billing.Transaction{}, missing("amount_total, currency or created")
	}
	status := billing.TransactionPending // a bank debit, say, that takes days
	if cs.PaymentStatus == "paid" {
		status = billing.TransactionSucceeded
	}
	return billing.Transaction{
		ID:            string(cs.PaymentIntent),
		Owner:         billing.Owner(string(cs.Customer), string(cs.PaymentIntent)),
		User:          user,
		PaymentIntent: string(cs.PaymentIntent),
		Status:        status,
		Amount:        *cs.AmountTotal,
		Currency:      cs.Currency,
		CreatedAt:     billing.At(cs.Created),
	}, nil
}
