package memory

import (
	"context"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
)

// The table's limits, as in pkg/store.
const (
	askAgainIn  = 500 * time.Millisecond
	askInterval = 100 * time.Millisecond
	askBurst    = 20
)

// MayAsk reserves a question to Stripe about an object.
func (m *Store) MayAsk(_ context.Context, s billing.Scope, object string, now time.Time) error {
	var spent time.Time
	m.locked(s, func(r *rows) { spent = r.paid })
	paid := spent
	if paid.Before(now) {
		paid = now
	}
	if paid.Sub(now) > askBurst*askInterval {
		return billing.NewError(billing.Unavailable, "too_many_questions", "Stripe would have to be asked too often; try again later")
	}
	err := projector.ErrAsked
	m.locked(s, func(r *rows) {
		if !r.paid.Equal(spent) || r.asked[object].After(now.Truncate(time.Millisecond)) {
			return
		}
		r.paid = paid.Add(askInterval).Truncate(time.Millisecond)
		r.asked[object] = now.Add(askAgainIn).Truncate(time.Millisecond)
		err = nil
	})
	return err
}
