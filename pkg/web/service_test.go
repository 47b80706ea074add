package web_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"billhook/infra/local/tokens"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
	"billhook/pkg/web"
)

const (
	jwtSecret = "a secret of thirty-two bytes or more"
	aProject  = "51aa0000-0000-4000-8000-000000000001"
)

type fixedSecret struct{}

func (fixedSecret) Secret(context.Context, string) (billing.Secret, error) { return jwtSecret, nil }

// clock is set by tests.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// logged is a log that several goroutines write.
type logged struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}

// service is an operation framed as in a function.
type service struct {
	handler http.Handler
	issuer  tokens.Issuer
	log     *logged
	calls   atomic.Int64 // of the operation
}

func newService(t *testing.T, s web.Executions, now func() time.Time, operation http.HandlerFunc) *service {
	t.Helper()
	v := &service{
		log:    &logged{},
		issuer: tokens.Issuer{Secret: jwtSecret, Life: 1000 * time.Hour, Now: now},
	}
	log := slog.New(slog.NewTextHandler(v.log, nil))
	answer := web.NewErrors(log)
	callers, err := identity.NewVerifier(identity.Config{Algorithm: "HS256", SecretID: "jwt"}, fixedSecret{}, now)
	if err != nil {
		t.Fatal(err)
	}
	counted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.calls.Add(1)
		operation(w, r)
	})
	once := web.JSONBody(answer, web.Idempotent(log, answer, s, now, counted))
	v.handler = web.Frame(log, answer, now, callers.Require(identity.EndUser, answer.Write)(once))
	return v
}

// call is a request; the zero value is a POST of {} by one user, without key.
type call struct {
	method, path, body, user, project string
	keys                              []string
	patience                          time.Duration // zero: without end
}

func (v *service) do(t *testing.T, c call) *httptest.ResponseRecorder {
	t.Helper()
	token, err := v.issuer.EndUser(cmp.Or(c.user, "user_1"), cmp.Or(c.project, aProject))
	if err != nil {
		t.Error(err)
	}
	ctx := t.Context()
	if c.patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.patience)
		defer cancel()
	}
	r := httptest.NewRequestWithContext(ctx, cmp.Or(c.method, http.MethodPost), cmp.Or(c.path, "/things"),
		strings.NewReader(cmp.Or(c.body, "{}")))
	r.Header.Set("Authorization", "Bearer "+token)
	for _, key := range c.keys {
		r.Header.Add("Idempotency-Key", key)
	}
	w := httptest.NewRecorder()
	v.handler.ServeHTTP(w, r)
	return w
}

// received is all of an answer that a client can tell.
type received struct {
	Status      int
	ContentType string
	Replayed    string
	Body        string
}

func (v *service) post(t *testing.T, c call) received {
	t.Helper()
	w := v.do(t, c)
	return received{w.Code, w.Header().Get("Content-Type"), w.Header().Get("Idempotent-Replayed"), w.Body.String()}
}

// wantCalls compares how often the operation ran.
func (v *service) wantCalls(t *testing.T, want int64) {
	t.Helper()
	if got := v.calls.Load(); got != want {
		t.Errorf("the operation ran %d times, want %d", got, want)
	}
}

// counting answers 201 and which call of the operation it is.
func counting() http.HandlerFunc {
	var n atomic.Int64
	return func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusCreated, n.Add(1))
	}
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
