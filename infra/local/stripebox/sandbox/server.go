package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"billhook/infra/local/stripebox/delivery"
)

// Options configure a Server; every zero value has a default.
type Options struct {
	// Seed makes ids: the same seed, key and calls give the same ids.
	Seed string
	// Now is the clock that the sandbox's own clock is an offset of.
	Now func() time.Time
	// Logger receives what the sandbox does on its own. Default: nothing.
	Logger *slog.Logger
	// PublicURL is the origin of the hosted pages, without a final slash.
	// Default: the origin of the request that creates the session.
	PublicURL string
	// PageToken opens the sandbox's own pages. Default: a random one.
	PageToken string
	// StateFile keeps the state across restarts. Default: memory only.
	StateFile string
	// WebhookClient delivers webhooks. Default: a client of its own.
	WebhookClient *http.Client
	// WebhookBackoff holds the wait after each failed delivery attempt, on the
	// account's clock. Default: growing waits that add up to nearly three days,
	// for which Stripe retries.
	WebhookBackoff []time.Duration
}

// Server is the sandbox as an HTTP handler.
type Server struct {
	options    Options
	mux        *http.ServeMux
	dispatcher *delivery.Dispatcher
	saver      *saver
	anonymous  atomic.Int64 // requests answered without an account

	mu       sync.Mutex
	accounts map[string]*account // by account id
	tokens   map[string]*account // connected accounts, by the account id that their OAuth token would open
}

// New makes a sandbox and, when there is a state file, brings back what it
// holds. Close must be called.
func New(options Options) (*Server, error) {
	options = options.withDefaults()
	s := &Server{
		options: options,
		dispatcher: delivery.New(delivery.Options{
			Client: options.WebhookClient, Backoff: options.WebhookBackoff, Now: time.Now, Logger: options.Logger,
		}),
		accounts: map[string]*account{},
		tokens:   map[string]*account{},
	}
	s.mux = s.routes()
	if options.StateFile == "" {
		return s, nil
	}
	if err := s.load(options.StateFile); err != nil {
		s.dispatcher.Close()
		return nil, fmt.Errorf("loading the state: %w", err)
	}
	s.saver = startSaver(s)
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.PageToken == "" {
		o.PageToken = rand.Text()
	}
	if o.WebhookClient == nil {
		o.WebhookClient = &http.Client{
			// Stripe counts a redirect as a failure and does not follow it.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	if o.WebhookBackoff == nil {
		o.WebhookBackoff = []time.Duration{
			time.Second, 10 * time.Second, time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 40 * time.Hour,
		}
	}
	return o
}

// ServeHTTP answers the API, the hosted pages and the control operations.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Close ends webhook deliveries at once and writes the state file, if any. It
// is called after the HTTP server has stopped; calling it again does nothing.
func (s *Server) Close() error {
	s.dispatcher.Close()
	if s.saver == nil {
		return nil
	}
	return s.saver.close()
}

// account is the account that a secret key opens; it comes to life with its
// catalog when the key is first used. Keys themselves are not kept.
func (s *Server) account(key string, livemode bool) (*account, error) {
	id := keyAccount(key)
	s.mu.Lock()
	member := s.tokens[id]
	s.mu.Unlock()
	if member != nil {
		return member.byToken(key)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[id]
	if a == nil {
		a = newAccount(s, id)
		a.Livemode = livemode
		a.now = s.options.Now().Unix()
		a.seedCatalog()
		a.seedPortal()
		a.seedProfile()
		s.accounts[id] = a
	}
	return a, nil
}

// keyAccount is the id of the account that a key opens.
func keyAccount(key string) string {
	sum := sha256.Sum256([]byte("stripebox account " + key))
	return "acct_" + hex.EncodeToString(sum[:8])
}

// accountThat is the account that a hosted page belongs to, or nil: the one
// that has what the page is about.
func (s *Server) accountThat(has func(*account) bool) *account {
	s.mu.Lock()
	accounts := slices.Collect(maps.Values(s.accounts))
	s.mu.Unlock() // an operation that holds an account may wait for it
	for _, a := range accounts {
		a.mu.Lock()
		found := has(a)
		a.mu.Unlock()
		if found {
			return a
		}
	}
	return nil
}

// origin is where the hosted pages are found from outside.
func (s *Server) origin(r *http.Request) string {
	if s.options.PublicURL != "" {
		return s.options.PublicURL
	}
	return "http://" + r.Host
}
