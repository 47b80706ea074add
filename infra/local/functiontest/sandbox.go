package functiontest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/client"

	"billhook/infra/local/stripebox/sandbox"
	"billhook/pkg/billing"
)

// Sandbox is the Stripe sandbox in Stripe's place: it does what Stripe does,
// where a Stripe answers as it is told.
type Sandbox struct {
	URL   string      // for the product
	Clock *Clock      // Stripe's
	API   *client.API // for the test, in test mode; never intercepted

	backends  *stripe.Backends // what API calls through
	mu        sync.Mutex
	intercept StripeInterceptor
}

// StripeInterceptor takes the place of the product's calls to Stripe; to have
// the call made, it calls next. It may be called concurrently.
type StripeInterceptor func(w http.ResponseWriter, r *http.Request, next http.Handler)

// NewSandbox starts a sandbox. A sandbox tells no more than this test's story,
// so its catalog is the one of infra/local/stripebox/sandbox/catalog.go.
func NewSandbox(t *testing.T) *Sandbox {
	t.Helper()
	s := &Sandbox{Clock: newClock()}
	s.Clock.Set(time.Date(2026, 2, 3, 9, 15, 0, 0, time.UTC)) // cards of today are valid then
	server, err := sandbox.New(sandbox.Options{Seed: "functiontest", Now: s.Clock.Now})
	if err != nil {
		t.Fatalf("sandbox: %v", err)
	}
	direct := httptest.NewServer(server)
	intercepted := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		intercept := s.intercept
		s.mu.Unlock()
		if intercept == nil {
			server.ServeHTTP(w, r)
			return
		}
		intercept(w, r, server)
	}))
	t.Cleanup(func() {
		intercepted.Close()
		direct.Close()
		if err := server.Close(); err != nil {
			t.Errorf("close the sandbox: %v", err)
		}
	})
	s.URL = intercepted.URL
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL: stripe.String(direct.URL), LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull}, EnableTelemetry: stripe.Bool(false),
	})
	s.backends = &stripe.Backends{API: backend, Connect: backend, Uploads: backend}
	s.API = client.New(Credentials(billing.Test).SecretKey.Reveal(), s.backends)
	return s
}

// Intercept puts an interceptor before the product's calls; nil takes it away.
func (s *Sandbox) Intercept(i StripeInterceptor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.intercept = i
}

// Pay pays a checkout session on its page with a card that is accepted.
func (s *Sandbox) Pay(t *testing.T, session string) {
	t.Helper()
	s.submit(t, "/c/pay/"+session, url.Values{
		"email": {"jenny@example.com"}, "name": {"Jenny Rosen"},
		"card_number": {"4242424242424242"}, "card_expiry": {"12 / 30"}, "card_cvc": {"123"},
	})
}

// submit fills in one of Stripe's pages.
func (s *Sandbox) submit(t *testing.T, page string, form url.Values) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+page, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	noRedirect := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := noRedirect.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("submitting %s: %s", page, response.Status)
	}
}

// Connect makes a connected account that can be paid.
func (s *Sandbox) Connect(t *testing.T) string {
	t.Helper()
	account, err := s.API.Accounts.New(&stripe.AccountParams{Type: stripe.String("express"), Email: stripe.String("seller@example.com")})
	if err != nil {
		t.Fatal(err)
	}
	link, err := s.API.AccountLinks.New(&stripe.AccountLinkParams{
		Account: &account.ID, Type: stripe.String("account_onboarding"),
		RefreshURL: stripe.String("https://app.example.com/again"), ReturnURL: stripe.String("https://app.example.com/done"),
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := url.Parse(link.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.submit(t, page.Path, url.Values{
		"action": {"complete"}, "name": {"Harbor Tools"}, "url": {"https://app.example.com"}, "business_type": {"individual"},
		"routing_number": {"110000000"}, "account_number": {"000123456789"},
	})
	return account.ID
}

// Customers are Stripe's ids of a user's customers.
func (s *Sandbox) Customers(t *testing.T, user string) []string {
	t.Helper()
	var ids []string
	list := s.API.Customers.List(&stripe.CustomerListParams{ListParams: stripe.ListParams{Limit: stripe.Int64(100)}})
	for list.Next() {
		if c := list.Customer(); c.Metadata["user_id"] == user {
			ids = append(ids, c.ID)
		}
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return ids
}

// OpenSessions are the checkout sessions that a customer could pay.
func (s *Sandbox) OpenSessions(t *testing.T, customer string) []*stripe.CheckoutSession {
	t.Helper()
	var open []*stripe.CheckoutSession
	list := s.API.CheckoutSessions.List(&stripe.CheckoutSessionListParams{Customer: &customer, Status: stripe.String("open")})
	for list.Next() {
		open = append(open, list.CheckoutSession())
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return open
}

// Events counts Stripe's events of a type about an object.
func (s *Sandbox) Events(t *testing.T, kind, object string) int {
	t.Helper()
	n := 0
	list := s.API.Events.List(&stripe.EventListParams{Type: &kind, ListParams: stripe.ListParams{Limit: stripe.Int64(100)}})
	for list.Next() {
		if list.Event().Data.Object["id"] == object {
			n++
		}
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}
