package stripeevent

import (
	"encoding/json"

	"billhook/pkg/billing"
)

// chargeJSON names its invoice until 2025-03-31.basil only.
type chargeJSON struct {
	ID             string   `json:"id"`
	Customer       ref      `json:"customer"`
	Created        int64    `json:"created"`
	Currency       string   `json:"currency"`
	Amount         *int64   `json:"amount"`
	AmountRefunded *int64   `json:"amount_refunded"`
	PaymentIntent  ref      `json:"payment_intent"`
	Invoice        ref      `json:"invoice"`
	Metadata       metadata `json:"metadata"`
}

func decodeRefund(e envelope) (billing.Fact, string, error) {
	var ch chargeJSON
	if err := json.Unmarshal(e.Data.Object, &ch); err != nil {
		return nil, "", err
	}
	switch {
	case ch.ID == "" || ch.Created <= 0 || ch.Currency == "":
		return nil, ch.ID, missing("id, created or currency")
	case ch.Amount == nil || ch.AmountRefunded == nil:
		return nil, ch.ID, missing("amount or amount_refunded")
	}
	intent := first(string(ch.PaymentIntent), ch.ID) // charges older than payment intents stand for themselves
	return billing.RefundFact{Payment: billing.Transaction{
		ID:            string(ch.Invoice),
		Owner:         billing.Owner(string(ch.Customer), intent),
		User:          ch.Metadata.UserID,
		PaymentIntent: intent,
		Status:        billing.TransactionSucceeded,
		Amount:        *ch.Amount,
		Refunded:      *ch.AmountRefunded,
		Currency:      ch.Currency,
		CreatedAt:     billing.At(ch.Created),
	}}, ch.ID, nil
}
