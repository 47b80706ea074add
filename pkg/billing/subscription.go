package billing

import "time"

// SubscriptionStatus is Stripe's status of a subscription.
type SubscriptionStatus string

// Stripe's statuses.
const (
	StatusActive            SubscriptionStatus = "active"
	StatusTrialing          SubscriptionStatus = "trialing"
	StatusPastDue           SubscriptionStatus = "past_due"
	StatusCanceled          SubscriptionStatus = "canceled"
	StatusIncomplete        SubscriptionStatus = "incomplete"
	StatusIncompleteExpired SubscriptionStatus = "incomplete_expired"
	StatusUnpaid            SubscriptionStatus = "unpaid"
	StatusPaused            SubscriptionStatus = "paused"
)

// Terminal reports whether a subscription can never leave the status.
func (s SubscriptionStatus) Terminal() bool {
	return s == StatusCanceled || s == StatusIncompleteExpired
}

// Paying reports whether the statistics count the subscription as active.
func (s SubscriptionStatus) Paying() bool {
	return s == StatusActive || s == StatusTrialing
}

// Recurs reports whether a subscription in the status counts as recurring
// revenue, as Stripe counts it: what is late is still expected, a trial is not.
func (s SubscriptionStatus) Recurs() bool {
	return s == StatusActive || s == StatusPastDue
}

// Holds reports whether a subscription in the status is the user's current
// one: it stands in the way of buying a second.
func (s SubscriptionStatus) Holds() bool {
	return s.Paying() || s == StatusPastDue
}

// SubscriptionState is what is kept of a Stripe subscription. Two states are
// equal when nothing that is kept differs, so the order of two events that
// lead to equal states does not matter.
type SubscriptionState struct {
	Status             SubscriptionStatus
	Price              string // Stripe's id of the first item's price
	Plan               string // its name for people; empty: none
	Quantity           int64
	CurrentPeriodStart time.Time
	CurrentPeriodEnd   time.Time
	CancelAt           time.Time // zero: not scheduled to cancel
	CanceledAt         time.Time // when cancellation was asked for or happened
	Monthly            int64     // price of all items for a month, minor units of Currency; 0 where none is fixed
	Currency           string
	Interval           Interval // that the first item is paid for; empty: unknown
	IntervalCount      int64    // how many of them at once
	Amount             int64    // price of the items that are paid for the same; 0 where none is fixed
}

// Subscription is the projection of one Stripe subscription.
type Subscription struct {
	ID       string // Stripe's
	Customer string // Stripe's
	User     string // empty: unknown
	SubscriptionState
	CreatedAt time.Time // at Stripe

	Trial bool // it is, or was once, in a trial; never forgotten

	// DuplicateOf is the older subscription that the user had as well when this
	// one was seen to run; empty: none. It is never forgotten.
	DuplicateOf string

	// PastDueSince is when the payment failed that the subscription is past due
	// for, as told first; zero: it is not past due.
	PastDueSince time.Time

	AsOf      time.Time // `created` of the event that the state comes from
	AsCreated bool      // no update is known: every one comes after this state

	LastEvent EventRef // that changed it
	Revision  int64
}

// Overdue keeps since when the subscription is past due, by what is told of its
// status at a time: by the first that tells it, until it is not any more.
func (s *Subscription) Overdue(told time.Time) {
	switch {
	case s.Status != StatusPastDue:
		s.PastDueSince = time.Time{}
	case s.PastDueSince.IsZero():
		s.PastDueSince = told
	}
}

// Current is the newest subscription that the user holds, else the newest that
// has not ended, such as one whose first payment is under way; nil if there is
// none.
func Current(newestFirst []Subscription) *Subscription {
	var open *Subscription
	for i, sub := range newestFirst {
		if sub.Status.Holds() {
			return &newestFirst[i]
		}
		if open == nil && !sub.Status.Terminal() {
			open = &newestFirst[i]
		}
	}
	return open
}
