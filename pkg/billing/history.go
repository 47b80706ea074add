package billing

import (
	"strconv"
	"time"
)

// SubscriptionStep is how a subscription's row changed; before is nil for a
// new one. There is no step where nothing changed that can be seen.
func SubscriptionStep(before *Subscription, after Subscription) (Step, bool) {
	var was Subscription
	if before != nil {
		was = *before
	}
	s := Step{Row: after.ID, Previous: was.LastEvent}
	s.add("status", string(was.Status), string(after.Status))
	s.add("price_id", was.Price, after.Price)
	s.add("plan_name", was.Plan, after.Plan)
	s.add("quantity", number(was.Quantity), number(after.Quantity))
	s.add("current_period_start", instant(was.CurrentPeriodStart), instant(after.CurrentPeriodStart))
	s.add("current_period_end", instant(was.CurrentPeriodEnd), instant(after.CurrentPeriodEnd))
	s.add("cancel_at", instant(was.CancelAt), instant(after.CancelAt))
	s.add("cancelled_at", instant(was.CanceledAt), instant(after.CanceledAt))
	s.add("user_id", was.User, after.User)
	s.add("duplicate_of", was.DuplicateOf, after.DuplicateOf)
	return s, len(s.Changes) > 0
}

// TransactionStep is how a transaction's row changed, as SubscriptionStep.
func TransactionStep(before *Transaction, after Transaction) (Step, bool) {
	var was Transaction
	if before != nil {
		was = *before
	}
	s := Step{Row: after.ID, Previous: was.LastEvent}
	s.add("status", string(was.Status), string(after.Status))
	s.add("amount", number(was.Amount), number(after.Amount))
	s.add("amount_refunded", number(was.Refunded), number(after.Refunded))
	s.add("currency", was.Currency, after.Currency)
	s.add("attempts", number(int64(was.Retry.Attempts)), number(int64(after.Retry.Attempts)))
	s.add("next_attempt", instant(was.Retry.Next), instant(after.Retry.Next))
	s.add("failure_code", was.Failure.Code, after.Failure.Code)
	s.add("decline_code", was.Failure.Decline, after.Failure.Decline)
	s.add("dispute_status", string(was.Dispute.Status), string(after.Dispute.Status))
	s.add("dispute_reason", was.Dispute.Reason, after.Dispute.Reason)
	s.add("user_id", was.User, after.User)
	return s, len(s.Changes) > 0
}

func (s *Step) add(field, from, to string) {
	if from != to {
		s.Changes = append(s.Changes, Change{Field: field, From: from, To: to})
	}
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
