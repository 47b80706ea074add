package main

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"billhook/pkg/billing"
)

// facts are the members of a row that can be seen, as its changes name them;
// what is empty is absent.
type facts map[string]string

// kind is what a moment is one of.
type kind string

const (
	ofSubscription kind = "subscription"
	ofPayment      kind = "payment"
)

// moment is one change of a row.
type moment struct {
	kind   kind
	event  billing.EventRecord
	step   billing.Step
	before facts
	after  facts
	began  time.Time // when the row's object was created at Stripe
}

// changed reports whether a member got another value.
func (m moment) changed(field string) bool { return m.before[field] != m.after[field] }

func subscriptionMoments(s billing.Subscription, events []billing.EventRecord) []moment {
	now, _ := billing.SubscriptionStep(nil, s)
	return moments(ofSubscription, now, s.CreatedAt, events)
}

func paymentMoments(x billing.Transaction, events []billing.EventRecord) []moment {
	now, _ := billing.TransactionStep(nil, x)
	return moments(ofPayment, now, x.CreatedAt, events)
}

// moments goes back through the events that changed a row, from how it is now:
// what each change found is what the one before it left.
func moments(of kind, now billing.Step, began time.Time, events []billing.EventRecord) []moment {
	state := facts{}
	for _, c := range now.Changes {
		state[c.Field] = c.To
	}
	var all []moment
	for _, event := range events {
		step, _ := event.StepOf(now.Row)
		m := moment{kind: of, event: event, step: step, after: maps.Clone(state), began: began}
		for _, c := range step.Changes {
			m.after.set(c.Field, c.To)
			state.set(c.Field, c.From)
		}
		m.before = maps.Clone(state)
		all = append(all, m)
	}
	return all
}

func (f facts) set(field, value string) {
	if value == "" {
		delete(f, field)
		return
	}
	f[field] = value
}

// story is what happened to a subscription and to the payments for it.
type story struct {
	subscription billing.Subscription
	moments      []moment
}

// newestFirst are the newest moments. Those of one second are in the order in
// which they were learned of.
func (s story) newestFirst(most int) []moment {
	sorted := slices.Clone(s.moments)
	slices.SortStableFunc(sorted, func(a, b moment) int {
		return cmp.Or(b.event.Created.Compare(a.event.Created), b.event.ReceivedAt.Compare(a.event.ReceivedAt))
	})
	return sorted[:min(len(sorted), most)]
}

// How far apart things may be that belong together: the events of one failure,
// and a period and the invoice for it.
const (
	failureSpan = time.Minute
	invoiceSpan = time.Hour
)

// failure is the failed payment that goes with what happened to the
// subscription at a time; nil if none is known.
func (s story) failure(at time.Time) *moment {
	var found *moment
	for i, m := range s.moments {
		near := m.event.Created.After(at.Add(-invoiceSpan)) && m.event.Created.Before(at.Add(failureSpan))
		failed := m.kind == ofPayment && m.after["status"] == string(billing.TransactionFailed)
		if near && failed && (found == nil || m.event.Created.After(found.event.Created)) {
			found = &s.moments[i]
		}
	}
	return found
}

// name is what a payment is to the subscription.
func (s story) name(payment moment) string {
	if together(payment.began, s.subscription.CreatedAt) {
		return "first payment"
	}
	for _, m := range s.moments {
		if start, ok := instant(m.after["current_period_start"]); ok && m.kind == ofSubscription && together(payment.began, start) {
			return "renewal payment"
		}
	}
	return "payment"
}

func together(a, b time.Time) bool { return a.Sub(b).Abs() < invoiceSpan }

// instant reads a time of a change.
func instant(text string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}
