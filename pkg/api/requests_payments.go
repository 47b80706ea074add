package api

import (
	"encoding/base64"
	"slices"
	"strings"

	"billhook/pkg/billing"
)

// UnmarshalJSON reads and validates the request.
func (r *PaymentIntentRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Amount, r.Currency = f.charged("amount", "currency")
	r.Description = optional[string](f, "description")
	f.length("description", r.Description, 0, 1000)
	r.ReceiptEmail = optional[string](f, "receipt_email")
	f.email("receipt_email", r.ReceiptEmail)
	return f.err()
}

// UnmarshalJSON reads and validates the request.
func (r *CreatePaymentRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.AmountCents, r.Currency = f.charged("amountCents", "currency")
	r.Description = optional[string](f, "description")
	f.length("description", r.Description, 0, 1000)
	r.CustomerEmail = optional[string](f, "customerEmail")
	f.email("customerEmail", r.CustomerEmail)
	r.Metadata = f.metadataOf("metadata", paymentMetadata)
	r.FeeBpsOverride = f.between("feeBpsOverride", 0, billing.MaxFeeBasisPoints)
	r.IdempotencyKey = optional[string](f, "idempotencyKey")
	f.length("idempotencyKey", r.IdempotencyKey, 1, 255)
	return f.err()
}

const noCurrency = "should be a three-letter currency that Stripe charges in"

// charged reads an amount that Stripe would charge in a currency, which is
// answered in lower case.
func (f *fields) charged(amount, currency string) (int64, string) {
	cents := required[int64](f, amount)
	code := strings.ToLower(required[string](f, currency))
	limit, known := billing.AmountLimitOf(code)
	switch {
	case !known && !f.refused(currency):
		f.refuse(currency, "enum", "Input "+noCurrency)
	case known && !f.refused(amount) && limit.Refusal(cents) != "":
		f.refuse(amount, "value_error", "Input "+limit.Refusal(cents))
	}
	return cents, code
}

// refundReasons are Stripe's words for why a payment is refunded.
var refundReasons = []string{"duplicate", "fraudulent", "requested_by_customer"}

// UnmarshalJSON reads and validates the request.
func (r *RefundRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.AmountCents = f.between("amountCents", 1, largestAmount)
	r.Reason = optional[string](f, "reason")
	if r.Reason != nil && !slices.Contains(refundReasons, *r.Reason) {
		f.refuse("reason", "enum", "Input should be "+oneOf(refundReasons))
	}
	return f.err()
}

// PaymentID checks the payment that a path names.
func PaymentID(id string) error { return inPath("paymentId", id, rowID) }

// PaymentCursor is the payment intent that the page before ended with; empty for
// the first page.
func PaymentCursor(cursor *string) (string, error) {
	if cursor == nil {
		return "", nil
	}
	var f fields
	id, err := base64.RawURLEncoding.DecodeString(*cursor)
	if err != nil || !stripeID.Match(id) {
		f.outside("cursor", "value_error", "the nextCursor of an earlier answer")
	}
	return string(id), f.err()
}
