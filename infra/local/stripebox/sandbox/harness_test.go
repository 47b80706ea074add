package sandbox_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/client"
	"github.com/stripe/stripe-go/v79/webhook"

	"billhook/infra/local/stripebox/sandbox"
)

// start is when every test's clock begins: the last day of a month.
var start = time.Date(2026, time.January, 31, 10, 0, 0, 0, time.UTC)

// box is a running sandbox with one account and a webhook endpoint.
type box struct {
	t      *testing.T
	url    string
	key    string
	api    *client.API
	server *sandbox.Server
	hook   *hook

	answered *answered
	version  string // of plain requests; empty for the default
}

// newBox starts a sandbox whose clock stands still at start.
func newBox(t *testing.T, change ...func(*sandbox.Options)) *box {
	t.Helper()
	options := sandbox.Options{
		Seed: "test", Now: func() time.Time { return start },
		WebhookBackoff: []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond},
	}
	for _, apply := range change {
		apply(&options)
	}
	server, err := sandbox.New(options)
	if err != nil {
		t.Fatal(err)
	}
	seen := &answered{patterns: map[string]bool{}}
	listener := httptest.NewServer(honest(t, server, seen))
	t.Cleanup(func() {
		listener.Close()
		if err := server.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	b := &box{t: t, url: listener.URL, server: server, answered: seen}
	b.use("sk_test_first")
	return b
}

// use switches to another secret key.
func (b *box) use(key string) {
	b.key, b.api = key, b.client(key)
}

func (b *box) client(key string) *client.API {
	config := &stripe.BackendConfig{
		URL: stripe.String(b.url), MaxNetworkRetries: stripe.Int64(0),
		LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull}, EnableTelemetry: stripe.Bool(false),
	}
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, config)
	connect := stripe.GetBackendWithConfig(stripe.ConnectBackend, config) // reads OAuth's errors
	return client.New(key, &stripe.Backends{API: backend, Connect: connect, Uploads: backend})
}

// listen registers a webhook endpoint for all events.
func (b *box) listen() *hook {
	b.t.Helper()
	h := newHook(b.t)
	endpoint, err := b.api.WebhookEndpoints.New(&stripe.WebhookEndpointParams{
		URL: stripe.String(h.URL), EnabledEvents: stripe.StringSlice([]string{"*"}), APIVersion: stripe.String(stripe.APIVersion),
	})
	b.must(err)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.secret = endpoint.Secret
	b.hook = h
	return h
}

func (b *box) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// reply is what a plain request was answered.
type reply struct {
	status int
	header http.Header
	body   string
}

// do sends a plain request and follows no redirect.
func (b *box) do(method, path, body string, headers ...string) reply {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	b.must(err)
	request.Header.Set("Authorization", "Bearer "+b.key)
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.version != "" {
		request.Header.Set("Stripe-Version", b.version)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	plain := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := plain.Do(request)
	b.must(err)
	return reply{response.StatusCode, response.Header, readBody(b.t, response)}
}

// readBody reads and closes an answer's body.
func readBody(t *testing.T, response *http.Response) string {
	t.Helper()
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// control calls a control operation and decodes its answer.
func (b *box) control(method, path, body string, into any) {
	b.t.Helper()
	got := b.do(method, path, body)
	if got.status != http.StatusOK {
		b.t.Fatalf("%s %s = %d %s", method, path, got.status, got.body)
	}
	if into != nil {
		b.must(json.Unmarshal([]byte(got.body), into))
	}
}

// advance moves the clock and returns the types of the events that this made.
func (b *box) advance(body string) []string {
	b.t.Helper()
	var answer struct{ Events []string }
	b.control(http.MethodPost, "/_sandbox/advance", body, &answer)
	types := []string{}
	for _, id := range answer.Events {
		event, err := b.api.Events.Get(id, nil)
		b.must(err)
		types = append(types, string(event.Type))
	}
	return types
}

// settle waits for the webhooks.
func (b *box) settle() {
	b.t.Helper()
	var answer struct {
		Settled bool
		Pending int
	}
	b.control(http.MethodPost, "/_sandbox/settle", `{"timeout_seconds":5}`, &answer)
	if !answer.Settled || answer.Pending != 0 {
		b.t.Fatalf("settle = %+v", answer)
	}
}

// pay submits a session's page.
func (b *box) pay(session *stripe.CheckoutSession, card string) reply {
	b.t.Helper()
	form := url.Values{
		"email": {"jenny@example.com"}, "card_number": {card}, "card_expiry": {"12 / 30"}, "card_cvc": {"123"}, "name": {"Jenny Rosen"},
	}
	return b.do(http.MethodPost, "/c/pay/"+session.ID, form.Encode())
}

// paid submits a session's page and expects the payment to go through.
func (b *box) paid(session *stripe.CheckoutSession, card string) *stripe.CheckoutSession {
	b.t.Helper()
	if got := b.pay(session, card); got.status != http.StatusSeeOther {
		b.t.Fatalf("paying = %d %s", got.status, got.body)
	}
	complete, err := b.api.CheckoutSessions.Get(session.ID, nil)
	b.must(err)
	return complete
}

// session creates a checkout session for one unit of a price.
func (b *box) session(mode stripe.CheckoutSessionMode, price string, change ...func(*stripe.CheckoutSessionParams)) *stripe.CheckoutSession {
	b.t.Helper()
	params := &stripe.CheckoutSessionParams{
		Mode:       stripe.String(string(mode)),
		LineItems:  []*stripe.CheckoutSessionLineItemParams{{Price: stripe.String(price), Quantity: stripe.Int64(1)}},
		SuccessURL: stripe.String("https://shop.example/thanks?session={CHECKOUT_SESSION_ID}"),
		CancelURL:  stripe.String("https://shop.example/pricing"),
	}
	for _, apply := range change {
		apply(params)
	}
	session, err := b.api.CheckoutSessions.New(params)
	b.must(err)
	return session
}

// subscribe pays a subscription checkout and returns what it made.
func (b *box) subscribe(price, card string, change ...func(*stripe.CheckoutSessionParams)) *stripe.Subscription {
	b.t.Helper()
	complete := b.paid(b.session(stripe.CheckoutSessionModeSubscription, price, change...), card)
	return b.subscription(complete.Subscription.ID)
}

func (b *box) subscription(id string) *stripe.Subscription {
	b.t.Helper()
	params := &stripe.SubscriptionParams{}
	params.AddExpand("latest_invoice.payment_intent")
	sub, err := b.api.Subscriptions.Get(id, params)
	b.must(err)
	return sub
}

// payWith makes a test card the subscription's payment method.
func (b *box) payWith(sub *stripe.Subscription, token string) {
	b.t.Helper()
	pm, err := b.api.PaymentMethods.Attach(token, &stripe.PaymentMethodAttachParams{Customer: &sub.Customer.ID})
	b.must(err)
	_, err = b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{DefaultPaymentMethod: &pm.ID})
	b.must(err)
}

// eventTypes lists the account's events, oldest first, after the one given.
func (b *box) eventTypes(after string) []string {
	b.t.Helper()
	types := []string{}
	for _, event := range b.eventsAfter(after) {
		types = append(types, string(event.Type))
	}
	return types
}

func (b *box) eventsAfter(after string) []*stripe.Event {
	b.t.Helper()
	params := &stripe.EventListParams{ListParams: stripe.ListParams{Limit: stripe.Int64(100)}}
	if after != "" {
		params.EndingBefore = stripe.String(after)
	}
	var events []*stripe.Event
	list := b.api.Events.List(params)
	for list.Next() {
		events = append(events, list.Event())
	}
	b.must(list.Err())
	if after == "" {
		slices.Reverse(events)
	}
	return events
}

// stripeError asserts that a call was refused by Stripe's rules.
func (b *box) stripeError(err error) *stripe.Error {
	b.t.Helper()
	known, ok := errors.AsType[*stripe.Error](err)
	if !ok {
		b.t.Fatalf("error = %v, want a *stripe.Error", err)
	}
	return known
}

// hook is a webhook endpoint that verifies and keeps what it receives.
type hook struct {
	*httptest.Server
	mu     sync.Mutex
	secret string
	bodies [][]byte
	events []stripe.Event
	// refuse makes the endpoint answer 500 this many times.
	refuse int
}

func newHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the sandbox was stopped while it sent
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.bodies = append(h.bodies, bytes.Clone(body))
		if h.refuse > 0 {
			h.refuse--
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), h.secret)
		if err != nil {
			t.Errorf("ConstructEvent: %v", err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		h.events = append(h.events, event)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) received() []stripe.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events)
}

func (h *hook) types() []string {
	types := []string{}
	for _, event := range h.received() {
		types = append(types, string(event.Type))
	}
	return types
}
