package projector

import (
	"time"

	"billhook/pkg/billing"
)

// account takes what is told of a creator's account.
func (d *decision) account(f billing.AccountFact) {
	if d.was.Creator == nil || d.was.Creator.Account != f.Account {
		d.changes.Event.Reason = "it is no creator's account"
		return
	}
	next := *d.was.Creator
	told := next.Told
	if f.Gone {
		told = func(billing.AccountState, time.Time) bool { return next.Disconnected(f.Account, d.event.Created) }
	}
	if !told(f.State, d.event.Created) {
		d.stale("what is stored of the account is newer, or the same")
		return
	}
	d.changes.Creator = &next
	d.applied()
}

// transfer takes what is told of a payout's transfer, which the scope's own
// account has made.
func (d *decision) transfer(f billing.TransferFact) {
	if d.event.Account != "" {
		d.changes.Event.Reason = "another account made it"
		return
	}
	d.payout(f.PayoutRef, func(p *billing.Payout) *billing.Posting { return p.Transferred(f, d.event.Created) })
}

// bankPayout takes what is told of the payout that a creator's account made for
// one.
func (d *decision) bankPayout(f billing.BankPayoutFact) {
	if p := d.was.Payout; p != nil && p.Account != f.Account {
		d.changes.Event.Reason = "another account made it"
		return
	}
	d.payout(f.PayoutRef, func(p *billing.Payout) *billing.Posting { return p.Bank(f, d.event.Created) })
}

// payout changes a payout, its creator and the ledger together. What is then to
// be done at Stripe is left to the schedule, which is told to look at once.
func (d *decision) payout(of billing.PayoutRef, change func(*billing.Payout) *billing.Posting) {
	switch {
	case of.Project != d.scope.Project.String():
		d.changes.Event.Reason = "it is for another project"
		return
	case d.was.Payout == nil || d.was.Creator == nil:
		d.changes.Event.Reason = "the payout is not known"
		return
	}
	next, creator := *d.was.Payout, *d.was.Creator
	posting := change(&next)
	if next == *d.was.Payout {
		d.stale("what is stored of the payout is newer, or tells as much")
		return
	}
	look := next.LookAgain(d.event.Created)
	if next.Next() == billing.TakeBack {
		look = d.event.Created
	}
	creator.Follow(next, posting, look)
	d.changes.Payout, d.changes.Creator, d.changes.Posting = &next, &creator, posting
	d.applied()
}
