package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/store"
)

// earning stores a creator with an account and so many cents earned.
func earning(t *testing.T, table *store.Table, s billing.Scope, id string, cents int64) billing.Creator {
	t.Helper()
	post(t, table, s, billing.Deposit(because("pi_"+id), billing.PostDeposit, "ann", cents))
	post(t, table, s, billing.ChargeFor(because("charge_"+id), "ann", id, cents, 0))
	c := billing.Creator{
		ID: id, Account: "acct_" + id, State: billing.AccountState{DetailsSubmitted: true, PayoutsEnabled: true, Transfers: true}, AsOf: noon,
	}
	if err := table.ConnectCreator(t.Context(), s, c); err != nil {
		t.Fatal(err)
	}
	c.Revision++
	return c
}

// reserve begins a payout of all that is earned.
func reserve(t *testing.T, table *store.Table, s billing.Scope, c billing.Creator, id string, cents int64) error {
	t.Helper()
	p, err := c.NewPayout(id, cents, cents, noon)
	if err != nil {
		t.Fatal(err)
	}
	posting := p.Reserve("key_" + id)
	c.Follow(p, &posting, noon.Add(time.Minute))
	return table.SavePayout(t.Context(), s, c, p, &posting)
}

func TestCreatorsAndPayoutsAreKept(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	if got, err := table.Creator(t.Context(), s, "bob"); err != nil || !cmp.Equal(got, billing.Creator{ID: "bob"}) {
		t.Errorf("unknown: %+v, %v", got, err)
	}
	var creator billing.Creator
	var payout billing.Payout
	filled(t, &creator)
	filled(t, &payout)
	creator.Revision, payout.Revision, payout.Creator = 0, 0, creator.ID
	if err := table.SavePayout(t.Context(), s, creator, payout, nil); err != nil {
		t.Fatal(err)
	}
	if err := table.SavePayout(t.Context(), s, creator, payout, nil); !billing.IsConcurrentChange(err) {
		t.Errorf("over what was not read: %v", err)
	}
	creator.Revision, payout.Revision = 1, 1
	read, err := table.Creator(t.Context(), s, creator.ID)
	if diff := cmp.Diff(creator, read); diff != "" || err != nil {
		t.Errorf("creator: %v (-want +got):\n%s", err, diff)
	}
	known, err := table.Payout(t.Context(), s, creator.ID, payout.ID)
	if diff := cmp.Diff(&payout, known); diff != "" || err != nil {
		t.Errorf("payout: %v (-want +got):\n%s", err, diff)
	}
	if none, err := table.Payout(t.Context(), s, "ann", payout.ID); none != nil || err != nil {
		t.Errorf("somebody else's: %+v, %v", none, err)
	}
	if err := table.SaveCreator(t.Context(), s, read); err != nil {
		t.Fatal(err)
	}
	if err := table.SaveCreator(t.Context(), s, read); !billing.IsConcurrentChange(err) {
		t.Errorf("a creator over what was not read: %v", err)
	}
	if err := table.ConnectCreator(t.Context(), s, read); !billing.IsConcurrentChange(err) {
		t.Errorf("an account of a creator that was not read: %v", err)
	}
}

func TestPayoutsNewestFirst(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	var want []string
	creator := billing.Creator{ID: "bob"}
	for i := range 5 {
		id, err := billing.NewPayoutID(noon.Add(time.Duration(i) * time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if err := table.SavePayout(t.Context(), s, creator, billing.Payout{ID: id, Creator: "bob", Amount: 1}, nil); err != nil {
			t.Fatal(err)
		}
		creator.Revision++
		want = append([]string{id}, want...)
	}
	for name, c := range map[string]struct{ skip, limit, from, to int }{
		"all": {0, 10, 0, 5}, "the newest": {0, 1, 0, 1}, "the middle": {1, 3, 1, 4}, "the rest": {3, 3, 3, 5}, "beyond": {9, 3, 5, 5},
	} {
		var got []string
		payouts, err := table.Payouts(t.Context(), s, "bob", c.skip, c.limit)
		for _, p := range payouts {
			got = append(got, p.ID)
		}
		if diff := cmp.Diff(append([]string(nil), want[c.from:c.to]...), got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// A payout and its posting are made together or not at all, once.
func TestReservePayout(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	creator := earning(t, table, s, "bob", 1500)
	if err := reserve(t, table, s, creator, "po-0", 1501); billing.KindOf(err) != billing.PaymentRequired {
		t.Errorf("more than there is: %v", err)
	}
	var made, refused atomic.Int64
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			switch err := reserve(t, table, s, creator, fmt.Sprint("po-", i), 1000); {
			case err == nil:
				made.Add(1)
			case billing.IsConcurrentChange(err):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 || refused.Load() != 15 {
		t.Errorf("%d were made, %d refused", made.Load(), refused.Load())
	}
	if payouts, err := table.Payouts(t.Context(), s, "bob", 0, 10); err != nil || len(payouts) != 1 {
		t.Errorf("payouts: %+v, %v", payouts, err)
	}
	balances, err := table.Balances(t.Context(), s, "usd", billing.CreatorBook("bob"))
	want := billing.Balances{{Kind: billing.CreatorAccount, Owner: "bob"}: 500, {Kind: billing.TransitAccount, Owner: "bob"}: 1000}
	if diff := cmp.Diff(want, balances); diff != "" || err != nil {
		t.Errorf("balances: %v (-want +got):\n%s", err, diff)
	}
	recounted(t, table, s)
}

// The same cause begins one payout, whoever asks again.
func TestPayoutOfACauseThatPosted(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	creator := earning(t, table, s, "bob", 3000)
	if err := reserve(t, table, s, creator, "po-1", 1000); err != nil {
		t.Fatal(err)
	}
	creator.Revision++
	p, err := creator.NewPayout("po-2", 1000, 2000, noon)
	if err != nil {
		t.Fatal(err)
	}
	again := p.Reserve("key_po-1")
	if err := table.SavePayout(t.Context(), s, creator, p, &again); !billing.IsConcurrentChange(err) {
		t.Errorf("again: %v", err)
	}
	if stored, err := table.Payout(t.Context(), s, "bob", "po-2"); stored != nil || err != nil {
		t.Errorf("a payout without a posting: %+v, %v", stored, err)
	}
}

func TestDueCreators(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	live := billing.Scope{Project: uuid.New(), Mode: billing.Live}
	for id, c := range map[string]struct {
		scope    billing.Scope
		due      time.Duration
		inFlight []string
	}{
		"last week": {s, -7 * 24 * time.Hour, nil}, "now": {live, 0, nil}, "tomorrow": {s, 24 * time.Hour, nil},
		"under way": {s, -48 * time.Hour, []string{"po-1"}}, "hidden by a payout": {s, -time.Hour, []string{"po-2"}},
	} {
		creator := billing.Creator{ID: id, DueAt: noon.Add(c.due), InFlight: c.inFlight}
		if len(c.inFlight) > 0 {
			creator.DueAt, creator.RetryAt = noon.Add(-9*24*time.Hour), noon.Add(c.due)
		}
		if id == "hidden by a payout" {
			creator.RetryAt = noon.Add(time.Hour)
		}
		if err := table.SaveCreator(t.Context(), c.scope, creator); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.SaveCreator(t.Context(), s, billing.Creator{ID: "manual"}); err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int][]string{10: {"last week", "under way", "now"}, 1: {"last week"}} {
		due, err := table.DueCreators(t.Context(), noon, limit)
		var got []string
		for _, d := range due {
			got = append(got, d.Row.ID)
			if (d.Scope == live) != (d.Row.ID == "now") {
				t.Errorf("%s is of %s", d.Row.ID, d.Scope)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
}

// An event finds a creator by the account, and a payout by its creator, and
// changes both together with what it posts.
func TestEventsOfPayouts(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	creator := earning(t, table, s, "bob", 1500)
	if err := reserve(t, table, s, creator, "po-1", 1500); err != nil {
		t.Fatal(err)
	}
	was, err := table.Picture(t.Context(), s, lookup("evt_0", billing.Lookup{Account: "acct_bob"}))
	if err != nil || was.Creator == nil || was.Creator.ID != "bob" || was.Payout != nil {
		t.Fatalf("by the account: %+v, %v", was, err)
	}
	if was, err = table.Picture(t.Context(), s, lookup("evt_0", billing.Lookup{Account: "acct_ann"})); err != nil || was.Creator != nil {
		t.Errorf("by nobody's account: %+v, %v", was, err)
	}
	was, err = table.Picture(t.Context(), s, lookup("evt_1", billing.Lookup{Creator: "bob", Payout: "po-1", Account: "acct_bob"}))
	if err != nil || was.Creator == nil || was.Payout == nil {
		t.Fatalf("by the payout: %+v, %v", was, err)
	}
	p, c := *was.Payout, *was.Creator
	posting := p.Arrived("po_1", noon)
	c.Follow(p, posting, noon)
	changes := billing.Changes{Event: eventNamed("evt_1"), Creator: &c, Payout: &p, Posting: posting}
	commit(t, table, s, changes)
	if table.Commit(t.Context(), s, changes) == nil {
		t.Error("the event was committed twice")
	}
	got, err := table.Payout(t.Context(), s, "bob", "po-1")
	if err != nil || got.Status != billing.PayoutPaid || got.Revision != 2 {
		t.Errorf("payout: %+v, %v", got, err)
	}
	if c, err := table.Creator(t.Context(), s, "bob"); err != nil || c.Paid != 1500 || len(c.InFlight) != 0 {
		t.Errorf("creator: %+v, %v", c, err)
	}
	balances, err := table.Balances(t.Context(), s, "usd", billing.CreatorBook("bob"))
	if diff := cmp.Diff(billing.Balances{}, balances); diff != "" || err != nil {
		t.Errorf("balances: %v (-want +got):\n%s", err, diff)
	}
	recounted(t, table, s)
}
