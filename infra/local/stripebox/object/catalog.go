package object

import "strconv"

// Product is https://docs.stripe.com/api/products/object.
type Product struct {
	ID                  string    `json:"id"`
	Object              string    `json:"object"`
	Active              bool      `json:"active"`
	Created             int64     `json:"created"`
	DefaultPrice        Ref       `json:"default_price"`
	Description         Text      `json:"description"`
	Images              Strings   `json:"images"`
	Livemode            bool      `json:"livemode"`
	MarketingFeatures   EmptyList `json:"marketing_features"`
	Metadata            Metadata  `json:"metadata"`
	Name                string    `json:"name"`
	PackageDimensions   Null      `json:"package_dimensions"`
	Shippable           Null      `json:"shippable"`
	StatementDescriptor Text      `json:"statement_descriptor"`
	TaxCode             Null      `json:"tax_code"`
	Type                string    `json:"type"`
	UnitLabel           Text      `json:"unit_label"`
	Updated             int64     `json:"updated"`
	URL                 Text      `json:"url"`
}

// Price is https://docs.stripe.com/api/prices/object.
type Price struct {
	ID                string     `json:"id"`
	Object            string     `json:"object"`
	Active            bool       `json:"active"`
	BillingScheme     string     `json:"billing_scheme"`
	Created           int64      `json:"created"`
	Currency          string     `json:"currency"`
	CustomUnitAmount  Null       `json:"custom_unit_amount"`
	Livemode          bool       `json:"livemode"`
	LookupKey         Text       `json:"lookup_key"`
	Metadata          Metadata   `json:"metadata"`
	Nickname          Text       `json:"nickname"`
	Product           Ref        `json:"product"`
	Recurring         *Recurring `json:"recurring"`
	TaxBehavior       string     `json:"tax_behavior"`
	TiersMode         Null       `json:"tiers_mode"`
	TransformQuantity Null       `json:"transform_quantity"`
	Type              string     `json:"type"`
	UnitAmount        int64      `json:"unit_amount"`
	UnitAmountDecimal string     `json:"unit_amount_decimal"`
}

// Recurring is a price's billing interval.
type Recurring struct {
	AggregateUsage  Null   `json:"aggregate_usage"`
	Interval        string `json:"interval"`
	IntervalCount   int64  `json:"interval_count"`
	Meter           Null   `json:"meter"`
	TrialPeriodDays *int64 `json:"trial_period_days"`
	UsageType       string `json:"usage_type"`
}

// Plan is the older face of a recurring price, which Stripe still shows beside
// it in subscription items and invoice lines.
type Plan struct {
	ID              string   `json:"id"`
	Object          string   `json:"object"`
	Active          bool     `json:"active"`
	AggregateUsage  Null     `json:"aggregate_usage"`
	Amount          int64    `json:"amount"`
	AmountDecimal   string   `json:"amount_decimal"`
	BillingScheme   string   `json:"billing_scheme"`
	Created         int64    `json:"created"`
	Currency        string   `json:"currency"`
	Interval        string   `json:"interval"`
	IntervalCount   int64    `json:"interval_count"`
	Livemode        bool     `json:"livemode"`
	Metadata        Metadata `json:"metadata"`
	Meter           Null     `json:"meter"`
	Nickname        Text     `json:"nickname"`
	Product         Ref      `json:"product"`
	TiersMode       Null     `json:"tiers_mode"`
	TransformUsage  Null     `json:"transform_usage"`
	TrialPeriodDays *int64   `json:"trial_period_days"`
	UsageType       string   `json:"usage_type"`
}

// Plan is the price seen as a plan; nil for a one-time price.
func (p *Price) Plan() *Plan {
	if p.Recurring == nil {
		return nil
	}
	return &Plan{
		ID: p.ID, Object: "plan", Active: p.Active,
		Amount: p.UnitAmount, AmountDecimal: strconv.FormatInt(p.UnitAmount, 10),
		BillingScheme: p.BillingScheme, Created: p.Created, Currency: p.Currency,
		Interval: p.Recurring.Interval, IntervalCount: p.Recurring.IntervalCount,
		Livemode: p.Livemode, Metadata: p.Metadata, Nickname: p.Nickname, Product: p.Product,
		TrialPeriodDays: p.Recurring.TrialPeriodDays, UsageType: p.Recurring.UsageType,
	}
}
