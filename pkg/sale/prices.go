package sale

import (
	"context"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/store"
)

// Plans keeps plans; *store.Table implements it.
type Plans interface {
	Plans(ctx context.Context, s billing.Scope) ([]billing.Plan, error)
	SavePlan(ctx context.Context, s billing.Scope, was, next billing.Plan) error
}

var _ Plans = (*store.Table)(nil)

// Prices are those of all plans, in the accounts that sell them. They are safe
// for concurrent use.
type Prices struct{ plans Plans }

// NewPrices makes Prices.
func NewPrices(p Plans) *Prices { return &Prices{p} }

// attempts bound how often a price is tried to be had while others change its
// plan.
const attempts = 5

// In is an offer at a price of the account. A price that billhook made in
// another, before the project's gateway changed, is made here once, in whatever
// number of requests at the same time: Stripe sees to it by the idempotency key,
// the table by the plan's revision. The one of before becomes a former price, so
// whoever bought it has the plan. A price of the developer's own is refused, as
// billing.ErrPlanPriceElsewhere.
func (p *Prices) In(ctx context.Context, s billing.Scope, a *gateway.Account, o billing.Offer) (billing.Offer, error) {
	for attempt := 1; ; attempt++ {
		switch {
		case o.Price.In(a.Route()):
			return o, nil
		case !o.Price.Made:
			return o, billing.ErrPlanPriceElsewhere
		}
		moved, err := p.move(ctx, s, a, o)
		if attempt == attempts || billing.KindOf(err) != billing.Conflict {
			return moved, err
		}
		if o, err = p.again(ctx, s, o); err != nil { // somebody else may have moved it
			return o, err
		}
	}
}

// move sells the plan of an offer at the same amount in the account.
func (p *Prices) move(ctx context.Context, s billing.Scope, a *gateway.Account, o billing.Offer) (billing.Offer, error) {
	was := o.Plan
	var err error
	if o.Plan.Product, err = a.KeepProduct(ctx, o.Plan); err != nil {
		return o, err
	}
	if o.Price, err = a.SellPrice(ctx, o.Plan, o.Price.Interval, o.Price.Amount); err != nil {
		return o, err
	}
	price := o.Price
	o.Plan.Sells(price.Interval, &price)
	if err := p.plans.SavePlan(ctx, s, was, o.Plan); err != nil {
		return o, err
	}
	o.Plan.Revision++
	return o, nil
}

// again is an offer as it stands now.
func (p *Prices) again(ctx context.Context, s billing.Scope, o billing.Offer) (billing.Offer, error) {
	plans, err := p.plans.Plans(ctx, s)
	if err != nil {
		return o, err
	}
	plan := billing.PlanNamed(plans, o.Plan.ID, "")
	if plan == nil {
		return o, billing.ErrNoPlan
	}
	price := plan.Price(o.Price.Interval)
	if price == nil {
		return o, billing.ErrPlanNotSold
	}
	o.Plan, o.Price = *plan, *price
	return o, nil
}
