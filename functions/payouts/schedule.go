package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

const (
	// reserveTime is left of a run's time for what is under way when it is nearly
	// up: a few calls to Stripe, of 10 s each at most.
	reserveTime = 45 * time.Second
	// parallel bounds the creators that are looked at once.
	parallel = 8
	// atOnce is how many are listed at once.
	atOnce = 100
	// tryAgain is when a payout that is due and could not begin is tried again.
	tryAgain = 15 * time.Minute
)

// report is what a run did. It is the function's answer, for whoever invokes it
// by hand.
type report struct {
	Creators int `json:"creators"` // looked at
	Begun    int `json:"begun"`    // payouts
	Ended    int `json:"ended"`    // payouts
	Failures int `json:"failures"`

	mu sync.Mutex
}

func (r *report) count(counter *int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*counter++
}

// run looks at the creators whose time has come, until all are done or the run's
// time is nearly up. One that fails is counted and does not fail the run.
// Whatever is left, the next run does.
func (m *paymaster) run(ctx context.Context) (*report, error) {
	did := &report{}
	for !m.late(ctx) {
		due, err := m.store.DueCreators(ctx, m.now(), atOnce)
		if err != nil {
			return nil, err
		}
		before := did.Creators
		var visits errgroup.Group
		visits.SetLimit(parallel)
		for _, d := range due {
			visits.Go(func() error {
				if !m.late(ctx) {
					m.look(ctx, d.Scope, d.Row, did)
				}
				return nil
			})
		}
		if err := visits.Wait(); err != nil {
			return nil, err
		}
		if did.Creators == before { // nobody, or nobody that could be put off
			break
		}
	}
	m.log.InfoContext(ctx, "paid", "creators", did.Creators, "begun", did.Begun, "ended", did.Ended, "failures", did.Failures)
	return did, nil
}

// late reports whether the run's time is nearly up.
func (m *paymaster) late(ctx context.Context) bool {
	deadline, limited := ctx.Deadline()
	return ctx.Err() != nil || limited && deadline.Sub(m.clock()) < reserveTime
}

// look does what is to be done about a creator. That is put off first: one that
// always fails does not stand before the others, and no other run comes in
// between.
func (m *paymaster) look(ctx context.Context, s billing.Scope, c billing.Creator, did *report) {
	if len(c.InFlight) > 0 {
		m.failed(ctx, s, c, did, m.resume(ctx, s, c, did))
	} else {
		m.failed(ctx, s, c, did, m.pay(ctx, s, c, did))
	}
}

// failed counts a failure and logs it.
func (m *paymaster) failed(ctx context.Context, s billing.Scope, c billing.Creator, did *report, err error) {
	if err == nil || billing.IsConcurrentChange(err) { // somebody else is at it
		return
	}
	did.count(&did.Failures)
	m.metrics.Count("PayoutFailures", "Kind", billing.CodeOf(err))
	m.log.ErrorContext(ctx, "paying failed", "project", s.Project, "mode", s.Mode, "creator", c.ID, "error", err)
}

// resume goes on with the payouts that have not ended.
func (m *paymaster) resume(ctx context.Context, s billing.Scope, c billing.Creator, did *report) error {
	oldest, err := m.known(ctx, s, c.ID, c.InFlight[0])
	if err != nil {
		return err
	}
	c.RetryAt = oldest.LookAgain(m.now())
	if err := m.store.SaveCreator(ctx, s, c); err != nil {
		return err
	}
	did.count(&did.Creators)
	account, err := m.open(ctx, s)
	if err != nil {
		return err
	}
	for _, id := range c.InFlight {
		p, failed := m.advance(ctx, job{s, account, c.ID, id, true})
		if p != nil && p.Next() == billing.PayoutDone {
			did.count(&did.Ended)
		}
		err = errors.Join(err, failed)
	}
	return err
}

// pay begins the payout that is due, of all that is earned, if the rules allow
// it; if they do not, the next one is due at its own time.
func (m *paymaster) pay(ctx context.Context, s billing.Scope, c billing.Creator, did *report) error {
	c.DueAt = m.now().Add(tryAgain)
	if err := m.store.SaveCreator(ctx, s, c); err != nil {
		return err
	}
	c.Revision++
	did.count(&did.Creators)
	var p billing.Payout
	account, err := m.open(ctx, s)
	if err == nil {
		p, err = m.draw(ctx, s, account, &c, nil)
	}
	c.DueAt = c.Frequency.Next(m.now())
	if passes(err) {
		return m.store.SaveCreator(ctx, s, c)
	}
	if err != nil {
		return err
	}
	p.Scheduled = true
	if err := m.reserve(ctx, s, c, p, "payout:"+p.ID); err != nil {
		return err
	}
	did.count(&did.Begun)
	_, err = m.advance(ctx, job{s, account, c.ID, p.ID, false})
	return err
}

// passes reports whether a payday passes without a payout: there is too little,
// the creator cannot be paid, or no Stripe account of the project's can pay.
func passes(err error) bool {
	for _, known := range []error{
		billing.ErrPayoutBelowMinimum, billing.ErrPayoutsNotEnabled,
		billing.ErrPayoutsNeedKeys, billing.ErrGatewayTestModeOnly, billing.ErrConnectAccountRequired,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	return billing.KindOf(err) == billing.NotFound
}

// open opens the Stripe account of a scope.
func (m *paymaster) open(ctx context.Context, s billing.Scope) (*gateway.Account, error) {
	p, config, err := m.store.Project(ctx, s.Project)
	if err != nil {
		return nil, err
	}
	return m.gateway.Payer(ctx, s, p, config)
}
