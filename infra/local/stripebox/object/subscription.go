package object

// Subscription is https://docs.stripe.com/api/subscriptions/object.
type Subscription struct {
	ID                            string                  `json:"id"`
	Object                        string                  `json:"object"`
	Application                   Ref                     `json:"application"`
	ApplicationFeePercent         *float64                `json:"application_fee_percent"`
	AutomaticTax                  Tax                     `json:"automatic_tax"`
	BillingCycleAnchor            int64                   `json:"billing_cycle_anchor"`
	BillingCycleAnchorConfig      Null                    `json:"billing_cycle_anchor_config"`
	BillingMode                   *BillingMode            `json:"billing_mode,omitempty"` // nil: classic
	BillingThresholds             Null                    `json:"billing_thresholds"`
	CancelAt                      Unix                    `json:"cancel_at"`
	CancelAtPeriodEnd             bool                    `json:"cancel_at_period_end"`
	CanceledAt                    Unix                    `json:"canceled_at"`
	CancellationDetails           CancellationDetails     `json:"cancellation_details"`
	CollectionMethod              string                  `json:"collection_method"`
	Created                       int64                   `json:"created"`
	Currency                      string                  `json:"currency"`
	CurrentPeriodEnd              int64                   `json:"current_period_end"`
	CurrentPeriodStart            int64                   `json:"current_period_start"`
	Customer                      Ref                     `json:"customer"`
	DaysUntilDue                  Null                    `json:"days_until_due"`
	DefaultPaymentMethod          Ref                     `json:"default_payment_method"`
	DefaultSource                 Null                    `json:"default_source"`
	DefaultTaxRates               EmptyList               `json:"default_tax_rates"`
	Description                   Text                    `json:"description"`
	Discount                      *Discount               `json:"discount"`
	Discounts                     Many[Ref]               `json:"discounts"`
	EndedAt                       Unix                    `json:"ended_at"`
	InvoiceSettings               SubscriptionInvoices    `json:"invoice_settings"`
	Items                         List[*SubscriptionItem] `json:"items"`
	LatestInvoice                 Ref                     `json:"latest_invoice"`
	Livemode                      bool                    `json:"livemode"`
	Metadata                      Metadata                `json:"metadata"`
	NextPendingInvoiceItemInvoice Null                    `json:"next_pending_invoice_item_invoice"`
	OnBehalfOf                    Ref                     `json:"on_behalf_of"`
	PauseCollection               *PauseCollection        `json:"pause_collection"`
	PaymentSettings               SubscriptionPayment     `json:"payment_settings"`
	PendingInvoiceItemInterval    Null                    `json:"pending_invoice_item_interval"`
	PendingSetupIntent            Ref                     `json:"pending_setup_intent"`
	PendingUpdate                 Null                    `json:"pending_update"`
	Plan                          *Plan                   `json:"plan,omitempty"`     // of the only item
	Quantity                      *int64                  `json:"quantity,omitempty"` // of the only item
	Schedule                      Ref                     `json:"schedule"`
	StartDate                     int64                   `json:"start_date"`
	Status                        string                  `json:"status"`
	TestClock                     Ref                     `json:"test_clock"`
	TransferData                  *SubscriptionTransfer   `json:"transfer_data"`
	TrialEnd                      Unix                    `json:"trial_end"`
	TrialSettings                 TrialSettings           `json:"trial_settings"`
	TrialStart                    Unix                    `json:"trial_start"`
}

// BillingMode is the way in which a subscription is billed. Stripe has it since
// 2025-06-30.basil and, as all that it adds, tells it in older versions, too.
type BillingMode struct {
	Flexible EmptyHash `json:"flexible"`
	Type     string    `json:"type"`
}

// PauseCollection says what becomes of the invoices while nothing is collected.
type PauseCollection struct {
	Behavior  string `json:"behavior"`
	ResumesAt Unix   `json:"resumes_at"`
}

// SetItems gives the subscription its items, and the plan and quantity that it
// shows of its own while there is only one.
func (s *Subscription) SetItems(items []*SubscriptionItem) {
	s.Items.Data, s.Plan, s.Quantity = items, nil, nil
	if len(items) == 1 {
		s.Plan, s.Quantity = items[0].Plan, &items[0].Quantity
	}
}

// SubscriptionItem is one price of a subscription with its quantity.
type SubscriptionItem struct {
	ID                string    `json:"id"`
	Object            string    `json:"object"`
	BillingThresholds Null      `json:"billing_thresholds"`
	Created           int64     `json:"created"`
	Discounts         EmptyList `json:"discounts"`
	Metadata          Metadata  `json:"metadata"`
	Plan              *Plan     `json:"plan"`
	Price             *Price    `json:"price"`
	Quantity          int64     `json:"quantity"`
	Subscription      string    `json:"subscription"`
	TaxRates          EmptyList `json:"tax_rates"`
}

// Tax is automatic tax without an outcome.
type Tax struct {
	Enabled   bool `json:"enabled"`
	Liability Null `json:"liability"`
}

// CancellationDetails says why a subscription was or will be canceled.
type CancellationDetails struct {
	Comment  Text `json:"comment"`
	Feedback Text `json:"feedback"`
	Reason   Text `json:"reason"`
}

// SubscriptionInvoices are the settings of a subscription's invoices.
type SubscriptionInvoices struct {
	AccountTaxIDs Null   `json:"account_tax_ids"`
	Issuer        Issuer `json:"issuer"`
}

// SubscriptionPayment are a subscription's payment settings.
type SubscriptionPayment struct {
	PaymentMethodOptions     Null `json:"payment_method_options"`
	PaymentMethodTypes       Null `json:"payment_method_types"`
	SaveDefaultPaymentMethod Text `json:"save_default_payment_method"`
}

// TrialSettings says what happens when a trial ends.
type TrialSettings struct {
	EndBehavior TrialEndBehavior `json:"end_behavior"`
}

// TrialEndBehavior says what a trial's end does without a payment method.
type TrialEndBehavior struct {
	MissingPaymentMethod string `json:"missing_payment_method"`
}
