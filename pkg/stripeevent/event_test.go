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
	body := `{"id":"evt_1","object":"event","type":"radar.early_fraud_warning.created","created":1770110105,"livemode":true,"api_version":"2025-09-30.clover","data":{"object":{"id":"issfr_1","status":7}}}`
	got, err := stripeevent.Decode([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	want := billing.Event{
		ID: "evt_1", Type: "radar.early_fraud_warning.created", Object: "issfr_1", APIVersion: "2025-09-30.clover",
		Created: billing.At(1770110105), Mode: billing.Live,
	}
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
		"subscription, old":     {"customer.subscription.created", oldSubscription(), []string{"id", "customer", "created", "status", "items", "current_period_start", "current_period_end"}},
		"subscription, new":     {"customer.subscription.deleted", newSubscription(), []string{"id", "customer", "created", "status", "items"}},
		"subscription, paused":  {"customer.subscription.paused", newSubscription(), []string{"id", "customer", "created", "status", "items"}},
		"paid invoice, old":     {"invoice.paid", oldInvoice(), []string{"id", "created", "currency", "amount_paid", "attempt_count"}},
		"paid invoice, new":     {"invoice.payment_succeeded", newInvoice(), []string{"id", "created", "currency", "amount_paid", "attempt_count"}},
		"failed invoice":        {"invoice.payment_failed", oldInvoice(), []string{"id", "created", "currency", "amount_due", "attempt_count"}},
		"voided invoice":        {"invoice.voided", oldInvoice(), []string{"id", "created", "currency", "amount_due"}},
		"intent, succeeded":     {"payment_intent.succeeded", oldIntent(), []string{"id", "created", "currency", "amount_received"}},
		"intent, failed":        {"payment_intent.payment_failed", newIntent(), []string{"id", "created", "currency", "amount"}},
		"charge":                {"charge.succeeded", oldCharge(), []string{"id", "created", "currency", "status", "captured", "amount", "amount_captured"}},
		"refunded charge":       {"charge.refunded", newCharge(), []string{"id", "created", "currency", "status", "captured", "amount", "amount_captured", "amount_refunded"}},
		"dispute":               {"charge.dispute.created", disputeObject(), []string{"id", "charge", "status", "reason", "amount", "created"}},
		"refund":                {"refund.failed", refundObject(), []string{"id"}},
		"customer":              {"customer.updated", customerObject(), []string{"id"}},
		"checkout, subscribed":  {"checkout.session.completed", subscribedSession(), []string{"id", "mode", "subscription"}},
		"checkout, paid":        {"checkout.session.completed", paidSession(), []string{"id", "mode", "amount_total", "currency", "payment_status"}},
		"checkout, paid at all": {"checkout.session.async_payment_succeeded", paidSession(), []string{"id", "amount_total", "currency"}},
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
					id, _ := lacking["id"].(string)
					want := billing.Event{ID: "evt_1", Type: r.kind, Object: id, APIVersion: version, Created: billing.At(told), Mode: billing.Test}
					if diff := cmp.Diff(want, event); diff != "" {
						t.Errorf("event (-want +got):\n%s", diff)
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
		"checkout.session.completed", "customer.updated", "customer.subscription.created", "invoice.paid",
		"payment_intent.succeeded", "charge.refunded", "charge.dispute.created", "refund.failed",
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

// The type of an event may stand anywhere, and so may other members of that
// name.
func TestDecodeInAnyOrderOfMembers(t *testing.T) {
	t.Parallel()
	const start = `{"id":"evt_1","object":"event","created":1,"livemode":false`
	const customer = `"data":{"object":{"id":"cus_1","object":"customer","type":"invoice.paid"}}`
	for name, body := range map[string]string{
		"type at the end":          start + `,` + customer + `,"type":"customer.updated"}`,
		"type before the object":   start + `,"type":"customer.updated",` + customer + `}`,
		"another type behind":      start + `,"type":"customer.updated",` + customer + `,"request":{"type":"charge.succeeded"}}`,
		"a type that is no text":   start + `,"type":"customer.updated",` + customer + `,"request":{"type":7}}`,
		"a type within a text":     start + `,"type":"customer.updated",` + customer + `,"note":"\"type\":\"charge.failed\""}`,
		"type in another spelling": start + `,` + customer + `,"type" :  "customer\u002eupdated"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event := decode(t, []byte(body))
			want := billing.Event{
				ID: "evt_1", Type: "customer.updated", Object: "cus_1", Created: billing.At(1), Mode: billing.Test,
				Fact: billing.CustomerFact{ID: "cus_1"},
			}
			if diff := cmp.Diff(want, event); diff != "" {
				t.Errorf("Decode (-want +got):\n%s", diff)
			}
		})
	}
}

// A thin event says what is to be changed at the endpoint.
func TestDecodeExplainsThinEvents(t *testing.T) {
	t.Parallel()
	body := `{"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter.error","created":"2026-02-03T09:00:00.000Z","livemode":false}`
	_, err := stripeevent.Decode([]byte(body))
	if !errors.Is(err, stripeevent.ErrNotAnEvent) || !strings.Contains(err.Error(), "payload style must be snapshot") {
		t.Errorf("Decode = %v", err)
	}
}

// What cannot be decoded is kept under the object's id, if that can be read.
func TestDecodeNamesTheObjectThatItCannotRead(t *testing.T) {
	t.Parallel()
	for kind, member := range map[string]string{
		"customer.subscription.updated": "items",
		"invoice.paid":                  "lines",
		"payment_intent.succeeded":      "customer",
		"charge.refunded":               "amount",
		"customer.updated":              "metadata",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			event, err := stripeevent.Decode(delivery(t, kind, object{"id": "obj_1", member: []int{7}}, nil))
			if err == nil || errors.Is(err, stripeevent.ErrNotAnEvent) {
				t.Fatalf("Decode = %v, want an error of its own", err)
			}
			want := billing.Event{ID: "evt_1", Type: kind, Object: "obj_1", APIVersion: version, Created: billing.At(told), Mode: billing.Test}
			if diff := cmp.Diff(want, event); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
		})
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
	f.Add(delivery(f, "charge.failed", oldCharge(), nil))
	f.Add(delivery(f, "payment_intent.payment_failed", newIntent(), nil))
	f.Add(delivery(f, "charge.dispute.created", disputeObject(), nil))
	f.Add(delivery(f, "refund.updated", refundObject(), nil))
	f.Add(delivery(f, "customer.deleted", customerObject(), nil))
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
		complete(t, event.Fact)
	})
}

// complete checks that nothing a fact must have was left at zero.
func complete(t *testing.T, fact billing.Fact) {
	t.Helper()
	whole := true
	switch f := fact.(type) {
	case billing.SubscriptionFact:
		whole = f.ID != "" && f.Customer != "" && f.After.Status != "" && f.After.Price != "" && f.Before.Price != "" &&
			!f.After.CurrentPeriodEnd.IsZero() && f.After.Monthly >= 0 && (f.After.Monthly == 0 || f.After.Currency != "")
	case billing.PaymentFact:
		p := f.Payment
		whole = p.Owner != "" && p.Status != "" && p.Currency != "" && !p.AsOf.IsZero() && !p.CreatedAt.IsZero() &&
			(p.ID != "" || p.PaymentIntent != "") && (!f.OfInvoice || p.ID == "")
	case billing.ChargeFact:
		whole = f.Charge != "" && (f.Dispute == nil || f.Dispute.ID != "" && f.Dispute.Status != "")
	case billing.CheckoutFact:
		whole = f.Session != "" && (f.Payment == nil || f.Payment.ID != "" && f.Payment.Currency != "")
	case billing.CustomerFact:
		whole = f.ID != ""
	}
	if !whole {
		t.Errorf("an incomplete fact: %+v", fact)
	}
}
