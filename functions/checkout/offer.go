package main

import (
	"context"
	"strconv"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// offer is a project that sells in a mode, and the account that it sells in.
type offer struct {
	scope    billing.Scope
	project  billing.Project
	config   *billing.StripeConfig
	account  *gateway.Account
	revision int64 // of the tenant's switch
}

// offer opens the account that the project sells in. Nothing is made at Stripe
// for a project that may not sell.
func (s *server) offer(ctx context.Context, scope billing.Scope, p billing.Project, config *billing.StripeConfig) (offer, error) {
	sw, err := s.store.Switch(ctx, p.Owner)
	if err != nil {
		return offer{}, err
	}
	route, err := billing.Sells(config, sw, scope.Mode, s.now())
	if err != nil {
		return offer{}, err
	}
	account, err := s.gateway.On(ctx, scope, route, config)
	return offer{scope, p, config, account, sw.Revision}, err
}

// undoTime bounds the undoing of what may not be sold.
const undoTime = 5 * time.Second

// confirm makes sure that the project still sells in the account, now that a
// session or payment intent is there. Whoever switches billing off first says so
// and then expires the open sessions, so a session that is made at the same time
// is found by them, or finds out here; it has been told to nobody, and is undone.
func (s *server) confirm(ctx context.Context, o offer, made string, undo func(context.Context, string) error) error {
	sw, err := s.store.Switch(ctx, o.project.Owner)
	if err == nil {
		var route billing.Route
		if route, err = billing.Sells(o.config, sw, o.scope.Mode, s.now()); err == nil && route == o.account.Route() {
			return nil
		}
		err = billing.ErrBillingNotEnabled
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	if failed := undo(ctx, made); failed != nil {
		s.log.WarnContext(ctx, "left open what may not be sold", "made", made, "error", failed.Error())
	}
	return err
}

// once names a purchase after the caller's Idempotency-Key; empty: it has none.
// What was refused because of the switch is made anew when that has changed.
func (o offer) once(key *string) string {
	switch {
	case key == nil:
		return ""
	case o.revision == 0:
		return *key
	}
	return *key + "#" + strconv.FormatInt(o.revision, 10)
}
