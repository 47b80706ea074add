package object

import "encoding/json"

// Dispute is https://docs.stripe.com/api/disputes/object.
type Dispute struct {
	ID                   string                    `json:"id"`
	Object               string                    `json:"object"`
	Amount               int64                     `json:"amount"`
	BalanceTransactions  Many[*BalanceTransaction] `json:"balance_transactions"`
	Charge               Ref                       `json:"charge"`
	Created              int64                     `json:"created"`
	Currency             string                    `json:"currency"`
	Evidence             Evidence                  `json:"evidence"`
	EvidenceDetails      EvidenceDetails           `json:"evidence_details"`
	IsChargeRefundable   bool                      `json:"is_charge_refundable"`
	Livemode             bool                      `json:"livemode"`
	Metadata             Metadata                  `json:"metadata"`
	PaymentIntent        Ref                       `json:"payment_intent"`
	PaymentMethodDetails DisputedMethod            `json:"payment_method_details"`
	Reason               string                    `json:"reason"`
	Status               string                    `json:"status"`
}

// EvidenceDetails say until when evidence is taken and what there is of it.
type EvidenceDetails struct {
	DueBy           Unix  `json:"due_by"`
	HasEvidence     bool  `json:"has_evidence"`
	PastDue         bool  `json:"past_due"`
	SubmissionCount int64 `json:"submission_count"`
}

// DisputedMethod is the payment method whose charge is disputed.
type DisputedMethod struct {
	Card DisputedCard `json:"card"`
	Type string       `json:"type"`
}

// DisputedCard says how a card's charge is disputed.
type DisputedCard struct {
	Brand             string `json:"brand"`
	CaseType          string `json:"case_type"`
	NetworkReasonCode Text   `json:"network_reason_code"`
}

// Evidence holds what is known against a dispute; all other fields are null.
type Evidence map[string]string

// EvidenceFields are the names of all evidence.
func EvidenceFields() []string {
	return []string{
		"access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure", "cancellation_rebuttal",
		"customer_communication", "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature",
		"duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt",
		"refund_policy", "refund_policy_disclosure", "refund_refusal_explanation", "service_date", "service_documentation",
		"shipping_address", "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number",
		"uncategorized_file", "uncategorized_text",
	}
}

// MarshalJSON writes every field.
func (e Evidence) MarshalJSON() ([]byte, error) {
	fields := map[string]Text{}
	for _, name := range EvidenceFields() {
		fields[name] = Text(e[name])
	}
	return Encode(fields)
}

// UnmarshalJSON reads the fields that are not null.
func (e *Evidence) UnmarshalJSON(data []byte) error {
	var fields map[string]Text
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	*e = Evidence{}
	for name, value := range fields {
		if value != "" {
			(*e)[name] = string(value)
		}
	}
	return nil
}
