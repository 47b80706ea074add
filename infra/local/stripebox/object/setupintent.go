package object

// SetupIntent is https://docs.stripe.com/api/setup_intents/object.
type SetupIntent struct {
	ID                                string            `json:"id"`
	Object                            string            `json:"object"`
	Application                       Ref               `json:"application"`
	AutomaticPaymentMethods           *AutomaticMethods `json:"automatic_payment_methods"`
	CancellationReason                Text              `json:"cancellation_reason"`
	ClientSecret                      string            `json:"client_secret"`
	Created                           int64             `json:"created"`
	Customer                          Ref               `json:"customer"`
	Description                       Text              `json:"description"`
	FlowDirections                    Null              `json:"flow_directions"`
	LastSetupError                    *Error            `json:"last_setup_error"`
	LatestAttempt                     Null              `json:"latest_attempt"`
	Livemode                          bool              `json:"livemode"`
	Mandate                           Null              `json:"mandate"`
	Metadata                          Metadata          `json:"metadata"`
	NextAction                        *NextAction       `json:"next_action"`
	OnBehalfOf                        Null              `json:"on_behalf_of"`
	PaymentMethod                     Ref               `json:"payment_method"`
	PaymentMethodConfigurationDetails Null              `json:"payment_method_configuration_details"`
	PaymentMethodOptions              SetupOptions      `json:"payment_method_options"`
	PaymentMethodTypes                Strings           `json:"payment_method_types"`
	SingleUseMandate                  Null              `json:"single_use_mandate"`
	Status                            string            `json:"status"`
	Usage                             string            `json:"usage"`
}

// SetupOptions are the options of a card's setup.
type SetupOptions struct {
	Card SetupCardOptions `json:"card"`
}

// SetupCardOptions are Stripe's defaults for setting up cards.
type SetupCardOptions struct {
	MandateOptions      Null   `json:"mandate_options"`
	Network             Null   `json:"network"`
	RequestThreeDSecure string `json:"request_three_d_secure"`
}
