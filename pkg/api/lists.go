package api

import (
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"billhook/pkg/billing"
)

// deepest is the last row that page numbers reach: the rows before it are read
// too. A cursor goes on from there at no such cost.
const deepest = 10_000

// longestCursor is more than any next_cursor has, in characters.
const longestCursor = 200

// ListQuery is the part of a list that a request asks for, and the number of
// its page. Scopes and status are for the caller to fill in.
func ListQuery(page, size *int, cursor *string) (q billing.ListQuery, number int, err error) {
	number, q.Limit, err = PageOf(page, size)
	if err != nil {
		return q, number, err
	}
	var f fields
	switch {
	case cursor != nil && len(*cursor) > longestCursor:
		f.outside("cursor", "string_too_long", fmt.Sprintf("of at most %d characters", longestCursor))
	case cursor != nil:
		order, err := base64.RawURLEncoding.DecodeString(*cursor)
		if err != nil || len(order) == 0 {
			f.outside("cursor", "value_error", "the next_cursor of an earlier answer")
		}
		q.After = string(order)
	case number > deepest/q.Limit:
		f.outside("page", "less_than_equal", fmt.Sprintf("within the first %d rows; use cursor beyond them", deepest))
	default:
		q.Skip = (number - 1) * q.Limit
	}
	return q, number, f.err()
}

// NextPage is the next_cursor of an answer; nil on the last page.
func NextPage(next string) *string {
	return Text(base64.RawURLEncoding.EncodeToString([]byte(next)))
}

// ListFilter is what picks rows of a list besides their status.
type ListFilter struct {
	From, To *time.Time
	Search   *string
}

// Period is the period that a list is filtered by, once the whole filter is
// found to be right.
func (l ListFilter) Period() (billing.Period, error) {
	var f fields
	var p billing.Period
	f.name("search", l.Search, searched)
	if from := f.time("from", l.From); from != nil {
		p.From = *from
	}
	if to := f.time("to", l.To); to != nil {
		p.To = *to
	}
	return p, f.err()
}

// The days that figures are shown of.
const (
	someDays = 30
	mostDays = 90
)

// DaysOf is how many days a request asks for.
func DaysOf(days *int) (int, error) {
	if days == nil {
		return someDays, nil
	}
	var f fields
	switch {
	case *days < 1:
		f.outside("days", "greater_than_equal", "greater than or equal to 1")
	case *days > mostDays:
		f.outside("days", "less_than_equal", fmt.Sprintf("less than or equal to %d", mostDays))
	}
	return *days, f.err()
}

var subscriptionStatuses = []billing.SubscriptionStatus{
	billing.StatusActive, billing.StatusCanceled, billing.StatusIncomplete, billing.StatusIncompleteExpired,
	billing.StatusPastDue, billing.StatusPaused, billing.StatusTrialing, billing.StatusUnpaid,
}

var paymentStatuses = []billing.TransactionStatus{
	billing.TransactionSucceeded, billing.TransactionPending, billing.TransactionFailed,
	billing.TransactionCanceled, billing.TransactionRefunded, billing.TransactionPartiallyRefunded,
}

// SubscriptionStatus is the status that a list is filtered by; empty for none.
func SubscriptionStatus(s *billing.SubscriptionStatus) (billing.SubscriptionStatus, error) {
	return status(s, subscriptionStatuses)
}

// PaymentStatus is the status that a list is filtered by; empty for none.
func PaymentStatus(s *billing.TransactionStatus) (billing.TransactionStatus, error) {
	return status(s, paymentStatuses)
}

func status[S ~string](s *S, known []S) (S, error) {
	switch {
	case s == nil:
		return "", nil
	case *s == "cancelled": // as some clients spell it
		return "canceled", nil
	case slices.Contains(known, *s):
		return *s, nil
	}
	var f fields
	f.outside("status", "enum", oneOf(known))
	return "", f.err()
}
