package object

// CheckoutSession is https://docs.stripe.com/api/checkout/sessions/object.
type CheckoutSession struct {
	ID                                string            `json:"id"`
	Object                            string            `json:"object"`
	AfterExpiration                   Null              `json:"after_expiration"`
	AllowPromotionCodes               *bool             `json:"allow_promotion_codes"`
	AmountSubtotal                    *int64            `json:"amount_subtotal"`
	AmountTotal                       *int64            `json:"amount_total"`
	AutomaticTax                      StatusTax         `json:"automatic_tax"`
	BillingAddressCollection          Text              `json:"billing_address_collection"`
	CancelURL                         Text              `json:"cancel_url"`
	ClientReferenceID                 Text              `json:"client_reference_id"`
	ClientSecret                      Null              `json:"client_secret"`
	Consent                           Null              `json:"consent"`
	ConsentCollection                 Null              `json:"consent_collection"`
	Created                           int64             `json:"created"`
	Currency                          Text              `json:"currency"`
	CurrencyConversion                Null              `json:"currency_conversion"`
	CustomFields                      EmptyList         `json:"custom_fields"`
	CustomText                        CustomText        `json:"custom_text"`
	Customer                          Ref               `json:"customer"`
	CustomerCreation                  Text              `json:"customer_creation"`
	CustomerDetails                   *CustomerDetails  `json:"customer_details"`
	CustomerEmail                     Text              `json:"customer_email"`
	ExpiresAt                         int64             `json:"expires_at"`
	Invoice                           Ref               `json:"invoice"`
	InvoiceCreation                   *InvoiceCreation  `json:"invoice_creation"`
	LineItems                         *List[*LineItem]  `json:"line_items,omitempty"`
	Livemode                          bool              `json:"livemode"`
	Locale                            Text              `json:"locale"`
	Metadata                          Metadata          `json:"metadata"`
	Mode                              string            `json:"mode"`
	PaymentIntent                     Ref               `json:"payment_intent"`
	PaymentLink                       Null              `json:"payment_link"`
	PaymentMethodCollection           Text              `json:"payment_method_collection"`
	PaymentMethodConfigurationDetails Null              `json:"payment_method_configuration_details"`
	PaymentMethodOptions              EmptyHash         `json:"payment_method_options"`
	PaymentMethodTypes                Strings           `json:"payment_method_types"`
	PaymentStatus                     string            `json:"payment_status"`
	PhoneNumberCollection             Enabled           `json:"phone_number_collection"`
	RecoveredFrom                     Null              `json:"recovered_from"`
	SavedPaymentMethodOptions         Null              `json:"saved_payment_method_options"`
	SetupIntent                       Ref               `json:"setup_intent"`
	ShippingAddressCollection         Null              `json:"shipping_address_collection"`
	ShippingCost                      Null              `json:"shipping_cost"`
	ShippingDetails                   Null              `json:"shipping_details"`
	ShippingOptions                   EmptyList         `json:"shipping_options"`
	Status                            string            `json:"status"`
	SubmitType                        Text              `json:"submit_type"`
	Subscription                      Ref               `json:"subscription"`
	SuccessURL                        Text              `json:"success_url"`
	TotalDetails                      CheckoutBreakdown `json:"total_details"`
	UIMode                            string            `json:"ui_mode"`
	URL                               Text              `json:"url"`
}

// CheckoutBreakdown is how discounts, shipping and tax changed the total.
type CheckoutBreakdown struct {
	AmountDiscount int64 `json:"amount_discount"`
	AmountShipping int64 `json:"amount_shipping"`
	AmountTax      int64 `json:"amount_tax"`
	// Breakdown is left out unless it is expanded.
	Breakdown *CheckoutAmounts `json:"breakdown,omitempty"`
}

// CustomText is the page's custom texts, none of which the sandbox has.
type CustomText struct {
	AfterSubmit              Null `json:"after_submit"`
	ShippingAddress          Null `json:"shipping_address"`
	Submit                   Null `json:"submit"`
	TermsOfServiceAcceptance Null `json:"terms_of_service_acceptance"`
}

// CustomerDetails is what the buyer told the checkout page.
type CustomerDetails struct {
	Address   *Address `json:"address"`
	Email     Text     `json:"email"`
	Name      Text     `json:"name"`
	Phone     Text     `json:"phone"`
	TaxExempt string   `json:"tax_exempt"`
	TaxIDs    Strings  `json:"tax_ids"`
}

// Enabled is a feature switch.
type Enabled struct {
	Enabled bool `json:"enabled"`
}

// InvoiceCreation says whether a payment-mode session makes an invoice.
type InvoiceCreation struct {
	Enabled     bool                `json:"enabled"`
	InvoiceData InvoiceCreationData `json:"invoice_data"`
}

// InvoiceCreationData is the content of an invoice that a payment-mode session
// would make.
type InvoiceCreationData struct {
	AccountTaxIDs    Null     `json:"account_tax_ids"`
	CustomFields     Null     `json:"custom_fields"`
	Description      Null     `json:"description"`
	Footer           Null     `json:"footer"`
	Issuer           Null     `json:"issuer"`
	Metadata         Metadata `json:"metadata"`
	RenderingOptions Null     `json:"rendering_options"`
}

// StatusTax is automatic tax with its outcome.
type StatusTax struct {
	Enabled   bool    `json:"enabled"`
	Liability *Issuer `json:"liability"`
	Status    Text    `json:"status"`
}

// Issuer names the account that issues an invoice or owes its tax.
type Issuer struct {
	Type string `json:"type"`
}

// LineItem is one line of a checkout session.
type LineItem struct {
	ID             string `json:"id"`
	Object         string `json:"object"`
	AmountDiscount int64  `json:"amount_discount"`
	AmountSubtotal int64  `json:"amount_subtotal"`
	AmountTax      int64  `json:"amount_tax"`
	AmountTotal    int64  `json:"amount_total"`
	Currency       string `json:"currency"`
	Description    string `json:"description"`
	Price          *Price `json:"price"`
	Quantity       int64  `json:"quantity"`
	// Discounts are left out unless they are expanded.
	Discounts *Many[CheckoutDiscount] `json:"discounts,omitempty"`
}
