package main

import (
	"context"
	"slices"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
	"billhook/pkg/sale"
)

// purchase is one request's way to a session.
type purchase struct {
	*server
	sale.Offer
	caller       identity.Caller
	checkout     gateway.Checkout
	offeredTrial bool            // the price has one, which the user may have had before
	alongside    bool            // beside a subscription that the user has
	currency     string          // of what is sold; empty: not told
	held         map[string]bool // the subscriptions that the table says the user has
}

var (
	errAlreadySubscribed = billing.NewError(billing.Refused, "already_subscribed", "User already has an active subscription")
	errBeingCompleted    = billing.NewError(billing.Conflict, "checkout_in_progress", "A checkout of this user is being completed; try again")
)

// start makes the session, and makes sure that it may be sold in.
func (p *purchase) start(ctx context.Context) (gateway.Session, error) {
	session, err := p.session(ctx)
	if err != nil {
		return gateway.Session{}, err
	}
	return session, p.sales.Confirm(ctx, p.Offer, session.ID, p.Account.ExpireSession)
}

// session makes the session. What depends on nothing that the user has is made
// right away: a payment, or a subscription beside others. All else is settled
// first, one request at a time, so that there is one open session in which the
// user can subscribe, and none in which a trial could be had twice.
func (p *purchase) session(ctx context.Context) (gateway.Session, error) {
	if !p.checkout.Recurring || p.alongside && !p.offeredTrial {
		if _, err := p.customer(ctx); err != nil {
			return gateway.Session{}, err
		}
		return p.Account.CreateCheckoutSession(ctx, p.checkout)
	}
	var session gateway.Session
	err := p.exclusively(ctx, p.Scope, p.caller.Subject, func(ctx context.Context) error {
		known, err := p.customer(ctx)
		if err != nil {
			return err
		}
		if known {
			session, err = p.settle(ctx)
		}
		if err == nil && session.ID == "" {
			session, err = p.create(ctx)
		}
		return err
	})
	return session, err
}

// create makes a session that is known to be the only one of its kind, so it
// needs no name: a retry finds it open.
func (p *purchase) create(ctx context.Context) (gateway.Session, error) {
	p.checkout.Once = ""
	p.checkout.Request = p.request()
	return p.Account.CreateCheckoutSession(ctx, p.checkout)
}

// request is what a session is found again by; empty where each request makes
// one of its own.
func (p *purchase) request() string {
	if p.alongside {
		return ""
	}
	return p.checkout.Fingerprint()
}

// customer fills in the user's Stripe customer, drops a trial that an earlier one
// has had, and reports whether the user had the customer before.
func (p *purchase) customer(ctx context.Context) (known bool, err error) {
	buyer, err := p.sales.Buyer(ctx, p.Offer, p.caller)
	if err != nil {
		return false, err
	}
	if buyer.TrialUsed {
		p.checkout.TrialDays = 0
	}
	p.checkout.Customer = buyer.Customer
	return buyer.Known, nil
}

func hadTrial(s billing.Subscription) bool { return s.Trial }

// rounds bounds how often the state at Stripe is looked at while it changes.
const rounds = 3

// settle refuses what the user may not buy, drops a trial that the user has
// had, and expires every session that stands in the way. It answers the open
// session of an earlier request for the same, if there is one.
func (p *purchase) settle(ctx context.Context) (gateway.Session, error) {
	if err := p.readRows(ctx); err != nil {
		return gateway.Session{}, err
	}
	for range rounds {
		session, settled, err := p.lookAtStripe(ctx)
		if err != nil || settled {
			return session, err
		}
	}
	return gateway.Session{}, errBeingCompleted
}

// readRows decides as far as the table knows, which spares calls to Stripe.
func (p *purchase) readRows(ctx context.Context) error {
	subscriptions, err := p.store.Subscriptions(ctx, p.Scope, p.checkout.Customer)
	if err != nil {
		return err
	}
	p.held = map[string]bool{}
	for _, sub := range subscriptions {
		if sub.Status.Holds() {
			p.held[sub.ID] = true
		}
	}
	if len(p.held) > 0 && !p.alongside {
		return errAlreadySubscribed
	}
	if slices.ContainsFunc(subscriptions, p.inAnotherCurrency) {
		return billing.ErrCurrencyMismatch
	}
	if slices.ContainsFunc(subscriptions, hadTrial) {
		p.checkout.TrialDays = 0
	}
	return nil
}

// inAnotherCurrency reports whether a subscription that has not ended keeps the
// customer in a currency: Stripe knows one at a time.
func (p *purchase) inAnotherCurrency(sub billing.Subscription) bool {
	return p.currency != "" && sub.Currency != "" && sub.Currency != p.currency && !sub.Status.Terminal()
}

// lookAtStripe is settled when nothing changed while it looked. Sessions come
// first: once they are expired no further subscription can appear, so the
// subscriptions that are then listed are all.
func (p *purchase) lookAtStripe(ctx context.Context) (session gateway.Session, settled bool, err error) {
	open, err := p.Account.OpenSubscriptionSessions(ctx, p.checkout.Customer)
	if err != nil {
		return session, false, err
	}
	for _, s := range open {
		switch {
		case session.ID == "" && s.Request != "" && s.Request == p.request():
			session = s
			continue
		case p.alongside && (p.checkout.TrialDays == 0 || !s.Trial):
			continue // it stands in nobody's way
		}
		err := p.Account.ExpireSession(ctx, s.ID)
		if billing.KindOf(err) == billing.Refused {
			return gateway.Session{}, false, nil // it was completed just now
		}
		if err != nil {
			return gateway.Session{}, false, err
		}
	}
	days := p.checkout.TrialDays
	if err := p.askForSubscriptions(ctx); err != nil {
		return gateway.Session{}, false, err
	}
	return session, p.checkout.TrialDays == days, nil
}

// askForSubscriptions brings in what the table does not know yet, because its
// events are still under way.
func (p *purchase) askForSubscriptions(ctx context.Context) error {
	subscriptions, err := p.Account.Subscriptions(ctx, p.checkout.Customer)
	if err != nil {
		return err
	}
	var refusal error
	for _, o := range subscriptions {
		holds := o.Fact.After.Status.Holds()
		trial := o.Fact.Trial && p.checkout.TrialDays > 0
		if holds && !p.held[o.Fact.ID] || trial {
			if err := p.observer.Observe(ctx, p.Scope, o.Observation); err != nil {
				return err
			}
		}
		if trial {
			p.checkout.TrialDays = 0
		}
		if holds && !p.alongside {
			refusal = errAlreadySubscribed
		}
	}
	return refusal
}
