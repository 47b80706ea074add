package wallet

import (
	"context"
	"errors"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// Reload has the saved card pay into a wallet, if little is left in it, and goes
// on with a reload that somebody else began and left. It reports whether money
// came. One reload of a wallet is under way at a time.
func (w *Wallets) Reload(ctx context.Context, s billing.Scope, currency, user string) (paid bool, err error) {
	found, err := w.store.Wallet(ctx, s, currency, user)
	if err != nil {
		return false, err
	}
	now, next := w.now(), found.Reload
	resumed := next.Abandoned(now)
	switch {
	case resumed:
		next = next.Resume(now)
	case next.Due(found.Balance):
		if on, err := w.sells(ctx, s); err != nil || !on {
			return false, err
		}
		next = next.Begin(now)
	default:
		return false, nil
	}
	switch err := w.store.SaveReload(ctx, s, currency, user, next); {
	case billing.IsConcurrentChange(err):
		return false, nil // somebody else does it
	case err != nil:
		return false, err
	}
	return w.fly(ctx, s, found, next, resumed)
}

// fly pays what a reload is to bring in, and ends it. What stays open is left as
// it is: nobody begins another before this one has ended.
func (w *Wallets) fly(ctx context.Context, s billing.Scope, of billing.Wallet, r billing.AutoReload, resumed bool) (paid bool, err error) {
	state, err := w.pay(ctx, s, of, r, resumed)
	if err != nil {
		return false, err
	}
	switch state.Status {
	case gateway.ReloadPaid:
		if err := w.learner.Learn(ctx, s, state.Event); err != nil {
			return false, err
		}
		return true, w.changeReload(ctx, s, of, r.Number, billing.AutoReload.Paid)
	case gateway.ReloadFailed:
		return false, w.changeReload(ctx, s, of, r.Number, func(r billing.AutoReload) billing.AutoReload { return r.Failed(state.Problem) })
	case gateway.ReloadUnknown: // nothing was paid, and nothing is to be
		return false, w.changeReload(ctx, s, of, r.Number, billing.AutoReload.GivenUp)
	default:
		return false, nil
	}
}

// noCard is said to users whom nothing can be charged to.
const noCard = "No card is saved: make a deposit first."

// pay has the card pay, once. What a reload that was left has come to is looked
// for first; it may have been paid before the user turned reloads off, or while
// billing was on. What is not to be paid now is gateway.ReloadUnknown.
func (w *Wallets) pay(ctx context.Context, s billing.Scope, of billing.Wallet, r billing.AutoReload, resumed bool) (gateway.ReloadState, error) {
	p, config, err := w.store.Project(ctx, s.Project)
	if err != nil {
		return gateway.ReloadState{}, err
	}
	account, err := w.stripe.Account(ctx, s, p, config)
	if err != nil {
		return gateway.ReloadState{}, err
	}
	link, err := w.store.Link(ctx, s, of.User)
	if err != nil {
		return gateway.ReloadState{}, err
	}
	if !link.UsableOn(account.Route()) {
		return gateway.ReloadState{Status: gateway.ReloadFailed, Problem: noCard}, nil
	}
	reload := gateway.Reload{
		Customer: link.Customer, User: of.User, Currency: of.Currency, Amount: r.Flight.Amount, Number: r.Number,
	}
	if resumed {
		state, err := account.FindReload(ctx, reload)
		if err != nil || state.Status != gateway.ReloadUnknown || !r.Enabled {
			return state, err
		}
	}
	offer, err := w.sales.Offer(ctx, s, p, config)
	switch {
	case errors.Is(err, billing.ErrBillingNotEnabled):
		return gateway.ReloadState{Status: gateway.ReloadUnknown}, nil
	case err != nil:
		return gateway.ReloadState{}, err
	}
	return offer.Account.CreateReload(ctx, reload)
}

// sells reports whether anything may be paid now. A reload that may not is no
// failure of the card's: it waits until billing is on.
func (w *Wallets) sells(ctx context.Context, s billing.Scope) (bool, error) {
	p, config, err := w.store.Project(ctx, s.Project)
	if err != nil {
		return false, err
	}
	_, err = w.sales.Offer(ctx, s, p, config)
	if errors.Is(err, billing.ErrBillingNotEnabled) {
		return false, nil
	}
	return err == nil, err
}

// reloadRounds bounds how often the end of a reload meets somebody who changes
// the wallet's settings.
const reloadRounds = 8

// changeReload ends a reload, unless somebody else has.
func (w *Wallets) changeReload(ctx context.Context, s billing.Scope, of billing.Wallet, number int64, end func(billing.AutoReload) billing.AutoReload) error {
	return w.change(ctx, s, of, func(r billing.AutoReload) (billing.AutoReload, bool) {
		if r.Number != number || !r.Flying() {
			return r, false
		}
		return end(r), true
	})
}

// SetReload changes what a user says of reloads; what is nil stays as it is. If
// one is due then, it begins.
func (w *Wallets) SetReload(ctx context.Context, s billing.Scope, currency, user string, enabled bool, threshold, amount *int64) error {
	err := w.change(ctx, s, billing.Wallet{Currency: currency, User: user}, func(r billing.AutoReload) (billing.AutoReload, bool) {
		below, pays := r.Threshold, r.Amount
		if threshold != nil {
			below = *threshold
		}
		if amount != nil {
			pays = *amount
		}
		return r.Set(enabled, below, pays), true
	})
	if err == nil {
		_, err = w.Reload(ctx, s, currency, user)
	}
	return err
}

func (w *Wallets) change(ctx context.Context, s billing.Scope, of billing.Wallet, to func(billing.AutoReload) (billing.AutoReload, bool)) error {
	var err error
	for range reloadRounds {
		var found billing.Wallet
		if found, err = w.store.Wallet(ctx, s, of.Currency, of.User); err != nil {
			return err
		}
		next, changed := to(found.Reload)
		if !changed {
			return nil
		}
		if err = w.store.SaveReload(ctx, s, of.Currency, of.User, next); !billing.IsConcurrentChange(err) {
			return err
		}
	}
	return err
}

// dueAtOnce bounds how much one visit of the schedule does in a scope.
const dueAtOnce = 25

// Resume ends the holds of a scope that have expired, and goes on with reloads
// that were left. It reports how many of either it found; what fails is tried
// again the next time.
func (w *Wallets) Resume(ctx context.Context, s billing.Scope) (found int, err error) {
	holds, wallets, err := w.store.Due(ctx, s, w.now(), dueAtOnce)
	if err != nil {
		return 0, err
	}
	var failed error
	for _, h := range holds {
		if h.Expired(w.now()) {
			failed = errors.Join(failed, w.free(ctx, s, h))
		}
	}
	for _, of := range wallets {
		_, err := w.Reload(ctx, s, of.Currency, of.User)
		failed = errors.Join(failed, err)
	}
	return len(holds) + len(wallets), failed
}
