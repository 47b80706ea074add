package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// listed is what of an answer most tests look at.
type listed struct {
	Events []struct {
		ID      string `json:"event_id"`
		Outcome string `json:"outcome"`
	} `json:"events"`
	Next *string `json:"next_cursor"`
}

func (f fixture) list(t *testing.T, query string) listed {
	t.Helper()
	answer := f.send(t, http.MethodGet, "/events"+query)
	if answer.Status != http.StatusOK {
		t.Fatalf("GET events%s: %d %s", query, answer.Status, answer.Body)
	}
	var l listed
	answer.Decode(t, &l)
	return l
}

func (l listed) outcomes() []string {
	all := []string{}
	for _, e := range l.Events {
		all = append(all, e.ID+" "+e.Outcome)
	}
	return all
}

func TestNoEvents(t *testing.T) {
	t.Parallel()
	newFixture(t).send(t, http.MethodGet, "/events").Is(t, 200, `{"events": [], "next_cursor": null, "last_refused": null}`)
}

func TestListEvents(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.tell(t)
	story := []string{
		evtDeleted + " applied", evtFailed + " applied", evtRefunded + " applied", evtCheckout + " applied",
		evtPaidToo + " stale", evtUpdated + " applied", evtPaid + " applied", evtCreated + " applied",
	}
	for name, test := range map[string]struct {
		query string
		want  []string
	}{
		"all":                         {"", story},
		"all, in words":               {"?environment=test", story},
		"the other mode":              {"?test_mode=false", []string{}},
		"by type":                     {"?type=invoice.payment_failed", story[1:2]},
		"by outcome":                  {"?outcome=stale", story[4:5]},
		"by its object":               {"?object=" + noraRenewal, story[1:2]},
		"by what it changed, too":     {"?object=" + noraInvoice, []string{story[2], story[4], story[6]}},
		"from a second on":            {"?from=2100-03-01T00:00:00Z", story[:2]},
		"before a second":             {"?to=2100-02-03T09:15:04Z", story[7:]},
		"of a time, in another zone":  {"?from=2100-02-03T10:15:04%2B01:00&to=2100-02-03T10:15:05%2B01:00", story[4:7]},
		"of a time that is no time":   {"?from=2100-03-01T00:00:00Z&to=2100-02-01T00:00:00Z", []string{}},
		"of the far past and future":  {"?from=0002-01-01T00:00:00Z&to=9999-12-31T00:00:00Z", story},
		"by several":                  {"?type=invoice.paid&outcome=applied", story[6:7]},
		"what there is none of":       {"?type=invoice.voided", []string{}},
		"of an object without events": {"?object=sub_1", []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := f.list(t, test.query)
			if diff := cmp.Diff(test.want, l.outcomes()); diff != "" || l.Next != nil {
				t.Errorf("events (-want +got):\n%snext: %v", diff, l.Next)
			}
		})
	}
}

func TestEventRows(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.deliver(t, []byte(fmt.Sprintf(`{"id": "evt_1", "object": "event", "type": "price.created", "created": %d, "livemode": false, "data": {"object": {"id": "price_1"}}}`,
		f.Clock.Now().Add(-time.Hour).Unix())))
	refusal := billing.Refusal{At: f.Clock.Now(), LikelyCause: "The body was altered on its way."}
	if err := f.Function.Table.SaveRefusal(t.Context(), f.scope(), refusal); err != nil {
		t.Fatal(err)
	}
	f.deliver(t, sample(t, "invoice.payment_failed"))
	f.send(t, http.MethodGet, "/events").Is(t, 200, fmt.Sprintf(`{"events": [{
		"event_id": %q, "type": "invoice.payment_failed", "object": %[2]q, "api_version": "2024-06-20",
		"outcome": "applied", "reason": null, "created_at": "2100-03-03T10:17:40Z", "received_at": "2100-02-03T09:14:08Z",
		"attempts": 1, "duration_ms": 0, "changes": [
			{"object": %[2]q, "field": "status", "from": null, "to": "failed"},
			{"object": %[2]q, "field": "amount", "from": null, "to": "2400"},
			{"object": %[2]q, "field": "currency", "from": null, "to": "usd"},
			{"object": %[2]q, "field": "attempts", "from": null, "to": "1"},
			{"object": %[2]q, "field": "next_attempt", "from": null, "to": "2100-03-06T10:17:40Z"},
			{"object": %[2]q, "field": "user_id", "from": null, "to": "7d0c3f52-9a1e-4b86-8c55-2f4be1a9d603"}
		]
	}, {
		"event_id": "evt_1", "type": "price.created", "object": "price_1", "api_version": null,
		"outcome": "ignored", "reason": "billhook does not use events of this type", "created_at": "2100-02-03T08:14:08Z",
		"received_at": "2100-02-03T09:14:08Z", "attempts": 1, "duration_ms": 0, "changes": []
	}], "next_cursor": null, "last_refused": {"at": "2100-02-03T09:14:08Z", "likely_cause": "The body was altered on its way."}}`,
		evtFailed, noraRenewal))
}

func TestEventPages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.tell(t)
	whole := f.list(t, "").outcomes()
	for _, size := range []int{1, 3, 8} {
		var got []string
		query := fmt.Sprintf("?page_size=%d", size)
		for cursor := ""; ; {
			l := f.list(t, query+cursor)
			if len(l.Events) > size {
				t.Errorf("a page of %d events, want at most %d", len(l.Events), size)
			}
			got = append(got, l.outcomes()...)
			if l.Next == nil || len(got) > len(whole) {
				break
			}
			cursor = "&cursor=" + url.QueryEscape(*l.Next)
		}
		if diff := cmp.Diff(whole, got); diff != "" {
			t.Errorf("pages of %d (-want +got):\n%s", size, diff)
		}
	}
}

func TestListRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for query, want := range map[string]struct{ name, kind string }{
		"?type=Invoice.paid":                  {"type", "string_pattern_mismatch"},
		"?type=":                              {"type", "string_pattern_mismatch"},
		"?type=" + strings.Repeat("a", 101):   {"type", "string_pattern_mismatch"},
		"?object=sub-1":                       {"object", "string_pattern_mismatch"},
		"?outcome=duplicate":                  {"outcome", "enum"},
		"?from=yesterday":                     {"from", "parsing"},
		"?to=2100-02-30T00:00:00Z":            {"to", "parsing"},
		"?from=":                              {"from", "datetime_parsing"},
		"?to=":                                {"to", "datetime_parsing"},
		"?page_size=101":                      {"page_size", "less_than_equal"},
		"?cursor=%21":                         {"cursor", "value_error"},
		"?cursor=":                            {"cursor", "value_error"},
		"?cursor=MS5ldnRfMQ%3D%3D":            {"cursor", "value_error"}, // padded
		"?cursor=ZXZ0XzE":                     {"cursor", "value_error"}, // of no time
		"?cursor=LTEuZXZ0XzE":                 {"cursor", "value_error"}, // of a time before all
		"?cursor=" + strings.Repeat("A", 404): {"cursor", "value_error"},
	} {
		f.send(t, http.MethodGet, "/events"+query).Invalid(t, fmt.Sprintf(`["query", %q]`, want.name), want.kind)
	}
}
