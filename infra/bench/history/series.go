package history

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Total is what became of many runs.
type Total struct {
	Runs       int
	Events     int
	Deliveries int
	Questions  int64
	Diverged   []Diverged
}

// Diverged is a run that did not end as Stripe's own state.
type Diverged struct {
	Seed        uint64 // of a random history
	What        string
	Divergences []string
}

func (t *Total) add(r Report, seed uint64, what func() string) {
	t.Runs++
	t.Events += r.Events
	t.Deliveries += r.Deliveries
	t.Questions += r.Questions
	if len(r.Divergences) > 0 {
		t.Diverged = append(t.Diverged, Diverged{seed, what(), r.Divergences})
	}
}

// Series runs the histories of so many seeds, several at once, each in an empty
// store.
func Series(ctx context.Context, seed uint64, runs int, empty func() Store) (Total, error) {
	var mu sync.Mutex
	var total Total
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(16 * runtime.GOMAXPROCS(0)) // they often wait before they try again
	for i := range runs {
		group.Go(func() error {
			h := Random(seed + uint64(i)) //nolint:gosec // counts up
			r, err := h.Run(running, empty())
			if err != nil {
				return fmt.Errorf("%v%w", h, err)
			}
			mu.Lock()
			defer mu.Unlock()
			total.add(r, h.Seed, h.String)
			return nil
		})
	}
	err := group.Wait()
	return total, err
}

// EveryOrder delivers a lifecycle in all orders, each to an empty store.
func (c Lifecycle) EveryOrder(ctx context.Context, allVersions bool, empty func() Store) (Total, error) {
	recording, err := c.Play(ctx)
	if err != nil {
		return Total{}, err
	}
	defer recording.Close()
	var total Total
	for _, o := range Orders(allVersions) {
		r, err := recording.Deliver(ctx, empty(), o)
		if err != nil {
			return total, fmt.Errorf("%s: %w", c.Name, err)
		}
		total.add(r, 0, func() string { return fmt.Sprintf("%s: %+v of %q", c.Name, o, recording.Types()) })
	}
	return total, nil
}

// Smallest leaves steps out of a history that diverges as long as it does, and
// answers what remains.
func Smallest(ctx context.Context, h History, empty func() Store) (History, error) {
	for i := len(h.Script) - 1; i >= 0; i-- {
		less := h
		less.Script = slices.Delete(slices.Clone(h.Script), i, i+1)
		r, err := less.Run(ctx, empty())
		if err != nil {
			return h, err
		}
		if len(r.Divergences) > 0 {
			h, i = less, len(less.Script)
		}
	}
	return h, nil
}
