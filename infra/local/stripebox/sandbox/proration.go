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

// changeItems replaces a subscription's items and accounts for the rest of the
// period from a time on. It returns the draft of an invoice that is to be paid at once, if the
// change calls for one: another billing interval starts a new period now.
func (a *account) changeItems(sub *subscription, items []*object.SubscriptionItem, behavior string, from int64) *object.Invoice {
	if items == nil {
		return nil
	}
	before := sub.Items.Data
	newCycle := !sameInterval(before[0].Price.Recurring, items[0].Price.Recurring)
	rest := object.Period{Start: from, End: sub.CurrentPeriodEnd}
	billed := sub.Status == statusActive || sub.Status == statusPastDue
	sub.SetItems(items)
	if billed && behavior != prorateNone {
		a.prorate(sub, before, items, rest, !newCycle)
	}
	switch {
	case !billed:
		return nil // a trial bills the new items at its end
	case newCycle:
		sub.BillingCycleAnchor, sub.CurrentPeriodStart = a.now, a.now
		sub.CurrentPeriodEnd = nextBoundary(a.now, sub.recurring(), a.now)
		return a.draftPeriod(sub, reasonUpdate)
	case behavior == prorateInvoice && len(a.pendingItems(sub.Customer.ID, sub)) > 0:
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
func (a *account) prorate(sub *subscription, before, after []*object.SubscriptionItem, rest object.Period, charge bool) {
	length := sub.CurrentPeriodEnd - sub.CurrentPeriodStart
	credits, charges := a.discountedShares(sub, before), a.discountedShares(sub, after)
	for _, old := range before {
		if charge && slices.ContainsFunc(after, func(item *object.SubscriptionItem) bool { return sameBilling(old, item) }) {
			continue
		}
		if amount := share(credits[old.ID], rest, length); amount > 0 {
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
		if amount := share(charges[item.ID], rest, length); amount > 0 {
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
