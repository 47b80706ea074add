package story

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// The plan that is sold: one that every account of the sandbox starts with.
const (
	price      = "price_pro_monthly"
	priceCents = 2900
	currency   = "usd"
)

type checkoutSession struct {
	ID  string `json:"session_id"`
	URL string `json:"checkout_url"`
}

type subscription struct {
	ID         string  `json:"id"`
	StripeID   string  `json:"subscription_id"`
	Customer   string  `json:"customer_id"`
	User       string  `json:"user_id"`
	Status     string  `json:"status"`
	Plan       *string `json:"plan_name"`
	Quantity   int     `json:"quantity"`
	PeriodEnd  *string `json:"current_period_end"`
	IsTestMode bool    `json:"is_test_mode"`
	CancelAt   *string `json:"cancel_at"`
	ProjectID  string  `json:"project_id"`
	CreatedAt  string  `json:"created_at"`
}

const (
	checkoutPath     = "/api/v1/payments/stripe/checkout-session"
	subscriptionPath = "/api/v1/payments/stripe/my-subscription"
	successURL       = "https://app.example.com/done?session_id={CHECKOUT_SESSION_ID}"
)

func (s *story) checkoutRequest() map[string]any {
	return map[string]any{
		"price_id":    s.price,
		"success_url": successURL,
		"cancel_url":  "https://app.example.com/pricing",
	}
}

func (s *story) createCheckout(ctx context.Context) (string, error) {
	if err := s.api(ctx, http.MethodPost, checkoutPath, s.userToken, s.checkoutRequest(), &s.checkout); err != nil {
		return "", err
	}
	var c checks
	c.equal("session_id starts with cs_test_", true, strings.HasPrefix(s.checkout.ID, "cs_test_"))
	return s.checkout.ID, c.err()
}

// pay fills in the hosted page as a buyer would.
func (s *story) pay(ctx context.Context) (string, error) {
	card := url.Values{
		"card_number": {"4242 4242 4242 4242"},
		"card_expiry": {"12 / 34"},
		"card_cvc":    {"123"},
		"name":        {"Ada Buyer"},
		"email":       {"ada@example.com"},
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.checkout.URL, strings.NewReader(card.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := s.http.Do(r)
	if err != nil {
		return "", err
	}
	_ = answer.Body.Close() // only the redirect matters
	to := answer.Header.Get("Location")
	var c checks
	c.equal("status of the hosted page", http.StatusSeeOther, answer.StatusCode)
	c.equal("where the buyer is sent", strings.Replace(successURL, "{CHECKOUT_SESSION_ID}", s.checkout.ID, 1), to)
	return "sent to " + to, c.err()
}

// delivery is a line of the sandbox's delivery log.
type delivery struct {
	Event  string `json:"event"`
	Type   string `json:"type"`
	Status int    `json:"status_code"`
}

// deliveries waits until the sandbox has delivered everything, and checks that
// all of it was accepted.
func (s *story) deliveries(ctx context.Context) ([]delivery, error) {
	if err := s.control(ctx, "settle", map[string]any{}, nil); err != nil {
		return nil, err
	}
	var log struct {
		Data []delivery `json:"data"`
	}
	if err := s.stripe(ctx, http.MethodGet, "/_sandbox/deliveries", nil, &log); err != nil {
		return nil, err
	}
	if len(log.Data) == 0 {
		return nil, errors.New("deliveries: expected some, got none")
	}
	var c checks
	for _, d := range log.Data {
		c.equal("status of "+d.Type, http.StatusOK, d.Status)
	}
	return log.Data, c.err()
}

func (s *story) receiveWebhooks(ctx context.Context) (string, error) {
	log, err := s.deliveries(ctx)
	if err != nil {
		return "", err
	}
	seen := map[string]bool{}
	for _, d := range log {
		seen[d.Type] = true
	}
	var c checks
	for _, kind := range []string{"customer.subscription.created", "checkout.session.completed", "invoice.paid"} {
		c.equal("delivered "+kind, true, seen[kind])
	}
	return fmt.Sprintf("%d delivered, all answered 200", len(log)), c.err()
}

func (s *story) readSubscription(ctx context.Context) (subscription, error) {
	var sub *subscription
	if err := s.api(ctx, http.MethodGet, subscriptionPath, s.userToken, nil, &sub); err != nil {
		return subscription{}, err
	}
	if sub == nil {
		return subscription{}, errors.New("my-subscription: expected a subscription, got null")
	}
	return *sub, nil
}

func (s *story) seeSubscription(ctx context.Context) (string, error) {
	sub, err := s.readSubscription(ctx)
	if err != nil {
		return "", err
	}
	s.subscription = sub
	var c checks
	c.equal("status", "active", sub.Status)
	c.equal("user_id", s.User, sub.User)
	c.equal("project_id", s.Project, sub.ProjectID)
	c.equal("is_test_mode", true, sub.IsTestMode)
	c.equal("quantity", 1, sub.Quantity)
	c.equal("cancel_at", "null", deref(sub.CancelAt))
	return fmt.Sprintf("%s of %s is %s until %s", sub.StripeID, sub.Customer, sub.Status, deref(sub.PeriodEnd)), c.err()
}

// refuseSecond tries to buy the plan again, which must not be possible by
// accident.
func (s *story) refuseSecond(ctx context.Context) (string, error) {
	err := s.api(ctx, http.MethodPost, checkoutPath, s.userToken, s.checkoutRequest(), nil)
	if err == nil {
		return "", errors.New("a second checkout: expected a refusal, got a session")
	}
	var refused *answerError
	if !errors.As(err, &refused) {
		return "", fmt.Errorf("a second checkout: %w", err)
	}
	var c checks
	c.equal("status", http.StatusBadRequest, refused.status)
	return fmt.Sprintf("%d %s", refused.status, refused.body), c.err()
}
