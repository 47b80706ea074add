package object

import "encoding/json"

// Balance is https://docs.stripe.com/api/balance/balance_object.
type Balance struct {
	Object    string          `json:"object"`
	Available []BalanceAmount `json:"available"`
	Livemode  bool            `json:"livemode"`
	Pending   []BalanceAmount `json:"pending"`
}

// BalanceAmount is the balance in one currency.
type BalanceAmount struct {
	Amount      int64       `json:"amount"`
	Currency    string      `json:"currency"`
	SourceTypes SourceTypes `json:"source_types"`
}

// SourceTypes splits a balance by where the money came from.
type SourceTypes struct {
	Card int64 `json:"card"`
}

// Error is the value of "error" in an error answer, and the
// last_payment_error of a payment intent.
type Error struct {
	Charge        string         `json:"charge,omitempty"`
	Code          string         `json:"code,omitempty"`
	DeclineCode   string         `json:"decline_code,omitempty"`
	DocURL        string         `json:"doc_url,omitempty"`
	Message       string         `json:"message"`
	Param         string         `json:"param,omitempty"`
	PaymentIntent *PaymentIntent `json:"payment_intent,omitempty"`
	PaymentMethod *PaymentMethod `json:"payment_method,omitempty"`
	SetupIntent   *SetupIntent   `json:"setup_intent,omitempty"`
	Type          string         `json:"type"`
}

// Event is https://docs.stripe.com/api/events/object. Its data holds the
// rendered bytes of the resource as it was when the event happened.
type Event struct {
	ID              string       `json:"id"`
	Object          string       `json:"object"`
	Account         string       `json:"account,omitempty"` // the connected one it happened to
	APIVersion      string       `json:"api_version"`
	Created         int64        `json:"created"`
	Data            EventData    `json:"data"`
	Livemode        bool         `json:"livemode"`
	PendingWebhooks int64        `json:"pending_webhooks"`
	Request         EventRequest `json:"request"`
	Type            string       `json:"type"`
}

// EventData is the changed resource and what the changed fields held before.
type EventData struct {
	Object             json.RawMessage `json:"object"`
	PreviousAttributes json.RawMessage `json:"previous_attributes,omitempty"`
}

// EventRequest is the API request that caused an event; both fields are null
// for what Stripe did on its own.
type EventRequest struct {
	ID             Text `json:"id"`
	IdempotencyKey Text `json:"idempotency_key"`
}

// WebhookEndpoint is https://docs.stripe.com/api/webhook_endpoints/object. The
// secret is shown in the answer to its creation only.
type WebhookEndpoint struct {
	ID            string   `json:"id"`
	Object        string   `json:"object"`
	APIVersion    Text     `json:"api_version"`
	Application   Text     `json:"application"`
	Created       int64    `json:"created"`
	Description   Text     `json:"description"`
	EnabledEvents Strings  `json:"enabled_events"`
	Livemode      bool     `json:"livemode"`
	Metadata      Metadata `json:"metadata"`
	Secret        string   `json:"secret,omitempty"`
	Status        string   `json:"status"`
	URL           string   `json:"url"`
}
