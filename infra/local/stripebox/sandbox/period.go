package sandbox

import (
	"time"

	"billhook/infra/local/stripebox/object"
)

const secondsPerDay = 24 * 60 * 60

// nextBoundary is the first billing boundary after a time. Boundaries are whole
// numbers of intervals from the anchor, not from each other: a subscription
// anchored on January 31 renews on February 28 and then on March 31.
func nextBoundary(anchor int64, r *object.Recurring, after int64) int64 {
	longest := map[string]int64{"day": 1, "week": 7, "month": 31, "year": 366}[r.Interval] * r.IntervalCount * secondsPerDay
	// Counting starts where even the longest intervals have not yet passed it.
	n := max(0, (after-anchor)/longest-1)
	for {
		boundary := addIntervals(utc(anchor), r.Interval, n*r.IntervalCount).Unix()
		if boundary > after {
			return boundary
		}
		n++
	}
}

// lastBoundary is the last billing boundary that is not after a time; the anchor
// is the first.
func lastBoundary(anchor int64, r *object.Recurring, at int64) int64 {
	last := anchor
	for next := nextBoundary(anchor, r, last); next <= at; next = nextBoundary(anchor, r, next) {
		last = next
	}
	return last
}

// addIntervals adds n intervals; a month without the anchor's day ends on its
// last day instead.
func addIntervals(anchor time.Time, interval string, n int64) time.Time {
	count := int(n)
	switch interval {
	case "day":
		return anchor.AddDate(0, 0, count)
	case "week":
		return anchor.AddDate(0, 0, 7*count)
	case "year":
		count *= 12
	}
	firstOfMonth := time.Date(anchor.Year(), anchor.Month()+time.Month(count), 1,
		anchor.Hour(), anchor.Minute(), anchor.Second(), 0, time.UTC)
	lastDay := firstOfMonth.AddDate(0, 1, -1).Day()
	return firstOfMonth.AddDate(0, 0, min(anchor.Day(), lastDay)-1)
}
