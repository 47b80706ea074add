package billing

import "time"

// EventQuery asks for a part of the event records of a scope, newest at Stripe
// first. Empty members pick all; From and To are always given.
type EventQuery struct {
	Type    string
	Outcome Outcome
	Object  string    // the event's own, or one whose row it changed
	From    time.Time // the first second that is wanted
	To      time.Time // the first second that is not
	After   EventRef  // the Next of the page before; zero: from the start
	Limit   int
}

// Picks reports whether not every event of its time is asked for.
func (q EventQuery) Picks() bool { return q.Type != "" || q.Outcome != "" || q.Object != "" }

// Matches reports whether an event of its time is asked for.
func (q EventQuery) Matches(r EventRecord) bool {
	if q.Type != "" && q.Type != r.Type || q.Outcome != "" && q.Outcome != r.Outcome {
		return false
	}
	_, changed := r.StepOf(q.Object)
	return q.Object == "" || q.Object == r.Object || changed
}

// EventPage is a part of a list of events. A page of picked events may hold
// fewer than were asked for, or none, and still have a next one.
type EventPage struct {
	Events []EventRecord
	Next   EventRef // where the next page begins; zero on the last one
}
