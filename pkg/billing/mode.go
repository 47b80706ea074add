package billing

import (
	"time"

	"github.com/google/uuid"
)

// Mode says which of a Stripe account's two worlds is meant. They never mix.
type Mode string

// The two modes.
const (
	Test Mode = "test"
	Live Mode = "live"
)

// Valid reports whether m is one of the two modes.
func (m Mode) Valid() bool { return m == Test || m == Live }

// Other is the other mode.
func (m Mode) Other() Mode {
	if m == Live {
		return Test
	}
	return Live
}

// ModeOf translates Stripe's livemode flag.
func ModeOf(livemode bool) Mode {
	if livemode {
		return Live
	}
	return Test
}

// Scope is where billing data lives: one project in one mode. Every store,
// vault and gateway call takes it as an argument.
type Scope struct {
	Project uuid.UUID
	Mode    Mode
}

// String is the scope in keys, secret names and logs.
func (s Scope) String() string { return s.Project.String() + "#" + string(s.Mode) }

// recordSpace is the UUIDv5 namespace of record ids.
var recordSpace = uuid.MustParse("6f1c2f3e-8a53-4f0e-9d0b-2f6d3f1a7c55")

// RecordID is the id under which the APIs show the record of a Stripe object.
// It is derived, so replays and any order of events give the same id.
func (s Scope) RecordID(stripeID string) uuid.UUID {
	return uuid.NewSHA1(recordSpace, []byte(s.String()+"#"+stripeID))
}

// At turns Stripe's unix seconds into a time.
func At(unix int64) time.Time { return time.Unix(unix, 0).UTC() }
