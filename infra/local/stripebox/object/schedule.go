package object

// SubscriptionSchedule is
// https://docs.stripe.com/api/subscription_schedules/object.
type SubscriptionSchedule struct {
	ID                   string           `json:"id"`
	Object               string           `json:"object"`
	Application          Ref              `json:"application"`
	CanceledAt           Unix             `json:"canceled_at"`
	CompletedAt          Unix             `json:"completed_at"`
	Created              int64            `json:"created"`
	CurrentPhase         *CurrentPhase    `json:"current_phase"`
	Customer             Ref              `json:"customer"`
	DefaultSettings      ScheduleDefaults `json:"default_settings"`
	EndBehavior          string           `json:"end_behavior"`
	Livemode             bool             `json:"livemode"`
	Metadata             Metadata         `json:"metadata"`
	Phases               []*SchedulePhase `json:"phases"`
	ReleasedAt           Unix             `json:"released_at"`
	ReleasedSubscription Text             `json:"released_subscription"`
	Status               string           `json:"status"`
	Subscription         Ref              `json:"subscription"`
	TestClock            Ref              `json:"test_clock"`
}

// CurrentPhase is the span of the phase that a schedule is in.
type CurrentPhase struct {
	EndDate   int64 `json:"end_date"`
	StartDate int64 `json:"start_date"`
}

// ScheduleDefaults are a schedule's settings for all of its phases.
type ScheduleDefaults struct {
	ApplicationFeePercent Null             `json:"application_fee_percent"`
	AutomaticTax          Tax              `json:"automatic_tax"`
	BillingCycleAnchor    string           `json:"billing_cycle_anchor"`
	BillingThresholds     Null             `json:"billing_thresholds"`
	CollectionMethod      string           `json:"collection_method"`
	DefaultPaymentMethod  Ref              `json:"default_payment_method"`
	Description           Text             `json:"description"`
	InvoiceSettings       ScheduleInvoices `json:"invoice_settings"`
	OnBehalfOf            Null             `json:"on_behalf_of"`
	TransferData          Null             `json:"transfer_data"`
}

// ScheduleInvoices are the settings of the invoices of a schedule.
type ScheduleInvoices struct {
	AccountTaxIDs Null   `json:"account_tax_ids"`
	DaysUntilDue  Null   `json:"days_until_due"`
	Issuer        Issuer `json:"issuer"`
}

// SchedulePhase is what a subscription is for a span of time.
type SchedulePhase struct {
	AddInvoiceItems       EmptyList            `json:"add_invoice_items"`
	ApplicationFeePercent Null                 `json:"application_fee_percent"`
	BillingCycleAnchor    Null                 `json:"billing_cycle_anchor"`
	BillingThresholds     Null                 `json:"billing_thresholds"`
	CollectionMethod      Null                 `json:"collection_method"`
	Coupon                Null                 `json:"coupon"`
	Currency              string               `json:"currency"`
	DefaultPaymentMethod  Ref                  `json:"default_payment_method"`
	DefaultTaxRates       EmptyList            `json:"default_tax_rates"`
	Description           Text                 `json:"description"`
	Discounts             EmptyList            `json:"discounts"`
	EndDate               int64                `json:"end_date"`
	InvoiceSettings       Null                 `json:"invoice_settings"`
	Items                 []*SchedulePhaseItem `json:"items"`
	Metadata              Metadata             `json:"metadata"`
	OnBehalfOf            Null                 `json:"on_behalf_of"`
	ProrationBehavior     string               `json:"proration_behavior"`
	StartDate             int64                `json:"start_date"`
	TransferData          Null                 `json:"transfer_data"`
	TrialEnd              Unix                 `json:"trial_end"`
}

// SchedulePhaseItem is one price of a phase with its quantity.
type SchedulePhaseItem struct {
	BillingThresholds Null      `json:"billing_thresholds"`
	Discounts         EmptyList `json:"discounts"`
	Metadata          Metadata  `json:"metadata"`
	Plan              Ref       `json:"plan"` // the price's older name
	Price             Ref       `json:"price"`
	Quantity          int64     `json:"quantity"`
	TaxRates          EmptyList `json:"tax_rates"`
}
