package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
	"billhook/pkg/store"
)

// record writes the record of an event that changed nothing.
func record(t *testing.T, table *store.Table, s billing.Scope, r billing.EventRecord) billing.EventRecord {
	t.Helper()
	r.ReceivedAt, r.Attempts = r.Created.Add(time.Second), 1
	if err := table.RecordOutcome(t.Context(), s, r, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

// window asks for the events of the year around noon.
func window(q billing.EventQuery) billing.EventQuery {
	if q.From.IsZero() {
		q.From = noon.AddDate(-1, 0, 0)
	}
	if q.To.IsZero() {
		q.To = noon.AddDate(0, 6, 0)
	}
	if q.Limit == 0 {
		q.Limit = 100
	}
	return q
}

func eventIDs(events []billing.EventRecord) []string {
	ids := []string{}
	for _, r := range events {
		ids = append(ids, r.ID)
	}
	return ids
}

// allEvents reads page after page, none longer than asked for.
func allEvents(t *testing.T, table *store.Table, s billing.Scope, q billing.EventQuery) []string {
	t.Helper()
	ids := []string{}
	for range 100 {
		page, err := table.Events(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Events) > q.Limit {
			t.Errorf("a page of %d events, %d were asked for", len(page.Events), q.Limit)
		}
		ids = append(ids, eventIDs(page.Events)...)
		if page.Next == (billing.EventRef{}) {
			return ids
		}
		q.After = page.Next
	}
	t.Fatal("the pages do not end")
	return nil
}

func TestEventsAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	// Two in one second, every day of two months, and some from long ago.
	var want []string
	for i := range 60 {
		created := noon.Add(-time.Duration(i) * 24 * time.Hour)
		for _, id := range []string{"evt_b", "evt_a"} {
			name := fmt.Sprintf("%s%02d", id, i)
			record(t, table, s, billing.EventRecord{ID: name, Type: "invoice.paid", Outcome: billing.Ignored, Created: created})
			want = append(want, name)
		}
	}
	for _, months := range []int{7, 11} {
		name := fmt.Sprintf("evt_old%02d", months)
		record(t, table, s, billing.EventRecord{ID: name, Type: "invoice.paid", Outcome: billing.Ignored, Created: noon.AddDate(0, -months, 0)})
		want = append(want, name)
	}
	other := billing.Scope{Project: s.Project, Mode: billing.Live}
	record(t, table, other, billing.EventRecord{ID: "evt_live", Type: "invoice.paid", Outcome: billing.Ignored, Created: noon})
	for _, limit := range []int{2, 7, 50, 122, 200} {
		if diff := cmp.Diff(want, allEvents(t, table, s, window(billing.EventQuery{Limit: limit}))); diff != "" {
			t.Errorf("pages of %d (-want +got):\n%s", limit, diff)
		}
	}
	bounded := window(billing.EventQuery{From: noon.Add(-48 * time.Hour), To: noon})
	if diff := cmp.Diff([]string{"evt_b01", "evt_a01", "evt_b02", "evt_a02"}, allEvents(t, table, s, bounded)); diff != "" {
		t.Errorf("two days (-want +got):\n%s", diff)
	}
	for name, q := range map[string]billing.EventQuery{
		"an empty window":           window(billing.EventQuery{From: noon, To: noon}),
		"a window upside down":      window(billing.EventQuery{From: noon, To: noon.AddDate(0, -3, 0)}),
		"a page beyond the window":  window(billing.EventQuery{From: noon, After: billing.EventRef{ID: "evt_x", Created: noon.AddDate(0, -2, 0)}}),
		"a window without an event": window(billing.EventQuery{From: noon.Add(time.Hour)}),
	} {
		if got := allEvents(t, table, s, q); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestEventsArePicked(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	for i, r := range []billing.EventRecord{
		{ID: "evt_1", Type: "invoice.paid", Object: "in_1", Outcome: billing.Applied, Steps: []billing.Step{{Row: "in_1"}, {Row: "sub_1"}}},
		{ID: "evt_2", Type: "invoice.paid", Object: "in_2", Outcome: billing.Stale},
		{ID: "evt_3", Type: "customer.subscription.updated", Object: "sub_1", Outcome: billing.Applied},
		{ID: "evt_4", Type: "charge.refunded", Object: "ch_1", Outcome: billing.Quarantined},
	} {
		r.Created = noon.Add(time.Duration(i) * time.Second)
		record(t, table, s, r)
	}
	for name, test := range map[string]struct {
		query billing.EventQuery
		want  []string
	}{
		"all":                        {billing.EventQuery{}, []string{"evt_4", "evt_3", "evt_2", "evt_1"}},
		"by type":                    {billing.EventQuery{Type: "invoice.paid"}, []string{"evt_2", "evt_1"}},
		"by outcome":                 {billing.EventQuery{Outcome: billing.Quarantined}, []string{"evt_4"}},
		"by object, or what changed": {billing.EventQuery{Object: "sub_1"}, []string{"evt_3", "evt_1"}},
		"by all of them":             {billing.EventQuery{Type: "invoice.paid", Outcome: billing.Applied, Object: "in_1"}, []string{"evt_1"}},
		"what is not there":          {billing.EventQuery{Object: "sub_2"}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, limit := range []int{1, 100} {
				test.query.Limit = limit
				if diff := cmp.Diff(test.want, allEvents(t, table, s, window(test.query))); diff != "" {
					t.Errorf("pages of %d (-want +got):\n%s", limit, diff)
				}
			}
		})
	}
}

// A search for a rare event stops after a while, and the next page goes on.
func TestEventsAreReadInBoundedParts(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	want := record(t, table, s, billing.EventRecord{ID: "evt_rare", Type: "charge.refunded", Outcome: billing.Ignored, Created: noon.AddDate(-5, 0, 0)})
	q := window(billing.EventQuery{Type: "charge.refunded", From: noon.AddDate(-6, 0, 0), To: noon.AddDate(1, 0, 0)})
	before := account.Calls()["Query"]
	first, err := table.Events(t.Context(), s, q)
	if err != nil {
		t.Fatal(err)
	}
	if read := account.Calls()["Query"] - before; len(first.Events) != 0 || first.Next == (billing.EventRef{}) || read > 8*8*8 {
		t.Errorf("the first page has %v, next %v, after %d reads", eventIDs(first.Events), first.Next, read)
	}
	if diff := cmp.Diff([]string{want.ID}, allEvents(t, table, s, q)); diff != "" {
		t.Errorf("all pages (-want +got):\n%s", diff)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	var last billing.EventRef
	var want []billing.EventRecord
	for i := range 4 {
		r := billing.EventRecord{
			ID: fmt.Sprintf("evt_%d", i), Type: "customer.subscription.updated", Object: "sub_1", Outcome: billing.Applied,
			Created: noon.AddDate(0, i, 0), // each in a month of its own
			Steps: []billing.Step{
				{Row: "in_1", Changes: []billing.Change{{Field: "status", To: "succeeded"}}},
				{Row: "sub_1", Changes: []billing.Change{{Field: "quantity", From: fmt.Sprint(i), To: fmt.Sprint(i + 1)}}, Previous: last},
			},
		}
		want = append([]billing.EventRecord{record(t, table, s, r)}, want...)
		last = r.Ref()
	}
	for name, test := range map[string]struct {
		last  billing.EventRef
		limit int
		want  []billing.EventRecord
	}{
		"all":                    {last, 100, want},
		"the newest":             {last, 2, want[:2]},
		"from the second on":     {want[1].Ref(), 100, want[1:]},
		"of a row without any":   {billing.EventRef{}, 100, nil},
		"whose last has expired": {billing.EventRef{ID: "evt_gone", Created: noon}, 100, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := table.History(t.Context(), s, test.last, "sub_1", test.limit)
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	if _, err := table.History(t.Context(), s, last, "sub_2", 100); err == nil {
		t.Error("an event that did not change the row is taken for one that did")
	}
}

func TestFindSubscription(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	for i := range 6 { // in more than one shard
		sub := billing.Subscription{ID: fmt.Sprintf("sub_%d", i), Customer: fmt.Sprintf("cus_%d", i), CreatedAt: noon}
		commit(t, table, s, billing.Changes{Subscription: &sub})
	}
	live := billing.Scope{Project: s.Project, Mode: billing.Live}
	for name, test := range map[string]struct {
		scope billing.Scope
		id    string
		want  string // its customer; empty: none is found
	}{
		"Stripe's id":                   {s, "sub_4", "cus_4"},
		"the record's id":               {s, s.RecordID("sub_5").String(), "cus_5"},
		"an unknown id":                 {s, "sub_7", ""},
		"an unknown record":             {s, s.RecordID("sub_7").String(), ""},
		"in the other mode":             {live, "sub_4", ""},
		"the record of the other mode":  {s, live.RecordID("sub_4").String(), ""},
		"another kind of Stripe object": {s, "cus_4", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := table.FindSubscription(t.Context(), test.scope, test.id)
			if err != nil {
				t.Fatal(err)
			}
			customer := ""
			if got != nil {
				customer = got.Customer
			}
			if customer != test.want {
				t.Errorf("found the subscription of %q, want %q", customer, test.want)
			}
		})
	}
}
