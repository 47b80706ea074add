package main

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

func (f fixture) timeline(t *testing.T, subscription string) []string {
	t.Helper()
	answer := f.send(t, http.MethodGet, "/subscriptions/"+subscription+"/timeline")
	if answer.Status != http.StatusOK {
		t.Fatalf("timeline: %d %s", answer.Status, answer.Body)
	}
	var told struct {
		Entries []struct {
			At      string `json:"at"`
			Type    string `json:"event_type"`
			Kind    string `json:"kind"`
			Summary string `json:"summary"`
		} `json:"entries"`
	}
	answer.Decode(t, &told)
	lines := []string{}
	for _, e := range told.Entries {
		lines = append(lines, e.At+" "+e.Type+" ("+e.Kind+"): "+e.Summary)
	}
	return lines
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.tell(t)
	const renewal = "he renewal payment of 24.00 usd failed, attempt 1, next attempt 2100-03-06 10:17 UTC."
	want := []string{
		"2100-03-24T10:18:05Z customer.subscription.deleted (subscription): Canceled while past due.",
		"2100-03-03T10:17:40Z invoice.payment_failed (subscription): Past due: t" + renewal,
		"2100-03-03T10:17:40Z invoice.payment_failed (payment): T" + renewal,
		"2100-02-10T14:02:31Z charge.refunded (payment): 6.00 usd of the first payment of 24.00 usd is refunded.",
		"2100-02-03T09:15:04Z customer.subscription.updated (subscription): Active.",
		"2100-02-03T09:15:04Z invoice.paid (payment): The first payment of 24.00 usd succeeded.",
		"2100-02-03T09:15:02Z customer.subscription.created (subscription): Created: waiting for the first payment.",
	}
	for name, id := range map[string]string{"Stripe's id": noraSubscription, "the record's id": f.scope().RecordID(noraSubscription).String()} {
		if diff := cmp.Diff(want, f.timeline(t, id)); diff != "" {
			t.Errorf("timeline by %s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTimelineEntry(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.deliver(t, sample(t, "customer.subscription.created"))
	f.send(t, http.MethodGet, "/subscriptions/"+noraSubscription+"/timeline").Is(t, 200, `{"entries": [{
		"at": "2100-02-03T09:15:02Z", "event_id": "`+evtCreated+`", "event_type": "customer.subscription.created",
		"object": "`+noraSubscription+`", "kind": "subscription", "summary": "Created: waiting for the first payment.", "changes": [
			{"object": "`+noraSubscription+`", "field": "status", "from": null, "to": "incomplete"},
			{"object": "`+noraSubscription+`", "field": "price_id", "from": null, "to": "price_1SwII7ig1QbhkHe4Zr9LmTyW"},
			{"object": "`+noraSubscription+`", "field": "plan_name", "from": null, "to": "Team"},
			{"object": "`+noraSubscription+`", "field": "quantity", "from": null, "to": "1"},
			{"object": "`+noraSubscription+`", "field": "current_period_start", "from": null, "to": "2100-02-03T09:15:00Z"},
			{"object": "`+noraSubscription+`", "field": "current_period_end", "from": null, "to": "2100-03-03T09:15:00Z"},
			{"object": "`+noraSubscription+`", "field": "user_id", "from": null, "to": "7d0c3f52-9a1e-4b86-8c55-2f4be1a9d603"}
		]
	}]}`)
}

// Payments of the customer that are not for the subscription are none of its
// business.
func TestTimelineShowsItsOwnPaymentsOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.tell(t)
	before := f.timeline(t, noraSubscription)
	sub, err := f.Function.Table.FindSubscription(t.Context(), f.scope(), noraSubscription)
	if err != nil {
		t.Fatal(err)
	}
	event := billing.EventRecord{ID: "evt_other", Created: f.Clock.Now(), ReceivedAt: f.Clock.Now(), Attempts: 1, Outcome: billing.Applied}
	for _, other := range []billing.Transaction{{ID: "pi_once"}, {ID: "in_other", Subscription: "sub_other"}} {
		other.Owner, other.Status, other.CreatedAt = sub.Customer, billing.TransactionSucceeded, f.Clock.Now()
		step, _ := billing.TransactionStep(nil, other)
		event.ID += other.ID
		event.Steps = []billing.Step{step}
		other.LastEvent = event.Ref()
		if err := f.Function.Table.Commit(t.Context(), f.scope(), billing.Changes{Event: event, Transaction: &other}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(before, f.timeline(t, noraSubscription)); diff != "" {
		t.Errorf("timeline (-before +after):\n%s", diff)
	}
}

// What is another's is unknown.
func TestTimelineRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.tell(t)
	others := f
	others.project = f.CreateProject(t, developer).ID
	for name, c := range map[string]struct {
		in   fixture
		path string
	}{
		"an unknown subscription":  {f, "sub_1/timeline"},
		"an unknown record":        {f, f.scope().RecordID("sub_1").String() + "/timeline"},
		"another project's":        {others, noraSubscription + "/timeline"},
		"another project's record": {others, f.scope().RecordID(noraSubscription).String() + "/timeline"},
		"the other mode's":         {f, noraSubscription + "/timeline?test_mode=false"},
		"a payment":                {f, noraInvoice + "/timeline"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.in.send(t, http.MethodGet, "/subscriptions/"+c.path).Is(t, 404, `{"detail": "Subscription not found"}`)
		})
	}
	f.send(t, http.MethodGet, "/subscriptions/sub%21/timeline").Invalid(t, `["path", "subscription_id"]`, "string_pattern_mismatch")
}
