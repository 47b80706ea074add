package stripeevent_test

import (
	"encoding/json"
	"errors"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

// object is a JSON object under construction.
type object = map[string]any

// with is o with some members replaced; nil removes one.
func with(o object, changes object) object {
	c := maps.Clone(o)
	for name, value := range changes {
		if value == nil {
			delete(c, name)
		} else {
			c[name] = value
		}
	}
	return c
}

func TestDecodeRefusesWhatIsNoEvent(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"nothing":            ``,
		"no JSON":            `payload`,
		"null":               `null`,
		"a list":             `[]`,
		"a number":           `1`,
		"two values":         `{"id":"evt_1"}{}`,
		"an empty object":    `{}`,
		"another object":     `{"id":"in_1","object":"invoice","type":"x","created":1,"livemode":false}`,
		"no id":              `{"object":"event","type":"x","created":1,"livemode":false}`,
		"no type":            `{"id":"evt_1","object":"event","created":1,"livemode":false}`,
		"no created":         `{"id":"evt_1","object":"event","type":"x","livemode":false}`,
		"created of zero":    `{"id":"evt_1","object":"event","type":"x","created":0,"livemode":false}`,
		"created as text":    `{"id":"evt_1","object":"event","type":"x","created":"1","livemode":false}`,
		"created, fraction":  `{"id":"evt_1","object":"event","type":"x","created":1.5,"livemode":false}`,
		"no livemode":        `{"id":"evt_1","object":"event","type":"x","created":1}`,
		"livemode null":      `{"id":"evt_1","object":"event","type":"x","created":1,"livemode":null}`,
		"a thin event":       `{"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter.error","created":"2026-02-03T09:00:00.000Z","livemode":false}`,
		"thin, old spelling": `{"id":"evt_1","object":"v2.core.event","type":"x","created":1,"livemode":false}`,
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := stripeevent.Decode([]byte(body)); !errors.Is(err, stripeevent.ErrNotAnEvent) {
				t.Errorf("Decode = %v, want ErrNotAnEvent", err)
			}
		})
	}
}

func TestDecodeUnknownType(t *testing.T) {
	t.Parallel()
	body := `{"id":"evt_1","object":"event","type":"radar.early_fraud_warning.created","created":1770110105,"livemode":true,"data":{"object":{"status":7}}}`
	got, err := stripeevent.Decode([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	want := billing.Event{ID: "evt_1", Type: "radar.early_fraud_warning.created", Created: billing.At(1770110105), Mode: billing.Live}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Decode (-want +got):\n%s", diff)
	}
}

// An object that lacks what billing needs is an error that names the event and
// the API version, and is not mistaken for a body that is no event.
func TestDecodeNeverTurnsMissingIntoZero(t *testing.T) {
	t.Parallel()
	type required struct {
		kind    string
		whole   object
		members []string
	}
	for name, r := range map[string]required{
		"subscription, old":    {"customer.subscription.created", oldSubscription(), []string{"id", "customer", "created", "status", "items", "current_period_start", "current_period_end"}},
		"subscription, new":    {"customer.subscription.deleted", newSubscription(), []string{"id", "customer", "created", "status", "items"}},
		"paid invoice, old":    {"invoice.paid", oldInvoice(), []string{"id", "created", "currency", "amount_paid"}},
		"paid invoice, new":    {"invoice.payment_succeeded", newInvoice(), []string{"id", "created", "currency", "amount_paid"}},
		"failed invoice":       {"invoice.payment_failed", oldInvoice(), []string{"id", "created", "currency", "amount_due"}},
		"refunded charge":      {"charge.refunded", oldCharge(), []string{"id", "created", "currency", "amount", "amount_refunded"}},
		"checkout, subscribed": {"checkout.session.completed", subscribedSession(), []string{"id", "mode", "subscription"}},
		"checkout, paid":       {"checkout.session.completed", paidSession(), []string{"id", "mode", "amount_total", "currency", "created"}},
	} {
		if _, err := stripeevent.Decode(delivery(t, r.kind, r.whole, nil)); err != nil {
			t.Errorf("%s: the whole object: %v", name, err)
		}
		for _, member := range r.members {
			for how, lacking := range map[string]object{"missing": with(r.whole, object{member: nil}), "null": withNull(r.whole, member)} {
				t.Run(name+" "+member+" "+how, func(t *testing.T) {
					t.Parallel()
					event, err := stripeevent.Decode(delivery(t, r.kind, lacking, nil))
					if err == nil || errors.Is(err, stripeevent.ErrNotAnEvent) {
						t.Fatalf("Decode = %v, want an error of its own", err)
					}
					if !strings.Contains(err.Error(), "evt_1") || !strings.Contains(err.Error(), r.kind) {
						t.Errorf("the error does not name the event: %v", err)
					}
					if event.ID != "evt_1" || event.Fact != nil {
						t.Errorf("the event is %+v", event)
					}
				})
			}
		}
	}
}

func withNull(o object, member string) object {
	c := maps.Clone(o)
	c[member] = nil
	return c
}

func TestDecodeObjectThatIsNone(t *testing.T) {
	t.Parallel()
	kinds := []string{
		"checkout.session.completed", "customer.subscription.created", "customer.subscription.updated",
		"customer.subscription.deleted", "invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed", "charge.refunded",
	}
	for _, kind := range kinds {
		for name, data := range map[string]string{
			"no data":       ``,
			"null data":     `,"data":null`,
			"no object":     `,"data":{}`,
			"null object":   `,"data":{"object":null}`,
			"text object":   `,"data":{"object":"sub_1"}`,
			"list object":   `,"data":{"object":[]}`,
			"empty object":  `,"data":{"object":{}}`,
			"wrong members": `,"data":{"object":{"id":7,"status":{},"created":"today","items":[],"lines":[],"customer":[]}}`,
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				body := `{"id":"evt_1","object":"event","type":"` + kind + `","created":1,"livemode":false` + data + `}`
				if _, err := stripeevent.Decode([]byte(body)); err == nil || errors.Is(err, stripeevent.ErrNotAnEvent) {
					t.Errorf("Decode = %v, want an error of its own", err)
				}
			})
		}
	}
}

func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("../../events/stripe/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(read(f, file))
	}
	for _, seed := range []string{``, `{}`, `null`, `[`, `{"object":"v2.core.event"}`, `{"data":{"object":[]}}`} {
		f.Add([]byte(seed))
	}
	f.Add(delivery(f, "customer.subscription.updated", newSubscription(), object{"items": object{"data": []object{}}}))
	f.Add(delivery(f, "customer.subscription.updated", oldSubscription(), object{"items": nil, "current_period_end": 1}))
	f.Add(delivery(f, "invoice.paid", newInvoice(), nil))
	f.Add(delivery(f, "checkout.session.completed", paidSession(), nil))
	f.Fuzz(func(t *testing.T, body []byte) {
		event, err := stripeevent.Decode(body)
		if err != nil {
			if event.Fact != nil {
				t.Errorf("a fact beside the error %v", err)
			}
			return
		}
		if event.ID == "" || event.Type == "" || event.Created.IsZero() || !event.Mode.Valid() || !json.Valid(body) {
			t.Errorf("an incomplete event: %+v", event)
		}
		if f, ok := event.Fact.(billing.SubscriptionFact); ok {
			if f.ID == "" || f.Customer == "" || f.After.Status == "" || f.After.Price == "" || f.Before.Price == "" {
				t.Errorf("an incomplete subscription: %+v", f)
			}
		}
	})
}
