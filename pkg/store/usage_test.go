package store_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// Calls are counted in their hour, by class and mode, however many come at
// once.
func TestUsage(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	live := billing.Scope{Project: s.Project, Mode: billing.Live}
	count := func(s billing.Scope, class billing.UsageClass, at time.Time) {
		if err := table.CountUsage(t.Context(), s, class, at); err != nil {
			t.Error(err)
		}
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			count(s, billing.UsageQuery, noon.Add(time.Hour-time.Nanosecond))
			count(s, billing.UsageCreate, noon)
			count(s, billing.UsageQuery, noon)
		})
	}
	wg.Wait()
	count(s, billing.UsageDenied, noon.Add(2*time.Hour+time.Minute))
	count(s, billing.UsageQuery, noon.Add(-time.Nanosecond))
	count(live, billing.UsageCreate, noon)
	first := billing.Usage{Hour: noon.Add(-time.Hour), Queries: 1}
	busy := billing.Usage{Hour: noon, Creates: 16, Queries: 32}
	last := billing.Usage{Hour: noon.Add(2 * time.Hour), Refused: 1}
	for name, c := range map[string]struct {
		scope billing.Scope
		from  time.Time
		want  []billing.Usage
	}{
		"all of it":        {s, noon.Add(-24 * time.Hour), []billing.Usage{last, busy, first}},
		"from an hour":     {s, noon, []billing.Usage{last, busy}},
		"from within it":   {s, noon.Add(59 * time.Minute), []billing.Usage{last, busy}},
		"from the next":    {s, noon.Add(time.Hour), []billing.Usage{last}},
		"nothing since":    {s, noon.Add(3 * time.Hour), []billing.Usage{}},
		"of the live mode": {live, noon, []billing.Usage{{Hour: noon, Creates: 1}}},
	} {
		got, err := table.Usage(t.Context(), c.scope, c.from)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for at, it := range account.Items(t) {
		if expires, ok := it["expires_at"].(float64); !ok || int64(expires) < noon.Add(399*24*time.Hour).Unix() {
			t.Errorf("%s expires at %v", at, it["expires_at"])
		}
	}
}
