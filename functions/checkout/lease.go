package main

import (
	"context"
	"crypto/rand"
	"time"

	mathrand "math/rand/v2"

	"billhook/pkg/billing"
)

// Starting a subscription looks at what the user has and then adds to it, so it
// is done by one request at a time, under a lease. The times fit into each
// other: a request that dies leaves its lease behind, and one that waits has
// enough patience to outlive it.
const (
	leaseLife = 15 * time.Second
	// leaseWork is how long the holder works. The rest is for a call that was
	// given up and may still be carried out at Stripe.
	leaseWork  = 12 * time.Second
	leaseWait  = leaseLife + 500*time.Millisecond
	leaseLeave = time.Second // giving it back
	// The pause between two looks at the lease doubles from the first to the
	// longest.
	firstPause   = 20 * time.Millisecond
	longestPause = 400 * time.Millisecond
)

// exclusively works while no other request of the user does.
func (s *server) exclusively(ctx context.Context, scope billing.Scope, user string, work func(context.Context) error) error {
	holder := rand.Text()
	// Also after a failed attempt to take it: the lease may be there, its reply lost.
	defer s.leave(ctx, scope, user, holder)
	if err := s.take(ctx, scope, user, holder); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, leaseWork)
	defer cancel()
	return work(ctx)
}

// take waits for the lease.
func (s *server) take(ctx context.Context, scope billing.Scope, user, holder string) error {
	patience, cancel := context.WithTimeout(ctx, leaseWait)
	defer cancel()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		now := s.now()
		taken, err := s.store.TakeCheckout(ctx, scope, user, holder, now, now.Add(leaseLife))
		if err != nil || taken {
			return err
		}
		select {
		case <-time.After(pause/2 + mathrand.N(pause)): //nolint:gosec // chance spreads the twins and guards nothing
		case <-patience.Done():
			busy := billing.NewError(billing.Conflict, "checkout_in_progress", "Another checkout of this user is being started; try again")
			busy.RetryAfter = time.Second
			return busy
		}
	}
}

// leave gives the lease back, even if the request's own time is over. Should it
// fail, the lease ends by itself.
func (s *server) leave(ctx context.Context, scope billing.Scope, user, holder string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseLeave)
	defer cancel()
	if err := s.store.LeaveCheckout(ctx, scope, user, holder); err != nil {
		s.log.WarnContext(ctx, "lease not given back", "error", err.Error())
	}
}
