package wallet

import (
	"context"
	"errors"

	"billhook/pkg/billing"
)

// ErrNoHold is the error of a hold that does not exist, or is another user's.
var ErrNoHold = billing.NewError(billing.NotFound, "hold_not_found", "Hold not found")

var (
	errHoldEnded   = billing.NewError(billing.Conflict, "hold_ended", "The hold has ended already")
	errHoldExpired = billing.NewError(billing.Conflict, "hold_expired", "The hold has expired")
	errOverHold    = billing.NewError(billing.Refused, "amount_over_hold", "The amount is larger than what is held")
)

// Hold sets money of a user's aside.
func (w *Wallets) Hold(ctx context.Context, s billing.Scope, h billing.Hold) (billing.Posting, error) {
	return w.take(ctx, s, h.Currency, h.User, func() (billing.Posting, error) { return w.store.PlaceHold(ctx, s, h) })
}

// Capture takes the price out of a hold, all of it if price is 0, and gives the
// rest back. The same price, captured again, is answered again.
func (w *Wallets) Capture(ctx context.Context, s billing.Scope, currency, user, id string, price int64) (billing.Posting, error) {
	return w.end(ctx, s, currency, user, id, func(h billing.Hold) (billing.Posting, error) {
		if price == 0 {
			price = h.Amount
		}
		if price > h.Amount {
			return billing.Posting{}, errOverHold
		}
		return billing.Capture(w.ending(h), user, h.Amount, price), nil
	})
}

// Release gives all back that a hold set aside. A hold that was released, or has
// expired, is released.
func (w *Wallets) Release(ctx context.Context, s billing.Scope, currency, user, id string) (billing.Posting, error) {
	return w.end(ctx, s, currency, user, id, func(h billing.Hold) (billing.Posting, error) { return w.release(h), nil })
}

func (w *Wallets) release(h billing.Hold) billing.Posting {
	return billing.Release(w.ending(h), h.User, h.Amount)
}

func (w *Wallets) ending(h billing.Hold) billing.Cause {
	return billing.Cause{ID: h.EndID(), At: w.now(), Currency: h.Currency, Description: h.Description, Reference: h.ID}
}

// end ends a hold as it is told to, unless it has ended otherwise.
func (w *Wallets) end(
	ctx context.Context, s billing.Scope, currency, user, id string, how func(billing.Hold) (billing.Posting, error),
) (billing.Posting, error) {
	open, err := w.store.Hold(ctx, s, currency, user, id)
	if err != nil {
		return billing.Posting{}, err
	}
	var h billing.Hold
	expired := false
	if open != nil {
		h, expired = *open, open.Expired(w.now())
	} else if h, err = w.endedHold(ctx, s, currency, user, id); err != nil {
		return billing.Posting{}, err
	}
	end, err := how(h)
	if err != nil {
		return end, err
	}
	if expired && end.Kind != billing.PostRelease {
		if _, err := w.store.EndHold(ctx, s, h, w.release(h)); err != nil {
			return end, endError(err)
		}
		return end, errHoldExpired
	}
	stored, err := w.store.EndHold(ctx, s, h, end)
	return stored, endError(err)
}

// endedHold is a hold as the posting tells it that set the money aside.
func (w *Wallets) endedHold(ctx context.Context, s billing.Scope, currency, user, id string) (billing.Hold, error) {
	p, err := w.store.Posting(ctx, s, currency, id)
	if err != nil {
		return billing.Hold{}, err
	}
	held := billing.Account{Kind: billing.HeldAccount, Owner: user}
	if p == nil || p.Kind != billing.PostHold || p.Amount(held) == 0 {
		return billing.Hold{}, ErrNoHold
	}
	return billing.Hold{
		ID: id, User: user, Currency: currency, Amount: p.Amount(held), Description: p.Description, CreatedAt: p.At,
	}, nil
}

func endError(err error) error {
	if errors.Is(err, billing.ErrAnotherPosting) {
		return errHoldEnded
	}
	return err
}

// expire frees what a user's holds have set aside for too long, and reports
// whether it did.
func (w *Wallets) expire(ctx context.Context, s billing.Scope, currency, user string) (freed bool, err error) {
	holds, err := w.store.Holds(ctx, s, currency, user)
	if err != nil {
		return false, err
	}
	for _, h := range holds {
		if !h.Expired(w.now()) {
			continue
		}
		if err := w.free(ctx, s, h); err != nil {
			return freed, err
		}
		freed = true
	}
	return freed, nil
}

// free ends a hold that has expired, unless it was ended just now.
func (w *Wallets) free(ctx context.Context, s billing.Scope, h billing.Hold) error {
	if _, err := w.store.EndHold(ctx, s, h, w.release(h)); !errors.Is(err, billing.ErrAnotherPosting) {
		return err
	}
	return nil
}
