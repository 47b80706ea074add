package object

// PaymentIntent is https://docs.stripe.com/api/payment_intents/object.
type PaymentIntent struct {
	ID                                string               `json:"id"`
	Object                            string               `json:"object"`
	Amount                            int64                `json:"amount"`
	AmountCapturable                  int64                `json:"amount_capturable"`
	AmountDetails                     AmountDetails        `json:"amount_details"`
	AmountReceived                    int64                `json:"amount_received"`
	Application                       Ref                  `json:"application"`
	ApplicationFeeAmount              *int64               `json:"application_fee_amount"`
	AutomaticPaymentMethods           *AutomaticMethods    `json:"automatic_payment_methods"`
	CanceledAt                        Unix                 `json:"canceled_at"`
	CancellationReason                Text                 `json:"cancellation_reason"`
	CaptureMethod                     string               `json:"capture_method"`
	ClientSecret                      string               `json:"client_secret"`
	ConfirmationMethod                string               `json:"confirmation_method"`
	Created                           int64                `json:"created"`
	Currency                          string               `json:"currency"`
	Customer                          Ref                  `json:"customer"`
	Description                       Text                 `json:"description"`
	Invoice                           Ref                  `json:"invoice"`
	LastPaymentError                  *Error               `json:"last_payment_error"`
	LatestCharge                      Ref                  `json:"latest_charge"`
	Livemode                          bool                 `json:"livemode"`
	Metadata                          Metadata             `json:"metadata"`
	NextAction                        *NextAction          `json:"next_action"`
	OnBehalfOf                        Ref                  `json:"on_behalf_of"`
	PaymentMethod                     Ref                  `json:"payment_method"`
	PaymentMethodConfigurationDetails Null                 `json:"payment_method_configuration_details"`
	PaymentMethodOptions              PaymentMethodOptions `json:"payment_method_options"`
	PaymentMethodTypes                Strings              `json:"payment_method_types"`
	Processing                        Null                 `json:"processing"`
	ReceiptEmail                      Text                 `json:"receipt_email"`
	Review                            Null                 `json:"review"`
	SetupFutureUsage                  Text                 `json:"setup_future_usage"`
	Shipping                          Null                 `json:"shipping"`
	Source                            Null                 `json:"source"`
	StatementDescriptor               Text                 `json:"statement_descriptor"`
	StatementDescriptorSuffix         Text                 `json:"statement_descriptor_suffix"`
	Status                            string               `json:"status"`
	TransferData                      *IntentTransfer      `json:"transfer_data"`
	TransferGroup                     Text                 `json:"transfer_group"`
}

// AmountDetails breaks an amount down.
type AmountDetails struct {
	Tip EmptyHash `json:"tip"`
}

// AutomaticMethods says that Stripe chooses the payment methods.
type AutomaticMethods struct {
	AllowRedirects string `json:"allow_redirects"`
	Enabled        bool   `json:"enabled"`
}

// PaymentMethodOptions are the options of a card payment.
type PaymentMethodOptions struct {
	Card CardOptions `json:"card"`
}

// CardOptions are Stripe's defaults for card payments.
type CardOptions struct {
	Installments        Null   `json:"installments"`
	MandateOptions      Null   `json:"mandate_options"`
	Network             Null   `json:"network"`
	RequestThreeDSecure string `json:"request_three_d_secure"`
}

// Charge is https://docs.stripe.com/api/charges/object.
type Charge struct {
	ID                            string               `json:"id"`
	Object                        string               `json:"object"`
	Amount                        int64                `json:"amount"`
	AmountCaptured                int64                `json:"amount_captured"`
	AmountRefunded                int64                `json:"amount_refunded"`
	Application                   Ref                  `json:"application"`
	ApplicationFee                Ref                  `json:"application_fee"`
	ApplicationFeeAmount          *int64               `json:"application_fee_amount"`
	BalanceTransaction            Ref                  `json:"balance_transaction"`
	BillingDetails                BillingDetails       `json:"billing_details"`
	CalculatedStatementDescriptor string               `json:"calculated_statement_descriptor"`
	Captured                      bool                 `json:"captured"`
	Created                       int64                `json:"created"`
	Currency                      string               `json:"currency"`
	Customer                      Ref                  `json:"customer"`
	Description                   Text                 `json:"description"`
	Disputed                      bool                 `json:"disputed"`
	FailureBalanceTransaction     Null                 `json:"failure_balance_transaction"`
	FailureCode                   Text                 `json:"failure_code"`
	FailureMessage                Text                 `json:"failure_message"`
	FraudDetails                  EmptyHash            `json:"fraud_details"`
	Invoice                       Ref                  `json:"invoice"`
	Livemode                      bool                 `json:"livemode"`
	Metadata                      Metadata             `json:"metadata"`
	OnBehalfOf                    Ref                  `json:"on_behalf_of"`
	Outcome                       Outcome              `json:"outcome"`
	Paid                          bool                 `json:"paid"`
	PaymentIntent                 Ref                  `json:"payment_intent"`
	PaymentMethod                 Text                 `json:"payment_method"`
	PaymentMethodDetails          PaymentMethodDetails `json:"payment_method_details"`
	ReceiptEmail                  Text                 `json:"receipt_email"`
	ReceiptNumber                 Null                 `json:"receipt_number"`
	ReceiptURL                    Null                 `json:"receipt_url"`
	Refunded                      bool                 `json:"refunded"`
	Refunds                       *List[*Refund]       `json:"refunds,omitempty"`
	Review                        Null                 `json:"review"`
	Shipping                      Null                 `json:"shipping"`
	Source                        Null                 `json:"source"`
	SourceTransfer                Ref                  `json:"source_transfer"`
	StatementDescriptor           Text                 `json:"statement_descriptor"`
	StatementDescriptorSuffix     Text                 `json:"statement_descriptor_suffix"`
	Status                        string               `json:"status"`
	Transfer                      Ref                  `json:"transfer,omitzero"` // of a destination charge
	TransferData                  *TransferData        `json:"transfer_data"`
	TransferGroup                 Text                 `json:"transfer_group"`
}

// Outcome is what the network answered to a charge.
type Outcome struct {
	NetworkStatus string `json:"network_status"`
	Reason        Text   `json:"reason"`
	RiskLevel     string `json:"risk_level"`
	RiskScore     int64  `json:"risk_score"`
	SellerMessage string `json:"seller_message"`
	Type          string `json:"type"`
}

// PaymentMethodDetails is the payment method as it was when charged.
type PaymentMethodDetails struct {
	Card          *ChargedCard `json:"card,omitempty"`
	StripeAccount *EmptyHash   `json:"stripe_account,omitempty"` // paid by a transfer
	Type          string       `json:"type"`
}

// ChargedCard is a card as it was when charged.
type ChargedCard struct {
	AmountAuthorized         int64       `json:"amount_authorized"`
	Brand                    string      `json:"brand"`
	Checks                   CardChecks  `json:"checks"`
	Country                  string      `json:"country"`
	ExpMonth                 int64       `json:"exp_month"`
	ExpYear                  int64       `json:"exp_year"`
	ExtendedAuthorization    Status      `json:"extended_authorization"`
	Fingerprint              string      `json:"fingerprint"`
	Funding                  string      `json:"funding"`
	IncrementalAuthorization Status      `json:"incremental_authorization"`
	Installments             Null        `json:"installments"`
	Last4                    string      `json:"last4"`
	Mandate                  Null        `json:"mandate"`
	Multicapture             Status      `json:"multicapture"`
	Network                  string      `json:"network"`
	NetworkToken             Used        `json:"network_token"`
	Overcapture              Overcapture `json:"overcapture"`
	ThreeDSecure             Null        `json:"three_d_secure"`
	Wallet                   Null        `json:"wallet"`
}

// Status is the availability of a card feature.
type Status struct {
	Status string `json:"status"`
}

// Used says whether a network token was used.
type Used struct {
	Used bool `json:"used"`
}

// Overcapture says how much more could be captured.
type Overcapture struct {
	MaximumAmountCapturable int64  `json:"maximum_amount_capturable"`
	Status                  string `json:"status"`
}

// Refund is https://docs.stripe.com/api/refunds/object.
type Refund struct {
	ID                     string              `json:"id"`
	Object                 string              `json:"object"`
	Amount                 int64               `json:"amount"`
	BalanceTransaction     Ref                 `json:"balance_transaction"`
	Charge                 Ref                 `json:"charge"`
	Created                int64               `json:"created"`
	Currency               string              `json:"currency"`
	DestinationDetails     *DestinationDetails `json:"destination_details,omitempty"`
	Metadata               Metadata            `json:"metadata"`
	PaymentIntent          Ref                 `json:"payment_intent"`
	Reason                 Text                `json:"reason"`
	ReceiptNumber          Null                `json:"receipt_number"`
	SourceTransferReversal Ref                 `json:"source_transfer_reversal"`
	Status                 string              `json:"status"`
	TransferReversal       Ref                 `json:"transfer_reversal"`
}

// DestinationDetails says where a refund went.
type DestinationDetails struct {
	Card RefundedCard `json:"card"`
	Type string       `json:"type"`
}

// RefundedCard says how a card was refunded.
type RefundedCard struct {
	Type string `json:"type"`
}
