package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/ratelimit"
)

// The store does what the arithmetic says, call by call.
func TestSpendAsTheLimitSays(t *testing.T) {
	t.Parallel()
	table, _, s := open(t)
	l := ratelimit.Limit{Calls: 3, Period: time.Minute}
	var paid time.Time
	for i, after := range []time.Duration{0, 0, 0, 0, 19 * time.Second, 20 * time.Second, 20 * time.Second, time.Hour} {
		now := noon.Add(after)
		var want bool
		paid, want = l.Spend(paid, now)
		got, admitted, err := table.Rates(s).Spend(t.Context(), "queries", l, now)
		if err != nil || admitted != want || !got.Equal(paid) {
			t.Errorf("call %d: paid until %s, %t, %v; want %s, %t", i, got, admitted, err, paid, want)
		}
	}
	for name, r := range map[string]struct {
		scope billing.Scope
		class string
	}{
		"another class": {s, "creates"},
		"another mode":  {billing.Scope{Project: s.Project, Mode: billing.Live}, "queries"},
	} {
		if got, admitted, err := table.Rates(r.scope).Spend(t.Context(), r.class, l, noon); err != nil || !admitted || !got.Equal(noon.Add(20*time.Second)) {
			t.Errorf("%s: paid until %s, %t, %v", name, got, admitted, err)
		}
	}
}

// However many call at once, no more are admitted than the limit and what is
// earned meanwhile: one percent is the promise, none is what is seen.
func TestNoneTooManyAtOnce(t *testing.T) {
	t.Parallel()
	table, account, s := open(t)
	const callers, calls = 64, 10
	l := ratelimit.Limit{Calls: 500, Period: time.Hour}
	var admitted, refused atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range calls {
				d, err := ratelimit.Take(t.Context(), table.Rates(s), "creates", l, noon)
				switch {
				case err != nil:
					t.Error(err)
				case d.Admitted:
					admitted.Add(1)
				default:
					refused.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if admitted.Load() != l.Calls || refused.Load() != callers*calls-l.Calls {
		t.Errorf("%d of %d calls were admitted, want %d", admitted.Load(), callers*calls, l.Calls)
	}
	if n := account.Calls()["UpdateItem"]; n > 2*callers*calls+callers {
		t.Errorf("%d updates for %d calls", n, callers*calls)
	}
}
