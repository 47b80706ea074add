// Package ratelimit admits calls at a steady rate with a burst, by the generic
// cell rate algorithm (GCRA): all that is kept of a caller's past is one time,
// until when the calls so far are paid for. The package decides; it keeps
// nothing, and what a refusal looks like is its callers' affair.
package ratelimit

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Limit is so many calls in a period. All of them may come at once; then they
// are earned again one by one, an interval each.
type Limit struct {
	Calls  int64
	Period time.Duration
}

// Interval is how long it takes to earn a call, in whole microseconds, which
// is how fine the times are that stores keep.
func (l Limit) Interval() time.Duration {
	return (l.Period / time.Duration(l.Calls)).Truncate(time.Microsecond)
}

// Latest is the latest time that the calls so far may be paid until, for
// another to be admitted.
func (l Limit) Latest(now time.Time) time.Time {
	return now.Add(time.Duration(l.Calls-1) * l.Interval())
}

// Spend pays for a call: paid is until when the calls before are paid for, and
// becomes until when this one is. It reports false, and changes nothing, if
// the call is one too many.
func (l Limit) Spend(paid, now time.Time) (time.Time, bool) {
	if paid.Before(now) {
		paid = now
	}
	if paid.After(l.Latest(now)) {
		return paid, false
	}
	return paid.Add(l.Interval()), true
}

// Decision is what became of a call.
type Decision struct {
	Admitted   bool
	Limit      int64
	Remaining  int64         // calls that would be admitted at once
	RetryAfter time.Duration // until one is; zero if this one was
	Reset      time.Time     // when all of Limit are admitted again
}

// Decide tells of a call after which the calls so far are paid for until paid.
func (l Limit) Decide(paid, now time.Time, admitted bool) Decision {
	d := Decision{Admitted: admitted, Limit: l.Calls, Reset: now}
	if paid.After(now) {
		d.Reset = paid
	}
	if left := l.Latest(now).Sub(d.Reset); left >= 0 {
		d.Remaining = int64(left/l.Interval()) + 1
	}
	if !admitted {
		d.RetryAfter = max(paid.Sub(l.Latest(now)), 0)
	}
	return d
}

// SetHeaders tells a client of the decision.
func (d Decision) SetHeaders(h http.Header) {
	h.Set("X-RateLimit-Limit", strconv.FormatInt(d.Limit, 10))
	h.Set("X-RateLimit-Remaining", strconv.FormatInt(d.Remaining, 10))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(ceilSeconds(d.Reset), 10))
}

func ceilSeconds(t time.Time) int64 { return t.Add(time.Second - time.Nanosecond).Unix() }

// Spender keeps until when the calls of a class are paid for.
type Spender interface {
	// Spend does as Limit.Spend does, at once for all who call. The class
	// names what is counted together.
	Spend(ctx context.Context, class string, l Limit, now time.Time) (paid time.Time, admitted bool, err error)
}

// Take asks to be admitted.
func Take(ctx context.Context, s Spender, class string, l Limit, now time.Time) (Decision, error) {
	paid, admitted, err := s.Spend(ctx, class, l, now)
	if err != nil {
		return Decision{}, err
	}
	return l.Decide(paid, now, admitted), nil
}
