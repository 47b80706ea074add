package api_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

var noon = time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)

// The window reaches as far back as events are kept, and no further ahead than
// there can be any.
func TestEventWindow(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		mode             billing.Mode
		from, to         *time.Time
		wantFrom, wantTo time.Time
	}{
		"test mode":      {billing.Test, nil, nil, noon.Add(-400 * day), noon.Add(400 * day)},
		"live mode":      {billing.Live, nil, nil, noon.Add(-400 * day), noon.Add(day)},
		"given":          {billing.Live, new(noon.Add(-2 * day)), new(noon.Add(-day)), noon.Add(-2 * day), noon.Add(-day)},
		"wider than all": {billing.Live, new(noon.AddDate(-9, 0, 0)), new(noon.AddDate(9, 0, 0)), noon.Add(-400 * day), noon.Add(day)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, err := api.EventQuery(api.ListEventsParams{From: c.from, To: c.to}, c.mode, noon)
			want := billing.EventQuery{From: c.wantFrom, To: c.wantTo, Limit: 50}
			if diff := cmp.Diff(want, q); diff != "" || err != nil {
				t.Errorf("EventQuery: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestEventFilters(t *testing.T) {
	t.Parallel()
	q, err := api.EventQuery(api.ListEventsParams{
		Type: new("api.cancel subscription"), Outcome: new(billing.Failed), Object: new("sub_1"), PageSize: new(7),
	}, billing.Live, noon)
	if q.Type != "api.cancel subscription" || q.Outcome != billing.Failed || q.Object != "sub_1" || q.Limit != 7 || err != nil {
		t.Errorf("EventQuery = %+v, %v", q, err)
	}
	_, err = api.EventQuery(api.ListEventsParams{
		Type: new("Ä"), Outcome: new(billing.Duplicate), Object: new("sub/1"), Cursor: new("?"), From: new(time.Time{}),
	}, billing.Live, noon)
	compare(t, []string{
		"query.type: string_pattern_mismatch", "query.object: string_pattern_mismatch", "query.from: datetime_parsing",
		"query.outcome: enum", "query.cursor: value_error",
	}, mistakes(t, err))
}

// Whatever a next_cursor stands for is found again by it.
func TestEventCursors(t *testing.T) {
	t.Parallel()
	if got := api.NextEvents(billing.EventRef{}); got != nil {
		t.Errorf("the last page has the next_cursor %q", *got)
	}
	rapid.Check(t, func(t *rapid.T) {
		want := billing.EventRef{
			ID:      rapid.StringMatching(`[A-Za-z0-9_]{0,255}`).Draw(t, "id"),
			Created: billing.At(rapid.Int64Range(0, 9_999_999_999).Draw(t, "created")),
		}
		q, err := api.EventQuery(api.ListEventsParams{Cursor: api.NextEvents(want)}, billing.Test, noon)
		if q.After != want || err != nil {
			t.Fatalf("after %v, %v, want %v", q.After, err, want)
		}
	})
}

func TestRowsTellOfFailuresAndDisputes(t *testing.T) {
	t.Parallel()
	scope := billing.Scope{Mode: billing.Test}
	payment := api.PaymentOf(scope, billing.Transaction{
		Retry:   billing.Retry{Attempts: 2, Next: noon},
		Failure: billing.Failure{Code: "card_declined", Decline: "insufficient_funds", Message: "Your card has insufficient funds."},
		Dispute: billing.Dispute{Status: billing.DisputeNeedsResponse, Reason: "fraudulent"},
	})
	want := api.Payment{
		ID: scope.RecordID(""), IsTestMode: true, Attempts: 2, NextAttemptAt: &noon,
		FailureCode: new("card_declined"), DeclineCode: new("insufficient_funds"), FailureMessage: new("Your card has insufficient funds."),
		Type: "one_time_payment", DisputeStatus: new("needs_response"), DisputeReason: new("fraudulent"),
	}
	if diff := cmp.Diff(want, payment); diff != "" {
		t.Errorf("payment (-want +got):\n%s", diff)
	}
	subscription := api.SubscriptionOf(scope, billing.Subscription{DuplicateOf: "sub_1"})
	if diff := cmp.Diff(new("sub_1"), subscription.DuplicateOf); diff != "" {
		t.Errorf("duplicate_of (-want +got):\n%s", diff)
	}
}
