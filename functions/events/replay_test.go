package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

func (f fixture) replay(t *testing.T, id string) functiontest.Answer {
	t.Helper()
	return f.send(t, http.MethodPost, "/events/"+id+"/replay")
}

// status is the subscription's status as it is stored; empty if it is not.
func (f fixture) status(t *testing.T) billing.SubscriptionStatus {
	t.Helper()
	sub, err := f.Function.Table.FindSubscription(t.Context(), f.scope(), noraSubscription)
	if err != nil {
		t.Fatal(err)
	}
	if sub == nil {
		return ""
	}
	return sub.Status
}

// without is an event whose object lacks a member.
func without(t *testing.T, event []byte, member string) []byte {
	t.Helper()
	var whole map[string]any
	if err := json.Unmarshal(event, &whole); err != nil {
		t.Fatal(err)
	}
	object, _ := whole["data"].(map[string]any)["object"].(map[string]any)
	delete(object, member)
	text, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestReplayFromStripe(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.stripe.Answer(functiontest.Answering(http.StatusOK, string(sample(t, "customer.subscription.created"))))
	f.replay(t, evtCreated).Is(t, 200, fmt.Sprintf(`{"event_id": %q, "outcome": "applied", "reason": null}`, evtCreated))
	if got := f.status(t); got != billing.StatusIncomplete {
		t.Errorf("the subscription is %q", got)
	}
	var asked []string
	for _, r := range f.stripe.Requests() {
		asked = append(asked, r.Operation+" "+r.Key)
	}
	if diff := cmp.Diff([]string{"GET /v1/events/" + evtCreated + " " + functiontest.Credentials(billing.Test).SecretKey.Reveal()}, asked); diff != "" {
		t.Errorf("requests to Stripe (-want +got):\n%s", diff)
	}
	f.replay(t, evtCreated).Is(t, 200, fmt.Sprintf(`{"event_id": %q, "outcome": "duplicate", "reason": null}`, evtCreated))
}

// What is stale is looked at again, and says again why it is.
func TestReplayOfAStaleEvent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.deliver(t, sample(t, "customer.subscription.deleted"))
	f.stripe.Answer(functiontest.Answering(http.StatusOK, string(sample(t, "customer.subscription.updated"))))
	for range 2 {
		f.replay(t, evtUpdated).Is(t, 200, fmt.Sprintf(`{"event_id": %q, "outcome": "stale", "reason": "the subscription has ended"}`, evtUpdated))
	}
	if got := f.status(t); got != billing.StatusCanceled {
		t.Errorf("the subscription is %q", got)
	}
}

// An event in quarantine needs no Stripe. While it cannot be read it stays there.
func TestReplayFromQuarantine(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.deliver(t, without(t, sample(t, "customer.subscription.updated"), "items"))
	first := f.list(t, "?outcome=quarantined")
	answer := f.replay(t, evtUpdated)
	var again struct{ Outcome, Reason string }
	answer.Decode(t, &again)
	if answer.Status != http.StatusOK || again.Outcome != "quarantined" || !strings.Contains(again.Reason, "items") {
		t.Errorf("%d %s", answer.Status, answer.Body)
	}
	if diff := cmp.Diff(first.outcomes(), f.list(t, "").outcomes()); diff != "" || len(first.Events) != 1 || f.status(t) != "" {
		t.Errorf("events after a replay that failed (-before +after):\n%s%v", diff, first)
	}
	// A later version of billhook can read what is kept.
	readable := sample(t, "customer.subscription.updated")
	event, err := stripeevent.Decode(readable)
	if err != nil {
		t.Fatal(err)
	}
	record := billing.EventRecord{
		ID: event.ID, Type: event.Type, Object: event.Object, Outcome: billing.Quarantined,
		Created: event.Created, ReceivedAt: f.Clock.Now(), Attempts: 3,
	}
	if err := f.Function.Table.RecordOutcome(t.Context(), f.scope(), record, readable); err != nil {
		t.Fatal(err)
	}
	f.replay(t, evtUpdated).Is(t, 200, fmt.Sprintf(`{"event_id": %q, "outcome": "applied", "reason": null}`, evtUpdated))
	if got := f.status(t); got != billing.StatusActive {
		t.Errorf("the subscription is %q", got)
	}
	if asked := f.stripe.Requests(); len(asked) != 0 {
		t.Errorf("Stripe was asked: %v", asked)
	}
}

func TestReplayRefusals(t *testing.T) {
	t.Parallel()
	paid := sample(t, "invoice.paid")
	for name, c := range map[string]struct {
		path   string
		stripe http.HandlerFunc
		status int
		body   string
	}{
		"an event that nobody has":     {"evt_1/replay", nil, 404, `{"detail": "Event not found"}`},
		"a change of our own":          {"req_1_sub_1/replay", nil, 404, `{"detail": "Event not found"}`},
		"a mode without credentials":   {"evt_1/replay?test_mode=false", nil, 404, `{"detail": "Stripe is not configured for live mode"}`},
		"an event of the other mode":   {evtPaid + "/replay", functiontest.Answering(200, string(bytes.ReplaceAll(paid, []byte(`"livemode":false`), []byte(`"livemode":true`)))), 400, `{"detail": "Invalid payload"}`},
		"a Stripe that fails":          {"evt_1/replay", functiontest.Answering(500, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false"), 502, `{"detail": "Stripe failed to answer"}`},
		"a key that Stripe rejects":    {"evt_1/replay", functiontest.Answering(401, `{"error": {"type": "invalid_request_error"}}`), 403, `{"detail": "Stripe credentials rejected"}`},
		"a Stripe that asks for quiet": {"evt_1/replay", functiontest.Answering(429, `{"error": {"type": "rate_limit_error"}}`, "Stripe-Should-Retry", "false"), 429, `{"detail": "Stripe is receiving too many requests", "retry_after": 1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			if c.stripe != nil {
				f.stripe.Answer(c.stripe)
			}
			before := f.Stored(t)
			f.send(t, http.MethodPost, "/events/"+c.path).Is(t, c.status, c.body)
			f.SameAs(t, before)
		})
	}
	f := newFixture(t)
	for _, id := range []string{"evt-1", "evt%201", strings.Repeat("e", 256)} {
		f.replay(t, id).Invalid(t, `["path", "event_id"]`, "string_pattern_mismatch")
	}
}

func TestReplayHappensOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.stripe.Answer(functiontest.Answering(http.StatusOK, string(sample(t, "customer.subscription.created"))))
	request := functiontest.Request{
		Method: http.MethodPost, Path: f.path("/events/" + evtCreated + "/replay"), Token: f.Developer(developer),
		Header: http.Header{"Idempotency-Key": {"again"}},
	}
	first, second := f.Do(t, f.handler, request), f.Do(t, f.handler, request)
	if second.Body != first.Body || second.Header.Get("Idempotent-Replayed") != "true" || !strings.Contains(first.Body, "applied") {
		t.Errorf("first %s, second %s", first.Body, second.Body)
	}
}
