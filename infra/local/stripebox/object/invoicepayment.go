package object

// InvoicePayment is https://docs.stripe.com/api/invoice-payment/object, which
// no version before 2025-03-31.basil has.
type InvoicePayment struct {
	ID                string                    `json:"id"`
	Object            string                    `json:"object"`
	AmountPaid        *int64                    `json:"amount_paid"`
	AmountRequested   int64                     `json:"amount_requested"`
	Created           int64                     `json:"created"`
	Currency          string                    `json:"currency"`
	Invoice           Ref                       `json:"invoice"`
	IsDefault         bool                      `json:"is_default"`
	Livemode          bool                      `json:"livemode"`
	Payment           InvoicePaymentSource      `json:"payment"`
	Status            string                    `json:"status"`
	StatusTransitions InvoicePaymentTransitions `json:"status_transitions"`
}

// InvoicePaymentSource is what pays an invoice.
type InvoicePaymentSource struct {
	PaymentIntent Ref    `json:"payment_intent"`
	Type          string `json:"type"`
}

// InvoicePaymentTransitions are the times at which an invoice payment changed
// its status.
type InvoicePaymentTransitions struct {
	CanceledAt Unix `json:"canceled_at"`
	PaidAt     Unix `json:"paid_at"`
}
