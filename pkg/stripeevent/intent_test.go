package stripeevent_test

import (
	"strings"
	"testing"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

func TestPaymentIntent(t *testing.T) {
	t.Parallel()
	const intent = `{"id": "pi_1", "customer": "cus_1", "created": 1000, "currency": "eur", "amount": 5000, "amount_received": 4000,
		"invoice": null, "metadata": {"user_id": "ada"}, "description": "Tickets", "status": "STATUS"}`
	for status, want := range map[string]struct {
		status billing.TransactionStatus
		amount int64
	}{
		"requires_payment_method": {billing.TransactionPending, 5000},
		"processing":              {billing.TransactionPending, 5000},
		"requires_capture":        {billing.TransactionPending, 5000},
		"canceled":                {billing.TransactionCanceled, 5000},
		"succeeded":               {billing.TransactionSucceeded, 4000},
	} {
		fact, err := stripeevent.PaymentIntent([]byte(strings.Replace(intent, "STATUS", status, 1)), billing.At(2000))
		p := fact.Payment
		if err != nil || p.ID != "pi_1" || p.Owner != "cus_1" || p.User != "ada" || p.Status != want.status || p.Amount != want.amount ||
			!p.AsOf.Equal(billing.At(2000)) || p.Description != "Tickets" {
			t.Errorf("%s: %+v, %v", status, p, err)
		}
	}
	for name, body := range map[string]string{
		"no JSON":   `{`,
		"no status": strings.Replace(intent, `"status": "STATUS"`, `"x": 1`, 1),
		"no amount": strings.Replace(intent, `"amount": 5000`, `"x": 1`, 1),
		"no id":     strings.Replace(intent, `"id": "pi_1"`, `"x": 1`, 1),
	} {
		if fact, err := stripeevent.PaymentIntent([]byte(body), billing.At(2000)); err == nil {
			t.Errorf("%s: %+v", name, fact)
		}
	}
}
