package api

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"billhook/pkg/billing"
)

// Where events are looked for: as far back as any are kept, and, as Stripe's
// test clocks run ahead of time, more than a year ahead in test mode.
const (
	eventsBack      = 400 * 24 * time.Hour
	liveEventsAhead = 24 * time.Hour // clocks differ
	testEventsAhead = 400 * 24 * time.Hour
)

// longestEventCursor is more than any next_cursor of events has, in characters.
const longestEventCursor = 400

var recordedOutcomes = []billing.Outcome{billing.Applied, billing.Stale, billing.Ignored, billing.Quarantined, billing.Failed}

// Names of Stripe's, and of ours, in filters and paths.
var (
	eventType = regexp.MustCompile(`^[a-z0-9_. ]{1,100}$`)
	stripeID  = regexp.MustCompile(`^[A-Za-z0-9_]{1,255}$`)
	searched  = regexp.MustCompile(`^([A-Za-z0-9_]{1,255}|[^\s@]{1,64}@[^\s@]{1,190})$`)
	rowID     = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)
)

// EventQuery is the part of the events that a request asks for.
func EventQuery(p ListEventsParams, mode billing.Mode, now time.Time) (billing.EventQuery, error) {
	_, size, err := PageOf(nil, p.PageSize)
	if err != nil {
		return billing.EventQuery{}, err
	}
	var f fields
	q := billing.EventQuery{
		Type:   f.name("type", p.Type, eventType),
		Object: f.name("object", p.Object, stripeID),
		From:   now.Add(-eventsBack),
		To:     now.Add(liveEventsAhead),
		Limit:  size,
	}
	if mode == billing.Test {
		q.To = now.Add(testEventsAhead)
	}
	if from := f.time("from", p.From); from != nil && from.After(q.From) {
		q.From = *from
	}
	if to := f.time("to", p.To); to != nil && to.Before(q.To) {
		q.To = *to
	}
	if p.Outcome != nil {
		q.Outcome = *p.Outcome
		if !slices.Contains(recordedOutcomes, q.Outcome) {
			f.outside("outcome", "enum", oneOf(recordedOutcomes))
		}
	}
	if p.Cursor != nil {
		var ok bool
		if q.After, ok = eventAt(*p.Cursor); !ok {
			f.outside("cursor", "value_error", "the next_cursor of an earlier answer")
		}
	}
	return q, f.err()
}

// name reads a filter; empty for none.
func (f *fields) name(parameter string, s *string, form *regexp.Regexp) string {
	if s == nil {
		return ""
	}
	if !form.MatchString(*s) {
		f.outside(parameter, "string_pattern_mismatch", "of the form "+form.String())
	}
	return *s
}

// time reads a bound; an empty one was read as the zero time.
func (f *fields) time(parameter string, at *time.Time) *time.Time {
	if at != nil && at.IsZero() {
		f.outside(parameter, "datetime_parsing", "a time, such as 2026-03-01T12:00:00Z")
		return nil
	}
	return at
}

// EventID checks the event that a path names.
func EventID(id string) error { return inPath("event_id", id, stripeID) }

// SubscriptionID checks the subscription that a path names, by Stripe's id or
// by its record's.
func SubscriptionID(id string) error { return inPath("subscription_id", id, rowID) }

func inPath(parameter, value string, form *regexp.Regexp) error {
	if form.MatchString(value) {
		return nil
	}
	return billing.InvalidFields(billing.FieldError{
		Loc: []any{"path", parameter}, Msg: "Input should be of the form " + form.String(), Type: "string_pattern_mismatch",
	})
}

// NextEvents is the next_cursor of an answer; nil on the last page.
func NextEvents(next billing.EventRef) *string {
	if next == (billing.EventRef{}) {
		return nil
	}
	return Text(base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(next.Created.Unix(), 10) + "." + next.ID)))
}

// eventAt reads what NextEvents wrote.
func eventAt(cursor string) (billing.EventRef, bool) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(cursor) > longestEventCursor {
		return billing.EventRef{}, false
	}
	created, id, found := strings.Cut(string(text), ".")
	seconds, err := strconv.ParseInt(created, 10, 64)
	if err != nil || !found || seconds < 0 || seconds >= 1e10 { // ten digits reach beyond the year 2286
		return billing.EventRef{}, false
	}
	return billing.EventRef{ID: id, Created: billing.At(seconds)}, true
}

// EventOf is an event as the Payments API shows it.
func EventOf(r billing.EventRecord) Event {
	e := Event{
		EventID:    r.ID,
		Type:       r.Type,
		Object:     Text(r.Object),
		APIVersion: Text(r.APIVersion),
		Outcome:    string(r.Outcome),
		Reason:     Text(r.Reason),
		CreatedAt:  r.Created,
		ReceivedAt: r.ReceivedAt,
		Attempts:   r.Attempts,
		DurationMs: r.Took.Milliseconds(),
		Changes:    []Change{},
	}
	for _, step := range r.Steps {
		e.Changes = append(e.Changes, ChangesOf(step)...)
	}
	return e
}

// ChangesOf is what an event changed of one object.
func ChangesOf(s billing.Step) []Change {
	changes := []Change{}
	for _, c := range s.Changes {
		changes = append(changes, Change{Object: s.Row, Field: c.Field, From: Text(c.From), To: Text(c.To)})
	}
	return changes
}

// RefusalOf is the delivery that was refused last; nil if there was none.
func RefusalOf(r *billing.Refusal) *Refusal {
	if r == nil {
		return nil
	}
	return &Refusal{At: r.At, LikelyCause: r.LikelyCause}
}
