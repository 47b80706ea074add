package ratelimit_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"billhook/pkg/ratelimit"
)

var (
	noon   = time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	hourly = ratelimit.Limit{Calls: 4, Period: time.Hour}
)

// purse keeps one time, as a store does.
type purse struct {
	paid time.Time
	err  error
}

var _ ratelimit.Spender = (*purse)(nil)

func (p *purse) Spend(_ context.Context, _ string, l ratelimit.Limit, now time.Time) (time.Time, bool, error) {
	if p.err != nil {
		return time.Time{}, false, p.err
	}
	var admitted bool
	p.paid, admitted = l.Spend(p.paid, now)
	return p.paid, admitted, nil
}

func TestTake(t *testing.T) {
	t.Parallel()
	const quarter = 15 * time.Minute
	p := &purse{}
	for _, c := range []struct {
		name string
		at   time.Time
		want ratelimit.Decision
	}{
		{"the first", noon, ratelimit.Decision{Admitted: true, Limit: 4, Remaining: 3, Reset: noon.Add(quarter)}},
		{"the second", noon, ratelimit.Decision{Admitted: true, Limit: 4, Remaining: 2, Reset: noon.Add(2 * quarter)}},
		{"the third", noon, ratelimit.Decision{Admitted: true, Limit: 4, Remaining: 1, Reset: noon.Add(3 * quarter)}},
		{"the last", noon, ratelimit.Decision{Admitted: true, Limit: 4, Remaining: 0, Reset: noon.Add(time.Hour)}},
		{"one too many", noon.Add(time.Minute), ratelimit.Decision{Limit: 4, RetryAfter: 14 * time.Minute, Reset: noon.Add(time.Hour)}},
		{"one earned", noon.Add(quarter), ratelimit.Decision{Admitted: true, Limit: 4, Remaining: 0, Reset: noon.Add(time.Hour + quarter)}},
		{"all earned", noon.Add(24 * time.Hour), ratelimit.Decision{Admitted: true, Limit: 4, Remaining: 3, Reset: noon.Add(24*time.Hour + quarter)}},
	} {
		got, err := ratelimit.Take(t.Context(), p, "queries", hourly, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	broken := errors.New("no store")
	if _, err := ratelimit.Take(t.Context(), &purse{err: broken}, "queries", hourly, noon); !errors.Is(err, broken) {
		t.Errorf("Take = %v, want the store's error", err)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	ratelimit.Decision{Limit: 1000, Remaining: 999, Reset: noon.Add(1500 * time.Millisecond)}.SetHeaders(h)
	want := http.Header{
		"X-Ratelimit-Limit": {"1000"}, "X-Ratelimit-Remaining": {"999"}, "X-Ratelimit-Reset": {"1770120002"},
	}
	if diff := cmp.Diff(want, h); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whatever the calls, no more are admitted in a stretch of time than the burst
// and what is earned in it; a call that waits as long as it is told to is
// admitted; and Remaining is the truth.
func TestWhatIsAdmitted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := ratelimit.Limit{
			Calls:  rapid.Int64Range(1, 20).Draw(t, "calls"),
			Period: time.Duration(rapid.Int64Range(1, 3600).Draw(t, "seconds")) * time.Second,
		}
		p := &purse{}
		now, admitted := noon, int64(0)
		for _, pause := range rapid.SliceOfN(rapid.Int64Range(0, int64(2*l.Interval())), 1, 60).Draw(t, "pauses") {
			now = now.Add(time.Duration(pause))
			d, err := ratelimit.Take(t.Context(), p, "", l, now)
			if err != nil {
				t.Fatal(err)
			}
			if d.Admitted {
				admitted++
			} else if d.Remaining != 0 || d.RetryAfter <= 0 {
				t.Fatalf("refused with %+v", d)
			} else if _, ok := l.Spend(p.paid, now.Add(d.RetryAfter)); !ok {
				t.Fatalf("refused after %s, too", d.RetryAfter)
			}
			paid := p.paid
			for range d.Remaining {
				next, ok := l.Spend(paid, now)
				if !ok {
					t.Fatalf("Remaining = %d is too many", d.Remaining)
				}
				paid = next
			}
			if _, ok := l.Spend(paid, now); ok {
				t.Fatalf("Remaining = %d is too few", d.Remaining)
			}
			if most := l.Calls + int64(now.Sub(noon)/l.Interval()) + 1; admitted > most {
				t.Fatalf("%d admitted in %s, want %d at most", admitted, now.Sub(noon), most)
			}
		}
	})
}
