package history

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"time"

	"billhook/infra/bench/memory"
	"billhook/pkg/billing"
)

// History is a script and how its events are delivered.
type History struct {
	Seed    uint64
	Script  Script
	Workers int
	// Duplicates is the project's setting.
	Duplicates billing.DuplicatePolicy
}

// String is the history for people, a line for each step.
func (h History) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d, %d workers, duplicates: %q\n", h.Seed, h.Workers, h.Duplicates)
	for i, s := range h.Script {
		fmt.Fprintf(&b, "%3d %v\n", i, s)
	}
	return b.String()
}

// Report is what became of a history.
type Report struct {
	Events      int
	Deliveries  int
	Questions   int64
	Divergences []string
}

// Memory makes an empty store in memory that lets others run at every call.
func Memory() Store { return memory.New(runtime.Gosched) }

// Run lets a history happen and has its events delivered, some while it goes
// on, to a store. An error is a fault of the proof, not of what is proved.
func (h History) Run(ctx context.Context, store Store) (Report, error) {
	box, err := OpenBox(ctx, fmt.Sprint(h.Seed))
	if err != nil {
		return Report{}, err
	}
	defer box.Close()
	receiver, err := NewReceiver(ctx, store, box, h.Duplicates, h.Workers)
	if err != nil {
		return Report{}, err
	}
	l := newLife(box)
	p := &post{random: rand.New(rand.NewPCG(h.Seed, 1))} //nolint:gosec // chance that can be repeated
	for _, s := range h.Script {
		if err := l.do(ctx, s); err != nil {
			return Report{}, err
		}
		if err := p.collect(ctx, box); err != nil {
			return Report{}, err
		}
		failed, _ := receiver.Deliver(ctx, p.take(s.Deliver)) // they come again
		p.waiting = append(p.waiting, failed...)
		receiver.clock.skip(time.Minute)
	}
	return finish(ctx, store, receiver, l, p)
}

// rounds bounds how often failed deliveries come again; Stripe gives up after
// about as many.
const rounds = 10

// finish has all events delivered, what they make happen too, and compares.
func finish(ctx context.Context, store Store, receiver *Receiver, l *life, p *post) (Report, error) {
	var last error
	for round := 0; ; round++ {
		if err := p.collect(ctx, l.Box); err != nil {
			return Report{}, err
		}
		if len(p.waiting) == 0 {
			break
		}
		if round == rounds {
			return Report{Divergences: []string{fmt.Sprintf("%d deliveries keep failing: %v", len(p.waiting), last)}}, nil
		}
		p.waiting, last = receiver.Deliver(ctx, p.take(100))
		receiver.clock.skip(time.Hour)
	}
	return receiver.report(ctx, store, l)
}

func (p *post) collect(ctx context.Context, box *Box) error {
	events, err := box.Events(ctx)
	if err == nil {
		p.add(events)
	}
	return err
}

func (r *Receiver) report(ctx context.Context, store Store, l *life) (Report, error) {
	events, err := l.Events(ctx)
	if err != nil {
		return Report{}, err
	}
	truth, err := l.truth(ctx, l.ever)
	if err != nil {
		return Report{}, err
	}
	return r.compare(ctx, store, truth, events)
}

// compare judges what the store holds after all of the events.
func (r *Receiver) compare(ctx context.Context, store Store, truth Truth, events []*Event) (Report, error) {
	found, err := read(ctx, store, r.scope, truth, events)
	if err != nil {
		return Report{}, err
	}
	report := Report{
		Events: len(events), Deliveries: r.deliveries, Questions: r.questions.asked.Load(), Divergences: divergences(truth, found),
	}
	if n := r.quarantined.Load(); n > 0 {
		report.Divergences = append(report.Divergences, fmt.Sprintf("%d deliveries were quarantined", n))
	}
	for _, e := range events {
		if record, recorded := found.records[e.ID]; !recorded || !record.Outcome.Settled() {
			report.Divergences = append(report.Divergences, fmt.Sprintf("%s %s ended %q", e.Type, e.ID, record.Outcome))
		}
	}
	return report, nil
}
