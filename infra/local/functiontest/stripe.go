package functiontest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
)

// Stripe is a server in Stripe's place that answers as a test tells it to and
// keeps the requests.
type Stripe struct {
	URL string

	mu       sync.Mutex
	answer   http.HandlerFunc
	requests []StripeRequest
}

// StripeRequest is a request as Stripe got it.
type StripeRequest struct {
	Operation      string // such as "POST /v1/customers"
	Key            string // the secret key
	IdempotencyKey string
	Form           url.Values
}

// NewStripe starts a Stripe that answers with a handler.
func NewStripe(t *testing.T, answer http.HandlerFunc) *Stripe {
	t.Helper()
	s := &Stripe{answer: answer}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// ServeHTTP answers as told.
func (s *Stripe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.requests = append(s.requests, StripeRequest{
		Operation:      r.Method + " " + r.URL.Path,
		Key:            bearer(r),
		IdempotencyKey: r.Header.Get("Idempotency-Key"),
		Form:           r.PostForm,
	})
	answer := s.answer
	s.mu.Unlock()
	answer(w, r)
}

func bearer(r *http.Request) string {
	const scheme = "Bearer "
	authorization := r.Header.Get("Authorization")
	return authorization[min(len(scheme), len(authorization)):]
}

// Answer has Stripe answer otherwise from now on.
func (s *Stripe) Answer(answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// Requests are the requests since the last call.
func (s *Stripe) Requests() []StripeRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := s.requests
	s.requests = nil
	return requests
}

// Answering is a handler that always answers the same; headers are pairs of
// name and value.
func Answering(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // a client that has gone needs no answer
	}
}
