package delivery_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/stripebox/delivery"
	"billhook/infra/local/stripebox/fault"
)

// Three messages are sent; the first of them goes wrong.
func TestFaults(t *testing.T) {
	t.Parallel()
	for kind, want := range map[fault.Kind][]string{
		fault.Duplicate: {"evt_1", "evt_1", "evt_2", "evt_3"},
		fault.Reorder:   {"evt_2", "evt_1", "evt_3"},
		fault.Delay:     {"evt_2", "evt_3", "evt_1"},
		fault.Drop:      {"evt_2", "evt_3"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t, func(string, int) int { return http.StatusOK })
			d := newDispatcher(t)
			first := message(r.URL, "evt_1")
			first.Fault = &fault.Rule{Kind: kind, DelaySeconds: 3600}
			d.Enqueue(first)
			d.Enqueue(message(r.URL, "evt_2"))
			d.Enqueue(message(r.URL, "evt_3"))
			waitUntil(t, func() bool { return d.Undelivered("evt_3") == 0 })
			d.Advance("a", time.Hour)
			if err := d.Wait(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, r.received()); diff != "" {
				t.Errorf("received (-want +got)\n%s", diff)
			}
			left := 0
			if kind == fault.Drop {
				left = 1
			}
			if got := d.Undelivered("evt_1"); got != left {
				t.Errorf("Undelivered = %d, want %d", got, left)
			}
			if log := d.Attempts("a"); !hasFault(log, kind) {
				t.Errorf("the log does not name the fault: %+v", log)
			}
		})
	}
}

func hasFault(log []delivery.Attempt, kind fault.Kind) bool {
	for _, attempt := range log {
		if attempt.EventID == "evt_1" && attempt.Fault == kind {
			return true
		}
	}
	return false
}

func waitUntil(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited for 5 s")
		}
	}
}

// With no other message to go first, one that is held goes out all the same.
func TestReorderWithoutANextMessage(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(string, int) int { return http.StatusOK })
	d := newDispatcher(t)
	alone := message(r.URL, "evt_1")
	alone.Fault = &fault.Rule{Kind: fault.Reorder}
	d.Enqueue(alone)
	if err := d.Wait(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"evt_1"}, r.received()); diff != "" {
		t.Errorf("received (-want +got)\n%s", diff)
	}
}

// A message that was dropped is delivered when it is sent again.
func TestDroppedAndSentAgain(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(string, int) int { return http.StatusOK })
	d := newDispatcher(t)
	lost := message(r.URL, "evt_1")
	lost.Fault = &fault.Rule{Kind: fault.Drop}
	d.Enqueue(lost)
	if again := d.Deliver(t.Context(), message(r.URL, "evt_1")); again.Number != 2 || !again.Delivered() {
		t.Errorf("attempt %+v", again)
	}
	if got := d.Undelivered("evt_1"); got != 0 {
		t.Errorf("Undelivered = %d, want 0", got)
	}
}

// Moving the account's clock makes the retries that fall due by then, and those
// only; another account's clock does nothing.
func TestRetriesFollowTheAccountsClock(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(string, int) int { return http.StatusServiceUnavailable })
	d := newDispatcher(t, time.Hour, 2*time.Hour, 24*time.Hour)
	d.Enqueue(message(r.URL, "evt_1"))
	for _, step := range []struct {
		account  string
		by       time.Duration
		attempts int // in all
	}{
		{"a", 0, 1}, {"b", 48 * time.Hour, 1}, {"a", 59 * time.Minute, 1}, {"a", time.Minute + time.Second, 2}, {"a", 26 * time.Hour, 4},
	} {
		d.Advance(step.account, step.by)
		waitUntil(t, func() bool { return len(r.received()) >= step.attempts })
		waitUntil(t, func() bool { return len(d.Attempts("a")) == step.attempts })
	}
	if err := d.Wait(t.Context(), "a"); err != nil { // it is given up by now
		t.Fatal(err)
	}
	if got := len(r.received()); got != 4 {
		t.Errorf("%d attempts, want 4", got)
	}
	if left := d.Backlog("a"); len(left) != 0 {
		t.Errorf("Backlog = %v, want none", left)
	}
}
