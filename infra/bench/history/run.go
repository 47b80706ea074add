package history

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
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
	failing, err := receiver.deliverAll(ctx, l.Box, p)
	if err != nil || failing != nil {
		return Report{Divergences: failing}, err
	}
	if err := touch(ctx, store, receiver, l); err != nil {
		return Report{}, err
	}
	failing, err = receiver.deliverAll(ctx, l.Box, p)
	if err != nil || failing != nil {
		return Report{Divergences: failing}, err
	}
	return receiver.report(ctx, store, l)
}

// deliverAll delivers what is waiting, and what that makes happen, until
// nothing is left; failing says what keeps failing.
func (r *Receiver) deliverAll(ctx context.Context, box *Box, p *post) (failing []string, err error) {
	var last error
	for round := 0; ; round++ {
		if err := p.collect(ctx, box); err != nil {
			return nil, err
		}
		if len(p.waiting) == 0 {
			return nil, nil
		}
		if round == rounds {
			return []string{fmt.Sprintf("%d deliveries keep failing: %v", len(p.waiting), last)}, nil
		}
		p.waiting, last = r.Deliver(ctx, p.take(100))
		r.clock.skip(time.Hour)
	}
}

// touch changes the subscriptions of users who have two and of which none is
// marked: two that start at the same moment cannot see one another, but the
// next event of either has to show both.
func touch(ctx context.Context, store Store, r *Receiver, l *life) error {
	truth, err := l.truth(ctx, l.ever)
	if err != nil {
		return err
	}
	found, err := read(ctx, store, r.scope, truth, nil)
	if err != nil {
		return err
	}
	for _, pair := range found.unmarked() {
		if _, err := l.Post(ctx, "/v1/subscriptions/"+pair[1], url.Values{"metadata[touched]": {"yes"}}); err != nil {
			return err
		}
	}
	return nil
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
