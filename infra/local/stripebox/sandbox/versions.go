package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"

	"billhook/infra/local/stripebox/object"
)

// checkVersion refuses a version that the sandbox does not render; none stands
// for object.APIVersion.
func checkVersion(param, version string) (string, error) {
	switch version {
	case "":
		return object.APIVersion, nil
	case object.APIVersion, object.CloverVersion:
		return version, nil
	}
	return "", invalid(param, "", "Invalid Stripe API version: %s. The sandbox renders %s and %s.",
		version, object.APIVersion, object.CloverVersion)
}

// in renders an answer in a version.
func (a answer) in(version string) answer {
	if version == object.APIVersion {
		return a
	}
	rendered, err := object.Render(version, a.body)
	if err != nil {
		return errorAnswer(err)
	}
	return jsonAnswer(a.status, json.RawMessage(rendered))
}

// requestVersion is the version a request asks for by its header.
func requestVersion(r *http.Request) (string, error) {
	return checkVersion("", r.Header.Get("Stripe-Version"))
}

// eventIn is an event as an endpoint of a version is told of it. The previous
// attributes are what differs between the renderings of before and after.
func eventIn(version string, event *object.Event) (*object.Event, error) {
	if version == event.APIVersion {
		return event, nil
	}
	after, err := object.Render(version, event.Data.Object)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", event.ID, err)
	}
	copied := *event
	copied.APIVersion, copied.Data = version, object.EventData{Object: after}
	if event.Data.PreviousAttributes == nil {
		return &copied, nil
	}
	whole, err := overlay(event.Data.Object, event.Data.PreviousAttributes)
	if err != nil {
		return nil, fmt.Errorf("event %s: previous attributes: %w", event.ID, err)
	}
	before, err := object.Render(version, whole)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", event.ID, err)
	}
	copied.Data.PreviousAttributes = previousAttributes(before, after)
	return &copied, nil
}

// overlay lays previous attributes over a resource, hash by hash.
func overlay(resource, previous json.RawMessage) (json.RawMessage, error) {
	base, changes := hash(resource), hash(previous)
	if base == nil || changes == nil {
		return previous, nil
	}
	merged := maps.Clone(base)
	for key, change := range changes {
		nested, err := overlay(base[key], change)
		if err != nil {
			return nil, err
		}
		merged[key] = nested
	}
	return object.Encode(merged)
}

// hash is the members of a JSON object; nil for any other value.
func hash(value json.RawMessage) map[string]json.RawMessage {
	var members map[string]json.RawMessage
	if json.Unmarshal(value, &members) != nil {
		return nil
	}
	return members
}
