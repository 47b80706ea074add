package delivery

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
)

// drain sends what waits in the queue, in order, until nothing does.
func (d *Dispatcher) drain(q *queue) {
	for {
		d.mu.Lock()
		if len(q.waiting) == 0 || q.ctx.Err() != nil {
			q.draining = false
			d.mu.Unlock()
			return
		}
		id := q.waiting[0]
		q.waiting = q.waiting[1:]
		m := d.open[id].Message
		d.mu.Unlock()

		if d.try(q.ctx, id, m) || q.ctx.Err() != nil {
			continue
		}
		d.running.Go(func() { d.retry(q.ctx, id, m) })
	}
}

// retry tries a message again after each wait, until it is delivered or given
// up.
func (d *Dispatcher) retry(ctx context.Context, id int64, m Message) {
	due := d.clockOf(m.Account)
	for _, wait := range d.options.Backoff {
		due = due.Add(wait)
		if !d.sleep(ctx, id, due) || d.try(ctx, id, m) || ctx.Err() != nil {
			return
		}
	}
	d.options.Logger.Warn("webhook given up", "event", m.EventID, "type", m.EventType, "url", m.URL)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.leave(id)
}

// try makes one attempt of an enqueued message and reports whether it was
// delivered.
func (d *Dispatcher) try(ctx context.Context, id int64, m Message) bool {
	attempt := d.Deliver(ctx, m)
	if !attempt.Delivered() {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, open := d.open[id]; open {
		d.leave(id)
	}
	return true
}

// Deliver makes one attempt now, whatever is queued, and logs it.
func (d *Dispatcher) Deliver(ctx context.Context, m Message) Attempt {
	now := d.options.Now()
	attempt := Attempt{
		EventID: m.EventID, EventType: m.EventType, EndpointID: m.EndpointID, URL: m.URL,
		Number: d.nextNumber(m), Time: now.UTC(), Fault: m.fault(),
	}
	status, err := d.post(ctx, m, Sign(m.Secret, now, m.Body, m.Rolled...))
	attempt.StatusCode = status
	attempt.LatencyMS = d.options.Now().Sub(now).Milliseconds()
	if err != nil {
		attempt.Error = err.Error()
	}
	if ctx.Err() == nil {
		d.log(m.Account, attempt)
	}
	return attempt
}

func (d *Dispatcher) post(ctx context.Context, m Message, signature string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	stop := context.AfterFunc(d.ctx, cancel) //nolint:contextcheck // Close ends deliveries of every caller
	defer stop()

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return 0, fmt.Errorf("building the request: %w", err)
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
	request.Header.Set("Stripe-Signature", signature)
	response, err := d.options.Client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }() // the outcome is known by then
	// The answer's body is read so that the connection can be used again; what
	// it says, or whether it breaks off, does not change the outcome.
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
	return response.StatusCode, nil
}

func (d *Dispatcher) nextNumber(m Message) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.number(m)
}

// number is nextNumber while d.mu is held.
func (d *Dispatcher) number(m Message) int {
	number := 1
	for _, attempt := range d.attempts[m.Account] {
		if attempt.EventID == m.EventID && attempt.EndpointID == m.EndpointID {
			number++
		}
	}
	return number
}

func (d *Dispatcher) log(account string, attempt Attempt) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.remember(account, attempt)
	if attempt.Delivered() {
		delete(d.undelivered[attempt.EventID], attempt.EndpointID)
	}
}

// remember is log while d.mu is held.
func (d *Dispatcher) remember(account string, attempt Attempt) {
	d.attempts[account] = append(d.attempts[account], attempt)
	if excess := len(d.attempts[account]) - logLimit; excess > 0 {
		d.attempts[account] = d.attempts[account][excess:]
	}
}
