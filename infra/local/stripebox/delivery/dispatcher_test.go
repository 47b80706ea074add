package delivery_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79/webhook"

	"billhook/infra/local/stripebox/delivery"
)

const secret = "whsec_delivery_test"

// receiver is a webhook endpoint that answers what answer says.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	events []string
	answer func(event string, attempt int) int
}

func newReceiver(t *testing.T, answer func(event string, attempt int) int) *receiver {
	t.Helper()
	r := &receiver{answer: answer}
	seen := map[string]int{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Errorf("reading the body: %v", err)
		}
		if err := webhook.ValidatePayload(body, req.Header.Get("Stripe-Signature"), secret); err != nil {
			t.Errorf("signature: %v", err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		event := string(body)
		seen[event]++
		r.events = append(r.events, event)
		w.WriteHeader(r.answer(event, seen[event]))
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) received() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.events...)
}

func newDispatcher(t *testing.T, backoff ...time.Duration) *delivery.Dispatcher {
	t.Helper()
	d := delivery.New(delivery.Options{
		Client: &http.Client{}, Backoff: backoff, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	})
	t.Cleanup(d.Close)
	return d
}

func message(url, event string) delivery.Message {
	return delivery.Message{
		Account: "a", EventID: event, EventType: "test", EndpointID: "we_1", URL: url, Secret: secret, Body: []byte(event),
	}
}

func TestOrderPerEndpoint(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(string, int) int { return http.StatusOK })
	d := newDispatcher(t)
	var want []string
	for i := range 20 {
		event := fmt.Sprintf("evt_%02d", i)
		want = append(want, event)
		d.Enqueue(message(r.URL, event))
	}
	if err := d.Wait(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, r.received()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRetriesDoNotHoldUpTheQueue(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(event string, attempt int) int {
		if event == "evt_bad" && attempt < 3 {
			return http.StatusInternalServerError
		}
		return http.StatusNoContent
	})
	d := newDispatcher(t, 50*time.Millisecond, 50*time.Millisecond)
	d.Enqueue(message(r.URL, "evt_bad"))
	d.Enqueue(message(r.URL, "evt_good"))
	if err := d.Wait(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"evt_bad", "evt_good", "evt_bad", "evt_bad"}, r.received()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := d.Undelivered("evt_bad"); got != 0 {
		t.Errorf("Undelivered = %d, want 0", got)
	}
	var numbers []int
	for _, attempt := range d.Attempts("a") {
		if attempt.EventID == "evt_bad" {
			numbers = append(numbers, attempt.Number, attempt.StatusCode)
		}
	}
	if diff := cmp.Diff([]int{1, 500, 2, 500, 3, 204}, numbers); diff != "" {
		t.Errorf("attempts (-want +got)\n%s", diff)
	}
}

func TestGivesUp(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t, time.Millisecond)
	d.Enqueue(message("http://127.0.0.1:1/nobody", "evt_1"))
	if err := d.Wait(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	attempts := d.Attempts("a")
	if len(attempts) != 2 || attempts[1].Error == "" || attempts[1].StatusCode != 0 {
		t.Errorf("attempts = %+v, want two with a connection error", attempts)
	}
	if got := d.Undelivered("evt_1"); got != 1 {
		t.Errorf("Undelivered = %d, want 1", got)
	}
}

func TestCloseKeepsTheBacklog(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t, time.Hour)
	d.Enqueue(message("http://127.0.0.1:1/nobody", "evt_1"))
	d.Enqueue(message("http://127.0.0.1:1/nobody", "evt_2"))
	d.Close()
	d.Enqueue(message("http://127.0.0.1:1/nobody", "evt_3"))
	var events []string
	for _, m := range d.Backlog("a") {
		events = append(events, m.EventID)
	}
	if diff := cmp.Diff([]string{"evt_1", "evt_2", "evt_3"}, events); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestDropForgetsAnEndpoint(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t, time.Hour)
	d.Enqueue(message("http://127.0.0.1:1/nobody", "evt_1"))
	d.Drop("we_1")
	if err := d.Wait(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if got := d.Backlog("a"); len(got) != 0 {
		t.Errorf("Backlog = %v, want none", got)
	}
}
