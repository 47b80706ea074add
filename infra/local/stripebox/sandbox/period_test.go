package sandbox

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"billhook/infra/local/stripebox/object"
)

func TestNextBoundary(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		anchor, after, want string
		interval            string
		count               int64
	}{
		"month":                           {"2026-01-15", "2026-01-15", "2026-02-15", "month", 1},
		"the 31st into February":          {"2026-01-31", "2026-01-31", "2026-02-28", "month", 1},
		"and back to the 31st":            {"2026-01-31", "2026-02-28", "2026-03-31", "month", 1},
		"the 31st into a month of 30":     {"2026-01-31", "2026-03-31", "2026-04-30", "month", 1},
		"the 31st into a leap February":   {"2028-01-31", "2028-01-31", "2028-02-29", "month", 1},
		"across a year":                   {"2026-12-30", "2026-12-30", "2027-01-30", "month", 1},
		"quarter":                         {"2026-11-30", "2026-11-30", "2027-02-28", "month", 3},
		"a leap day's year":               {"2028-02-29", "2028-02-29", "2029-02-28", "year", 1},
		"and the next leap day":           {"2028-02-29", "2031-02-28", "2032-02-29", "year", 1},
		"week":                            {"2026-01-31", "2026-01-31", "2026-02-07", "week", 1},
		"day":                             {"2026-02-28", "2026-02-28", "2026-03-01", "day", 1},
		"ten days, many of them later":    {"2026-01-01", "2026-12-31", "2027-01-06", "day", 10},
		"an anchor that is still to come": {"2026-02-14", "2026-01-31", "2026-02-14", "month", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := nextBoundary(day(t, test.anchor), &object.Recurring{Interval: test.interval, IntervalCount: test.count}, day(t, test.after))
			if want := day(t, test.want); got != want {
				t.Errorf("got %s, want %s", utc(got), utc(want))
			}
		})
	}
}

func day(t *testing.T, text string) int64 {
	t.Helper()
	parsed, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Unix()
}

// Boundaries follow each other without a gap or a repetition, and those of
// months fall on the anchor's day or on the last day of a shorter month.
func TestBoundariesKeepTheAnchor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		anchor := rapid.Int64Range(newYear(2020), newYear(2040)).Draw(t, "anchor")
		r := &object.Recurring{
			Interval:      rapid.SampledFrom([]string{"day", "week", "month", "year"}).Draw(t, "interval"),
			IntervalCount: rapid.Int64Range(1, 12).Draw(t, "count"),
		}
		previous := anchor
		for range rapid.IntRange(1, 40).Draw(t, "periods") {
			next := nextBoundary(anchor, r, previous)
			if next <= previous {
				t.Fatalf("boundary %s does not follow %s", utc(next), utc(previous))
			}
			if midway := nextBoundary(anchor, r, previous+(next-previous)/2); midway != next {
				t.Fatalf("from within the period the next boundary is %s, not %s", utc(midway), utc(next))
			}
			lastDay := utc(next).AddDate(0, 0, 1).Day() == 1
			if monthly := r.Interval == "month" || r.Interval == "year"; monthly && utc(next).Day() != utc(anchor).Day() && !lastDay {
				t.Fatalf("boundary %s keeps neither the day of %s nor the end of the month", utc(next), utc(anchor))
			}
			previous = next
		}
	})
}

func newYear(year int) int64 { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Unix() }

func TestFormatMoney(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		amount   int64
		currency string
	}{
		"$0.05":           {5, "usd"},
		"$29.00":          {2900, "usd"},
		"-$1,234,567.89":  {-123456789, "USD"},
		"¥4,300":          {4300, "jpy"},
		"€0.99":           {99, "eur"},
		"£10.00":          {1000, "gbp"},
		"KWD\u00a01.500":  {1500, "kwd"},
		"KRW\u00a012,000": {12000, "krw"},
		"CHF\u00a020.00":  {2000, "chf"},
	}
	for want, test := range tests {
		if got := formatMoney(test.amount, test.currency); got != want {
			t.Errorf("formatMoney(%d, %s) = %q, want %q", test.amount, test.currency, got, want)
		}
	}
}
