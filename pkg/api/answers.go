package api

import (
	"strings"
	"time"

	"billhook/pkg/billing"
)

// Text is a nullable text of an answer: an empty one is null.
func Text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Time is a nullable time of an answer: the zero time is null.
func Time(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// SubscriptionOf is a subscription as the Payments API shows it.
func SubscriptionOf(scope billing.Scope, s billing.Subscription) Subscription {
	return Subscription{
		ID:                 scope.RecordID(s.ID),
		ProjectID:          scope.Project,
		UserID:             Text(s.User),
		IsTestMode:         scope.Mode == billing.Test,
		SubscriptionID:     s.ID,
		CustomerID:         Text(s.Customer),
		Status:             string(s.Status),
		PlanName:           Text(s.Plan),
		Quantity:           s.Quantity,
		CurrentPeriodStart: Time(s.CurrentPeriodStart),
		CurrentPeriodEnd:   Time(s.CurrentPeriodEnd),
		CancelAt:           Time(s.CancelAt),
		CancelledAt:        Time(s.CanceledAt),
		DuplicateOf:        Text(s.DuplicateOf),
		PriceID:            Text(s.Price),
		MonthlyAmountCents: s.Monthly,
		Currency:           Text(s.Currency),
		Interval:           Text(string(s.Interval)),
		IntervalCount:      s.IntervalCount,
		AmountCents:        s.Amount,
		CreatedAt:          s.CreatedAt,
	}
}

// PaymentOf is a payment as the Payments API shows it.
func PaymentOf(scope billing.Scope, x billing.Transaction) Payment {
	p := Payment{
		ID:                  scope.RecordID(x.ID),
		ProjectID:           scope.Project,
		UserID:              Text(x.User),
		IsTestMode:          scope.Mode == billing.Test,
		PaymentIntentID:     x.PaymentIntent,
		Status:              string(x.Status),
		AmountCents:         x.Amount,
		Currency:            x.Currency,
		Description:         Text(x.Description),
		RefundedAmountCents: x.Refunded,
		FailureCode:         Text(x.Failure.Code),
		DeclineCode:         Text(x.Failure.Decline),
		FailureMessage:      Text(x.Failure.Message),
		Attempts:            x.Retry.Attempts,
		NextAttemptAt:       Time(x.Retry.Next),
		DisputeStatus:       Text(string(x.Dispute.Status)),
		DisputeReason:       Text(x.Dispute.Reason),
		Type:                paymentType(x),
		InvoiceID:           Text(onlyID(x.ID, "in_")),
		CustomerID:          Text(onlyID(x.Owner, "cus_")),
		CreatedAt:           x.CreatedAt,
	}
	if x.Subscription != "" {
		id := scope.RecordID(x.Subscription)
		p.SubscriptionID = &id
	}
	return p
}

// paymentType is what a payment is for.
func paymentType(x billing.Transaction) string {
	switch {
	case x.Subscription != "":
		return "subscription_payment"
	case onlyID(x.ID, "in_") != "":
		return "invoice_payment"
	default:
		return "one_time_payment"
	}
}

// onlyID is an id of Stripe's if it is of a kind.
func onlyID(id, kind string) string {
	if strings.HasPrefix(id, kind) {
		return id
	}
	return ""
}
