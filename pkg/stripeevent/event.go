package stripeevent

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"billhook/pkg/billing"
)

// ErrNotAnEvent marks a body that is no Stripe event at all.
var ErrNotAnEvent = errors.New("not a Stripe event")

type envelope struct {
	ID         string `json:"id"`
	Object     string `json:"object"`
	Type       string `json:"type"`
	Created    int64  `json:"created"`
	Livemode   *bool  `json:"livemode"`
	APIVersion string `json:"api_version"`
	Data       struct {
		Object   json.RawMessage `json:"object"`
		Previous json.RawMessage `json:"previous_attributes"`
	} `json:"data"`
}

// Decode reads a verified delivery. The error is ErrNotAnEvent when the body
// is no event; any other error means an event that billing needs and cannot
// read, which must not be lost.
func Decode(body []byte) (billing.Event, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return billing.Event{}, fmt.Errorf("%w: %w", ErrNotAnEvent, err)
	}
	switch {
	case strings.HasPrefix(e.Object, "v2."):
		return billing.Event{}, fmt.Errorf("%w: a thin event; the endpoint's payload style must be snapshot", ErrNotAnEvent)
	case e.Object != "event" || e.ID == "" || e.Type == "" || e.Created <= 0 || e.Livemode == nil:
		return billing.Event{}, fmt.Errorf("%w: id, type, created or livemode is missing", ErrNotAnEvent)
	}
	event := billing.Event{
		ID:      e.ID,
		Type:    e.Type,
		Created: billing.At(e.Created),
		Mode:    billing.ModeOf(*e.Livemode),
	}
	decode, used := decoders[e.Type]
	if !used {
		return event, nil
	}
	fact, object, err := decode(e)
	if err != nil {
		return event, fmt.Errorf("decode %s %s of API version %q: %w", e.Type, e.ID, e.APIVersion, err)
	}
	event.Object, event.Fact = object, fact
	return event, nil
}

// decoders lists the event types that billing uses. invoice.paid and
// invoice.payment_succeeded tell of the same payment and lead to one row.
var decoders = map[string]func(envelope) (billing.Fact, string, error){
	"checkout.session.completed":    decodeCheckout,
	"customer.subscription.created": decodeSubscription(billing.Created),
	"customer.subscription.updated": decodeSubscription(billing.Updated),
	"customer.subscription.deleted": decodeSubscription(billing.Deleted),
	"invoice.paid":                  decodeInvoice(billing.TransactionSucceeded),
	"invoice.payment_succeeded":     decodeInvoice(billing.TransactionSucceeded),
	"invoice.payment_failed":        decodeInvoice(billing.TransactionFailed),
	"charge.refunded":               decodeRefund,
}

// ref is a reference that Stripe writes as an id, as the object itself when it
// was expanded, or as null.
type ref string

func (r *ref) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var object struct {
			ID string `json:"id"`
		}
		err := json.Unmarshal(b, &object)
		*r = ref(object.ID)
		return err
	}
	var id *string
	if err := json.Unmarshal(b, &id); err != nil {
		return err
	}
	*r = ""
	if id != nil {
		*r = ref(*id)
	}
	return nil
}

// metadata holds the entries that checkout leaves on what it creates.
type metadata struct {
	UserID   string  `json:"user_id"`
	PlanName *string `json:"plan_name"` // null in previous attributes: there was none
}

// missing names a field that an object must have.
func missing(field string) error { return fmt.Errorf("%s is missing", field) }

// first is the first of several values that is there.
func first[T comparable](values ...T) T {
	var zero T
	for _, v := range values {
		if v != zero {
			return v
		}
	}
	return zero
}
