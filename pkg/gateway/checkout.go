package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"

	"github.com/stripe/stripe-go/v79"
	portal "github.com/stripe/stripe-go/v79/billingportal/session"
	"github.com/stripe/stripe-go/v79/checkout/session"
)

// Checkout is what a checkout session sells, to whom.
type Checkout struct {
	Customer       string // Stripe's id
	User           string
	Price          string // Stripe's id
	Plan           string // the price's name for people; empty: none
	Quantity       int64
	Amount         int64 // of one, in minor units
	Recurring      bool  // a subscription; else a one-off payment
	TrialDays      int64 // 0: no trial
	PromotionCodes bool  // the buyer may enter one
	AutomaticTax   bool  // Stripe Tax computes the tax
	SuccessURL     string
	CancelURL      string
	Metadata       map[string]string
	Request        string // fingerprint of what was asked for; empty: the session is not looked for again
	Once           string // names the purchase: with the same name it is made once; empty: each call makes another
}

// Fingerprint is the same for two checkouts that differ in nothing.
func (c Checkout) Fingerprint() string {
	c.Request, c.Once = "", ""
	encoded, err := json.Marshal(c)
	if err != nil {
		panic(fmt.Sprintf("gateway: a checkout is text and numbers: %v", err))
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:16])
}

// Session is a checkout session that a browser can be sent to.
type Session struct {
	ID      string
	URL     string
	Request string // of the Checkout that it was made for
	Trial   bool   // it starts a trial
}

// CreateCheckoutSession starts a purchase.
func (a *Account) CreateCheckoutSession(ctx context.Context, c Checkout) (Session, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := a.sessionParams(c)
	params.Context = ctx
	if c.Once != "" {
		params.IdempotencyKey = a.idempotencyKey("checkout", c.User, c.Once, c.Fingerprint())
	}
	s, err := session.Client{B: a.backend, Key: a.key.Reveal()}.New(params)
	if err != nil {
		return Session{}, stripeError("create checkout session", err)
	}
	return sessionOf(s), nil
}

func sessionOf(s *stripe.CheckoutSession) Session {
	return Session{ID: s.ID, URL: s.URL, Request: s.Metadata[metadataRequest], Trial: s.Metadata[metadataTrial] != ""}
}

func (a *Account) sessionParams(c Checkout) *stripe.CheckoutSessionParams {
	metadata := a.metadata(c.User, c.Metadata)
	params := &stripe.CheckoutSessionParams{
		Customer:          stripe.String(c.Customer),
		ClientReferenceID: stripe.String(c.User),
		SuccessURL:        stripe.String(c.SuccessURL),
		CancelURL:         stripe.String(c.CancelURL),
		LineItems: []*stripe.CheckoutSessionLineItemParams{
			{Price: stripe.String(c.Price), Quantity: stripe.Int64(c.Quantity)},
		},
		Metadata: maps.Clone(metadata),
	}
	if c.PromotionCodes {
		params.AllowPromotionCodes = stripe.Bool(true)
	}
	if c.AutomaticTax {
		params.AutomaticTax = &stripe.CheckoutSessionAutomaticTaxParams{Enabled: stripe.Bool(true)}
		// The tax depends on the address, which Stripe then wants to keep.
		params.CustomerUpdate = &stripe.CheckoutSessionCustomerUpdateParams{Address: stripe.String("auto")}
	}
	if c.Request != "" {
		params.Metadata[metadataRequest] = c.Request
	}
	if !c.Recurring {
		params.Mode = stripe.String(string(stripe.CheckoutSessionModePayment))
		params.PaymentIntentData = &stripe.CheckoutSessionPaymentIntentDataParams{Metadata: metadata, ApplicationFeeAmount: feeOf(c.Amount*c.Quantity, a.fee)}
		return params
	}
	if c.Plan != "" {
		metadata[metadataPlan] = c.Plan
	}
	params.Mode = stripe.String(string(stripe.CheckoutSessionModeSubscription))
	params.SubscriptionData = &stripe.CheckoutSessionSubscriptionDataParams{Metadata: metadata, ApplicationFeePercent: a.feePercent()}
	if c.TrialDays > 0 {
		params.SubscriptionData.TrialPeriodDays = stripe.Int64(c.TrialDays)
		params.Metadata[metadataTrial] = strconv.FormatInt(c.TrialDays, 10)
	}
	return params
}

// OpenSubscriptionSessions lists the sessions in which a customer could buy a
// subscription now.
func (a *Account) OpenSubscriptionSessions(ctx context.Context, customer string) ([]Session, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.CheckoutSessionListParams{Customer: stripe.String(customer), Status: stripe.String(string(stripe.CheckoutSessionStatusOpen))}
	params.Context = ctx
	params.Limit = stripe.Int64(listPage)
	var open []Session
	list := session.Client{B: a.backend, Key: a.key.Reveal()}.List(params)
	for list.Next() {
		if s := list.CheckoutSession(); s.Mode == stripe.CheckoutSessionModeSubscription {
			open = append(open, sessionOf(s))
		}
	}
	if err := list.Err(); err != nil {
		return nil, stripeError("list checkout sessions", err)
	}
	return open, nil
}

// OpenSessionsOf lists the sessions, by their ids, in which something of the
// projects could be bought now.
func (a *Account) OpenSessionsOf(ctx context.Context, projects map[string]bool) ([]string, error) {
	params := &stripe.CheckoutSessionListParams{Status: stripe.String(string(stripe.CheckoutSessionStatusOpen))}
	params.Context = ctx // of the whole walk
	params.Limit = stripe.Int64(listPage)
	var open []string
	list := session.Client{B: a.backend, Key: a.key.Reveal()}.List(params)
	for list.Next() {
		if s := list.CheckoutSession(); projects[s.Metadata[metadataProject]] {
			open = append(open, s.ID)
		}
	}
	if err := list.Err(); err != nil {
		return nil, stripeError("list checkout sessions", err)
	}
	return open, nil
}

// listPage is Stripe's limit.
const listPage = 100

// ExpireSession ends a session, so that nothing can be bought in it any more.
// One that is not open any more, because it was paid or expired by itself, is
// billing.Refused.
func (a *Account) ExpireSession(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.CheckoutSessionExpireParams{}
	params.Context = ctx
	_, err := session.Client{B: a.backend, Key: a.key.Reveal()}.Expire(id, params)
	if err != nil {
		return stripeError("expire checkout session", err)
	}
	return nil
}

// CreatePortalSession answers the URL of Stripe's page on which a customer
// manages subscriptions and payment methods.
func (a *Account) CreatePortalSession(ctx context.Context, customer, returnURL string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.BillingPortalSessionParams{Customer: stripe.String(customer), ReturnURL: stripe.String(returnURL)}
	params.Context = ctx
	s, err := portal.Client{B: a.backend, Key: a.key.Reveal()}.New(params)
	if err != nil {
		return "", stripeError("create portal session", err)
	}
	return s.URL, nil
}
