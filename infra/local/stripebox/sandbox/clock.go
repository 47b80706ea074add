package sandbox

import (
	"math"
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
	// never is the time of what does not happen by itself.
	never = math.MaxInt64
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

// nextTask is the earliest thing that is yet to happen by itself. Of several at
// once, the first kind here goes first, and of a kind the oldest: a discount is
// over before its subscription renews, and what renews as a phase of a schedule
// begins is billed as the phase says.
func (a *account) nextTask() (next task, found bool) {
	kinds := []func() (task, bool){
		a.discountTask,
		func() (task, bool) { return soonest(&a.Disputes, a.disputeTask) },
		func() (task, bool) { return soonest(&a.Schedules, a.scheduleTask) },
		func() (task, bool) { return soonest(&a.Subscriptions, a.subscriptionTask) },
		a.draftTask,
		func() (task, bool) { return soonest(&a.Sessions, a.sessionTask) },
	}
	if a.onClock == "" { // what belongs to no customer
		kinds = append(kinds,
			func() (task, bool) { return soonest(&a.Payouts, a.payoutTask) },
			func() (task, bool) { return soonest(&a.TestClocks, a.clockTask) },
		)
	}
	for _, kind := range kinds {
		if candidate, exists := kind(); exists && (!found || candidate.at < next.at) {
			next, found = candidate, true
		}
	}
	return next, found
}

// soonest is the earliest of the tasks that a table's rows have.
func soonest[T resource](rows *table[T], of func(T) (task, bool)) (next task, found bool) {
	for row := range rows.all {
		if candidate, exists := of(row); exists && (!found || candidate.at < next.at) {
			next, found = candidate, true
		}
	}
	return next, found
}

// sessionTask is the end of an open checkout session.
func (a *account) sessionTask(s *session) (task, bool) {
	open := s.Status == statusOpen && a.onClockOf(s.Customer.ID)
	return task{s.ExpiresAt, func() { a.expireSession(s) }}, open
}

// subscriptionTask is the next thing that happens to a subscription by itself.
func (a *account) subscriptionTask(sub *subscription) (task, bool) {
	switch {
	case sub.TestClock.ID != a.onClock, sub.over():
		return task{}, false
	case sub.Status == statusIncomplete:
		return task{sub.Created + incompleteLifetime, func() { a.endSubscription(sub, statusIncompleteExpired, "") }}, true
	}
	next := task{sub.CurrentPeriodEnd, func() { a.renew(sub) }}
	if sub.Status == statusPaused {
		next = a.pausedTask(sub)
	}
	for _, id := range sub.OpenInvoices {
		invoice := a.Invoices.get(id)
		if at := int64(invoice.NextPaymentAttempt); at != 0 && at <= next.at {
			next = task{at, func() { a.payInvoice(invoice, a.methodOf(sub)) }}
		}
	}
	if reminder := int64(sub.TrialEnd) - trialReminder; sub.Status == statusTrialing && !sub.TrialReminded && reminder < next.at {
		next = task{max(reminder, a.now), func() { a.remindOfTrial(sub) }}
	}
	if pause := sub.PauseCollection; pause != nil && pause.ResumesAt != 0 && int64(pause.ResumesAt) <= next.at {
		next = task{int64(pause.ResumesAt), func() { a.resumeCollection(sub) }}
	}
	if at := int64(sub.CancelAt); at != 0 && at <= next.at {
		next = task{at, func() { a.endSubscription(sub, statusCanceled, reasonRequested) }}
	}
	return next, true
}

func (a *account) remindOfTrial(sub *subscription) {
	sub.TrialReminded = true
	a.emit("customer.subscription.trial_will_end", sub.shown())
}

// renew moves a subscription into its next period and bills it.
func (a *account) renew(sub *subscription) {
	if sub.Status == statusTrialing && a.endTrialUnpaid(sub) {
		return
	}
	a.bill(sub, a.startPeriod(sub))
}

// startPeriod moves a subscription into its next period and drafts its invoice.
func (a *account) startPeriod(sub *subscription) *object.Invoice {
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
	return invoice
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
