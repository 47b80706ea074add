package main

import (
	"context"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// What a visit may take: other scopes are waiting, and the account's own
// traffic has to fit into Stripe's limits as well.
const (
	visitTime  = time.Minute
	visitCalls = 50 // lists read from Stripe
)

// visit is the comparison of one scope.
type visit struct {
	*reconciler
	at      billing.Reconciliation
	account *gateway.Account
	did     *report
	began   time.Time
	visited time.Time // the time before; zero: never
	calls   int
}

// visit compares a scope with Stripe. What cannot be done now is done by a
// later visit, from where this one has come to.
func (r *reconciler) visit(ctx context.Context, at billing.Reconciliation, did *report) {
	v := &visit{reconciler: r, at: at, did: did, began: r.now(), visited: at.VisitedAt}
	if err := v.keepDay(ctx); err != nil {
		v.failed(ctx, "keep the day", err) // the next run tries again
		return
	}
	v.at.VisitedAt = v.began
	open, err := v.open(ctx)
	if err != nil {
		v.failed(ctx, "open the account", err)
	}
	if !open || err != nil {
		return
	}
	for _, step := range []struct {
		doing string
		do    func(context.Context) error
	}{
		{"resume wallets", v.resumeWallets},
		{"take events in", v.takeEventsIn},
		{"compare subscriptions", v.compare},
	} {
		err := step.do(ctx)
		switch {
		case err == nil:
			continue
		case billing.IsConcurrentChange(err): // another run is here, or the scope was closed
			return
		}
		v.failed(ctx, step.doing, err)
		if kind := billing.KindOf(err); kind == billing.RateLimited || kind == billing.StripeFailed {
			return
		}
	}
}

// resumeWallets frees what was held for too long, and goes on with reloads.
func (v *visit) resumeWallets(ctx context.Context) error {
	found, err := v.wallets.Resume(ctx, v.at.Scope)
	v.did.add(&v.did.Resumed, found)
	return err
}

// open opens the account, unless the scope is being visited by another run, or
// receives no events any more. The visit is written down first, so that a scope
// that always fails does not stand before the others.
func (v *visit) open(ctx context.Context) (bool, error) {
	if err := v.save(ctx); billing.IsConcurrentChange(err) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	project, config, err := v.store.Project(ctx, v.at.Scope.Project)
	if err == nil {
		v.account, err = v.gateway.Account(ctx, v.at.Scope, project, config)
	}
	if billing.KindOf(err) == billing.NotFound {
		return false, nil
	}
	return err == nil, err
}

func (v *visit) save(ctx context.Context) error { return v.store.SaveReconciliation(ctx, &v.at) }

// over reports whether the visit is to begin nothing new.
func (v *visit) over(ctx context.Context) bool { return v.calls >= visitCalls || v.timeUp(ctx) }

// timeUp reports whether the visit is to end.
func (v *visit) timeUp(ctx context.Context) bool {
	return v.now().Sub(v.began) >= visitTime || v.late(ctx)
}
