package stripeevent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

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
	Account    string `json:"account"`
	Data       struct {
		Object   any             `json:"object"` // a pointer to what is to be filled
		Previous json.RawMessage `json:"previous_attributes"`
	} `json:"data"`
}

// Decode reads a verified delivery. The error is ErrNotAnEvent when the body
// is no event; any other error means an event that billing needs and cannot
// read, which must not be lost: the event is returned beside it, without a
// fact.
func Decode(body []byte) (billing.Event, error) {
	if event, read := decodeAtOnce(body); read {
		return event, nil
	}
	var object json.RawMessage
	e, err := parse(body, &object)
	if err != nil {
		return billing.Event{}, err
	}
	event := e.event()
	event.Object = idOf(object)
	kind, used := kinds[e.Type]
	if !used {
		return event, nil
	}
	into, fact := kind()
	if len(object) == 0 {
		err = missing("data.object")
	} else if err = json.Unmarshal(object, into); err == nil {
		event.Fact, err = fact(e.telling())
	}
	if err != nil {
		event.Fact = nil
		return event, fmt.Errorf("decode %s %s of API version %q: %w", e.Type, e.ID, e.APIVersion, err)
	}
	return event, nil
}

// Object reads an object, as the API answered it at a time, as an event of a type
// would tell it.
func Object(eventType string, object []byte, asOf time.Time) (billing.Fact, error) {
	into, fact := kinds[eventType]()
	if err := json.Unmarshal(object, into); err != nil {
		return nil, fmt.Errorf("read %s: %w", eventType, err)
	}
	return fact(telling{asOf: asOf})
}

// decodeAtOnce reads a body once where Decode would read it twice: Stripe
// writes an event's type behind its object, so what to make of the object is
// guessed. A wrong guess, and whatever else is out of the ordinary, is left to
// Decode.
func decodeAtOnce(body []byte) (billing.Event, bool) {
	guess := lastType(body)
	kind, used := kinds[string(guess)]
	if !used {
		return billing.Event{}, false
	}
	into, fact := kind()
	e, err := parse(body, into)
	if err != nil || e.Type != string(guess) || e.Data.Object != into {
		return billing.Event{}, false
	}
	event := e.event()
	event.Object = into.id()
	if event.Fact, err = fact(e.telling()); err != nil {
		return billing.Event{}, false
	}
	return event, true
}

// lastType is what the last member of the name "type" says.
func lastType(body []byte) []byte {
	const name = `"type"`
	_, value, _ := bytes.Cut(body[max(bytes.LastIndex(body, []byte(name)), 0):], []byte(name))
	_, value, _ = bytes.Cut(value, []byte(`"`))
	value, _, _ = bytes.Cut(value, []byte(`"`))
	return value
}

func parse(body []byte, object any) (envelope, error) {
	var e envelope
	e.Data.Object = object
	err := json.Unmarshal(body, &e)
	switch {
	case strings.HasPrefix(e.Object, "v2."):
		return e, fmt.Errorf("%w: a thin event; the endpoint's payload style must be snapshot", ErrNotAnEvent)
	case err != nil:
		return e, fmt.Errorf("%w: %w", ErrNotAnEvent, err)
	case e.Object != "event" || e.ID == "" || e.Type == "" || e.Created <= 0 || e.Livemode == nil:
		return e, fmt.Errorf("%w: id, type, created or livemode is missing", ErrNotAnEvent)
	}
	return e, nil
}

func (e envelope) event() billing.Event {
	return billing.Event{
		ID:         e.ID,
		Type:       e.Type,
		APIVersion: e.APIVersion,
		Created:    billing.At(e.Created),
		Mode:       billing.ModeOf(*e.Livemode),
		Account:    e.Account,
	}
}

func (e envelope) telling() telling {
	return telling{asOf: billing.At(e.Created), account: e.Account, previous: e.Data.Previous}
}

// idOf is an object's id, if it can be read.
func idOf(object []byte) string {
	var o struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(object, &o) != nil {
		return ""
	}
	return o.ID
}
