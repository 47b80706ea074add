package object

// InvoiceItem is https://docs.stripe.com/api/invoiceitems/object.
type InvoiceItem struct {
	ID                string    `json:"id"`
	Object            string    `json:"object"`
	Amount            int64     `json:"amount"`
	Currency          string    `json:"currency"`
	Customer          Ref       `json:"customer"`
	Date              int64     `json:"date"`
	Description       Text      `json:"description"`
	Discountable      bool      `json:"discountable"`
	Discounts         EmptyList `json:"discounts"`
	Invoice           Ref       `json:"invoice"`
	Livemode          bool      `json:"livemode"`
	Metadata          Metadata  `json:"metadata"`
	Period            Period    `json:"period"`
	Plan              *Plan     `json:"plan"`
	Price             *Price    `json:"price"`
	Proration         bool      `json:"proration"`
	Quantity          int64     `json:"quantity"`
	Subscription      Ref       `json:"subscription"`
	SubscriptionItem  string    `json:"subscription_item,omitempty"`
	TaxRates          EmptyList `json:"tax_rates"`
	TestClock         Ref       `json:"test_clock"`
	UnitAmount        int64     `json:"unit_amount"`
	UnitAmountDecimal string    `json:"unit_amount_decimal"`
}
