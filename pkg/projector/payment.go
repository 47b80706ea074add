package projector

import "billhook/pkg/billing"

// payment lays what became of a payment over its row and, for a failed renewal,
// puts the subscription past due until its own event says the same.
func (d *decision) payment(f billing.PaymentFact) {
	if f.Free {
		d.changes.Event.Reason = "nothing was due, so nothing was paid"
		return
	}
	f = d.known.identified(f)
	if f.Payment.ID == "" && d.was.Transaction != nil {
		f.Payment.ID = d.was.Transaction.ID
	}
	if f.Payment.ID == "" {
		d.unidentified(f)
		return
	}
	d.transaction(f.Payment, f.Wallet)
	sub := d.was.Subscription
	failed := f.Payment.Status == billing.TransactionFailed
	if f.Renewal && failed && sub != nil && sub.Status == billing.StatusActive && d.event.Created.After(sub.AsOf) {
		next := *sub
		next.Status = billing.StatusPastDue
		next.Overdue(d.event.Created)
		d.putSubscription(next, "")
	}
}

// unidentified has Stripe asked which payment is meant, unless the events of
// an invoice tell the same.
func (d *decision) unidentified(f billing.PaymentFact) {
	told := f.Payment
	if f.OfInvoice && told.Status == billing.TransactionSucceeded && told.Refunded == 0 {
		d.changes.Event.Reason = "the invoice's own events tell of the payment"
		return
	}
	d.open = &question{invoicePaid, told.PaymentIntent}
}

// charge applies news that do not tell whose charge it is.
func (d *decision) charge(f billing.ChargeFact) {
	if d.known.charge == nil {
		d.open = &question{chargeNow, f.Charge}
		return
	}
	d.payment(d.known.payment(f))
}

// transaction lays what the event tells over the payment's row, and brings the
// wallet that the payment was made for to what the payment is worth.
func (d *decision) transaction(told billing.Transaction, mark billing.WalletMark) {
	var known billing.Transaction
	if d.was.Transaction != nil {
		known = *d.was.Transaction
	}
	told.User = d.user(told.User)
	next := known.Advance(told)
	if mark.Project == d.scope.Project.String() {
		next.Marked(mark)
	}
	if d.was.Transaction != nil && next == known {
		d.stale("what is stored of the payment is newer, or tells as much")
		return
	}
	d.changes.Posting = next.Credit(d.event.Created)
	d.changes.Tally.Transaction(d.was.Transaction, next)
	d.changes.Transaction = &next
	d.disputed(known, next)
	d.applied()
}

// disputed keeps on the customer's row how many of its payments have an open
// dispute. The count follows the rows of the payments, in the transactions that
// change them, so the order of events does not matter to it.
func (d *decision) disputed(before, after billing.Transaction) {
	was, is := before.Dispute.Status.Open(), after.Dispute.Status.Open()
	if was == is || after.Guest() {
		return
	}
	next := billing.Customer{ID: after.Owner}
	if d.was.Customer != nil {
		next = *d.was.Customer
	}
	if is {
		next.Disputes++
	} else if next.Disputes > 0 { // else it was opened before there was a count
		next.Disputes--
	}
	d.changes.Customer = &next
}
