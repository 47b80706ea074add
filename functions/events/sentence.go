package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"billhook/pkg/billing"
)

// summary says what happened at a moment, for people.
func (s story) summary(m moment) string {
	var said []string
	if m.kind == ofSubscription {
		said = s.subscriptionSentences(m)
	} else {
		said = s.paymentSentences(m)
	}
	if m.before["user_id"] == "" && m.changed("user_id") && m.before["status"] != "" {
		said = append(said, "Linked to the user "+m.after["user_id"])
	}
	if len(said) == 0 {
		var fields []string
		for _, c := range m.step.Changes {
			fields = append(fields, c.Field)
		}
		said = []string{"Changed: " + strings.Join(fields, ", ")}
	}
	return strings.Join(said, ". ") + "."
}

func (s story) subscriptionSentences(m moment) []string {
	var said []string
	say := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	if m.changed("status") {
		say("%s", s.statusSentence(m))
	}
	ended := billing.SubscriptionStatus(m.after["status"]).Terminal()
	fresh := m.before["status"] == ""
	if m.changed("duplicate_of") {
		say("Marked as a duplicate of %s", m.after["duplicate_of"])
	}
	if fresh {
		return said
	}
	if from, to := plan(m.before), plan(m.after); from != to {
		say("Plan changed from %s to %s", from, to)
	}
	if m.changed("quantity") {
		say("Quantity changed from %s to %s", cmp.Or(m.before["quantity"], "0"), cmp.Or(m.after["quantity"], "0"))
	}
	switch {
	case !m.changed("cancel_at") || ended:
	case m.after["cancel_at"] == "":
		say("The planned cancellation was taken back")
	default:
		say("Set to be canceled on %s", readable(m.after["cancel_at"]))
	}
	switch {
	case ended || m.after["status"] == string(billing.StatusTrialing):
	case m.changed("current_period_start"):
		say("A new period runs until %s", readable(m.after["current_period_end"]))
	case m.changed("current_period_end"):
		say("The period now runs until %s", readable(m.after["current_period_end"]))
	}
	return said
}

// statusSentence says what a subscription became, and why, where that is known.
func (s story) statusSentence(m moment) string {
	said := s.became(m)
	if m.before["status"] == "" {
		return "Created: " + said
	}
	return strings.ToUpper(said[:1]) + said[1:]
}

func (s story) became(m moment) string {
	before := billing.SubscriptionStatus(m.before["status"])
	switch after := billing.SubscriptionStatus(m.after["status"]); after {
	case billing.StatusIncomplete:
		return "waiting for the first payment"
	case billing.StatusTrialing:
		return "on trial until " + readable(m.after["current_period_end"])
	case billing.StatusActive:
		return active(before)
	case billing.StatusPastDue:
		return "past due" + s.because(m)
	case billing.StatusUnpaid:
		return "unpaid, collecting was given up" + s.because(m)
	case billing.StatusPaused:
		return "paused: the trial ended without a way to pay"
	case billing.StatusIncompleteExpired:
		return "expired: the first payment was not made in time"
	case billing.StatusCanceled:
		return canceled(before)
	default:
		return cmp.Or(string(after), "of unknown status")
	}
}

func active(before billing.SubscriptionStatus) string {
	switch before {
	case billing.StatusTrialing:
		return "active: the trial has ended"
	case billing.StatusPastDue, billing.StatusUnpaid:
		return "active again: what was due is paid or waived"
	case billing.StatusPaused:
		return "active again: no longer paused"
	default:
		return "active"
	}
}

func canceled(before billing.SubscriptionStatus) string {
	switch before {
	case billing.StatusPastDue:
		return "canceled while past due"
	case billing.StatusUnpaid:
		return "canceled while unpaid"
	case billing.StatusTrialing:
		return "canceled during the trial"
	default:
		return "canceled"
	}
}

// because names the failed payment that explains a moment of the subscription.
func (s story) because(m moment) string {
	payment := s.failure(m.event.Created)
	if payment == nil {
		return ""
	}
	return ": the " + s.failed(*payment)
}

// failed is a failed payment: what failed, why, and what comes next.
func (s story) failed(payment moment) string {
	said := fmt.Sprintf("%s of %s failed", s.name(payment), money(payment.after, "amount"))
	if reason := why(payment.after); reason != "" {
		said += " (" + reason + ")"
	}
	if attempts := payment.after["attempts"]; attempts != "" {
		said += ", attempt " + attempts
	}
	if next := payment.after["next_attempt"]; next != "" {
		said += ", next attempt " + readable(next)
	}
	return said
}

// why is the reason of a failure, in Stripe's words and the bank's.
func why(payment facts) string {
	code, decline := payment["failure_code"], payment["decline_code"]
	if code == "" || decline == "" {
		return code + decline
	}
	return code + ": " + decline
}

func (s story) paymentSentences(m moment) []string {
	var said []string
	say := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	name := s.name(m) + " of " + money(m.after, "amount")
	status := billing.TransactionStatus(m.after["status"])
	wasPaid := billing.TransactionStatus(m.before["status"]).Paid()
	switch {
	case status == billing.TransactionFailed && (m.changed("status") || m.changed("attempts")):
		say("The %s", s.failed(m))
	case status == billing.TransactionFailed && why(m.after) != "" && why(m.before) != why(m.after):
		say("Why the %s failed: %s", name, why(m.after))
	case status.Paid() && !wasPaid:
		say("The %s succeeded", name)
	case status == billing.TransactionPending && m.changed("status"):
		say("The %s is under way", name)
	case status == billing.TransactionCanceled && m.changed("status"):
		say("The %s was given up", name)
	}
	if m.changed("amount_refunded") {
		say("%s", refundSentence(name, m))
	}
	if m.changed("dispute_status") {
		say("%s", disputeSentence(name, m.after))
	}
	return said
}

func refundSentence(name string, m moment) string {
	before, after := number(m.before["amount_refunded"]), number(m.after["amount_refunded"])
	switch {
	case after < before:
		return fmt.Sprintf("A refund failed: %s of the %s is refunded", money(m.after, "amount_refunded"), name)
	case after >= number(m.after["amount"]):
		return fmt.Sprintf("The %s is refunded in full", name)
	default:
		return fmt.Sprintf("%s of the %s is refunded", money(m.after, "amount_refunded"), name)
	}
}

func disputeSentence(name string, after facts) string {
	reason := ""
	if after["dispute_reason"] != "" {
		reason = " (" + after["dispute_reason"] + ")"
	}
	switch billing.DisputeStatus(after["dispute_status"]) {
	case billing.DisputeWarningNeedsResponse:
		return fmt.Sprintf("The bank inquires about the %s%s and waits for a response", name, reason)
	case billing.DisputeWarningUnderReview:
		return fmt.Sprintf("The bank reviews the response to its inquiry about the %s", name)
	case billing.DisputeWarningClosed:
		return fmt.Sprintf("The inquiry about the %s is closed", name)
	case billing.DisputeNeedsResponse:
		return fmt.Sprintf("The %s is disputed%s, and a response is needed", name, reason)
	case billing.DisputeUnderReview:
		return fmt.Sprintf("The bank reviews the dispute of the %s%s", name, reason)
	case billing.DisputeWon:
		return fmt.Sprintf("The dispute of the %s is won", name)
	case billing.DisputeLost:
		return fmt.Sprintf("The dispute of the %s%s is lost", name, reason)
	default:
		return fmt.Sprintf("The dispute of the %s is %s", name, after["dispute_status"])
	}
}

// plan is the name for people, or Stripe's id of the price.
func plan(subscription facts) string {
	return cmp.Or(subscription["plan_name"], subscription["price_id"], "none")
}

func money(payment facts, field string) string {
	return billing.FormatAmount(number(payment[field]), payment["currency"])
}

// number reads an amount of a change; it is 0 where there is none.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// readable is a time of a change, to the minute.
func readable(text string) string {
	at, ok := instant(text)
	if !ok {
		return "an unknown time"
	}
	return at.UTC().Format("2006-01-02 15:04 UTC")
}
