package main

import (
	"maps"
	"testing"
	"time"

	"billhook/pkg/billing"
)

// began is when the subscription of these tests was created.
var began = time.Date(2026, 2, 3, 9, 15, 0, 0, time.UTC)

// change is a moment: how a row was, and how it is then.
func change(of kind, before, after facts, created time.Time) moment {
	step := billing.Step{Row: "row_1"}
	for _, field := range []string{"status", "metadata"} {
		if before[field] != after[field] {
			step.Changes = append(step.Changes, billing.Change{Field: field, From: before[field], To: after[field]})
		}
	}
	return moment{kind: of, event: billing.EventRecord{ID: "evt_1", Created: began.AddDate(0, 1, 0)}, step: step, before: before, after: after, began: created}
}

func with(f facts, pairs ...string) facts {
	changed := facts{}
	maps.Copy(changed, f)
	for i := 0; i+1 < len(pairs); i += 2 {
		changed.set(pairs[i], pairs[i+1])
	}
	return changed
}

func TestSubscriptionSentences(t *testing.T) {
	t.Parallel()
	active := facts{
		"status": "active", "plan_name": "Pro", "price_id": "price_1", "quantity": "1",
		"current_period_start": "2026-03-03T09:15:00Z", "current_period_end": "2026-04-03T09:15:00Z",
	}
	status := func(s string) facts { return with(active, "status", s) }
	for name, c := range map[string]struct {
		before, after facts
		want          string
	}{
		"created, to be paid":       {nil, status("incomplete"), "Created: waiting for the first payment."},
		"created, active":           {nil, active, "Created: active."},
		"created with a trial":      {nil, status("trialing"), "Created: on trial until 2026-04-03 09:15 UTC."},
		"created as a duplicate":    {nil, with(active, "duplicate_of", "sub_0"), "Created: active. Marked as a duplicate of sub_0."},
		"first seen at its end":     {nil, status("canceled"), "Created: canceled."},
		"a status of the future":    {active, status("dormant"), "Dormant."},
		"a status that was lost":    {active, with(active, "status", ""), "Of unknown status."},
		"paid":                      {status("incomplete"), active, "Active."},
		"never paid":                {status("incomplete"), status("incomplete_expired"), "Expired: the first payment was not made in time."},
		"after the trial":           {status("trialing"), active, "Active: the trial has ended."},
		"after the trial, not paid": {status("trialing"), status("paused"), "Paused: the trial ended without a way to pay."},
		"resumed":                   {status("paused"), active, "Active again: no longer paused."},
		"recovered":                 {status("past_due"), active, "Active again: what was due is paid or waived."},
		"past due, nothing known":   {active, status("past_due"), "Past due."},
		"given up":                  {status("past_due"), status("unpaid"), "Unpaid, collecting was given up."},
		"canceled":                  {active, status("canceled"), "Canceled."},
		"canceled while past due":   {status("past_due"), status("canceled"), "Canceled while past due."},
		"canceled while unpaid":     {status("unpaid"), status("canceled"), "Canceled while unpaid."},
		"canceled during the trial": {status("trialing"), status("canceled"), "Canceled during the trial."},
		"canceled as planned":       {with(active, "cancel_at", "2026-04-03T09:15:00Z"), status("canceled"), "Canceled."},
		"to be canceled":            {active, with(active, "cancel_at", "2026-04-03T09:15:00Z", "cancelled_at", "2026-03-10T00:00:00Z"), "Set to be canceled on 2026-04-03 09:15 UTC."},
		"not to be canceled":        {with(active, "cancel_at", "2026-04-03T09:15:00Z"), active, "The planned cancellation was taken back."},
		"renewed": {
			active, with(active, "current_period_start", "2026-04-03T09:15:00Z", "current_period_end", "2026-05-03T09:15:00Z"),
			"A new period runs until 2026-05-03 09:15 UTC.",
		},
		"a period made longer": {active, with(active, "current_period_end", "2026-05-03T09:15:00Z"), "The period now runs until 2026-05-03 09:15 UTC."},
		"another plan":         {active, with(active, "plan_name", "Team", "price_id", "price_2"), "Plan changed from Pro to Team."},
		"a plan without name":  {active, with(active, "plan_name", "", "price_id", "price_2"), "Plan changed from Pro to price_2."},
		"another quantity":     {active, with(active, "quantity", "3"), "Quantity changed from 1 to 3."},
		"no quantity":          {active, with(active, "quantity", ""), "Quantity changed from 1 to 0."},
		"several changes": {
			status("past_due"), with(active, "quantity", "3", "plan_name", "Team"),
			"Active again: what was due is paid or waived. Plan changed from Pro to Team. Quantity changed from 1 to 3.",
		},
		"a user":         {active, with(active, "user_id", "user_42"), "Linked to the user user_42."},
		"a duplicate":    {active, with(active, "duplicate_of", "sub_0"), "Marked as a duplicate of sub_0."},
		"anything else":  {active, with(active, "metadata", "x"), "Changed: metadata."},
		"no known times": {active, with(active, "current_period_start", "", "current_period_end", ""), "A new period runs until an unknown time."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (story{}).summary(change(ofSubscription, c.before, c.after, began)); got != c.want {
				t.Errorf("summary = %q, want %q", got, c.want)
			}
		})
	}
}

func TestPaymentSentences(t *testing.T) {
	t.Parallel()
	paid := facts{"status": "succeeded", "amount": "2900", "currency": "usd"}
	failed := with(paid, "status", "failed", "attempts", "1")
	declined := with(failed, "failure_code", "card_declined", "decline_code", "insufficient_funds")
	refunded := func(amount, status string) facts { return with(paid, "amount_refunded", amount, "status", status) }
	disputed := func(status string) facts { return with(paid, "dispute_status", status, "dispute_reason", "fraudulent") }
	for name, c := range map[string]struct {
		before, after facts
		want          string
	}{
		"paid":                      {nil, paid, "The payment of 29.00 usd succeeded."},
		"paid in whole units":       {nil, with(paid, "currency", "jpy"), "The payment of 2900 jpy succeeded."},
		"paid in thousandths":       {nil, with(paid, "currency", "kwd"), "The payment of 2.900 kwd succeeded."},
		"paid after all":            {declined, with(declined, "status", "succeeded"), "The payment of 29.00 usd succeeded."},
		"under way":                 {nil, with(paid, "status", "pending"), "The payment of 29.00 usd is under way."},
		"given up":                  {failed, with(failed, "status", "canceled"), "The payment of 29.00 usd was given up."},
		"failed":                    {nil, failed, "The payment of 29.00 usd failed, attempt 1."},
		"failed once, not retried":  {nil, with(failed, "attempts", ""), "The payment of 29.00 usd failed."},
		"failed, to be tried again": {nil, with(declined, "next_attempt", "2026-03-06T09:15:00Z"), "The payment of 29.00 usd failed (card_declined: insufficient_funds), attempt 1, next attempt 2026-03-06 09:15 UTC."},
		"failed again":              {declined, with(declined, "attempts", "2"), "The payment of 29.00 usd failed (card_declined: insufficient_funds), attempt 2."},
		"a reason without the bank": {nil, with(failed, "failure_code", "expired_card"), "The payment of 29.00 usd failed (expired_card), attempt 1."},
		"a reason that came later":  {failed, declined, "Why the payment of 29.00 usd failed: card_declined: insufficient_funds."},
		"refunded in part":          {paid, refunded("600", "partially_refunded"), "6.00 usd of the payment of 29.00 usd is refunded."},
		"refunded":                  {paid, refunded("2900", "refunded"), "The payment of 29.00 usd is refunded in full."},
		"first seen refunded":       {nil, refunded("2900", "refunded"), "The payment of 29.00 usd succeeded. The payment of 29.00 usd is refunded in full."},
		"a refund that failed":      {refunded("2900", "refunded"), paid, "A refund failed: 0.00 usd of the payment of 29.00 usd is refunded."},
		"disputed":                  {paid, disputed("needs_response"), "The payment of 29.00 usd is disputed (fraudulent), and a response is needed."},
		"a dispute under review":    {disputed("needs_response"), disputed("under_review"), "The bank reviews the dispute of the payment of 29.00 usd (fraudulent)."},
		"a dispute won":             {disputed("under_review"), disputed("won"), "The dispute of the payment of 29.00 usd is won."},
		"a dispute lost":            {disputed("under_review"), disputed("lost"), "The dispute of the payment of 29.00 usd (fraudulent) is lost."},
		"an inquiry":                {paid, disputed("warning_needs_response"), "The bank inquires about the payment of 29.00 usd (fraudulent) and waits for a response."},
		"an inquiry under review":   {paid, disputed("warning_under_review"), "The bank reviews the response to its inquiry about the payment of 29.00 usd."},
		"an inquiry closed":         {paid, disputed("warning_closed"), "The inquiry about the payment of 29.00 usd is closed."},
		"a dispute of the future":   {paid, with(paid, "dispute_status", "prevented"), "The dispute of the payment of 29.00 usd is prevented."},
		"a user":                    {paid, with(paid, "user_id", "user_42"), "Linked to the user user_42."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (story{}).summary(change(ofPayment, c.before, c.after, began)); got != c.want {
				t.Errorf("summary = %q, want %q", got, c.want)
			}
		})
	}
}

// A sentence about the subscription names the payment that explains it.
func TestSentencesKnowTheStory(t *testing.T) {
	t.Parallel()
	renewal := began.AddDate(0, 1, 0)
	active := facts{"status": "active", "current_period_start": "2026-03-03T09:15:00Z", "current_period_end": "2026-04-03T09:15:00Z"}
	failed := facts{
		"status": "failed", "amount": "2900", "currency": "usd", "attempts": "1", "next_attempt": "2026-03-06T09:15:00Z",
		"failure_code": "card_declined", "decline_code": "insufficient_funds",
	}
	due := change(ofSubscription, active, with(active, "status", "past_due"), began)
	payment := func(after facts, invoiced, happened time.Time) moment {
		m := change(ofPayment, nil, after, invoiced)
		m.event.Created = happened
		return m
	}
	const explained = "Past due: the renewal payment of 29.00 usd failed (card_declined: insufficient_funds), attempt 1, next attempt 2026-03-06 09:15 UTC."
	for name, c := range map[string]struct {
		payments []moment
		want     string
	}{
		"no payment":                     {nil, "Past due."},
		"the renewal":                    {[]moment{payment(failed, renewal, renewal)}, explained},
		"told a moment later":            {[]moment{payment(failed, renewal, renewal.Add(2*time.Second))}, explained},
		"its reason told apart":          {[]moment{payment(with(failed, "failure_code", "", "decline_code", ""), renewal, renewal), payment(failed, renewal, renewal.Add(time.Second))}, explained},
		"the first payment":              {[]moment{payment(failed, began, renewal)}, "Past due: the first payment of 29.00 usd failed (card_declined: insufficient_funds), attempt 1, next attempt 2026-03-06 09:15 UTC."},
		"a payment in between":           {[]moment{payment(failed, renewal.Add(-48*time.Hour), renewal)}, "Past due: the payment of 29.00 usd failed (card_declined: insufficient_funds), attempt 1, next attempt 2026-03-06 09:15 UTC."},
		"one that failed long before":    {[]moment{payment(failed, renewal, renewal.Add(-24*time.Hour))}, "Past due."},
		"one that failed afterwards":     {[]moment{payment(failed, renewal, renewal.Add(24*time.Hour))}, "Past due."},
		"one that succeeded":             {[]moment{payment(with(failed, "status", "succeeded"), renewal, renewal)}, "Past due."},
		"the newest of those that count": {[]moment{payment(failed, renewal, renewal), payment(with(failed, "amount", "100"), began, renewal.Add(-time.Minute))}, explained},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := story{subscription: billing.Subscription{CreatedAt: began}, moments: append([]moment{due}, c.payments...)}
			if got := s.summary(due); got != c.want {
				t.Errorf("summary = %q, want %q", got, c.want)
			}
		})
	}
}
