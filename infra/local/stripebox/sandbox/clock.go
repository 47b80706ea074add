package sandbox

import (
	"slices"
	"time"

	"billhook/infra/local/stripebox/object"
)

const (
	// sessionLifetime is how long a checkout session stays open.
	sessionLifetime = secondsPerDay
	// incompleteLifetime is how long a first payment may be made up for.
	incompleteLifetime = 23 * 60 * 60
	// trialReminder is how long before a trial's end it is announced.
	trialReminder = 3 * secondsPerDay
)

// task is something that happens by itself at a time.
type task struct {
	at  int64
	run func()
}

// runUntil does everything that is due up to a time, in the order in which it
// falls due, each with the clock standing at that moment.
func (a *account) runUntil(now int64) {
	for {
		next, found := a.nextTask()
		if !found || next.at > now {
			a.now = now
			a.refreshOffers()
			return
		}
		a.now = next.at
		next.run()
	}
}

// nextTask is the earliest thing that is yet to happen by itself; of several at
// once, that of the older resource.
func (a *account) nextTask() (next task, found bool) {
	consider := func(candidate task, exists bool) {
		if exists && (!found || candidate.at < next.at) {
			next, found = candidate, true
		}
	}
	consider(a.discountTask())
	consider(a.disputeTask())
	for sub := range a.Subscriptions.all {
		consider(a.subscriptionTask(sub))
	}
	for s := range a.Sessions.all {
		if s.Status == statusOpen {
			consider(task{s.ExpiresAt, func() { a.expireSession(s) }}, true)
		}
	}
	for payout := range a.Payouts.all {
		consider(a.payoutTask(payout))
	}
	return next, found
}

// subscriptionTask is the next thing that happens to a subscription by itself.
func (a *account) subscriptionTask(sub *subscription) (task, bool) {
	switch sub.Status {
	case statusCanceled, statusIncompleteExpired:
		return task{}, false
	case statusIncomplete:
		return task{sub.Created + incompleteLifetime, func() { a.endSubscription(sub, statusIncompleteExpired, "") }}, true
	}
	next := task{sub.CurrentPeriodEnd, func() { a.renew(sub) }}
	for _, id := range sub.OpenInvoices {
		invoice := a.Invoices.get(id)
		if at := int64(invoice.NextPaymentAttempt); at != 0 && at <= next.at {
			next = task{at, func() { a.payInvoice(invoice, a.methodOf(sub)) }}
		}
	}
	if reminder := int64(sub.TrialEnd) - trialReminder; sub.Status == statusTrialing && !sub.TrialReminded && reminder < next.at {
		next = task{max(reminder, a.now), func() {
			sub.TrialReminded = true
			a.emit("customer.subscription.trial_will_end", sub.shown())
		}}
	}
	if at := int64(sub.CancelAt); at != 0 && at <= next.at {
		next = task{at, func() { a.endSubscription(sub, statusCanceled, reasonRequested) }}
	}
	return next, true
}

// renew moves a subscription into its next period and bills it.
func (a *account) renew(sub *subscription) {
	ended := object.Period{Start: sub.CurrentPeriodStart, End: sub.CurrentPeriodEnd}
	period := object.Period{Start: ended.End, End: nextBoundary(sub.BillingCycleAnchor, sub.recurring(), ended.End)}
	invoice := a.draftInvoice(sub, reasonCycle, ended, a.periodLines(sub, period, false))
	a.update(eventSubscriptionUpdated, sub.shown(), func() {
		sub.CurrentPeriodStart, sub.CurrentPeriodEnd = period.Start, period.End
		sub.LatestInvoice = object.To(invoice.ID)
		if sub.Status == statusTrialing {
			sub.Status = statusActive
		}
	})
	a.emit("invoice.created", invoice)
	a.finalize(invoice)
	a.payInvoice(invoice, a.methodOf(sub)) // a decline shows in the status
}

// advance moves the clock forward and answers the events that this made.
func (a *account) advance(to int64) []string {
	a.platform.cause = object.EventRequest{}
	moved := to - a.now
	a.platform.OffsetSeconds += moved
	a.runFamily(to)
	a.server.dispatcher.Advance(a.platform.id, time.Duration(moved)*time.Second) // retries fall due
	return slices.Clone(a.events)
}
