package main

import (
	"cmp"
	"context"
	"slices"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// edition is a plan on its way to its next revision. What it takes at Stripe
// comes first, in steps that are done once however often they are tried; then
// the plan is written, which makes all of it effective; last, what is not sold
// any more is deactivated at Stripe.
type edition struct {
	*server
	book
	was, next billing.Plan
	account   *gateway.Account // nil until something is asked of Stripe
}

// edited is a plan of the book after an edit. Also an edit that changes nothing
// takes up what an earlier one has left to do at Stripe.
func (s *server) edited(ctx context.Context, b book, id string, edit func(*edition) error) (billing.Plan, error) {
	p, err := b.plan(id)
	if err != nil {
		return p, err
	}
	e := &edition{server: s, book: b, was: p, next: p}
	if err := edit(e); err != nil {
		return p, err
	}
	e.next.UpdatedAt = s.timestamp()
	return e.next, e.save(ctx)
}

var (
	errCurrencyFixed    = billing.NewError(billing.Refused, "currency_fixed", "The plan has had prices in another currency, which it keeps")
	errCurrencyRequired = billing.NewError(billing.Refused, "currency_required", "An amount needs a currency")
	errPlanArchived     = billing.NewError(billing.Refused, "plan_archived", "The plan is archived: send archived as false to sell it again")
	errPriceTaken       = billing.NewError(billing.Conflict, "price_taken", "Another plan is or was sold at this price")
)

// edit applies what was sent; fields that are nil stay as they are.
func (e *edition) edit(ctx context.Context, r api.UpdatePlanRequest) error {
	p := &e.next
	set(&p.Name, r.Name)
	set(&p.Description, r.Description)
	set(&p.TrialDays, r.TrialDays)
	set(&p.Default, r.IsDefault)
	set(&p.Visible, r.Visible)
	set(&p.Archived, r.Archived)
	if r.SortOrder != nil {
		p.SortOrder = int(*r.SortOrder)
	}
	if r.Features != nil {
		p.Features = featuresOf(*r.Features)
	}
	if err := e.check(r); err != nil {
		return err
	}
	if priced(r) && !p.Archived {
		if err := e.sells(ctx); err != nil {
			return err
		}
	}
	if p.Archived {
		p.Default = false
		p.Sells(billing.Month, nil)
		p.Sells(billing.Year, nil)
		return nil
	}
	if err := e.name(ctx, r); err != nil {
		return err
	}
	if err := e.price(ctx, billing.Month, r.PriceMonthlyCents, r.StripePriceMonthlyID, "stripePriceMonthlyId"); err != nil {
		return err
	}
	return e.price(ctx, billing.Year, r.PriceYearlyCents, r.StripePriceYearlyID, "stripePriceYearlyId")
}

// check refuses, before anything is made at Stripe, what can be known not to go
// together.
func (e *edition) check(r api.UpdatePlanRequest) error {
	p := &e.next
	set(&p.Currency, r.Currency)
	switch {
	case p.Archived && (priced(r) || r.IsDefault != nil && *r.IsDefault):
		return errPlanArchived
	case p.Currency != e.was.Currency && e.was.EverSold():
		return errCurrencyFixed
	case amounts(r) && p.Currency == "":
		return errCurrencyRequired
	case p.Default && slices.ContainsFunc(e.plans, func(other billing.Plan) bool { return other.Default && other.ID != p.ID }):
		return billing.ErrDefaultPlanTaken
	case amounts(r):
		return cmp.Or(e.within("priceMonthlyCents", r.PriceMonthlyCents), e.within("priceYearlyCents", r.PriceYearlyCents))
	}
	return nil
}

// within refuses an amount that Stripe does not take in the plan's currency.
func (e *edition) within(param string, amount *int64) error {
	limit, charged := billing.AmountLimitOf(e.next.Currency)
	if !positive(amount) || !charged {
		return nil
	}
	if said := limit.Refusal(*amount); said != "" {
		return billing.NewError(billing.Refused, "amount_refused", param+" "+said+" in "+e.next.Currency).About(param)
	}
	return nil
}

func positive(n *int64) bool { return n != nil && *n > 0 }

func amounts(r api.UpdatePlanRequest) bool {
	return positive(r.PriceMonthlyCents) || positive(r.PriceYearlyCents)
}

func priced(r api.UpdatePlanRequest) bool {
	return amounts(r) || r.StripePriceMonthlyID != nil || r.StripePriceYearlyID != nil
}

// sells refuses prices where billing is off: nothing is made at Stripe then.
func (e *edition) sells(ctx context.Context) error {
	sw, err := e.store.Switch(ctx, e.project.Owner)
	if err != nil {
		return err
	}
	_, err = billing.Sells(e.config, sw, e.scope.Mode, e.now())
	return err
}

// open opens the Stripe account, once.
func (e *edition) open(ctx context.Context) error {
	if e.account != nil {
		return nil
	}
	var err error
	e.account, err = e.stripe.Account(ctx, e.scope, e.project, e.config)
	return err
}

// name gives the plan the product that amounts need in the account, and its
// product the plan's name.
func (e *edition) name(ctx context.Context, r api.UpdatePlanRequest) error {
	p := &e.next
	renamed := p.Product != "" && (p.Name != e.was.Name || p.Description != e.was.Description)
	if !renamed && !amounts(r) {
		return nil
	}
	if err := e.open(ctx); err != nil {
		return err
	}
	if !renamed && p.Settled(e.account.Route()) {
		return nil
	}
	var err error
	p.Product, err = e.account.KeepProduct(ctx, *p)
	return err
}

// price sells the plan for an interval at an amount, or at a price of Stripe's
// whose id was sent as param. What is sold so in another account is not sold so
// in this one.
func (e *edition) price(ctx context.Context, i billing.Interval, amount *int64, id *string, param string) error {
	p, current := &e.next, e.next.Price(i)
	if id == nil && !positive(amount) {
		if amount != nil {
			p.Sells(i, nil)
		}
		return nil
	}
	if err := e.open(ctx); err != nil {
		return err
	}
	here := current != nil && current.In(e.account.Route())
	switch {
	case here && id != nil && current.ID == *id, here && amount != nil && current.Amount == *amount:
		return nil
	case id != nil:
		return e.adopt(ctx, i, *id, param)
	}
	sold, err := e.account.SellPrice(ctx, *p, i, *amount)
	if err != nil {
		return err
	}
	p.Sells(i, &sold)
	return nil
}

// adopt sells the plan at a price that is at Stripe.
func (e *edition) adopt(ctx context.Context, i billing.Interval, id, param string) error {
	p := &e.next
	if other := billing.PlanOf(e.plans, id); other != nil && other.ID != p.ID {
		return errPriceTaken.About(param)
	}
	if err := e.open(ctx); err != nil {
		return err
	}
	found, currency, err := e.account.PlanPrice(ctx, id, i, param)
	if err != nil {
		return err
	}
	if p.Currency != "" && p.Currency != currency {
		return billing.NewError(billing.Refused, "price_currency_mismatch", "The price is in "+currency+", the plan in "+p.Currency).About(param)
	}
	p.Currency = currency
	if before := p.Bought(id); before != nil {
		found.Made = before.Made
	}
	p.Sells(i, &found)
	return nil
}

// save writes the plan, and deactivates at Stripe the prices that billhook made
// and the plan is not sold at any more. If that fails, any later change of the
// plan tries again.
func (e *edition) save(ctx context.Context) error {
	if err := e.write(ctx); err != nil {
		return err
	}
	left, err := e.left(ctx)
	if err != nil || len(left) == 0 {
		return err
	}
	if err := e.open(ctx); err != nil {
		return err
	}
	e.next.Former = slices.Clone(e.next.Former)
	for _, i := range left {
		if err := e.account.ActivatePrice(ctx, e.next.Former[i].ID, false); err != nil {
			return err
		}
		e.next.Former[i].Open = false
	}
	return e.write(ctx)
}

// left are the places of the former prices that are left to be deactivated in
// the account that serves the scope now; where none does, there are none.
func (e *edition) left(ctx context.Context) ([]int, error) {
	if !slices.ContainsFunc(e.next.Former, func(f billing.PlanPrice) bool { return f.Open }) {
		return nil, nil
	}
	sw, err := e.store.Switch(ctx, e.project.Owner)
	if err != nil {
		return nil, err
	}
	route, err := billing.RouteOf(e.config, sw, e.scope.Mode)
	if err != nil {
		return nil, nil //nolint:nilerr // nothing serves the scope
	}
	var left []int
	for i, former := range e.next.Former {
		if e.next.Closes(former, route) {
			left = append(left, i)
		}
	}
	return left, nil
}

func (e *edition) write(ctx context.Context) error {
	if err := e.store.SavePlan(ctx, e.scope, e.was, e.next); err != nil {
		return err
	}
	e.next.Revision = e.was.Revision + 1
	e.was = e.next
	return nil
}

func featuresOf(sent []api.NewPlanFeature) []billing.Feature {
	features := []billing.Feature{}
	for _, f := range sent {
		feature := billing.Feature{Key: f.Key, Name: f.Name, Limit: f.Limit}
		set(&feature.Description, f.Description)
		features = append(features, feature)
	}
	return features
}
