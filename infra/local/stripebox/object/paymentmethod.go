package object

// PaymentMethod is https://docs.stripe.com/api/payment_methods/object, of type
// card.
type PaymentMethod struct {
	ID             string         `json:"id"`
	Object         string         `json:"object"`
	AllowRedisplay string         `json:"allow_redisplay"`
	BillingDetails BillingDetails `json:"billing_details"`
	Card           Card           `json:"card"`
	Created        int64          `json:"created"`
	Customer       Ref            `json:"customer"`
	Livemode       bool           `json:"livemode"`
	Metadata       Metadata       `json:"metadata"`
	Type           string         `json:"type"`
}

// Card is the card of a payment method.
type Card struct {
	Brand             string       `json:"brand"`
	Checks            CardChecks   `json:"checks"`
	Country           string       `json:"country"`
	DisplayBrand      string       `json:"display_brand"`
	ExpMonth          int64        `json:"exp_month"`
	ExpYear           int64        `json:"exp_year"`
	Fingerprint       string       `json:"fingerprint"`
	Funding           string       `json:"funding"`
	GeneratedFrom     Null         `json:"generated_from"`
	Last4             string       `json:"last4"`
	Networks          CardNetworks `json:"networks"`
	ThreeDSecureUsage ThreeDSecure `json:"three_d_secure_usage"`
	Wallet            Null         `json:"wallet"`
}

// CardChecks are the issuer's checks of what the cardholder typed.
type CardChecks struct {
	AddressLine1Check      Null `json:"address_line1_check"`
	AddressPostalCodeCheck Null `json:"address_postal_code_check"`
	CVCCheck               Text `json:"cvc_check"`
}

// CardNetworks are the networks a card can be charged over.
type CardNetworks struct {
	Available Strings `json:"available"`
	Preferred Null    `json:"preferred"`
}

// ThreeDSecure says whether a card can be authenticated.
type ThreeDSecure struct {
	Supported bool `json:"supported"`
}
