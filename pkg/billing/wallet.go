package billing

import "time"

// Wallet is what a user has paid in and can spend, in one currency.
type Wallet struct {
	User      string
	Currency  string
	Balance   int64 // what can be spent; negative after a claw-back of what was spent
	Held      int64 // set aside
	Deposited int64 // ever, less what was clawed back
	Spent     int64 // ever, less what was refunded
	Postings  int64 // how many there are in its history
	Reload    AutoReload
}

// Hold is money of a wallet that is set aside until the price of something is
// known, or until it expires.
type Hold struct {
	ID          string // also of the posting that set it aside
	User        string
	Currency    string
	Amount      int64
	Description string
	CreatedAt   time.Time
	ExpiresAt   time.Time
}

// Expired reports whether the money is the user's again.
func (h Hold) Expired(now time.Time) bool { return !now.Before(h.ExpiresAt) }

// EndID is what ends the hold, whichever way: so it ends once.
func (h Hold) EndID() string { return h.ID + "#end" }

// AutoReload has the saved card pay into a wallet when little is left. The zero
// AutoReload does nothing.
type AutoReload struct {
	Enabled   bool
	Threshold int64 // below this
	Amount    int64 // this is paid in
	Failures  int   // in a row
	Problem   string
	Number    int64 // of the reload that was begun last
	Flight    ReloadFlight
	Revision  int64 // grows by one with each write
}

// ReloadFlight is a reload that is under way. The zero flight is none.
type ReloadFlight struct {
	Amount    int64
	StartedAt time.Time
	Until     time.Time // then whoever works on it is thought to be dead
}

const (
	// ReloadTries is how often in a row a reload may fail.
	ReloadTries = 3
	// reloadLease is longer than any function runs.
	reloadLease = time.Minute
)

// Due reports whether a reload is to begin. A wallet that is negative was
// clawed back, and the card that paid is not trusted with more.
func (r AutoReload) Due(balance int64) bool {
	return r.Enabled && !r.Flying() && balance >= 0 && balance < r.Threshold
}

// Flying reports whether a reload is under way.
func (r AutoReload) Flying() bool { return r.Flight.Amount != 0 }

// Abandoned reports whether a reload is under way that nobody works on.
func (r AutoReload) Abandoned(now time.Time) bool { return r.Flying() && !now.Before(r.Flight.Until) }

// Begin starts the next reload.
func (r AutoReload) Begin(now time.Time) AutoReload {
	r.Number++
	r.Flight = ReloadFlight{Amount: r.Amount, StartedAt: now, Until: now.Add(reloadLease)}
	return r
}

// Resume takes an abandoned reload over.
func (r AutoReload) Resume(now time.Time) AutoReload {
	r.Flight.Until = now.Add(reloadLease)
	return r
}

// Paid ends a reload whose money has come.
func (r AutoReload) Paid() AutoReload {
	r.Flight, r.Failures, r.Problem = ReloadFlight{}, 0, ""
	return r
}

// Failed ends a reload that the card did not pay. After the last try no other
// is begun until somebody turns reloads on again.
func (r AutoReload) Failed(problem string) AutoReload {
	r.Flight, r.Problem = ReloadFlight{}, problem
	r.Failures++
	if r.Failures >= ReloadTries {
		r.Enabled = false
	}
	return r
}

// GivenUp ends a reload that nobody has paid and that is not to be paid now.
func (r AutoReload) GivenUp() AutoReload {
	r.Flight = ReloadFlight{}
	return r
}

// Set changes what the user says of reloads, and forgets earlier failures. One
// that is under way goes on as it began, unless whoever works on it dies first.
func (r AutoReload) Set(enabled bool, threshold, amount int64) AutoReload {
	r.Enabled, r.Threshold, r.Amount = enabled, threshold, amount
	r.Failures, r.Problem = 0, ""
	return r
}
