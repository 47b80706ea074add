package sandbox_test

import (
	"bytes"
	"net/http"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/sandbox"
)

// attempt is an entry of the delivery log.
type attempt struct {
	Event      string
	Type       string
	URL        string
	Attempt    int
	StatusCode int `json:"status_code"`
	Error      string
	Time       time.Time
}

func (b *box) deliveries() []attempt {
	b.t.Helper()
	var answer struct{ Data []attempt }
	b.control(http.MethodGet, "/_sandbox/deliveries", "", &answer)
	return answer.Data
}

func TestDeliveryIsRetriedWithTheSameBytes(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	h := b.listen()
	h.mu.Lock()
	h.refuse = 2
	h.mu.Unlock()
	_, err := b.api.Customers.New(nil)
	b.must(err)
	b.settle()
	h.mu.Lock()
	bodies := h.bodies
	h.mu.Unlock()
	if len(bodies) != 3 || !bytes.Equal(bodies[0], bodies[1]) || !bytes.Equal(bodies[1], bodies[2]) {
		t.Fatalf("%d deliveries, want the same three times", len(bodies))
	}
	if !bytes.HasPrefix(bodies[0], []byte("{\n  \"id\": \"evt_")) {
		t.Errorf("body = %s", bodies[0])
	}
	var statuses []int
	for i, entry := range b.deliveries() {
		if entry.Type != "customer.created" || entry.Attempt != i+1 || entry.URL != h.URL || entry.Time.IsZero() {
			t.Errorf("log entry %+v", entry)
		}
		statuses = append(statuses, entry.StatusCode)
	}
	if diff := cmp.Diff([]int{500, 500, 200}, statuses); diff != "" {
		t.Errorf("statuses (-want +got)\n%s", diff)
	}
	event := b.eventsAfter("")[0]
	if event.PendingWebhooks != 0 || event.Request.ID == "" || event.APIVersion != stripe.APIVersion {
		t.Errorf("event: %d pending, request %q, version %s", event.PendingWebhooks, event.Request.ID, event.APIVersion)
	}
}

// A retry that is due in an hour is made when the clock is moved by an hour;
// settle does not wait for it before.
func TestDeliveryIsRetriedWhenTheClockIsMoved(t *testing.T) {
	t.Parallel()
	b := newBox(t, func(o *sandbox.Options) { o.WebhookBackoff = []time.Duration{time.Hour} })
	h := b.listen()
	h.mu.Lock()
	h.refuse = 1
	h.mu.Unlock()
	_, err := b.api.Customers.New(nil)
	b.must(err)
	var waited struct {
		Settled bool
		Pending int
	}
	b.control(http.MethodPost, "/_sandbox/settle", `{"timeout_seconds":30}`, &waited)
	if !waited.Settled || waited.Pending != 1 || len(b.deliveries()) != 1 {
		t.Errorf("settle = %+v after %d attempts, want one pending after one", waited, len(b.deliveries()))
	}
	b.advance(`{"seconds":3601}`)
	b.settle()
	if entries := b.deliveries(); len(entries) != 2 || entries[1].StatusCode != http.StatusOK {
		t.Errorf("log = %+v, want a second attempt that is accepted", entries)
	}
}

func TestDeliveryThatNeverSucceeds(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	h := b.listen()
	h.Close()
	_, err := b.api.Customers.New(nil)
	b.must(err)
	b.settle()
	entries := b.deliveries()
	if len(entries) != 4 || entries[3].Error == "" || entries[3].StatusCode != 0 {
		t.Errorf("log = %+v, want four failed attempts", entries)
	}
	failed := b.api.Events.List(&stripe.EventListParams{DeliverySuccess: stripe.Bool(false)})
	if !failed.Next() || failed.Event().PendingWebhooks != 1 {
		t.Error("the event is not listed as undelivered")
	}
}

func TestEndpointsChooseTheirEvents(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	h := newHook(t)
	endpoint, err := b.api.WebhookEndpoints.New(&stripe.WebhookEndpointParams{
		URL: &h.URL, EnabledEvents: stripe.StringSlice([]string{"customer.updated", "product.created"}),
	})
	b.must(err)
	h.mu.Lock()
	h.secret = endpoint.Secret
	h.mu.Unlock()
	read, err := b.api.WebhookEndpoints.Get(endpoint.ID, nil)
	b.must(err)
	if len(endpoint.Secret) < 30 || read.Secret != "" || read.Status != "enabled" {
		t.Errorf("secret %q, read again %q, status %s", endpoint.Secret, read.Secret, read.Status)
	}
	customer, err := b.api.Customers.New(nil)
	b.must(err)
	rename := func(name string) {
		t.Helper()
		_, err := b.api.Customers.Update(customer.ID, &stripe.CustomerParams{Name: &name})
		b.must(err)
	}
	rename("a")
	rename("a") // changes nothing
	_, err = b.api.WebhookEndpoints.Update(endpoint.ID, &stripe.WebhookEndpointParams{Disabled: stripe.Bool(true)})
	b.must(err)
	rename("b")
	_, err = b.api.WebhookEndpoints.Update(endpoint.ID, &stripe.WebhookEndpointParams{Disabled: stripe.Bool(false)})
	b.must(err)
	rename("c")
	b.settle()
	if diff := cmp.Diff([]string{"customer.updated", "customer.updated"}, h.types()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	_, err = b.api.WebhookEndpoints.Del(endpoint.ID, nil)
	b.must(err)
	rename("d")
	b.settle()
	if got := len(h.received()); got != 2 {
		t.Errorf("%d webhooks, want none for a deleted endpoint", got-2)
	}
}

func TestResend(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	h := b.listen()
	_, err := b.api.Customers.New(nil)
	b.must(err)
	b.settle()
	event := h.received()[0]
	var answer struct {
		Event      string
		Deliveries []attempt
	}
	b.control(http.MethodPost, "/_sandbox/events/"+event.ID+"/resend", "", &answer)
	if answer.Event != event.ID || len(answer.Deliveries) != 1 || answer.Deliveries[0].StatusCode != http.StatusOK || answer.Deliveries[0].Attempt != 2 {
		t.Errorf("resend = %+v", answer)
	}
	if again := h.received(); len(again) != 2 || again[1].ID != event.ID {
		t.Errorf("received %v", h.types())
	}
	if got := b.do(http.MethodPost, "/_sandbox/events/evt_x/resend", ""); got.status != http.StatusNotFound {
		t.Errorf("resending an unknown event answers %d", got.status)
	}
}

func TestEventFilters(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.subscribe("price_pro_monthly", "4242424242424242")
	b.advance(`{"days":28}`)
	list := func(params *stripe.EventListParams) []string {
		t.Helper()
		var types []string
		events := b.api.Events.List(params)
		for events.Next() {
			types = append(types, string(events.Event().Type))
		}
		b.must(events.Err())
		return types
	}
	if diff := cmp.Diff([]string{"invoice.paid", "invoice.paid"}, list(&stripe.EventListParams{Type: stripe.String("invoice.paid")})); diff != "" {
		t.Errorf("by type (-want +got)\n%s", diff)
	}
	renewed := list(&stripe.EventListParams{
		CreatedRange: &stripe.RangeQueryParams{GreaterThan: start.Unix()}, Types: stripe.StringSlice([]string{"invoice.paid", "invoice.created"}),
	})
	if diff := cmp.Diff([]string{"invoice.paid", "invoice.created"}, renewed); diff != "" {
		t.Errorf("by time and types (-want +got)\n%s", diff)
	}
	all := b.eventsAfter("")
	if diff := cmp.Diff(b.eventTypes("")[3:], b.eventTypes(all[2].ID)); diff != "" {
		t.Errorf("after a cursor (-want +got)\n%s", diff)
	}
}

// scenario makes some of everything and returns the ids and types of its
// events, which show that two runs are the same.
func scenario(b *box) []string {
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	b.paid(b.session(stripe.CheckoutSessionModePayment, "price_credits_once"), "4242424242424242")
	b.payWith(sub, "pm_card_chargeCustomerFail")
	b.advance(`{"days":40}`)
	var trace []string
	for _, event := range b.eventsAfter("") {
		trace = append(trace, event.ID+" "+string(event.Type)+" "+string(event.Data.Raw))
	}
	return trace
}

// The same seed and calls give the same events and webhooks in the same order,
// byte by byte.
func TestDeterminism(t *testing.T) {
	t.Parallel()
	run := func(seed string) []string {
		// The page's address is part of a session, so it must be the same as well.
		b := newBox(t, func(o *sandbox.Options) { o.Seed, o.PublicURL = seed, "http://stripe.local" })
		h := b.listen()
		trace := scenario(b)
		b.settle()
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, body := range h.bodies {
			trace = append(trace, string(body))
		}
		trace = append(trace, b.do(http.MethodGet, "/v1/events?limit=100", "").body)
		for i, body := range trace {
			trace[i] = randomKey.ReplaceAllString(body, "")
		}
		return trace
	}
	first := run("a")
	if diff := cmp.Diff(first, run("a")); diff != "" {
		t.Errorf("the same seed (-first +second)\n%s", diff)
	}
	if other := run("b"); len(other) != len(first) || other[0] == first[0] {
		t.Error("another seed gives the same ids, or other events")
	}
}

// randomKey is what stripe-go draws for each call and the events name.
var randomKey = regexp.MustCompile(`"idempotency_key": "[0-9]+_[-_0-9A-Za-z]+"`)

func TestStateSurvivesARestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "stripebox.json")
	stored := func(o *sandbox.Options) { o.StateFile = file; o.PublicURL = "http://stripe.local" }
	stalled := func(o *sandbox.Options) { o.WebhookBackoff = []time.Duration{time.Hour} }

	b := newBox(t, stored, stalled)
	h := b.listen()
	scenario(b)
	open := b.session(stripe.CheckoutSessionModePayment, "price_credits_once")
	b.settle()
	h.mu.Lock()
	h.refuse = 1
	h.mu.Unlock()
	pending, err := b.api.Customers.New(&stripe.CustomerParams{Email: stripe.String("last@example.com")})
	b.must(err)
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		if entries := b.deliveries(); entries[len(entries)-1].StatusCode == http.StatusInternalServerError {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the endpoint was not called")
		}
	}
	newest := b.eventsAfter("")
	cursor := newest[len(newest)-1].ID // the event that is still to arrive
	want := b.resources(cursor)
	b.must(b.server.Close())
	before := len(h.received())

	second := newBox(t, stored)
	if diff := cmp.Diff(want, second.resources(cursor)); diff != "" {
		t.Errorf("resources (-before +after)\n%s", diff)
	}
	second.settle()
	if again := h.received(); len(again) != before+1 || again[before].GetObjectValue("id") != pending.ID {
		t.Errorf("%d webhooks after the restart, want the one that had not arrived", len(again)-before)
	}
	if complete := second.paid(open, "4242424242424242"); complete.Status != stripe.CheckoutSessionStatusComplete {
		t.Errorf("session = %s", complete.Status)
	}
	if types := second.advance(`{"days":60}`); len(types) == 0 {
		t.Error("the past due subscription is forgotten")
	}
}

// resources is what the lists of the API answer, byte by byte; of the events,
// those before the given one.
func (b *box) resources(event string) map[string]string {
	b.t.Helper()
	answers := map[string]string{}
	for _, path := range []string{
		"customers", "products", "prices", "payment_methods", "checkout/sessions", "subscriptions?status=all", "invoices",
		"payment_intents", "charges", "refunds", "webhook_endpoints", "balance", "invoiceitems", "subscription_schedules", "test_helpers/test_clocks", "billing_portal/configurations",
		"events?limit=100&starting_after=" + event,
	} {
		answers[path] = b.do(http.MethodGet, "/v1/"+path, "").body
	}
	return answers
}
