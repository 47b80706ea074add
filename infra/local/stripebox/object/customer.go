package object

// Customer is https://docs.stripe.com/api/customers/object.
type Customer struct {
	ID                  string                  `json:"id"`
	Object              string                  `json:"object"`
	Address             *Address                `json:"address"`
	Balance             int64                   `json:"balance"`
	Created             int64                   `json:"created"`
	Currency            Text                    `json:"currency"`
	DefaultSource       Null                    `json:"default_source"`
	Delinquent          bool                    `json:"delinquent"`
	Description         Text                    `json:"description"`
	Discount            *Discount               `json:"discount"`
	Email               Text                    `json:"email"`
	InvoicePrefix       string                  `json:"invoice_prefix"`
	InvoiceSettings     CustomerInvoiceSettings `json:"invoice_settings"`
	Livemode            bool                    `json:"livemode"`
	Metadata            Metadata                `json:"metadata"`
	Name                Text                    `json:"name"`
	NextInvoiceSequence int64                   `json:"next_invoice_sequence"`
	Phone               Text                    `json:"phone"`
	PreferredLocales    Strings                 `json:"preferred_locales"`
	Shipping            Null                    `json:"shipping"`
	TaxExempt           string                  `json:"tax_exempt"`
	TestClock           Ref                     `json:"test_clock"`
	// What follows is left out unless it is expanded.
	InvoiceCreditBalance *EmptyHash   `json:"invoice_credit_balance,omitempty"`
	Tax                  *CustomerTax `json:"tax,omitempty"`
}

// CustomerTax says where a customer is for automatic tax.
type CustomerTax struct {
	AutomaticTax string `json:"automatic_tax"`
	IPAddress    Null   `json:"ip_address"`
	Location     Null   `json:"location"`
}

// CustomerInvoiceSettings says how a customer's invoices are paid.
type CustomerInvoiceSettings struct {
	CustomFields         Null `json:"custom_fields"`
	DefaultPaymentMethod Ref  `json:"default_payment_method"`
	Footer               Null `json:"footer"`
	RenderingOptions     Null `json:"rendering_options"`
}

// Address is a postal address.
type Address struct {
	City       Text `json:"city"`
	Country    Text `json:"country"`
	Line1      Text `json:"line1"`
	Line2      Text `json:"line2"`
	PostalCode Text `json:"postal_code"`
	State      Text `json:"state"`
}

// BillingDetails is the person behind a payment method.
type BillingDetails struct {
	Address Address `json:"address"`
	Email   Text    `json:"email"`
	Name    Text    `json:"name"`
	Phone   Text    `json:"phone"`
}
