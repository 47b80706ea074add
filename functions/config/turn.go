package main

import (
	"context"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// Switching billing off, or over to another account, leaves behind what was
// sold before, so nothing may be live there, and nothing may become so while it
// is looked for. The switch is marked as closing first: from then on every
// checkout that has made a session finds the mark before it tells the session's
// URL, and expires it. The sessions that had been told of by then are all at
// Stripe, where they are found and expired; what was bought in them is found
// after that. Only then the switch is turned, over the revision of the mark.
const (
	// closingLife is how long the mark holds. Whoever set it has gateway.Patience
	// for its work; the rest is for clocks that differ.
	closingLife = time.Minute
	// unheard is how old subscriptions may be of which no event has come: Stripe
	// delivers for three days.
	unheard = 3 * 24 * time.Hour
	// reopenTime bounds taking the mark away.
	reopenTime = 3 * time.Second
)

var (
	errLive = billing.NewError(billing.Refused, "billing_has_active_end_user_subscriptions",
		"End users have subscriptions that have not ended: cancel them first")
	errInUse = billing.NewError(billing.Refused, "billing_gateway_in_use",
		"End users have subscriptions through this gateway that have not ended: cancel them first")
	errBeingSwitched = &billing.Error{
		Kind: billing.Conflict, Code: "billing_being_switched", Message: "Billing is being switched by another request; try again", RetryAfter: time.Second,
	}
)

// leaving says what a turn of the switch leaves behind.
type leaving struct {
	everything bool         // also what projects sell with keys of their own
	gateway    bool         // what is sold through the tenant's gateway
	mode       billing.Mode // only in this mode; empty: in both
}

func (l leaving) route(r billing.Route, m billing.Mode) bool {
	return l.gateway && !r.Own() && (l.mode == "" || l.mode == m)
}

func (l leaving) refusal() error {
	if l.everything {
		return errLive
	}
	return errInUse
}

// save writes a switch over the revision that it was read at.
type save func(ctx context.Context, sw billing.Switch) error

// turn changes and saves a switch, if nothing is live in what that leaves
// behind. If something is, or it cannot be found out, the switch stays as it was.
func (s *server) turn(ctx context.Context, sw billing.Switch, l leaving, change func(*billing.Switch), save save) (billing.Switch, error) {
	now := s.now()
	if sw.Closing(now) {
		return sw, errBeingSwitched
	}
	// What is known to be live spares the checkouts a pause.
	if err := s.counted(ctx, sw, l); err != nil {
		return sw, err
	}
	sw.ClosingUntil = now.Add(closingLife)
	if err := s.store.SaveSwitch(ctx, sw); err != nil {
		return sw, err
	}
	sw.Revision++
	err := s.settled(ctx, sw, l)
	sw.ClosingUntil = time.Time{}
	if err == nil {
		turned := sw
		change(&turned)
		if err = save(ctx, turned); err == nil {
			return turned, nil
		}
	}
	reopening, cancel := context.WithTimeout(context.WithoutCancel(ctx), reopenTime)
	defer cancel()
	if failed := s.store.SaveSwitch(reopening, sw); failed != nil {
		s.log.WarnContext(ctx, "billing is closed until the mark ends", "tenant", sw.Tenant, "error", failed.Error())
	}
	return sw, err
}

// mayTakeOver refuses keys of a project's own while something is live that was
// sold through the gateway whose place they take.
func (s *server) mayTakeOver(ctx context.Context, scope billing.Scope, p billing.Project, config *billing.StripeConfig) error {
	sw, err := s.store.Switch(ctx, p.Owner)
	if err != nil {
		return err
	}
	if _, err := billing.RouteOf(config, sw, scope.Mode); err != nil {
		return nil //nolint:nilerr // nothing serves the scope
	}
	tally, err := s.store.Tally(ctx, scope)
	if err == nil && tally.RunningSubscriptions() > 0 {
		return errInUse
	}
	return err
}

// counted refuses what the counters know to be live.
func (s *server) counted(ctx context.Context, sw billing.Switch, l leaving) error {
	left, err := s.left(ctx, sw, l)
	if err != nil || len(left) == 0 {
		return err
	}
	scopes := make([]billing.Scope, len(left))
	for i, p := range left {
		scopes[i] = p.scope
	}
	tally, err := s.store.Tally(ctx, scopes...)
	if err == nil && tally.RunningSubscriptions() > 0 {
		return l.refusal()
	}
	return err
}

// settled makes sure, at Stripe, that nothing is live and nothing can become so.
// Sessions come first: once they are expired nothing further can be bought, so
// the subscriptions that are then listed are all.
func (s *server) settled(ctx context.Context, sw billing.Switch, l leaving) error {
	left, err := s.left(ctx, sw, l)
	if err != nil {
		return err
	}
	accounts, err := s.accounts(ctx, left)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if err := a.expireSessions(ctx); err != nil {
			return err
		}
	}
	for _, a := range accounts {
		if err := s.bringIn(ctx, a); err != nil {
			return err
		}
	}
	return s.counted(ctx, sw, l)
}

// sold is a scope that an account serves.
type sold struct {
	scope  billing.Scope
	route  billing.Route // zero: none
	config *billing.StripeConfig
}

// left are the tenant's scopes that the turn leaves behind.
func (s *server) left(ctx context.Context, sw billing.Switch, l leaving) ([]sold, error) {
	ids, err := s.store.ProjectIDs(ctx, sw.Tenant)
	if err != nil {
		return nil, err
	}
	configs, err := s.store.StripeConfigs(ctx, ids)
	if err != nil {
		return nil, err
	}
	var left []sold
	for _, id := range ids {
		var config *billing.StripeConfig
		if c, ok := configs[id]; ok {
			config = &c
		}
		for _, m := range []billing.Mode{billing.Test, billing.Live} {
			// Without a route nothing can be asked, but something may be counted.
			if route, err := billing.RouteOf(config, sw, m); l.everything || err == nil && l.route(route, m) {
				left = append(left, sold{billing.Scope{Project: id, Mode: m}, route, config})
			}
		}
	}
	return left, nil
}

// shared is an account with the projects that it serves in a mode.
type shared struct {
	*gateway.Account
	mode     billing.Mode
	projects map[string]bool
}

// accounts opens each account once.
func (s *server) accounts(ctx context.Context, left []sold) ([]shared, error) {
	var all []shared
	type door struct {
		route billing.Route
		mode  billing.Mode
	}
	opened := map[door]shared{}
	for _, p := range left {
		if p.route == (billing.Route{}) {
			continue
		}
		at := door{p.route, p.scope.Mode}
		if known, ok := opened[at]; ok && !p.route.Own() {
			known.projects[p.scope.Project.String()] = true
			continue
		}
		account, err := s.stripe.On(ctx, p.scope, p.route, p.config)
		if lacks(err) { // nothing can have been sold
			continue
		}
		if err != nil {
			return nil, err
		}
		opened[at] = shared{account, p.scope.Mode, map[string]bool{p.scope.Project.String(): true}}
		all = append(all, opened[at])
	}
	return all, nil
}

// expireSessions ends every session in which something of the projects could
// still be bought. One that cannot be expired was completed just now.
func (a shared) expireSessions(ctx context.Context) error {
	open, err := a.OpenSessionsOf(ctx, a.projects)
	if err != nil {
		return err
	}
	for _, id := range open {
		if err := a.ExpireSession(ctx, id); err != nil && billing.KindOf(err) != billing.Refused {
			return err
		}
	}
	return nil
}
