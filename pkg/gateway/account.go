package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/checkout/session"
	"github.com/stripe/stripe-go/v79/customer"
	"github.com/stripe/stripe-go/v79/subscription"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

// Account is the Stripe account of one scope.
type Account struct {
	scope   billing.Scope
	key     billing.Secret
	backend stripe.Backend
}

// Metadata that billhook leaves on what it creates at Stripe, so that events
// tell whom they are about.
const (
	metadataUser    = "user_id"
	metadataProject = "project_id"
)

func (a *Account) metadata(user string, extra map[string]string) map[string]string {
	m := maps.Clone(extra)
	if m == nil {
		m = map[string]string{}
	}
	m[metadataUser] = user
	m[metadataProject] = a.scope.Project.String()
	return m
}

// idempotencyKey is derived from what is being done: the same thing done
// twice, by a retry or a twin, is done once at Stripe.
func (a *Account) idempotencyKey(parts ...string) *string {
	sum := sha256.Sum256([]byte(a.scope.String() + "\x00" + strings.Join(parts, "\x00")))
	return stripe.String("billhook-" + hex.EncodeToString(sum[:16]))
}

// CreateCustomer makes the Stripe customer of a user. Asked again, Stripe
// answers with the same customer for at least a day.
func (a *Account) CreateCustomer(ctx context.Context, user, email string) (billing.Customer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.CustomerParams{Metadata: a.metadata(user, nil)}
	params.Context = ctx
	params.IdempotencyKey = a.idempotencyKey("customer", user, email)
	if email != "" {
		params.Email = stripe.String(email)
	}
	c, err := customer.Client{B: a.backend, Key: a.key.Reveal()}.New(params)
	if err != nil {
		return billing.Customer{}, stripeError("create customer", err)
	}
	return billing.Customer{ID: c.ID, User: user, Email: email}, nil
}

// Checkout is what a checkout session sells, to whom.
type Checkout struct {
	Customer   string // Stripe's id
	User       string
	Price      string // Stripe's id
	Quantity   int64
	Recurring  bool // a subscription; else a one-off payment
	SuccessURL string
	CancelURL  string
	Metadata   map[string]string
}

// Session is a checkout session that a browser can be sent to.
type Session struct {
	ID  string
	URL string
}

// CreateCheckoutSession starts a purchase. Each call starts another one:
// buying the same thing twice is legitimate.
func (a *Account) CreateCheckoutSession(ctx context.Context, c Checkout) (Session, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	metadata := a.metadata(c.User, c.Metadata)
	params := &stripe.CheckoutSessionParams{
		Customer:          stripe.String(c.Customer),
		ClientReferenceID: stripe.String(c.User),
		SuccessURL:        stripe.String(c.SuccessURL),
		CancelURL:         stripe.String(c.CancelURL),
		LineItems: []*stripe.CheckoutSessionLineItemParams{
			{Price: stripe.String(c.Price), Quantity: stripe.Int64(c.Quantity)},
		},
		Metadata: metadata,
	}
	params.Context = ctx
	if c.Recurring {
		params.Mode = stripe.String(string(stripe.CheckoutSessionModeSubscription))
		params.SubscriptionData = &stripe.CheckoutSessionSubscriptionDataParams{Metadata: metadata}
	} else {
		params.Mode = stripe.String(string(stripe.CheckoutSessionModePayment))
		params.PaymentIntentData = &stripe.CheckoutSessionPaymentIntentDataParams{Metadata: metadata}
	}
	s, err := session.Client{B: a.backend, Key: a.key.Reveal()}.New(params)
	if err != nil {
		return Session{}, stripeError("create checkout session", err)
	}
	return Session{ID: s.ID, URL: s.URL}, nil
}

// Subscription reads a subscription as it is now.
func (a *Account) Subscription(ctx context.Context, id string) (billing.SubscriptionFact, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.SubscriptionParams{}
	params.Context = ctx
	s, err := subscription.Client{B: a.backend, Key: a.key.Reveal()}.Get(id, params)
	if err != nil {
		return billing.SubscriptionFact{}, stripeError("read subscription", err)
	}
	f, err := stripeevent.Subscription(s.LastResponse.RawJSON)
	if err != nil {
		return f, fmt.Errorf("read subscription %s: %w", id, err)
	}
	return f, nil
}
