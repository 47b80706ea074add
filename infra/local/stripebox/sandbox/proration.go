package sandbox

import (
	"slices"

	"billhook/infra/local/stripebox/object"
)

// Values of proration_behavior.
const (
	prorateInvoice = "always_invoice"
	prorateNone    = "none"
)

// itemsChange says how a subscription's items are replaced.
type itemsChange struct {
	items    []*object.SubscriptionItem // nil when they stay
	behavior string                     // proration_behavior
	from     int64                      // the rest of the period begins here
	// paid is what the items up to now cost for a whole period, by their ids:
	// the change may be one of the discounts, too.
	paid map[string]int64
}

// changeItems replaces a subscription's items and accounts for the rest of the
// period. It returns the draft of an invoice that is to be paid at once, if the
// change calls for one: another billing interval starts a new period now.
func (a *account) changeItems(sub *subscription, change itemsChange) *object.Invoice {
	if change.items == nil {
		return nil
	}
	before := sub.Items.Data
	newCycle := !sameInterval(before[0].Price.Recurring, change.items[0].Price.Recurring)
	billed := sub.Status == statusActive || sub.Status == statusPastDue
	sub.SetItems(change.items)
	if billed && change.behavior != prorateNone {
		a.prorate(sub, before, change, !newCycle)
	}
	switch {
	case !billed:
		return nil // a trial bills the new items at its end
	case newCycle:
		sub.BillingCycleAnchor, sub.CurrentPeriodStart = a.now, a.now
		sub.CurrentPeriodEnd = nextBoundary(a.now, sub.recurring(), a.now)
		return a.draftPeriod(sub, reasonUpdate)
	case change.behavior == prorateInvoice && len(a.pendingItems(sub.Customer.ID, sub)) > 0:
		invoice := a.draftInvoice(sub, reasonUpdate, object.Period{Start: a.now, End: a.now}, nil)
		sub.LatestInvoice = object.To(invoice.ID)
		return invoice
	}
	return nil
}

// draftPeriod drafts the invoice of the subscription's current period.
func (a *account) draftPeriod(sub *subscription, reason string) *object.Invoice {
	period := object.Period{Start: sub.CurrentPeriodStart, End: sub.CurrentPeriodEnd}
	invoice := a.draftInvoice(sub, reason, object.Period{Start: a.now, End: a.now}, a.periodLines(sub, period, false))
	sub.LatestInvoice = object.To(invoice.ID)
	return invoice
}

// prorate credits the unused time of what changed and, unless a new period
// bills it anyway, charges the remaining time of what it became.
func (a *account) prorate(sub *subscription, before []*object.SubscriptionItem, change itemsChange, charge bool) {
	length := sub.CurrentPeriodEnd - sub.CurrentPeriodStart
	rest, after := object.Period{Start: change.from, End: sub.CurrentPeriodEnd}, change.items
	costs := a.discountedShares(sub, after)
	for _, old := range before {
		if charge && slices.ContainsFunc(after, func(item *object.SubscriptionItem) bool { return sameBilling(old, item) }) {
			continue
		}
		if amount := share(change.paid[old.ID], rest, length); amount > 0 {
			a.addProration(sub, old, -amount, rest)
		}
	}
	if !charge {
		return
	}
	for _, item := range after {
		if slices.ContainsFunc(before, func(old *object.SubscriptionItem) bool { return sameBilling(old, item) }) {
			continue
		}
		if amount := share(costs[item.ID], rest, length); amount > 0 {
			a.addProration(sub, item, amount, rest)
		}
	}
}

func sameBilling(a, b *object.SubscriptionItem) bool {
	return a.ID == b.ID && a.Price.ID == b.Price.ID && a.Quantity == b.Quantity
}

// share is an amount for a part of a period of the given length in seconds,
// rounded half up.
func share(amount int64, part object.Period, length int64) int64 {
	return (amount*(part.End-part.Start) + length/2) / length
}
