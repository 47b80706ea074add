package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"billhook/infra/local/stripebox/object"
	"billhook/infra/local/stripebox/sandbox"
	"billhook/pkg/billing"
)

// Versions are the API versions that webhooks are delivered in: the last that
// has periods on subscriptions and payments on invoices, and one that has not.
func Versions() []string { return []string{object.APIVersion, object.CloverVersion} }

// begins is the sandbox's clock at first: the last day of a month, from which
// renewals fall on shorter months too.
var begins = time.Date(2026, time.January, 31, 10, 0, 0, 0, time.UTC)

// Event is something that happened at Stripe, as its webhooks tell it.
type Event struct {
	ID      string
	Type    string
	Created int64             // unix seconds
	Bodies  map[string][]byte // by API version
}

// Body is the event as an endpoint of a version is told of it. A few events are
// told in newer versions only: an endpoint that hears of them has one.
func (e *Event) Body(version string) []byte {
	if body, told := e.Bodies[version]; told {
		return body
	}
	return e.Bodies[object.CloverVersion]
}

// Box is a Stripe account of its own, in this process.
type Box struct {
	server *sandbox.Server
	api    *http.Server // what the gateway calls
	url    string
	key    billing.Secret

	mu     sync.Mutex
	events []*Event // in the order of happening
	byID   map[string]*Event
}

// OpenBox makes an account whose webhooks tell of everything. Close must be
// called.
func OpenBox(ctx context.Context, seed string) (*Box, error) {
	b := &Box{key: billing.Secret("sk_test_history"), byID: map[string]*Event{}}
	var err error
	b.server, err = sandbox.New(sandbox.Options{
		Seed: seed, Now: func() time.Time { return begins },
		WebhookClient: &http.Client{Transport: hook{b}},
	})
	if err != nil {
		return nil, fmt.Errorf("open sandbox: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open sandbox: %w", err), b.server.Close())
	}
	b.url = "http://" + listener.Addr().String()
	b.api = &http.Server{Handler: b.server, ReadHeaderTimeout: time.Minute}
	go func() { _ = b.api.Serve(listener) }() // ends with Close
	for _, version := range Versions() {
		_, err := b.Post(ctx, "/v1/webhook_endpoints", url.Values{
			"url": {"https://billhook.test/" + version}, "api_version": {version}, "enabled_events[]": {"*"},
		})
		if err != nil {
			b.Close()
			return nil, err
		}
	}
	return b, nil
}

// Close ends the account.
func (b *Box) Close() {
	_ = b.api.Close()    // nobody is being answered any more
	_ = b.server.Close() // keeps no state file that could fail
}

// URL is where the account's API is served.
func (b *Box) URL() string { return b.url }

// Credentials are those of the account, whatever the scope and version.
func (b *Box) Credentials(context.Context, billing.Scope, string) (billing.Credentials, error) {
	return billing.Credentials{SecretKey: b.key}, nil
}

// Gateways are none: projects have keys of their own here.
func (b *Box) Gateways(context.Context) (billing.Gateways, error) { return billing.Gateways{}, nil }

// Refused is an answer of Stripe's other than success.
type Refused struct {
	Status int
	Body   string
}

func (r *Refused) Error() string { return fmt.Sprintf("Stripe answered %d: %s", r.Status, r.Body) }

// Get reads a resource.
func (b *Box) Get(ctx context.Context, path string, query url.Values) (json.RawMessage, error) {
	return b.call(ctx, http.MethodGet, path+"?"+query.Encode(), "", "")
}

// Post creates or changes a resource, or submits a hosted page.
func (b *Box) Post(ctx context.Context, path string, form url.Values) (json.RawMessage, error) {
	return b.call(ctx, http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
}

// Delete deletes a resource.
func (b *Box) Delete(ctx context.Context, path string) error {
	_, err := b.call(ctx, http.MethodDelete, path, "", "")
	return err
}

// Advance lets time pass: what falls due happens.
func (b *Box) Advance(ctx context.Context, seconds int64) error {
	_, err := b.control(ctx, "advance", map[string]any{"seconds": seconds})
	return err
}

func (b *Box) control(ctx context.Context, operation string, params any) (json.RawMessage, error) {
	body, err := json.Marshal(params)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	return b.call(ctx, http.MethodPost, "/_sandbox/"+operation, "application/json", string(body))
}

func (b *Box) call(ctx context.Context, method, path, kind, body string) (json.RawMessage, error) {
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+b.key.Reveal())
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	if w.Code >= http.StatusBadRequest {
		return nil, fmt.Errorf("%s %s with %s: %w", method, path, body, &Refused{w.Code, w.Body.String()})
	}
	return w.Body.Bytes(), nil
}

// Events are all events until now, in the order in which they happened.
func (b *Box) Events(ctx context.Context) ([]*Event, error) {
	answer, err := b.control(ctx, "settle", map[string]any{})
	if err != nil {
		return nil, err
	}
	var settled struct{ Settled bool }
	if err := json.Unmarshal(answer, &settled); err != nil || !settled.Settled {
		return nil, fmt.Errorf("webhooks did not settle: %s, %w", answer, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.events[:len(b.events):len(b.events)], nil
}

// hook is the network between the sandbox and its webhook endpoints.
type hook struct{ box *Box }

// RoundTrip keeps a webhook's body. Each endpoint is told one event after the
// other, so events are known in their order.
func (h hook) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var told Event
	if err := json.Unmarshal(body, &told); err != nil {
		return nil, err
	}
	h.box.mu.Lock()
	defer h.box.mu.Unlock()
	event := h.box.byID[told.ID]
	if event == nil {
		event = &told
		event.Bodies = map[string][]byte{}
		h.box.events, h.box.byID[told.ID] = append(h.box.events, event), event
	}
	event.Bodies[strings.TrimPrefix(r.URL.Path, "/")] = body
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Header: http.Header{}, Request: r}, nil
}

// newScope is the scope of a project that nobody else has.
func newScope() billing.Scope { return billing.Scope{Project: uuid.New(), Mode: billing.Test} }
