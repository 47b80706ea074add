package object

// PortalSession is https://docs.stripe.com/api/customer_portal/sessions/object.
type PortalSession struct {
	ID            string      `json:"id"`
	Object        string      `json:"object"`
	Configuration Ref         `json:"configuration"`
	Created       int64       `json:"created"`
	Customer      string      `json:"customer"`
	Flow          *PortalFlow `json:"flow"`
	Livemode      bool        `json:"livemode"`
	Locale        Text        `json:"locale"`
	OnBehalfOf    Null        `json:"on_behalf_of"`
	ReturnURL     Text        `json:"return_url"`
	URL           string      `json:"url"`
}

// PortalFlow is the one thing that a session of the portal is for.
type PortalFlow struct {
	AfterCompletion           PortalAfterCompletion     `json:"after_completion"`
	SubscriptionCancel        *PortalFlowCancel         `json:"subscription_cancel"`
	SubscriptionUpdate        *PortalFlowOfSubscription `json:"subscription_update"`
	SubscriptionUpdateConfirm *PortalFlowConfirm        `json:"subscription_update_confirm"`
	Type                      string                    `json:"type"`
}

// PortalAfterCompletion says where a flow ends.
type PortalAfterCompletion struct {
	HostedConfirmation *PortalConfirmation `json:"hosted_confirmation"`
	Redirect           *PortalRedirect     `json:"redirect"`
	Type               string              `json:"type"`
}

// PortalConfirmation is a flow's last page.
type PortalConfirmation struct {
	CustomMessage Text `json:"custom_message"`
}

// PortalRedirect is the page that a flow ends on.
type PortalRedirect struct {
	ReturnURL string `json:"return_url"`
}

// PortalFlowCancel names the subscription that a flow cancels.
type PortalFlowCancel struct {
	Retention    Null   `json:"retention"`
	Subscription string `json:"subscription"`
}

// PortalFlowOfSubscription names the subscription that a flow changes.
type PortalFlowOfSubscription struct {
	Subscription string `json:"subscription"`
}

// PortalConfiguration is
// https://docs.stripe.com/api/customer_portal/configurations/object.
type PortalConfiguration struct {
	ID               string         `json:"id"`
	Object           string         `json:"object"`
	Active           bool           `json:"active"`
	Application      Null           `json:"application"`
	BusinessProfile  PortalProfile  `json:"business_profile"`
	Created          int64          `json:"created"`
	DefaultReturnURL Text           `json:"default_return_url"`
	Features         PortalFeatures `json:"features"`
	IsDefault        bool           `json:"is_default"`
	Livemode         bool           `json:"livemode"`
	LoginPage        PortalLogin    `json:"login_page"`
	Metadata         Metadata       `json:"metadata"`
	Updated          int64          `json:"updated"`
}

// PortalProfile is what the portal says about the business.
type PortalProfile struct {
	Headline          Text `json:"headline"`
	PrivacyPolicyURL  Text `json:"privacy_policy_url"`
	TermsOfServiceURL Text `json:"terms_of_service_url"`
}

// PortalFeatures are what a customer can do in the portal.
type PortalFeatures struct {
	CustomerUpdate      PortalCustomerUpdate     `json:"customer_update"`
	InvoiceHistory      Enabled                  `json:"invoice_history"`
	PaymentMethodUpdate Enabled                  `json:"payment_method_update"`
	SubscriptionCancel  PortalSubscriptionCancel `json:"subscription_cancel"`
	SubscriptionUpdate  PortalSubscriptionUpdate `json:"subscription_update"`
}

// PortalCustomerUpdate says which of its details a customer can change.
type PortalCustomerUpdate struct {
	AllowedUpdates Strings `json:"allowed_updates"`
	Enabled        bool    `json:"enabled"`
}

// PortalSubscriptionCancel says how a customer can cancel.
type PortalSubscriptionCancel struct {
	CancellationReason PortalReason `json:"cancellation_reason"`
	Enabled            bool         `json:"enabled"`
	Mode               string       `json:"mode"`
	ProrationBehavior  string       `json:"proration_behavior"`
}

// PortalReason says which reasons to cancel are offered.
type PortalReason struct {
	Enabled bool    `json:"enabled"`
	Options Strings `json:"options"`
}

// PortalFlowConfirm is the change of a subscription that a flow has confirmed.
type PortalFlowConfirm struct {
	Discounts    EmptyList           `json:"discounts"`
	Items        []PortalConfirmItem `json:"items"`
	Subscription string              `json:"subscription"`
}

// PortalConfirmItem is what an item of a subscription is to become.
type PortalConfirmItem struct {
	ID       Text   `json:"id"`
	Price    Text   `json:"price"`
	Quantity *int64 `json:"quantity,omitempty"`
}

// PortalProduct is a product with those of its prices that a customer can
// change to.
type PortalProduct struct {
	Prices  Strings `json:"prices"`
	Product string  `json:"product"`
}

// PortalSubscriptionUpdate says how a customer can change a subscription.
type PortalSubscriptionUpdate struct {
	DefaultAllowedUpdates Strings         `json:"default_allowed_updates"`
	Enabled               bool            `json:"enabled"`
	Products              []PortalProduct `json:"products,omitempty"`
	ProrationBehavior     string          `json:"proration_behavior"`
}

// PortalLogin is the page through which customers find the portal by
// themselves, which the sandbox does not have.
type PortalLogin struct {
	Enabled bool `json:"enabled"`
	URL     Null `json:"url"`
}
