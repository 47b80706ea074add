package billing

import (
	"slices"
	"time"
)

// Outcome is what became of an event.
type Outcome string

// The outcomes. An event that failed or was quarantined may still be applied:
// Stripe delivers it again, or somebody replays it.
const (
	Applied     Outcome = "applied"     // it changed what is stored
	Stale       Outcome = "stale"       // what is stored is newer, or knows as much
	Duplicate   Outcome = "duplicate"   // it was here before
	Ignored     Outcome = "ignored"     // of a type, or about an object, that is not kept
	Quarantined Outcome = "quarantined" // it could not be read, and is kept whole
	Failed      Outcome = "failed"      // it could not be brought in yet
)

// Settled reports whether an event with the outcome is done with.
func (o Outcome) Settled() bool { return o == Applied || o == Stale || o == Ignored }

// EventRecord is the trace of an event. It is written in the same transaction
// as the event's effects, once, so the effects happen once.
type EventRecord struct {
	ID         string
	Type       string
	Object     string
	APIVersion string
	Outcome    Outcome
	Reason     string    // why it is stale, quarantined or failed, for people; empty: nothing to say
	Created    time.Time // at Stripe
	ReceivedAt time.Time // its last delivery that was recorded
	Attempts   int       // deliveries that were recorded; duplicates are not
	Took       time.Duration

	Steps []Step // what it changed, a step for each row
}

// EventRef finds an event's record.
type EventRef struct {
	ID      string
	Created time.Time
}

// Ref is where the record is found.
func (r EventRecord) Ref() EventRef { return EventRef{r.ID, r.Created} }

// StepOf is what the event changed of a row.
func (r EventRecord) StepOf(row string) (Step, bool) {
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Row == row })
	if i < 0 {
		return Step{}, false
	}
	return r.Steps[i], true
}

// Step is a change of one row. The steps of a row make a chain, newest first:
// the row knows its last event, and each step the one before.
type Step struct {
	Row      string // Stripe's id of what the row stands for
	Changes  []Change
	Previous EventRef // zero: the row was new
}

// Change is a member of a row that got another value. Values are what the APIs
// show: times in RFC 3339, amounts in minor units; empty for none.
type Change struct {
	Field string
	From  string
	To    string
}

// Refusal is a delivery that was refused because of its signature. Its sender
// is told nothing; this is for the project's developer.
type Refusal struct {
	At          time.Time
	LikelyCause string // a sentence
}
