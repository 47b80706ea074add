package billing

import (
	"fmt"
	"slices"
	"time"
)

// CreatorStatus is whether a creator can be paid.
type CreatorStatus string

// The statuses.
const (
	CreatorNone       CreatorStatus = "none"       // no Stripe account
	CreatorOnboarding CreatorStatus = "onboarding" // one that has not told Stripe all
	CreatorRestricted CreatorStatus = "restricted" // one that Stripe keeps money from, or in
	CreatorEnabled    CreatorStatus = "enabled"
)

// PayoutFrequency is when a creator is paid without asking.
type PayoutFrequency string

// The frequencies.
const (
	PayoutsManual  PayoutFrequency = "manual" // never
	PayoutsWeekly  PayoutFrequency = "weekly"
	PayoutsMonthly PayoutFrequency = "monthly"
)

// Next is the first day of payouts after a time, at midnight UTC: a Monday, or
// the first of a month. It is zero for manual payouts.
func (f PayoutFrequency) Next(after time.Time) time.Time {
	year, month, day := after.UTC().Date()
	switch f {
	case PayoutsWeekly:
		toMonday := (int(time.Monday-after.UTC().Weekday()) + 6) % 7
		return time.Date(year, month, day+1+toMonday, 0, 0, 0, 0, time.UTC)
	case PayoutsMonthly:
		return time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC)
	default:
		return time.Time{}
	}
}

// AccountState is what Stripe says of a creator's account.
type AccountState struct {
	DetailsSubmitted bool
	PayoutsEnabled   bool
	Transfers        bool     // its capability to receive them is active
	CurrentlyDue     []string // what Stripe still wants to know
	DisabledReason   string
}

func (s AccountState) enabled() bool { return s.PayoutsEnabled && s.Transfers }

func (s AccountState) equal(o AccountState) bool {
	return s.DetailsSubmitted == o.DetailsSubmitted && s.PayoutsEnabled == o.PayoutsEnabled && s.Transfers == o.Transfers &&
		s.DisabledReason == o.DisabledReason && slices.Equal(s.CurrentlyDue, o.CurrentlyDue)
}

// Creator is a user who earns, and how the user is paid.
type Creator struct {
	ID      string // the user's
	Account string // Stripe's; empty: none
	Former  string // the account before, which was disconnected
	State   AccountState
	AsOf    time.Time // the second of Stripe's clock in which it told State

	Frequency PayoutFrequency // empty: manual
	DueAt     time.Time       // of the next payout without asking; zero: none

	InFlight []string  // payouts that have not ended
	RetryAt  time.Time // when those are to be looked at next
	Payouts  int64     // how many there are
	Paid     int64     // ever, in cents, less what came back

	Revision int64
}

// Status is whether the creator can be paid.
func (c Creator) Status() CreatorStatus {
	switch {
	case c.Account == "":
		return CreatorNone
	case !c.State.DetailsSubmitted:
		return CreatorOnboarding
	case !c.State.enabled():
		return CreatorRestricted
	default:
		return CreatorEnabled
	}
}

// LookAt is when the schedule is to look at the creator next; zero: never.
func (c Creator) LookAt() time.Time {
	if len(c.InFlight) > 0 {
		return c.RetryAt
	}
	return c.DueAt
}

// What refuses a payout.
var (
	ErrPayoutsNotEnabled    = NewError(PermissionDenied, "payouts_not_enabled", "The Stripe account cannot receive payouts; finish its onboarding")
	ErrPayoutsNeedKeys      = NewError(PermissionDenied, "payouts_need_keys", "Creators cannot be paid from a connected Stripe account: save Stripe keys for the project")
	ErrPayoutInFlight       = NewError(Conflict, "payout_in_flight", "Another payout is under way")
	ErrPayoutBelowMinimum   = NewError(Refused, "payout_below_minimum", fmt.Sprintf("A payout is %d cents at least", LeastPayout))
	ErrInsufficientEarnings = NewError(PaymentRequired, "insufficient_earnings", "The earnings are lower than that")
)

// NewPayout is a payout to the creator of a part of what is earned, if the rules
// allow it.
func (c Creator) NewPayout(id string, amount, earned int64, now time.Time) (Payout, error) {
	p := Payout{
		ID: id, Creator: c.ID, Account: c.Account, Amount: amount, Currency: PayoutCurrency, Status: PayoutReserved, CreatedAt: now,
	}
	switch {
	case c.Status() != CreatorEnabled:
		return p, ErrPayoutsNotEnabled
	case amount < LeastPayout:
		return p, ErrPayoutBelowMinimum
	case len(c.InFlight) > 0:
		return p, ErrPayoutInFlight
	case amount > earned:
		return p, ErrInsufficientEarnings
	}
	return p, nil
}

// Follow keeps up with a payout of the creator's and what it posted, if anything.
// The schedule looks at what has not ended from a time on.
func (c *Creator) Follow(p Payout, posted *Posting, look time.Time) {
	if p.Revision == 0 {
		c.Payouts++
	}
	known := slices.Index(c.InFlight, p.ID)
	switch ended := p.Next() == PayoutDone; {
	case ended && known >= 0:
		c.InFlight = slices.Delete(slices.Clone(c.InFlight), known, known+1)
	case !ended && known < 0:
		c.InFlight = append(slices.Clone(c.InFlight), p.ID)
	}
	c.RetryAt = look
	if len(c.InFlight) == 0 {
		c.RetryAt = time.Time{}
	}
	if posted != nil && posted.Kind == PostPayout {
		c.Paid -= posted.Amount(Account{TransitAccount, c.ID})
	}
	if posted != nil && posted.Kind == PostReversal {
		c.Paid -= posted.Amount(Account{CreatorAccount, c.ID})
	}
}

// Told takes what Stripe says of the creator's account, unless later news is
// known. It reports whether that changes anything. Within a second the last to
// be heard counts: whatever depends on it has Stripe asked again.
func (c *Creator) Told(s AccountState, asOf time.Time) bool {
	if asOf.Before(c.AsOf) || asOf.Equal(c.AsOf) && s.equal(c.State) {
		return false
	}
	c.State, c.AsOf = s, asOf
	return true
}

// Disconnected says that an account is the creator's no more.
func (c *Creator) Disconnected(account string, asOf time.Time) bool {
	if account == "" || c.Account != account {
		return false
	}
	c.Account, c.Former, c.State, c.AsOf = "", account, AccountState{}, asOf
	return true
}
