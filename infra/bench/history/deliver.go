package history

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/intake"
	"billhook/pkg/projector"
	"billhook/pkg/telemetry"
)

// Delivery is one sending of an event in a version.
type Delivery struct {
	Event   *Event
	Version string
	due     float64 // its place in the order of sendings
}

// Receiver takes deliveries in as the webhooks function does after it has
// verified their signatures.
type Receiver struct {
	scope     billing.Scope
	intake    *intake.Intake
	clock     *clock
	questions *counted
	workers   int

	deliveries  int
	quarantined atomic.Int64
}

// NewReceiver makes a project with a box's credentials in a store, and what
// takes its events in, with so many at once.
func NewReceiver(ctx context.Context, store Store, box *Box, policy billing.DuplicatePolicy, workers int) (*Receiver, error) {
	s := newScope()
	// Years ahead of everything: no record's time to live is over.
	now := &clock{start: time.Date(2100, time.January, 1, 0, 0, 0, 0, time.UTC), step: 600 * time.Millisecond}
	if workers > 1 { // fast enough to meet in their questions to Stripe
		now.step = 150 * time.Millisecond
	}
	p := billing.Project{ID: s.Project, Owner: "developer", Name: "history", Active: true, DefaultMode: s.Mode, Duplicates: policy, CreatedAt: now.Now()}
	if err := store.CreateProject(ctx, p); err != nil {
		return nil, err
	}
	credentials := billing.CredentialSet{Version: "v1", SecretKey: "sk_test_...", WebhookSecret: "whsec_..."}
	if err := store.SaveStripeConfig(ctx, billing.StripeConfig{Project: s.Project, Active: true, Test: credentials}); err != nil {
		return nil, err
	}
	questions := &counted{Stripe: gateway.New(store, box, box.URL())}
	return &Receiver{
		scope: s, clock: now, questions: questions, workers: workers,
		intake: &intake.Intake{
			Events:  projector.New(store, questions, now.Now),
			Records: store,
			Metrics: telemetry.NewMetrics(io.Discard, "billhook", now.Now),
			Log:     slog.New(slog.DiscardHandler),
			Now:     now.Now,
		},
	}, nil
}

// Deliver takes deliveries in, several at once where the receiver has several
// workers, and answers those that failed: they are to come again.
func (r *Receiver) Deliver(ctx context.Context, batch []Delivery) (failed []Delivery, last error) {
	r.deliveries += len(batch)
	var mu sync.Mutex
	var next atomic.Int64
	var working sync.WaitGroup
	for range min(r.workers, len(batch)) {
		working.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(batch) {
					return
				}
				outcome, err := r.intake.Receive(ctx, r.scope, batch[i].Event.Body(batch[i].Version))
				if outcome == billing.Quarantined {
					r.quarantined.Add(1)
				}
				if err != nil {
					mu.Lock()
					failed, last = append(failed, batch[i]), err
					mu.Unlock()
				}
			}
		})
	}
	working.Wait()
	return failed, last
}

// post is what is on its way from Stripe.
type post struct {
	random  *rand.Rand
	waiting []Delivery
	sent    int // events that have been posted
}

// How events are delivered: in percent, and in places of the order.
const (
	outOfOrder  = 30
	farAway     = 50 // of those, how many may come at any time
	near        = 8
	twice       = 25
	threeTimes  = 15
	afterAnyDay = 1e6
)

// add posts what has happened meanwhile: each event once to three times, each
// time in a version of its own.
func (p *post) add(events []*Event) {
	for _, e := range events[p.sent:] {
		copies := 1
		switch n := p.random.IntN(100); {
		case n < threeTimes:
			copies = 3
		case n < threeTimes+twice:
			copies = 2
		}
		for range copies {
			p.waiting = append(p.waiting, Delivery{e, p.version(), p.due()})
		}
		p.sent++
	}
	slices.SortStableFunc(p.waiting, func(a, b Delivery) int { return cmp.Compare(a.due, b.due) })
}

func (p *post) version() string {
	versions := Versions()
	return versions[p.random.IntN(len(versions))]
}

// due is the place of a delivery of the next event.
func (p *post) due() float64 {
	place := float64(p.sent)
	switch {
	case p.random.IntN(100) >= outOfOrder:
		return place
	case p.random.IntN(100) < farAway:
		return place + p.random.Float64()*afterAnyDay
	default:
		return place + float64(p.random.IntN(2*near)-near)
	}
}

// take takes the next percent of what is waiting.
func (p *post) take(percent int) []Delivery {
	n := (len(p.waiting)*percent + 99) / 100
	taken := p.waiting[:n:n]
	p.waiting = p.waiting[n:]
	return taken
}

// clock goes on by a step each time that it is read.
type clock struct {
	start time.Time
	step  time.Duration
	reads atomic.Int64
}

// Now reads the clock.
func (c *clock) Now() time.Time { return c.start.Add(time.Duration(c.reads.Add(1)) * c.step) }

// skip lets a time pass.
func (c *clock) skip(d time.Duration) { c.reads.Add(int64(d / c.step)) }

// counted counts the questions that Stripe is asked.
type counted struct {
	projector.Stripe
	asked atomic.Int64
}

// Subscription reads a subscription as it is now.
func (c *counted) Subscription(ctx context.Context, s billing.Scope, id string) (billing.SubscriptionFact, time.Time, error) {
	c.asked.Add(1)
	return c.Stripe.Subscription(ctx, s, id)
}

// Charge reads what became of a charge.
func (c *counted) Charge(ctx context.Context, s billing.Scope, id string) (billing.PaymentFact, error) {
	c.asked.Add(1)
	return c.Stripe.Charge(ctx, s, id)
}

// InvoiceOf is the invoice that a payment pays.
func (c *counted) InvoiceOf(ctx context.Context, s billing.Scope, payment string) (string, error) {
	c.asked.Add(1)
	return c.Stripe.InvoiceOf(ctx, s, payment)
}
