package memory

import (
	"context"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
	"billhook/pkg/ratelimit"
)

// askAgainIn is as in pkg/store, as is the limit below.
const askAgainIn = 500 * time.Millisecond

// MayAsk reserves a question to Stripe about an object.
func (m *Store) MayAsk(_ context.Context, s billing.Scope, object string, now time.Time) (err error) {
	limit := ratelimit.Limit{Calls: 20, Period: 2 * time.Second}
	m.locked(s, func(r *rows) {
		if r.asked[object].After(now.Truncate(time.Millisecond)) {
			err = projector.ErrAsked
			return
		}
		r.asked[object] = now.Add(askAgainIn).Truncate(time.Millisecond)
		var admitted bool
		if r.paid, admitted = limit.Spend(r.paid, now.Truncate(time.Microsecond)); !admitted {
			err = billing.NewError(billing.Unavailable, "too_many_questions", "Stripe would have to be asked too often; try again later")
		}
	})
	return err
}
