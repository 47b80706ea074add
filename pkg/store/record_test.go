package store_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
)

func TestRecordIsReadAsItWasCommitted(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	var want billing.EventRecord
	filled(t, &want)
	want.Attempts = 1
	commit(t, table, s, billing.Changes{Event: want})
	got, err := table.Record(t.Context(), s, want.Ref())
	if err != nil {
		t.Fatal(err)
	}
	want.Took = want.Took.Truncate(1e6)
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("record (-committed +read):\n%s", diff)
	}
	if got, err := table.Record(t.Context(), s, billing.EventRef{ID: "evt_0", Created: want.Created}); got != nil || err != nil {
		t.Errorf("record of nothing: %+v, %v", got, err)
	}
}

// A record is written over the attempts that were read and no others, so of two
// that end a failing event one does.
func TestRecordsFollowOneAnother(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	failed := eventNamed("evt_1")
	failed.Outcome, failed.Reason = billing.Failed, "Stripe could not be reached"
	for failed.Attempts = 1; failed.Attempts < 3; failed.Attempts++ {
		if err := table.RecordOutcome(t.Context(), s, failed, nil); err != nil {
			t.Fatal(err)
		}
	}
	applied := eventNamed("evt_1")
	applied.Attempts = 2 // somebody has recorded another failure since
	err := table.Commit(t.Context(), s, billing.Changes{Event: applied, Customer: &billing.Customer{ID: "cus_1"}})
	if !errors.Is(err, projector.ErrDuplicate) {
		t.Errorf("err = %v, want ErrDuplicate", err)
	}
	applied.Attempts = 3
	commit(t, table, s, billing.Changes{Event: applied, Customer: &billing.Customer{ID: "cus_1"}})
	before := account.Items(t)
	failed.Attempts = 3 // it failed elsewhere meanwhile
	if err := table.RecordOutcome(t.Context(), s, failed, []byte("body")); err != nil {
		t.Errorf("a failure that comes late: %v", err)
	}
	if diff := cmp.Diff(before, account.Items(t)); diff != "" {
		t.Errorf("a failure that comes late was written (-before +after):\n%s", diff)
	}
}

func TestBodyIsReadAsItWasKept(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	body := bytes.Repeat([]byte(`{"id": "evt_1", "lines": ["1 × Team"]}`), 20_000) // 800 KB, more than an item holds
	if err := table.RecordOutcome(t.Context(), s, eventNamed("evt_1"), body); err != nil {
		t.Fatal(err)
	}
	got, err := table.Body(t.Context(), s, "evt_1")
	if err != nil || !bytes.Equal(got, body) {
		t.Errorf("%d bytes were kept, %d are read, %v", len(body), len(got), err)
	}
	for name, at := range map[string]billing.Scope{"another event": s, "another scope": {Project: s.Project, Mode: billing.Live}} {
		id := map[bool]string{true: "evt_2", false: "evt_1"}[at == s]
		if got, err := table.Body(t.Context(), at, id); got != nil || err != nil {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	if got, err := table.LastRefusal(t.Context(), s); got != nil || err != nil {
		t.Errorf("none: %+v, %v", got, err)
	}
	for _, want := range []billing.Refusal{{At: noon, LikelyCause: "a clock"}, {At: noon.AddDate(0, 0, 1), LikelyCause: "a secret"}} {
		if err := table.SaveRefusal(t.Context(), s, want); err != nil {
			t.Fatal(err)
		}
		got, err := table.LastRefusal(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("refusal (-saved +read):\n%s", diff)
		}
	}
}
