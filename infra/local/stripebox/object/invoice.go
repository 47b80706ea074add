package object

// Invoice is https://docs.stripe.com/api/invoices/object.
type Invoice struct {
	ID                           string               `json:"id,omitempty"` // an upcoming invoice has none
	Object                       string               `json:"object"`
	AccountCountry               string               `json:"account_country"`
	AccountName                  string               `json:"account_name"`
	AccountTaxIDs                Null                 `json:"account_tax_ids"`
	AmountDue                    int64                `json:"amount_due"`
	AmountPaid                   int64                `json:"amount_paid"`
	AmountRemaining              int64                `json:"amount_remaining"`
	AmountShipping               int64                `json:"amount_shipping"`
	Application                  Ref                  `json:"application"`
	ApplicationFeeAmount         *int64               `json:"application_fee_amount"`
	AttemptCount                 int64                `json:"attempt_count"`
	Attempted                    bool                 `json:"attempted"`
	AutoAdvance                  bool                 `json:"auto_advance"`
	AutomaticTax                 StatusTax            `json:"automatic_tax"`
	AutomaticallyFinalizesAt     Unix                 `json:"automatically_finalizes_at"`
	BillingReason                string               `json:"billing_reason"`
	Charge                       Ref                  `json:"charge"`
	CollectionMethod             string               `json:"collection_method"`
	Created                      int64                `json:"created"`
	Currency                     string               `json:"currency"`
	CustomFields                 Null                 `json:"custom_fields"`
	Customer                     Ref                  `json:"customer"`
	CustomerAddress              *Address             `json:"customer_address"`
	CustomerEmail                Text                 `json:"customer_email"`
	CustomerName                 Text                 `json:"customer_name"`
	CustomerPhone                Text                 `json:"customer_phone"`
	CustomerShipping             Null                 `json:"customer_shipping"`
	CustomerTaxExempt            string               `json:"customer_tax_exempt"`
	CustomerTaxIDs               EmptyList            `json:"customer_tax_ids"`
	DefaultPaymentMethod         Ref                  `json:"default_payment_method"`
	DefaultSource                Null                 `json:"default_source"`
	DefaultTaxRates              EmptyList            `json:"default_tax_rates"`
	Description                  Text                 `json:"description"`
	Discount                     *Discount            `json:"discount"`
	Discounts                    Many[Ref]            `json:"discounts"`
	DueDate                      Unix                 `json:"due_date"`
	EffectiveAt                  Unix                 `json:"effective_at"`
	EndingBalance                *int64               `json:"ending_balance"`
	Footer                       Text                 `json:"footer"`
	FromInvoice                  Null                 `json:"from_invoice"`
	HostedInvoiceURL             Text                 `json:"hosted_invoice_url"`
	InvoicePDF                   Text                 `json:"invoice_pdf"`
	Issuer                       Issuer               `json:"issuer"`
	LastFinalizationError        Null                 `json:"last_finalization_error"`
	LatestRevision               Null                 `json:"latest_revision"`
	Lines                        List[*InvoiceLine]   `json:"lines"`
	Livemode                     bool                 `json:"livemode"`
	Metadata                     Metadata             `json:"metadata"`
	NextPaymentAttempt           Unix                 `json:"next_payment_attempt"`
	Number                       Text                 `json:"number"`
	OnBehalfOf                   Ref                  `json:"on_behalf_of"`
	Paid                         bool                 `json:"paid"`
	PaidOutOfBand                bool                 `json:"paid_out_of_band"`
	PaymentIntent                Ref                  `json:"payment_intent"`
	PaymentSettings              InvoiceSettings      `json:"payment_settings"`
	PeriodEnd                    int64                `json:"period_end"`
	PeriodStart                  int64                `json:"period_start"`
	PostPaymentCreditNotesAmount int64                `json:"post_payment_credit_notes_amount"`
	PrePaymentCreditNotesAmount  int64                `json:"pre_payment_credit_notes_amount"`
	Quote                        Null                 `json:"quote"`
	ReceiptNumber                Null                 `json:"receipt_number"`
	Rendering                    Null                 `json:"rendering"`
	ShippingCost                 Null                 `json:"shipping_cost"`
	ShippingDetails              Null                 `json:"shipping_details"`
	StartingBalance              int64                `json:"starting_balance"`
	StatementDescriptor          Null                 `json:"statement_descriptor"`
	Status                       string               `json:"status"`
	StatusTransitions            StatusTransitions    `json:"status_transitions"`
	Subscription                 Ref                  `json:"subscription"`
	SubscriptionDetails          *SubscriptionDetails `json:"subscription_details"`
	SubscriptionProrationDate    int64                `json:"subscription_proration_date,omitempty"` // of an upcoming invoice
	Subtotal                     int64                `json:"subtotal"`
	SubtotalExcludingTax         int64                `json:"subtotal_excluding_tax"`
	Tax                          Null                 `json:"tax"`
	TestClock                    Ref                  `json:"test_clock"`
	Total                        int64                `json:"total"`
	TotalDiscountAmounts         Many[DiscountAmount] `json:"total_discount_amounts"`
	TotalExcludingTax            int64                `json:"total_excluding_tax"`
	TotalTaxAmounts              EmptyList            `json:"total_tax_amounts"`
	TransferData                 *TransferData        `json:"transfer_data"`
	WebhooksDeliveredAt          Unix                 `json:"webhooks_delivered_at"`
	// Payments are left out unless they are expanded, which no version before
	// 2025-03-31.basil can.
	Payments *List[*InvoicePayment] `json:"payments,omitempty"`
}

// InvoiceSettings are an invoice's payment settings.
type InvoiceSettings struct {
	DefaultMandate       Null `json:"default_mandate"`
	PaymentMethodOptions Null `json:"payment_method_options"`
	PaymentMethodTypes   Null `json:"payment_method_types"`
}

// StatusTransitions are the times at which an invoice changed its status.
type StatusTransitions struct {
	FinalizedAt           Unix `json:"finalized_at"`
	MarkedUncollectibleAt Unix `json:"marked_uncollectible_at"`
	PaidAt                Unix `json:"paid_at"`
	VoidedAt              Unix `json:"voided_at"`
}

// SubscriptionDetails is the subscription's metadata when the invoice was made.
type SubscriptionDetails struct {
	Metadata Metadata `json:"metadata"`
}

// InvoiceLine is one line of an invoice.
type InvoiceLine struct {
	ID                     string               `json:"id"`
	Object                 string               `json:"object"`
	Amount                 int64                `json:"amount"`
	AmountExcludingTax     int64                `json:"amount_excluding_tax"`
	Currency               string               `json:"currency"`
	Description            Text                 `json:"description"`
	DiscountAmounts        Many[DiscountAmount] `json:"discount_amounts"`
	Discountable           bool                 `json:"discountable"`
	Discounts              EmptyList            `json:"discounts"`
	Invoice                string               `json:"invoice"`
	InvoiceItem            string               `json:"invoice_item,omitempty"`
	Livemode               bool                 `json:"livemode"`
	Metadata               Metadata             `json:"metadata"`
	Period                 Period               `json:"period"`
	Plan                   *Plan                `json:"plan"`
	Price                  *Price               `json:"price"`
	Proration              bool                 `json:"proration"`
	ProrationDetails       ProrationDetails     `json:"proration_details"`
	Quantity               int64                `json:"quantity"`
	Subscription           Ref                  `json:"subscription"`
	SubscriptionItem       string               `json:"subscription_item,omitempty"`
	TaxAmounts             EmptyList            `json:"tax_amounts"`
	TaxRates               EmptyList            `json:"tax_rates"`
	Type                   string               `json:"type"`
	UnitAmountExcludingTax string               `json:"unit_amount_excluding_tax"`
}

// Period is a span of time in seconds since the epoch.
type Period struct {
	End   int64 `json:"end"`
	Start int64 `json:"start"`
}

// ProrationDetails names the line that a proration credits.
type ProrationDetails struct {
	CreditedItems Null `json:"credited_items"`
}
