package object

// Account is https://docs.stripe.com/api/accounts/object.
type Account struct {
	ID                 string              `json:"id"`
	Object             string              `json:"object"`
	BusinessProfile    BusinessProfile     `json:"business_profile"`
	BusinessType       Text                `json:"business_type"`
	Capabilities       map[string]string   `json:"capabilities"`
	ChargesEnabled     bool                `json:"charges_enabled"`
	Controller         Controller          `json:"controller"`
	Country            string              `json:"country"`
	Created            int64               `json:"created"`
	DefaultCurrency    string              `json:"default_currency"`
	DetailsSubmitted   bool                `json:"details_submitted"`
	Email              Text                `json:"email"`
	ExternalAccounts   List[*BankAccount]  `json:"external_accounts"`
	FutureRequirements AccountRequirements `json:"future_requirements"`
	Metadata           Metadata            `json:"metadata"`
	PayoutsEnabled     bool                `json:"payouts_enabled"`
	Requirements       AccountRequirements `json:"requirements"`
	Settings           AccountSettings     `json:"settings"`
	TOSAcceptance      TOSAcceptance       `json:"tos_acceptance"`
	Type               string              `json:"type"`
}

// BusinessProfile is what a business tells its customers about itself.
type BusinessProfile struct {
	AnnualRevenue        Null `json:"annual_revenue"`
	EstimatedWorkerCount Null `json:"estimated_worker_count"`
	MCC                  Text `json:"mcc"`
	Name                 Text `json:"name"`
	ProductDescription   Text `json:"product_description"`
	SupportAddress       Null `json:"support_address"`
	SupportEmail         Text `json:"support_email"`
	SupportPhone         Text `json:"support_phone"`
	SupportURL           Text `json:"support_url"`
	URL                  Text `json:"url"`
}

// Controller says who is responsible for an account.
type Controller struct {
	Fees                  *ControllerFees      `json:"fees,omitempty"`
	IsController          bool                 `json:"is_controller,omitempty"`
	Losses                *ControllerLosses    `json:"losses,omitempty"`
	RequirementCollection string               `json:"requirement_collection,omitempty"`
	StripeDashboard       *ControllerDashboard `json:"stripe_dashboard,omitempty"`
	Type                  string               `json:"type"`
}

// ControllerFees says who pays Stripe's fees.
type ControllerFees struct {
	Payer string `json:"payer"`
}

// ControllerLosses says who is liable for a negative balance.
type ControllerLosses struct {
	Payments string `json:"payments"`
}

// ControllerDashboard is the dashboard that the account's owner has.
type ControllerDashboard struct {
	Type string `json:"type"`
}

// AccountRequirements is what an account has still to tell.
type AccountRequirements struct {
	Alternatives        EmptyList `json:"alternatives"`
	CurrentDeadline     Null      `json:"current_deadline"`
	CurrentlyDue        Strings   `json:"currently_due"`
	DisabledReason      Text      `json:"disabled_reason"`
	Errors              EmptyList `json:"errors"`
	EventuallyDue       Strings   `json:"eventually_due"`
	PastDue             Strings   `json:"past_due"`
	PendingVerification EmptyList `json:"pending_verification"`
}

// AccountSettings are an account's settings, all but the payouts' Stripe's
// defaults.
type AccountSettings struct {
	BacsDebitPayments BacsSettings         `json:"bacs_debit_payments"`
	Branding          BrandingSettings     `json:"branding"`
	CardIssuing       CardIssuingSettings  `json:"card_issuing"`
	CardPayments      CardPaymentsSettings `json:"card_payments"`
	Dashboard         DashboardSettings    `json:"dashboard"`
	Invoices          InvoiceDefaults      `json:"invoices"`
	Payments          PaymentsSettings     `json:"payments"`
	Payouts           PayoutSettings       `json:"payouts"`
	SEPADebitPayments EmptyHash            `json:"sepa_debit_payments"`
}

// BacsSettings are those of Bacs debits.
type BacsSettings struct {
	DisplayName       Null `json:"display_name"`
	ServiceUserNumber Null `json:"service_user_number"`
}

// BrandingSettings are those of the hosted pages.
type BrandingSettings struct {
	Icon           Null `json:"icon"`
	Logo           Null `json:"logo"`
	PrimaryColor   Null `json:"primary_color"`
	SecondaryColor Null `json:"secondary_color"`
}

// CardIssuingSettings are those of issued cards.
type CardIssuingSettings struct {
	TOSAcceptance IssuingAcceptance `json:"tos_acceptance"`
}

// IssuingAcceptance is the acceptance of the terms for issued cards.
type IssuingAcceptance struct {
	Date Null `json:"date"`
	IP   Null `json:"ip"`
}

// CardPaymentsSettings are those of card payments.
type CardPaymentsSettings struct {
	DeclineOn                      DeclineOn `json:"decline_on"`
	StatementDescriptorPrefix      Null      `json:"statement_descriptor_prefix"`
	StatementDescriptorPrefixKana  Null      `json:"statement_descriptor_prefix_kana"`
	StatementDescriptorPrefixKanji Null      `json:"statement_descriptor_prefix_kanji"`
}

// DeclineOn says which failed checks decline a card.
type DeclineOn struct {
	AVSFailure bool `json:"avs_failure"`
	CVCFailure bool `json:"cvc_failure"`
}

// DashboardSettings are those of the dashboard.
type DashboardSettings struct {
	DisplayName Text   `json:"display_name"`
	Timezone    string `json:"timezone"`
}

// InvoiceDefaults are those of invoices.
type InvoiceDefaults struct {
	DefaultAccountTaxIDs Null `json:"default_account_tax_ids"`
}

// PaymentsSettings are those of all payments.
type PaymentsSettings struct {
	StatementDescriptor            Null `json:"statement_descriptor"`
	StatementDescriptorKana        Null `json:"statement_descriptor_kana"`
	StatementDescriptorKanji       Null `json:"statement_descriptor_kanji"`
	StatementDescriptorPrefixKana  Null `json:"statement_descriptor_prefix_kana"`
	StatementDescriptorPrefixKanji Null `json:"statement_descriptor_prefix_kanji"`
}

// PayoutSettings are those of payouts.
type PayoutSettings struct {
	DebitNegativeBalances bool           `json:"debit_negative_balances"`
	Schedule              PayoutSchedule `json:"schedule"`
	StatementDescriptor   Null           `json:"statement_descriptor"`
}

// PayoutSchedule says when the balance is paid out by itself.
type PayoutSchedule struct {
	DelayDays int64  `json:"delay_days"`
	Interval  string `json:"interval"`
}

// TOSAcceptance is the acceptance of Stripe's terms.
type TOSAcceptance struct {
	Date      Unix `json:"date"`
	IP        Text `json:"ip"`
	UserAgent Text `json:"user_agent"`
}

// BankAccount is https://docs.stripe.com/api/external_account_bank_accounts/object.
type BankAccount struct {
	ID                     string           `json:"id"`
	Object                 string           `json:"object"`
	Account                string           `json:"account"`
	AccountHolderName      Text             `json:"account_holder_name"`
	AccountHolderType      Text             `json:"account_holder_type"`
	AccountType            Null             `json:"account_type"`
	AvailablePayoutMethods Strings          `json:"available_payout_methods"`
	BankName               string           `json:"bank_name"`
	Country                string           `json:"country"`
	Currency               string           `json:"currency"`
	DefaultForCurrency     bool             `json:"default_for_currency"`
	Fingerprint            string           `json:"fingerprint"`
	FutureRequirements     BankRequirements `json:"future_requirements"`
	Last4                  string           `json:"last4"`
	Metadata               Metadata         `json:"metadata"`
	Requirements           BankRequirements `json:"requirements"`
	RoutingNumber          Text             `json:"routing_number"`
	Status                 string           `json:"status"`
}

// BankRequirements is what has still to be told about a bank account.
type BankRequirements struct {
	CurrentlyDue        EmptyList `json:"currently_due"`
	Errors              EmptyList `json:"errors"`
	PastDue             EmptyList `json:"past_due"`
	PendingVerification EmptyList `json:"pending_verification"`
}

// AccountLink is https://docs.stripe.com/api/account_links/object.
type AccountLink struct {
	Object    string `json:"object"`
	Created   int64  `json:"created"`
	ExpiresAt int64  `json:"expires_at"`
	URL       string `json:"url"`
}

// LoginLink is https://docs.stripe.com/api/accounts/login_link/object.
type LoginLink struct {
	Object  string `json:"object"`
	Created int64  `json:"created"`
	URL     string `json:"url"`
}

// Application is the platform as a connected account knows it.
type Application struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	Name   Text   `json:"name"`
}

// OAuthToken answers POST /oauth/token,
// https://docs.stripe.com/connect/oauth-reference#post-token-response.
type OAuthToken struct {
	AccessToken          string `json:"access_token"`
	Livemode             bool   `json:"livemode"`
	RefreshToken         string `json:"refresh_token"`
	Scope                string `json:"scope"`
	StripePublishableKey string `json:"stripe_publishable_key"`
	StripeUserID         string `json:"stripe_user_id"`
	TokenType            string `json:"token_type"`
}

// OAuthError is the form in which OAuth reports an error.
type OAuthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// Deauthorized answers POST /oauth/deauthorize.
type Deauthorized struct {
	StripeUserID string `json:"stripe_user_id"`
}
