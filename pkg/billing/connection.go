package billing

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Connection is the connecting of a tenant's Stripe account, by OAuth, while it
// is under way.
type Connection struct {
	State     Secret // random; goes to Stripe and comes back with the account's owner
	Tenant    string
	Mode      Mode
	ReturnURL string // where the owner is sent afterwards
	ExpiresAt time.Time
}

// ConnectionLife is how long the owner has.
const ConnectionLife = 10 * time.Minute

// StateHash is what is kept of the state.
func (c Connection) StateHash() string {
	sum := sha256.Sum256([]byte(c.State.Reveal()))
	return hex.EncodeToString(sum[:])
}

// ErrUnknownState refuses an answer to no question of ours.
var ErrUnknownState = NewError(Refused, "invalid_state", "The connection is unknown, was completed before or took too long: start again")
