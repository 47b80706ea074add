package billing

import (
	"time"

	"github.com/google/uuid"
)

// Grant is access that somebody gave a user by hand, for a plan or for single
// features. What happens at Stripe leaves it as it is.
type Grant struct {
	ID        uuid.UUID
	User      string
	Plan      string           // billhook's id; empty: single features
	Features  []GrantedFeature // of a grant without a plan
	Reason    string
	Author    string // the caller who gave it
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
	RevokedAt time.Time // zero: it was not
	RevokedBy string
}

// GrantedFeature is a feature that is given apart from any plan.
type GrantedFeature struct {
	Key   string
	Limit *int64 // how much of it; nil: as much as one likes
}

// Live reports whether the grant counts at a time. A grant that does not will
// never do so again.
func (g Grant) Live(now time.Time) bool {
	return g.RevokedAt.IsZero() && (g.ExpiresAt.IsZero() || now.Before(g.ExpiresAt))
}
