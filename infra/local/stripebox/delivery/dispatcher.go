package delivery

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"billhook/infra/local/stripebox/fault"
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
	// Fault is what goes wrong with the message, if anything.
	Fault *fault.Rule
}

// Attempt is one try to deliver a message.
type Attempt struct {
	EventID    string `json:"event"`
	EventType  string `json:"type"`
	EndpointID string `json:"endpoint"`
	URL        string `json:"url"`
	Number     int    `json:"attempt"`
	// StatusCode is the endpoint's answer; 0 when there was none.
	StatusCode int        `json:"status_code"`
	Error      string     `json:"error,omitempty"`
	Time       time.Time  `json:"time"`
	LatencyMS  int64      `json:"latency_ms"`
	Fault      fault.Kind `json:"fault,omitempty"` // that the message was sent with
}

// Delivered reports whether the endpoint accepted the message.
func (a Attempt) Delivered() bool { return a.StatusCode >= 200 && a.StatusCode < 300 }

// Options configure a Dispatcher.
type Options struct {
	Client *http.Client
	// Backoff holds the wait after each failed attempt, on the account's clock;
	// when it is used up the message is given up.
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
	changed     chan struct{} // closed and replaced whenever a message leaves open or waits for its time
	sequence    int64
	open        map[int64]*pending         // enqueued, neither delivered nor given up
	clocks      map[string]*clock          // by account
	queues      map[string]*queue          // by endpoint
	undelivered map[string]map[string]bool // endpoints still to be reached, by event
	attempts    map[string][]Attempt
}

// pending is a message that is neither delivered nor given up.
type pending struct {
	Message
	due time.Time // on the account's clock, while it waits for that; else zero
}

// queue holds what an endpoint has not been sent yet.
type queue struct {
	ctx      context.Context //nolint:containedctx // outlives the request that enqueues: Drop ends it
	cancel   context.CancelFunc
	waiting  []int64
	held     []int64 // that go out after the next one
	draining bool
}

// New starts a dispatcher with nothing to do.
func New(options Options) *Dispatcher {
	ctx, cancel := context.WithCancel(context.Background())
	return &Dispatcher{
		options: options, ctx: ctx, cancel: cancel,
		changed:     make(chan struct{}),
		open:        map[int64]*pending{},
		clocks:      map[string]*clock{},
		queues:      map[string]*queue{},
		undelivered: map[string]map[string]bool{},
		attempts:    map[string][]Attempt{},
	}
}

// Enqueue takes over a message and returns at once.
func (d *Dispatcher) Enqueue(m Message) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m.Fault == nil {
		d.enqueue(m)
		return
	}
	switch m.Fault.Kind {
	case fault.Drop:
		d.drop(m)
	case fault.Delay:
		d.delay(m)
	case fault.Reorder:
		d.hold(m)
	case fault.Duplicate:
		d.enqueue(m)
		d.enqueue(m)
	default:
		d.enqueue(m) // a fault of a request does nothing to a webhook
	}
}

// enqueue puts a message at the end of its endpoint's queue, before those that
// are held until then; d.mu is held.
func (d *Dispatcher) enqueue(m Message) {
	id := d.add(m)
	q := d.queue(m.EndpointID)
	q.waiting = append(append(q.waiting, id), q.held...)
	q.held = nil
	d.send(q)
}

// add opens a message; d.mu is held.
func (d *Dispatcher) add(m Message) (id int64) {
	d.sequence++
	d.open[d.sequence] = &pending{Message: m}
	d.miss(m)
	return d.sequence
}

// miss notes that an endpoint is still to be reached; d.mu is held.
func (d *Dispatcher) miss(m Message) {
	if d.undelivered[m.EventID] == nil {
		d.undelivered[m.EventID] = map[string]bool{}
	}
	d.undelivered[m.EventID][m.EndpointID] = true
}

// queue is the endpoint's; d.mu is held.
func (d *Dispatcher) queue(endpointID string) *queue {
	q := d.queues[endpointID]
	if q == nil {
		q = &queue{}
		q.ctx, q.cancel = context.WithCancel(d.ctx)
		d.queues[endpointID] = q
	}
	return q
}

// send has a queue drained, unless it is, or the dispatcher is closed and what
// waits stays in the backlog; d.mu is held.
func (d *Dispatcher) send(q *queue) {
	if !q.draining && d.ctx.Err() == nil {
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
			d.leave(id)
		}
	}
	for _, endpoints := range d.undelivered {
		delete(endpoints, endpointID)
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
		messages = append(messages, d.open[id].Message)
	}
	return messages
}

// Undelivered is the number of endpoints that have not accepted the event.
func (d *Dispatcher) Undelivered(eventID string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.undelivered[eventID])
}

// Attempts is the account's log, oldest first.
func (d *Dispatcher) Attempts(account string) []Attempt {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.attempts[account])
}

// Close ends every delivery at once and waits for the goroutines to be gone.
// What was not delivered stays in the backlog.
func (d *Dispatcher) Close() {
	d.mu.Lock() // nothing is started meanwhile
	d.cancel()
	d.mu.Unlock()
	d.running.Wait()
}

// leave takes a message out of the open ones; d.mu is held.
func (d *Dispatcher) leave(id int64) {
	delete(d.open, id)
	d.change()
}

// change wakes those who wait; d.mu is held.
func (d *Dispatcher) change() {
	close(d.changed)
	d.changed = make(chan struct{})
}
