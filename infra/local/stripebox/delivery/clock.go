package delivery

import (
	"context"
	"time"
)

// clock is how far an account's clock is ahead of the wall clock. Waits are for
// a time on it, so that moving it forward ends those that are over by then.
type clock struct {
	ahead time.Duration
	moved chan struct{} // closed and replaced when it is moved
}

// Advance moves an account's clock forward: what becomes due is sent.
func (d *Dispatcher) Advance(account string, by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.clock(account)
	c.ahead += by
	close(c.moved)
	c.moved = make(chan struct{})
}

// clock is the account's; d.mu is held.
func (d *Dispatcher) clock(account string) *clock {
	c := d.clocks[account]
	if c == nil {
		c = &clock{moved: make(chan struct{})}
		d.clocks[account] = c
	}
	return c
}

// clockOf is the time on the account's clock.
func (d *Dispatcher) clockOf(account string) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.options.Now().Add(d.clock(account).ahead)
}

// sleep waits until the account's clock reaches the time at which a message is
// due. It reports false when the context ends first.
func (d *Dispatcher) sleep(ctx context.Context, id int64, due time.Time) bool {
	for {
		d.mu.Lock()
		m := d.open[id]
		if m == nil { // its endpoint is forgotten
			d.mu.Unlock()
			return false
		}
		c := d.clock(m.Account)
		moved, wait := c.moved, due.Sub(d.options.Now().Add(c.ahead))
		m.due = due
		if wait <= 0 {
			m.due = time.Time{}
		}
		d.change()
		d.mu.Unlock()
		if wait <= 0 {
			return true
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-moved:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return false
		}
	}
}

// Wait returns when nothing of the account is under way or due before the
// context's deadline, or with the context's error when that ends first.
func (d *Dispatcher) Wait(ctx context.Context, account string) error {
	for {
		changed, busy := d.busy(ctx, account)
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

func (d *Dispatcher) busy(ctx context.Context, account string) (changed <-chan struct{}, busy bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	deadline, limited := ctx.Deadline()
	deadline = deadline.Add(d.clock(account).ahead)
	for _, m := range d.open {
		if m.Account == account && (!limited || m.due.Before(deadline)) {
			return d.changed, true
		}
	}
	return d.changed, false
}
