package story

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	webhook "billhook/infra/local/stripebox/delivery"
)

// testMode is the part of the main job that can be lived with Stripe itself, in
// its test mode: nobody can fill in its hosted page, and its clock stands still
// for nobody. What the page would do is done by API, and what Stripe would send
// to a public address is fetched and sent from here.
var testMode = []step{
	{"create a project", (*story).createProject},
	{"save test credentials", (*story).saveCredentials},
	{"read them back, masked", (*story).readCredentials},
	{"save a webhook secret of its own", (*story).saveOwnSecret},
	{"create a product and its price", (*story).createPrice},
	{"create a checkout session", (*story).createCheckout},
	{"subscribe with pm_card_visa", (*story).subscribe},
	{"pass on Stripe's events, signed", (*story).passOnPurchase},
	{"my-subscription is active", (*story).seeSubscription},
	{"my-payments shows the invoice", (*story).seePayment},
	{"refund the payment", (*story).refund},
	{"cancel the subscription at once", (*story).cancel},
}

// RunTestMode tells that part against Stripe's test mode, or the sandbox, with
// the account that a secret key opens. What it has created at Stripe it removes
// or archives in the end.
func RunTestMode(ctx context.Context, world World, key string, out io.Writer) error {
	if !strings.HasPrefix(key, "sk_test_") && !strings.HasPrefix(key, "rk_test_") {
		return errors.New("the key is no secret key of Stripe's test mode: it must begin with sk_test_ or rk_test_")
	}
	shop := NewShop()
	shop.StripeKey = key
	s := newStory(world, shop)
	err := s.tell(ctx, testMode, out)
	return errors.Join(err, s.tidy(context.WithoutCancel(ctx)))
}

// saveOwnSecret has the webhooks function trust what is signed from here.
func (s *story) saveOwnSecret(ctx context.Context) (string, error) {
	s.webhookSecret = "whsec_" + rand.Text()
	var err error
	if s.WebhookURL, err = s.readWebhookURL(ctx); err != nil {
		return "", err
	}
	send := map[string]string{"test_webhook_secret": s.webhookSecret}
	return "events go to " + s.WebhookURL, s.api(ctx, http.MethodPut, s.configPath(), s.developerToken, send, nil)
}

func (s *story) createPrice(ctx context.Context) (string, error) {
	var created struct {
		ID string `json:"id"`
	}
	if err := s.stripe(ctx, http.MethodPost, "/v1/products", url.Values{"name": {"billhook test"}}, &created); err != nil {
		return "", err
	}
	s.product = created.ID
	params := url.Values{
		"product": {s.product}, "currency": {currency}, "unit_amount": {strconv.Itoa(priceCents)}, "recurring[interval]": {"month"},
	}
	if err := s.stripe(ctx, http.MethodPost, "/v1/prices", params, &created); err != nil {
		return "", err
	}
	s.price = created.ID
	return s.price + " of " + s.product, nil
}

// subscribe does what the hosted page does when it is paid.
func (s *story) subscribe(ctx context.Context) (string, error) {
	var session struct {
		Customer string            `json:"customer"`
		Created  int64             `json:"created"`
		Metadata map[string]string `json:"metadata"`
	}
	if err := s.stripe(ctx, http.MethodGet, "/v1/checkout/sessions/"+s.checkout.ID, nil, &session); err != nil {
		return "", err
	}
	s.customer, s.since = session.Customer, session.Created
	var c checks
	c.equal("user_id of the session", s.User, session.Metadata["user_id"])
	c.equal("project_id of the session", s.Project, session.Metadata["project_id"])
	if err := c.err(); err != nil {
		return "", err
	}
	var card struct {
		ID string `json:"id"`
	}
	if err := s.stripe(ctx, http.MethodPost, "/v1/payment_methods/pm_card_visa/attach", url.Values{"customer": {s.customer}}, &card); err != nil {
		return "", err
	}
	var sub struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}
	params := url.Values{"customer": {s.customer}, "items[0][price]": {s.price}, "default_payment_method": {card.ID}}
	for key, value := range session.Metadata {
		params.Set("metadata["+key+"]", value)
	}
	if err := s.stripe(ctx, http.MethodPost, "/v1/subscriptions", params, &sub); err != nil {
		return "", err
	}
	c.equal("status", "active", sub.Status)
	return sub.ID + " is " + sub.Status, c.err()
}

// eventPatience is how long Stripe may take to list an event.
const eventPatience = time.Minute

// passOn sends the customer's new events to the webhook URL, oldest first, until
// all that are wanted were among them.
func (s *story) passOn(ctx context.Context, wanted ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, eventPatience)
	defer cancel()
	sent := 0
	for {
		events, err := s.newEvents(ctx)
		if err != nil {
			return "", err
		}
		for _, e := range events {
			if err := s.sendEvent(ctx, e.raw); err != nil {
				return "", fmt.Errorf("%s %s: %w", e.Type, e.ID, err)
			}
			s.passedOn[e.ID] = true
			wanted = slices.DeleteFunc(wanted, func(kind string) bool { return kind == e.Type })
			sent++
		}
		if len(wanted) == 0 {
			return fmt.Sprintf("%d events, all answered 200", sent), nil
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return "", fmt.Errorf("waiting for %v: %w", wanted, ctx.Err())
		}
	}
}

// listedEvent is an event of GET /v1/events, and its bytes.
type listedEvent struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	Data struct {
		Object struct {
			ID       string `json:"id"`
			Customer any    `json:"customer"`
		} `json:"object"`
	} `json:"data"`
	raw []byte
}

// newEvents lists the customer's events that were not passed on, oldest first.
func (s *story) newEvents(ctx context.Context) ([]listedEvent, error) {
	var list struct {
		Data []json.RawMessage `json:"data"`
	}
	query := url.Values{"limit": {"100"}, "created[gte]": {strconv.FormatInt(s.since, 10)}}
	if err := s.stripe(ctx, http.MethodGet, "/v1/events?"+query.Encode(), nil, &list); err != nil {
		return nil, err
	}
	var events []listedEvent
	for _, raw := range slices.Backward(list.Data) {
		e := listedEvent{raw: raw}
		if err := json.Unmarshal(raw, &e); err != nil {
			return nil, fmt.Errorf("reading an event: %w", err)
		}
		if !s.passedOn[e.ID] && (e.Data.Object.Customer == s.customer || e.Data.Object.ID == s.customer) {
			events = append(events, e)
		}
	}
	return events, nil
}

// sendEvent sends an event as Stripe does.
func (s *story) sendEvent(ctx context.Context, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.WebhookURL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("Stripe-Signature", webhook.Sign(s.webhookSecret, time.Now(), body))
	return s.do(r, nil)
}

func (s *story) passOnPurchase(ctx context.Context) (string, error) {
	return s.passOn(ctx, "customer.subscription.created", "invoice.paid")
}

func (s *story) refund(ctx context.Context) (string, error) {
	params := url.Values{"payment_intent": {s.payments[0].PaymentIntent}}
	if err := s.stripe(ctx, http.MethodPost, "/v1/refunds", params, nil); err != nil {
		return "", err
	}
	if _, err := s.passOn(ctx, "charge.refunded"); err != nil {
		return "", err
	}
	list, err := s.readPayments(ctx)
	if err != nil {
		return "", err
	}
	var c checks
	c.equal("payments", 1, len(list.Payments))
	for _, p := range list.Payments {
		c.equal("refunded_amount_cents", priceCents, p.Refunded)
	}
	return fmt.Sprintf("%d %s refunded", priceCents, currency), c.err()
}

// cancel cancels through billhook, and sees the end of the subscription.
func (s *story) cancel(ctx context.Context) (string, error) {
	var canceled struct {
		ID     string `json:"subscription_id"`
		Status string `json:"status"`
	}
	path := "/api/v1/payments/stripe/cancel-subscription"
	if err := s.api(ctx, http.MethodPost, path, s.userToken, map[string]bool{"cancel_immediately": true}, &canceled); err != nil {
		return "", err
	}
	if _, err := s.passOn(ctx, "customer.subscription.deleted"); err != nil {
		return "", err
	}
	var sub *subscription
	if err := s.api(ctx, http.MethodGet, subscriptionPath, s.userToken, nil, &sub); err != nil {
		return "", err
	}
	var c checks
	c.equal("subscription_id", s.subscription.StripeID, canceled.ID)
	c.equal("status", "canceled", canceled.Status)
	c.equal("my-subscription is null", true, sub == nil)
	return canceled.ID + " is " + canceled.Status, c.err()
}

// tidy removes what the story has created at Stripe, as far as that is possible:
// a price that was used can only be archived.
func (s *story) tidy(ctx context.Context) error {
	defer s.http.CloseIdleConnections()
	var failures []error
	archive := url.Values{"active": {"false"}}
	if s.customer != "" {
		failures = append(failures, s.stripe(ctx, http.MethodDelete, "/v1/customers/"+s.customer, nil, nil))
	}
	if s.price != price {
		failures = append(failures, s.stripe(ctx, http.MethodPost, "/v1/prices/"+s.price, archive, nil))
	}
	if s.product != "" {
		failures = append(failures, s.stripe(ctx, http.MethodPost, "/v1/products/"+s.product, archive, nil))
	}
	return errors.Join(failures...)
}
