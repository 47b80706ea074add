package stripeevent

import (
	"encoding/json"

	"billhook/pkg/billing"
)

// invoiceJSON covers every place a field has lived in since 2020: with
// 2025-03-31.basil the subscription moved under parent, and the payment intent
// out of the invoice.
type invoiceJSON struct {
	ID                  string                  `json:"id"`
	Customer            ref                     `json:"customer"`
	Created             int64                   `json:"created"`
	Currency            string                  `json:"currency"`
	AmountDue           *int64                  `json:"amount_due"`
	AmountPaid          *int64                  `json:"amount_paid"`
	BillingReason       string                  `json:"billing_reason"`
	Description         *string                 `json:"description"`
	PaymentIntent       ref                     `json:"payment_intent"`
	Subscription        ref                     `json:"subscription"`
	SubscriptionDetails subscriptionDetailsJSON `json:"subscription_details"`
	Parent              struct {
		SubscriptionDetails subscriptionDetailsJSON `json:"subscription_details"`
	} `json:"parent"`
	Lines struct {
		Data []struct {
			Description *string `json:"description"`
		} `json:"data"`
	} `json:"lines"`
	Payments struct {
		Data []struct {
			Payment struct {
				PaymentIntent ref `json:"payment_intent"`
			} `json:"payment"`
		} `json:"data"`
	} `json:"payments"`
}

type subscriptionDetailsJSON struct {
	Subscription ref      `json:"subscription"`
	Metadata     metadata `json:"metadata"`
}

// renewal is the billing reason of an invoice for another period.
const renewal = "subscription_cycle"

func decodeInvoice(status billing.TransactionStatus) func(envelope) (billing.Fact, string, error) {
	return func(e envelope) (billing.Fact, string, error) {
		var in invoiceJSON
		if err := json.Unmarshal(e.Data.Object, &in); err != nil {
			return nil, "", err
		}
		amount := in.AmountDue
		if status.Paid() {
			amount = in.AmountPaid
		}
		switch {
		case in.ID == "" || in.Created <= 0 || in.Currency == "":
			return nil, in.ID, missing("id, created or currency")
		case amount == nil:
			return nil, in.ID, missing("amount_due or amount_paid")
		}
		intent := in.paymentIntent()
		return billing.PaymentFact{
			Payment: billing.Transaction{
				ID:            in.ID,
				Owner:         billing.Owner(string(in.Customer), first(intent, in.ID)),
				User:          first(in.Parent.SubscriptionDetails.Metadata.UserID, in.SubscriptionDetails.Metadata.UserID),
				Subscription:  string(first(in.Parent.SubscriptionDetails.Subscription, in.Subscription)),
				PaymentIntent: intent,
				Status:        status,
				Amount:        *amount,
				Currency:      in.Currency,
				Description:   in.description(),
				CreatedAt:     billing.At(in.Created),
			},
			Renewal: in.BillingReason == renewal,
		}, in.ID, nil
	}
}

func (in invoiceJSON) paymentIntent() string {
	for _, p := range in.Payments.Data {
		if p.Payment.PaymentIntent != "" {
			return string(p.Payment.PaymentIntent)
		}
	}
	return string(in.PaymentIntent)
}

func (in invoiceJSON) description() string {
	if d := text(in.Description); d != "" || len(in.Lines.Data) == 0 {
		return d
	}
	return text(in.Lines.Data[0].Description)
}
