package billing_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

func march(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }

func TestDays(t *testing.T) {
	t.Parallel()
	paid := func(n int64) billing.Tally { return billing.Tally{"paid.usd": n} }
	at := func(n int, paidUntil int64) billing.Snapshot {
		return billing.Snapshot{Day: march(n), Tally: paid(paidUntil)}
	}
	tests := map[string]struct {
		snapshots       []billing.Snapshot
		now             int64
		changes, levels []int64 // of the days 1 to 4
	}{
		"every day":            {[]billing.Snapshot{at(1, 10), at(2, 13), at(3, 13), at(4, 20)}, 22, []int64{3, 0, 7, 2}, []int64{13, 13, 20, 22}},
		"a day is missing":     {[]billing.Snapshot{at(1, 10), at(2, 13), at(4, 20)}, 22, []int64{3, 0, 7, 2}, []int64{13, 13, 20, 22}},
		"today's is not taken": {[]billing.Snapshot{at(1, 10), at(2, 13), at(3, 13)}, 22, []int64{3, 0, 0, 9}, []int64{13, 13, 13, 22}},
		"begun on the way":     {[]billing.Snapshot{at(3, 5), at(4, 6)}, 6, []int64{0, 0, 1, 0}, []int64{5, 5, 6, 6}},
		"none since before":    {[]billing.Snapshot{at(-5, 4)}, 9, []int64{0, 0, 0, 5}, []int64{4, 4, 4, 9}},
		"none":                 {nil, 4, []int64{0, 0, 0, 4}, []int64{0, 0, 0, 4}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var changes, levels []int64
			for i, d := range billing.Days(march(1), march(4), test.snapshots, paid(test.now)) {
				if !d.Date.Equal(march(i + 1)) {
					t.Errorf("day %d is %v", i, d.Date)
				}
				changes, levels = append(changes, d.Change["paid.usd"]), append(levels, d.Level["paid.usd"])
			}
			if diff := cmp.Diff([][]int64{test.changes, test.levels}, [][]int64{changes, levels}); diff != "" {
				t.Errorf("changes and levels (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever snapshots there are, the days' changes lead from the first one to
// now: nothing is counted twice or lost.
func TestDaysAddUp(t *testing.T) {
	t.Parallel()
	tally := rapid.MapOfN(rapid.SampledFrom([]string{"paid.usd", "gross.usd", "subscriptions.active"}), rapid.Int64Range(-5, 1000), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		var snapshots []billing.Snapshot
		for n := 1; n <= 10; n++ {
			if rapid.Bool().Draw(t, "taken") {
				snapshots = append(snapshots, billing.Snapshot{Day: march(n), Tally: tally.Draw(t, "tally")})
			}
		}
		now := billing.Tally(tally.Draw(t, "now"))
		first := billing.Tally{}
		if len(snapshots) > 0 {
			first = snapshots[0].Tally
		}
		sum := billing.Tally{}
		days := billing.SumDays(billing.SumDays(nil, billing.Days(march(1), march(10), snapshots, now)), billing.Days(march(1), march(10), nil, nil))
		for _, d := range days {
			sum.Add(d.Change)
		}
		if diff := cmp.Diff(now.Less(first), sum.Less(nil)); diff != "" || len(days) != 10 {
			t.Errorf("the changes of %d days (-want +got):\n%s", len(days), diff)
		}
	})
}
