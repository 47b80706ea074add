package stripeevent

import "billhook/pkg/billing"

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
	AttemptCount        *int                    `json:"attempt_count"`
	NextPaymentAttempt  *int64                  `json:"next_payment_attempt"`
	BillingReason       string                  `json:"billing_reason"`
	Description         *string                 `json:"description"`
	PaymentIntent       ref                     `json:"payment_intent"`
	Charge              ref                     `json:"charge"`
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
		Data []invoicePaymentJSON `json:"data"`
	} `json:"payments"`
}

type subscriptionDetailsJSON struct {
	Subscription ref      `json:"subscription"`
	Metadata     metadata `json:"metadata"`
}

type invoicePaymentJSON struct {
	Status  string `json:"status"`
	Payment struct {
		PaymentIntent ref `json:"payment_intent"`
		Charge        ref `json:"charge"`
	} `json:"payment"`
}

// renewal is the billing reason of an invoice for another period.
const renewal = "subscription_cycle"

func (in *invoiceJSON) id() string { return in.ID }

func invoice(status billing.TransactionStatus) kind {
	return of(func(in *invoiceJSON, told telling) (billing.Fact, error) {
		amount := in.AmountDue
		if status.Paid() {
			amount = in.AmountPaid
		}
		switch {
		case in.ID == "" || in.Created <= 0 || in.Currency == "":
			return nil, missing("id, created or currency")
		case amount == nil || in.AttemptCount == nil:
			return nil, missing("amount_due, amount_paid or attempt_count")
		}
		intent := in.paymentIntent()
		fact := billing.PaymentFact{
			Payment: billing.Transaction{
				ID:            in.ID,
				Owner:         billing.Owner(string(in.Customer), first(intent, in.ID)),
				User:          first(in.Parent.SubscriptionDetails.Metadata.UserID, in.SubscriptionDetails.Metadata.UserID),
				Subscription:  string(first(in.Parent.SubscriptionDetails.Subscription, in.Subscription)),
				PaymentIntent: intent,
				Status:        status,
				Amount:        *amount,
				AsOf:          told.asOf,
				Currency:      in.Currency,
				Description:   in.description(),
				CreatedAt:     billing.At(in.Created),
			},
			Renewal: in.BillingReason == renewal,
			Free:    status.Paid() && *amount == 0 && *in.AttemptCount == 0,
		}
		if status == billing.TransactionFailed {
			fact.Payment.Retry = billing.Retry{Attempts: *in.AttemptCount, Next: at(in.NextPaymentAttempt), AsOf: told.asOf}
		}
		return fact, nil
	})
}

// paymentIntent is what paid the invoice or is to pay it: an intent, or the
// charge where there is none. Of several intents the one that paid counts.
func (in *invoiceJSON) paymentIntent() string {
	var paid, intent, charge ref
	for _, p := range in.Payments.Data {
		if p.Status == "paid" {
			paid = first(paid, p.Payment.PaymentIntent)
		}
		intent = first(intent, p.Payment.PaymentIntent)
		charge = first(charge, p.Payment.Charge)
	}
	return string(first(paid, intent, in.PaymentIntent, charge, in.Charge))
}

func (in *invoiceJSON) description() string {
	if d := text(in.Description); d != "" || len(in.Lines.Data) == 0 {
		return d
	}
	return text(in.Lines.Data[0].Description)
}
