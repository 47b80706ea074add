package object

// Coupon is https://docs.stripe.com/api/coupons/object.
type Coupon struct {
	ID               string   `json:"id"`
	Object           string   `json:"object"`
	AmountOff        *int64   `json:"amount_off"`
	Created          int64    `json:"created"`
	Currency         Text     `json:"currency"`
	Duration         string   `json:"duration"`
	DurationInMonths *int64   `json:"duration_in_months"`
	Livemode         bool     `json:"livemode"`
	MaxRedemptions   *int64   `json:"max_redemptions"`
	Metadata         Metadata `json:"metadata"`
	Name             Text     `json:"name"`
	PercentOff       *float64 `json:"percent_off"`
	RedeemBy         Unix     `json:"redeem_by"`
	TimesRedeemed    int64    `json:"times_redeemed"`
	Valid            bool     `json:"valid"`
	// AppliesTo is left out unless it is expanded.
	AppliesTo *CouponProducts `json:"applies_to,omitempty"`
}

// CouponProducts are the only products that a coupon takes something off.
type CouponProducts struct {
	Products Strings `json:"products"`
}

// PromotionCode is https://docs.stripe.com/api/promotion_codes/object.
type PromotionCode struct {
	ID             string                `json:"id"`
	Object         string                `json:"object"`
	Active         bool                  `json:"active"`
	Code           string                `json:"code"`
	Coupon         *Coupon               `json:"coupon"`
	Created        int64                 `json:"created"`
	Customer       Ref                   `json:"customer"`
	ExpiresAt      Unix                  `json:"expires_at"`
	Livemode       bool                  `json:"livemode"`
	MaxRedemptions *int64                `json:"max_redemptions"`
	Metadata       Metadata              `json:"metadata"`
	Restrictions   PromotionRestrictions `json:"restrictions"`
	TimesRedeemed  int64                 `json:"times_redeemed"`
}

// PromotionRestrictions say when a promotion code can be redeemed.
type PromotionRestrictions struct {
	FirstTimeTransaction  bool   `json:"first_time_transaction"`
	MinimumAmount         *int64 `json:"minimum_amount"`
	MinimumAmountCurrency Text   `json:"minimum_amount_currency"`
}

// Discount is https://docs.stripe.com/api/discounts/object: a coupon on a
// customer, a subscription or a checkout session.
type Discount struct {
	ID               string  `json:"id"`
	Object           string  `json:"object"`
	CheckoutSession  Text    `json:"checkout_session"`
	Coupon           *Coupon `json:"coupon"`
	Customer         Ref     `json:"customer"`
	End              Unix    `json:"end"`
	Invoice          Text    `json:"invoice"`
	InvoiceItem      Text    `json:"invoice_item"`
	PromotionCode    Ref     `json:"promotion_code"`
	Start            int64   `json:"start"`
	Subscription     Text    `json:"subscription"`
	SubscriptionItem Text    `json:"subscription_item"`
}

// DeletedDiscount is what the deletion of a discount answers.
type DeletedDiscount struct {
	ID               string  `json:"id"`
	Object           string  `json:"object"`
	CheckoutSession  Text    `json:"checkout_session"`
	Coupon           *Coupon `json:"coupon"`
	Customer         Ref     `json:"customer"`
	Deleted          bool    `json:"deleted"`
	Invoice          Text    `json:"invoice"`
	InvoiceItem      Text    `json:"invoice_item"`
	PromotionCode    Ref     `json:"promotion_code"`
	Start            int64   `json:"start"`
	Subscription     Text    `json:"subscription"`
	SubscriptionItem Text    `json:"subscription_item"`
}

// DiscountAmount is what a discount takes off an invoice or one of its lines.
type DiscountAmount struct {
	Amount   int64 `json:"amount"`
	Discount Ref   `json:"discount"`
}

// CheckoutDiscount is what a discount takes off a checkout session or one of
// its line items.
type CheckoutDiscount struct {
	Amount   int64     `json:"amount"`
	Discount *Discount `json:"discount"`
}

// CheckoutAmounts break down what changed a session's total.
type CheckoutAmounts struct {
	Discounts Many[CheckoutDiscount] `json:"discounts"`
	Taxes     EmptyList              `json:"taxes"`
}
