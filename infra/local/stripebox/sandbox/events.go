package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"

	"billhook/infra/local/stripebox/delivery"
	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// emit records that something happened to a resource and sends the event to
// the endpoints that want it.
func (a *account) emit(eventType string, resource any) { a.record(eventType, encode(resource), nil) }

// update applies a change to a resource and emits the event with what the
// changed fields held before. A change that changes nothing is no event.
func (a *account) update(eventType string, resource any, change func()) {
	before := encode(resource)
	change()
	after := encode(resource)
	if previous := previousAttributes(before, after); previous != nil {
		a.record(eventType, after, previous)
	}
}

func (a *account) record(eventType string, rendered, previous json.RawMessage) {
	event := &object.Event{
		ID: a.newID("evt_"), Object: "event", APIVersion: object.APIVersion, Created: a.now,
		Data:     object.EventData{Object: rendered, PreviousAttributes: previous},
		Livemode: a.Livemode, Request: a.platform.cause, Type: eventType,
	}
	if a.isConnected() {
		event.Account = a.id
	}
	if isLater(eventType) {
		event.APIVersion = object.CloverVersion
	}
	endpoints := a.endpointsFor(eventType)
	event.PendingWebhooks = int64(len(endpoints))
	a.Events.add(event)
	if !isLater(eventType) {
		a.events = append(a.events, event.ID)
	}
	for _, e := range endpoints {
		message := a.message(event, e)
		message.Fault = a.Faults.Webhook(a.faultSeed(), eventType)
		a.server.dispatcher.Enqueue(message)
	}
}

// message is the event as it is sent to an endpoint, in its version and always
// in the same bytes.
func (a *account) message(event *object.Event, e *endpoint) delivery.Message {
	version := string(e.APIVersion)
	if version == "" {
		version = object.APIVersion
	}
	if !e.Connect { // an account does not tell itself its id
		copied := *event
		copied.Account, event = "", &copied
	}
	var body []byte
	rendered, err := eventIn(version, event)
	if err == nil {
		body, err = pretty(rendered)
	}
	if err != nil {
		a.server.options.Logger.Error("rendering an event", "event", event.ID, "error", err)
	}
	return delivery.Message{
		Account: a.platform.id, EventID: event.ID, EventType: event.Type,
		EndpointID: e.ID, URL: e.URL, Secret: e.SigningSecret, Rolled: e.rolledAt(a.ownTime()), Body: body,
	}
}

// encode renders a resource. The resources are plain structs, for which
// encoding cannot fail.
func encode(resource any) json.RawMessage {
	data, err := object.Encode(resource)
	if err != nil {
		panic("sandbox: a resource does not encode: " + err.Error())
	}
	return data
}

// previousAttributes holds the earlier values of what differs: inside hashes
// only the differing keys, lists as a whole. It is nil when nothing differs.
func previousAttributes(before, after json.RawMessage) json.RawMessage {
	var old, current map[string]json.RawMessage
	if json.Unmarshal(before, &old) != nil || json.Unmarshal(after, &current) != nil || old == nil || current == nil {
		return nil // not hashes on both sides: there is nothing to compare by key
	}
	changed := map[string]json.RawMessage{}
	for key, value := range old {
		if string(value) == string(current[key]) {
			continue
		}
		if nested := previousAttributes(value, current[key]); nested != nil {
			value = nested
		}
		changed[key] = value
	}
	for key := range current {
		if _, existed := old[key]; !existed {
			changed[key] = json.RawMessage("null")
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return encode(changed)
}

// shownEvent is the event as the API shows it: with the number of endpoints
// that have still not accepted it.
func (a *account) shownEvent(event *object.Event) *object.Event {
	copied := *event
	copied.PendingWebhooks = int64(a.server.dispatcher.Undelivered(event.ID))
	return &copied
}

func retrieveEvent(c *call, _ struct{}) (any, error) {
	event, err := c.Events.at(c.id)
	if err != nil {
		return nil, err
	}
	if isLater(event.Type) && c.version != object.CloverVersion {
		return nil, noSuch(http.StatusNotFound, "event", c.id, "id")
	}
	return c.shownEvent(event), nil
}

type listEventsParams struct {
	listParams
	Created         form.Range `form:"created"`
	DeliverySuccess *bool      `form:"delivery_success"`
	Type            string     `form:"type"`
	Types           []string   `form:"types"`
}

func listEvents(c *call, p listEventsParams) (any, error) {
	events, err := list(c, &c.Events, p.listParams, func(event *object.Event) bool {
		delivered := c.server.dispatcher.Undelivered(event.ID) == 0
		return (!isLater(event.Type) || c.version == object.CloverVersion) && p.Created.Contains(event.Created) &&
			(p.DeliverySuccess == nil || *p.DeliverySuccess == delivered) &&
			(p.Type == "" || wants([]string{p.Type}, event.Type)) &&
			(len(p.Types) == 0 || slices.Contains(p.Types, event.Type))
	})
	if err != nil {
		return nil, err
	}
	for i, event := range events.Data {
		events.Data[i] = c.shownEvent(event.(*object.Event))
	}
	return events, nil
}
