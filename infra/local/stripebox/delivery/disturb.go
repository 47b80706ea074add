package delivery

import (
	"context"
	"time"

	"billhook/infra/local/stripebox/fault"
)

// reorderLimit is how long a message that is to go out after the next one waits
// for a next one.
const reorderLimit = time.Second

// fault is the kind that the message is sent with.
func (m Message) fault() fault.Kind {
	if m.Fault == nil {
		return ""
	}
	return m.Fault.Kind
}

// drop logs that a message is lost: it stays undelivered; d.mu is held.
func (d *Dispatcher) drop(m Message) {
	d.miss(m)
	d.remember(m.Account, Attempt{
		EventID: m.EventID, EventType: m.EventType, EndpointID: m.EndpointID, URL: m.URL, Number: d.number(m),
		Error: "dropped by a fault", Time: d.options.Now().UTC(), Fault: m.fault(),
	})
}

// delay enqueues a message once the account's clock is that much later; d.mu is
// held.
func (d *Dispatcher) delay(m Message) {
	due := d.options.Now().Add(d.clock(m.Account).ahead + time.Duration(m.Fault.DelaySeconds)*time.Second)
	id := d.add(m)
	d.open[id].due = due
	q := d.queue(m.EndpointID)
	d.later(q, func() {
		if !d.sleep(q.ctx, id, due) {
			return
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		q.waiting = append(q.waiting, id)
		d.send(q)
	})
}

// hold keeps a message back until the endpoint's next one has been enqueued, or
// none has come in time; d.mu is held.
func (d *Dispatcher) hold(m Message) {
	id := d.add(m)
	q := d.queue(m.EndpointID)
	q.held = append(q.held, id)
	d.later(q, func() {
		ctx, cancel := context.WithTimeout(q.ctx, reorderLimit)
		defer cancel()
		<-ctx.Done()
		if q.ctx.Err() != nil {
			return
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		q.waiting = append(q.waiting, q.held...)
		q.held = nil
		d.send(q)
	})
}

// later runs something beside the queue, unless the dispatcher is closed.
func (d *Dispatcher) later(q *queue, run func()) {
	if q.ctx.Err() == nil {
		d.running.Go(run)
	}
}
