package billing

import (
	"cmp"
	"time"
)

// DisputeStatus is Stripe's status of a dispute.
type DisputeStatus string

// Stripe's statuses. A warning is an inquiry that has taken no money.
const (
	DisputeWarningNeedsResponse DisputeStatus = "warning_needs_response"
	DisputeWarningUnderReview   DisputeStatus = "warning_under_review"
	DisputeWarningClosed        DisputeStatus = "warning_closed"
	DisputeNeedsResponse        DisputeStatus = "needs_response"
	DisputeUnderReview          DisputeStatus = "under_review"
	DisputeWon                  DisputeStatus = "won"
	DisputeLost                 DisputeStatus = "lost"
)

// rank orders the statuses; a dispute never goes back to one of a lower rank.
func (s DisputeStatus) rank() int {
	switch s {
	case DisputeWarningNeedsResponse:
		return 1
	case DisputeWarningUnderReview:
		return 2
	case DisputeWarningClosed:
		return 3
	case DisputeNeedsResponse:
		return 4
	case DisputeUnderReview:
		return 5
	case DisputeWon, DisputeLost:
		return 6
	default:
		return 0
	}
}

// Open reports whether the bank has not decided yet and money is held back.
func (s DisputeStatus) Open() bool { return s == DisputeNeedsResponse || s == DisputeUnderReview }

// Dispute is a payment that its payer's bank takes back. The zero Dispute is
// none.
type Dispute struct {
	ID        string
	Status    DisputeStatus
	Reason    string // Stripe's word, such as "fraudulent"
	Amount    int64  // minor units of the payment's currency
	CreatedAt time.Time
	AsOf      time.Time // of the event that told the status
}

// takes reports whether the payment's money is held back, or gone.
func (d Dispute) takes() bool { return d.Status.Open() || d.Status == DisputeLost }

// disputes are the latest two of a payment after an event tells of one: each may
// have taken a part of it.
func (t Transaction) disputes(told Dispute) (latest, earlier Dispute) {
	if told.ID == t.Earlier.ID {
		return t.Dispute, t.Earlier.advance(told)
	}
	latest = t.Dispute.advance(told)
	switch {
	case told.ID == t.Dispute.ID:
		return latest, t.Earlier
	case latest == told:
		return told, t.Dispute
	default:
		return latest, t.Earlier.advance(told)
	}
}

// advance lays what an event tells over what is known. Of two disputes the newer
// is kept.
func (d Dispute) advance(told Dispute) Dispute {
	var order int
	if told.ID == d.ID {
		order = cmp.Or(
			cmp.Compare(told.Status.rank(), d.Status.rank()),
			told.AsOf.Compare(d.AsOf),
			cmp.Compare(told.Status, d.Status),
		)
	} else {
		order = cmp.Or(told.CreatedAt.Compare(d.CreatedAt), cmp.Compare(told.ID, d.ID))
	}
	if order > 0 {
		return told
	}
	return d
}
