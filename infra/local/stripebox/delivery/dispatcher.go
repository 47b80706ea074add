package delivery

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"
)

// logLimit bounds the attempts remembered for each account.
const logLimit = 2000

// attemptTimeout bounds one attempt; Stripe, too, gives up on slow endpoints.
const attemptTimeout = 20 * time.Second

// Message is one event for one endpoint.
type Message struct {
	Account    string
	EventID    string
	EventType  string
	EndpointID string
	URL        string
	Secret     string
	Rolled     []string // older secrets that still sign beside it
	Body       []byte
}

// Attempt is one try to deliver a message.
type Attempt struct {
	EventID    string `json:"event"`
	EventType  string `json:"type"`
	EndpointID string `json:"endpoint"`
	URL        string `json:"url"`
	Number     int    `json:"attempt"`
	// StatusCode is the endpoint's answer; 0 when there was none.
	StatusCode int       `json:"status_code"`
	Error      string    `json:"error,omitempty"`
	Time       time.Time `json:"time"`
}

// Delivered reports whether the endpoint accepted the message.
func (a Attempt) Delivered() bool { return a.StatusCode >= 200 && a.StatusCode < 300 }

// Options configure a Dispatcher.
type Options struct {
	Client *http.Client
	// Backoff holds the wait after each failed attempt; when it is used up the
	// message is given up.
	Backoff []time.Duration
	// Now is the wall clock: it dates signatures and attempts.
	Now    func() time.Time
	Logger *slog.Logger
}

// Dispatcher delivers messages in the background until it is closed.
type Dispatcher struct {
	options Options
	ctx     context.Context //nolint:containedctx // deliveries outlive the request that enqueues: Close ends them
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu          sync.Mutex
	changed     chan struct{} // closed and replaced whenever a message leaves open
	sequence    int64
	open        map[int64]Message // enqueued, neither delivered nor given up
	queues      map[string]*queue // by endpoint
	undelivered map[string]int    // endpoints still to be reached, by event
	attempts    map[string][]Attempt
}

// queue holds what an endpoint has not been sent yet.
type queue struct {
	ctx      context.Context //nolint:containedctx // outlives the request that enqueues: Drop ends it
	cancel   context.CancelFunc
	waiting  []int64
	draining bool
}

// New starts a dispatcher with nothing to do.
func New(options Options) *Dispatcher {
	ctx, cancel := context.WithCancel(context.Background())
	return &Dispatcher{
		options: options, ctx: ctx, cancel: cancel,
		changed:     make(chan struct{}),
		open:        map[int64]Message{},
		queues:      map[string]*queue{},
		undelivered: map[string]int{},
		attempts:    map[string][]Attempt{},
	}
}

// Enqueue takes over a message and returns at once.
func (d *Dispatcher) Enqueue(m Message) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sequence++
	d.open[d.sequence] = m
	d.undelivered[m.EventID]++
	if d.ctx.Err() != nil {
		return // closed: the message stays in the backlog
	}
	q := d.queues[m.EndpointID]
	if q == nil {
		q = &queue{}
		q.ctx, q.cancel = context.WithCancel(d.ctx)
		d.queues[m.EndpointID] = q
	}
	q.waiting = append(q.waiting, d.sequence)
	if !q.draining {
		q.draining = true
		d.running.Go(func() { d.drain(q) })
	}
}

// Drop forgets an endpoint: what waits for it is not sent.
func (d *Dispatcher) Drop(endpointID string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if q := d.queues[endpointID]; q != nil {
		q.cancel()
		delete(d.queues, endpointID)
	}
	for id, m := range d.open {
		if m.EndpointID == endpointID {
			d.undelivered[m.EventID]--
			d.leave(id)
		}
	}
}

// Backlog lists what has neither been delivered nor given up, oldest first.
func (d *Dispatcher) Backlog(account string) []Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	var ids []int64
	for id, m := range d.open {
		if m.Account == account {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, cmp.Compare[int64])
	messages := make([]Message, 0, len(ids))
	for _, id := range ids {
		messages = append(messages, d.open[id])
	}
	return messages
}

// Undelivered is the number of endpoints that have not accepted the event.
func (d *Dispatcher) Undelivered(eventID string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.undelivered[eventID]
}

// Attempts is the account's log, oldest first.
func (d *Dispatcher) Attempts(account string) []Attempt {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.attempts[account])
}

// Wait returns when nothing of the account is under way, or with the context's
// error when that ends first.
func (d *Dispatcher) Wait(ctx context.Context, account string) error {
	for {
		d.mu.Lock()
		changed, busy := d.changed, false
		for _, m := range d.open {
			busy = busy || m.Account == account
		}
		d.mu.Unlock()
		if !busy {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close ends every delivery at once and waits for the goroutines to be gone.
// What was not delivered stays in the backlog.
func (d *Dispatcher) Close() {
	d.cancel()
	d.running.Wait()
}

// leave takes a message out of the open ones; d.mu is held.
func (d *Dispatcher) leave(id int64) {
	delete(d.open, id)
	close(d.changed)
	d.changed = make(chan struct{})
}
