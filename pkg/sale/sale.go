// Package sale is what each sale to a user begins and ends with: whether the
// project sells now, in which Stripe account, who the user is there, and at which
// of its prices a plan is sold there. What is sold is none of its business
// otherwise, and it keeps nothing itself.
package sale

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
	"billhook/pkg/store"
)

// Store keeps the tenants' switches and the users' customers; *store.Table
// implements it.
type Store interface {
	Switch(ctx context.Context, tenant string) (billing.Switch, error)
	Link(ctx context.Context, s billing.Scope, user string) (billing.Link, error)
	LinkCustomer(ctx context.Context, s billing.Scope, c billing.Customer, r billing.Route, former billing.Link) (customer string, err error)
	Subscriptions(ctx context.Context, s billing.Scope, customer string) ([]billing.Subscription, error)
}

var _ Store = (*store.Table)(nil)

// Sales are those of all projects. They are safe for concurrent use.
type Sales struct {
	store  Store
	stripe *gateway.Gateway
	log    *slog.Logger
	now    func() time.Time
}

// New makes Sales.
func New(s Store, stripe *gateway.Gateway, log *slog.Logger, now func() time.Time) *Sales {
	return &Sales{store: s, stripe: stripe, log: log, now: now}
}

// Offer is a project that sells in a mode, and the account that it sells in.
type Offer struct {
	Scope    billing.Scope
	Project  billing.Project
	Account  *gateway.Account
	config   *billing.StripeConfig
	revision int64 // of the tenant's switch
}

// Offer opens the account that the project sells in. Nothing is made at Stripe
// for a project that may not sell: billing.ErrBillingNotEnabled.
func (s *Sales) Offer(ctx context.Context, scope billing.Scope, p billing.Project, config *billing.StripeConfig) (Offer, error) {
	sw, err := s.store.Switch(ctx, p.Owner)
	if err != nil {
		return Offer{}, err
	}
	route, err := billing.Sells(config, sw, scope.Mode, s.now())
	if err != nil {
		return Offer{}, err
	}
	account, err := s.stripe.On(ctx, scope, route, config)
	return Offer{Scope: scope, Project: p, Account: account, config: config, revision: sw.Revision}, err
}

// undoTime bounds the undoing of what may not be sold.
const undoTime = 5 * time.Second

// Confirm makes sure that the project still sells in the account, now that a
// session or a payment intent is there, and undoes it otherwise. Whoever
// switches billing off first says so and then expires the open sessions, so a
// session that is made at the same time is found by them, or finds out here; it
// has been told to nobody.
func (s *Sales) Confirm(ctx context.Context, o Offer, made string, undo func(ctx context.Context, made string) error) error {
	sw, err := s.store.Switch(ctx, o.Project.Owner)
	if err == nil {
		var route billing.Route
		if route, err = billing.Sells(o.config, sw, o.Scope.Mode, s.now()); err == nil && route == o.Account.Route() {
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

// Once names a purchase after the caller's Idempotency-Key; empty: it has none.
// What was refused because of the switch is made anew when that has changed.
func (o Offer) Once(key *string) string {
	switch {
	case key == nil:
		return ""
	case o.revision == 0:
		return *key
	}
	return *key + "#" + strconv.FormatInt(o.revision, 10)
}

// Buyer is who a user is in the account of an offer.
type Buyer struct {
	Customer  string // Stripe's id
	Known     bool   // the user had the customer before
	TrialUsed bool   // with an earlier customer
}

// Buyer finds the user's one Stripe customer, or makes it. Of two requests at
// the same time both get the same one: Stripe by the idempotency key, the link by
// its condition.
func (s *Sales) Buyer(ctx context.Context, o Offer, user identity.Caller) (Buyer, error) {
	link, err := s.store.Link(ctx, o.Scope, user.Subject)
	if err != nil {
		return Buyer{}, err
	}
	route := o.Account.Route()
	if link.UsableOn(route) {
		return Buyer{Customer: link.Customer, Known: true, TrialUsed: link.TrialUsed}, nil
	}
	if link.Customer != "" {
		// A new customer is no new user.
		earlier, err := s.store.Subscriptions(ctx, o.Scope, link.Customer)
		if err != nil {
			return Buyer{}, err
		}
		link.TrialUsed = link.TrialUsed || slices.ContainsFunc(earlier, func(sub billing.Subscription) bool { return sub.Trial })
	}
	created, err := o.Account.CreateCustomer(ctx, o.Project.Owner, user.Subject, user.Email, link.Customer)
	if err != nil {
		return Buyer{}, err
	}
	customer, err := s.store.LinkCustomer(ctx, o.Scope, created, route, link)
	return Buyer{Customer: customer, TrialUsed: link.TrialUsed}, err
}
