package story

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

type payment struct {
	ID            string  `json:"id"`
	PaymentIntent string  `json:"payment_intent_id"`
	Subscription  *string `json:"subscription_id"`
	Status        string  `json:"status"`
	Amount        int     `json:"amount_cents"`
	Currency      string  `json:"currency"`
	Refunded      int     `json:"refunded_amount_cents"`
}

type paymentList struct {
	Payments []payment `json:"payments"`
	Total    int       `json:"total"`
}

func (s *story) readPayments(ctx context.Context) (paymentList, error) {
	var list paymentList
	err := s.api(ctx, http.MethodGet, "/api/v1/payments/stripe/my-payments", s.userToken, nil, &list)
	return list, err
}

// seePayments checks that the user's payments have these statuses, newest first.
func (s *story) seePayments(ctx context.Context, statuses ...string) (string, error) {
	list, err := s.readPayments(ctx)
	if err != nil {
		return "", err
	}
	s.payments = list.Payments
	var c checks
	c.equal("total", len(statuses), list.Total)
	c.equal("payments on the page", len(statuses), len(list.Payments))
	if err := c.err(); err != nil {
		return "", err
	}
	for i, want := range statuses {
		p := list.Payments[i]
		c.equal("status", want, p.Status)
		c.equal("amount_cents", priceCents, p.Amount)
		c.equal("currency", currency, p.Currency)
		c.equal("subscription_id", s.subscription.ID, deref(p.Subscription))
		c.equal("has a payment_intent_id", true, p.PaymentIntent != "")
	}
	newest := list.Payments[0]
	return fmt.Sprintf("%s %s %d %s", newest.PaymentIntent, newest.Status, newest.Amount, newest.Currency), c.err()
}

func (s *story) seePayment(ctx context.Context) (string, error) {
	return s.seePayments(ctx, "succeeded")
}

// declineRenewal gives the customer a card that banks decline, and lets the
// period pass.
func (s *story) declineRenewal(ctx context.Context) (string, error) {
	const declining = "pm_card_chargeCustomerFail"
	var card struct {
		ID string `json:"id"`
	}
	attach := "/v1/payment_methods/" + declining + "/attach"
	if err := s.stripe(ctx, http.MethodPost, attach, url.Values{"customer": {s.subscription.Customer}}, &card); err != nil {
		return "", err
	}
	params := url.Values{"default_payment_method": {card.ID}}
	if err := s.stripe(ctx, http.MethodPost, "/v1/subscriptions/"+s.subscription.StripeID, params, nil); err != nil {
		return "", err
	}
	renewal, err := time.Parse(time.RFC3339, deref(s.subscription.PeriodEnd))
	if err != nil {
		return "", fmt.Errorf("current_period_end: %w", err)
	}
	later := map[string]int64{"to": renewal.Add(2 * time.Hour).Unix()}
	if err := s.control(ctx, "advance", later, nil); err != nil {
		return "", err
	}
	log, err := s.deliveries(ctx)
	if err != nil {
		return "", err
	}
	failed := 0
	for _, d := range log {
		if d.Type == "invoice.payment_failed" {
			failed++
		}
	}
	var c checks
	c.equal("invoice.payment_failed delivered", 1, failed)
	return "after " + deref(s.subscription.PeriodEnd) + ": invoice.payment_failed", c.err()
}

func (s *story) seePastDue(ctx context.Context) (string, error) {
	sub, err := s.readSubscription(ctx)
	if err != nil {
		return "", err
	}
	var c checks
	c.equal("subscription_id", s.subscription.StripeID, sub.StripeID)
	c.equal("status", "past_due", sub.Status)
	s.subscription = sub
	return sub.StripeID + " is " + sub.Status, c.err()
}

func (s *story) seeFailedPayment(ctx context.Context) (string, error) {
	return s.seePayments(ctx, "failed", "succeeded")
}

// resend has every event delivered once more; the rows must stay as they are.
func (s *story) resend(ctx context.Context) (string, error) {
	log, err := s.deliveries(ctx)
	if err != nil {
		return "", err
	}
	for _, d := range log {
		if err := s.control(ctx, "events/"+d.Event+"/resend", map[string]any{}, nil); err != nil {
			return "", err
		}
	}
	again, err := s.deliveries(ctx)
	if err != nil {
		return "", err
	}
	sub, err := s.readSubscription(ctx)
	if err != nil {
		return "", err
	}
	list, err := s.readPayments(ctx)
	if err != nil {
		return "", err
	}
	var c checks
	c.equal("deliveries in all", 2*len(log), len(again))
	c.equal("status", s.subscription.Status, sub.Status)
	c.equal("current_period_end", deref(s.subscription.PeriodEnd), deref(sub.PeriodEnd))
	c.equal("payments", fmt.Sprint(statuses(s.payments)), fmt.Sprint(statuses(list.Payments)))
	return fmt.Sprintf("%d events sent again, rows as before", len(log)), c.err()
}

func statuses(payments []payment) []string {
	var all []string
	for _, p := range payments {
		all = append(all, p.ID+" "+p.Status)
	}
	return all
}

// seeStats compares the figures with the rows that the user sees: the project
// is the developer's only one, and the user its only customer.
func (s *story) seeStats(ctx context.Context) (string, error) {
	var stats struct {
		Projects      int    `json:"total_projects"`
		WithTest      int    `json:"projects_with_test"`
		Subscriptions int    `json:"total_subscriptions"`
		Active        int    `json:"active_subscriptions"`
		Payments      int    `json:"total_payments"`
		Successful    int    `json:"successful_payments"`
		Revenue       int    `json:"total_revenue_cents"`
		Currency      string `json:"currency"`
	}
	if err := s.api(ctx, http.MethodGet, "/api/v1/payments/stats", s.developerToken, nil, &stats); err != nil {
		return "", err
	}
	successful, revenue := 0, 0
	for _, p := range s.payments {
		if p.Status == "succeeded" {
			successful++
			revenue += p.Amount
		}
	}
	var c checks
	c.equal("total_projects", 1, stats.Projects)
	c.equal("projects_with_test", 1, stats.WithTest)
	c.equal("total_subscriptions", 1, stats.Subscriptions)
	c.equal("active_subscriptions", 0, stats.Active)
	c.equal("total_payments", len(s.payments), stats.Payments)
	c.equal("successful_payments", successful, stats.Successful)
	c.equal("total_revenue_cents", revenue, stats.Revenue)
	c.equal("currency", currency, stats.Currency)
	return fmt.Sprintf("1 subscription (past due), %d payments, %d succeeded, %d %s",
		stats.Payments, stats.Successful, stats.Revenue, stats.Currency), c.err()
}
