package billing

import "time"

// Reconciliation is how far the comparison of a scope with Stripe has come.
type Reconciliation struct {
	Scope     Scope
	VisitedAt time.Time // zero: never

	Events EventCursor
	// ComparedTo is the subscription, by Stripe's id, that was compared last on
	// the way from the newest to the oldest; empty: the next is the newest.
	ComparedTo string
	// ComparedAll says that the way was gone once.
	ComparedAll bool

	Revision int64 // grows by one with each write
}

// EventCursor is how far the events that Stripe could not deliver have been
// taken in. They are read from the newest to the oldest.
type EventCursor struct {
	From  time.Time // of those before, none is left; zero: nothing was read yet
	Until time.Time // the reading that is under way takes those before; zero: none is under way
	After string    // the event, by Stripe's id, that it has come to; empty: it begins
	// Failed is when the first event happened that the reading could not bring
	// in; zero: there was none.
	Failed time.Time
}
