package billing

import (
	"cmp"
	"slices"
	"time"
)

// Plan is what a project sells by subscription in one mode, and which features
// whoever has it may use.
type Plan struct {
	ID          string // billhook's own; never changes
	Key         string // the developer's name for it, unique in the scope, such as gold
	Name        string
	Description string // empty: none
	Currency    string // of both prices, three letters, lower case
	Monthly     *PlanPrice
	Yearly      *PlanPrice
	Former      []PlanPrice // sold before; some subscribers may still have them
	TrialDays   int64
	Default     bool // of users who have no other; one plan of a scope at most
	SortOrder   int
	Visible     bool // in the public catalog
	Archived    bool // not sold anymore; who has it keeps it
	Features    []Feature
	Product     string // Stripe's id, if billhook made it there
	CreatedAt   time.Time
	UpdatedAt   time.Time // zero: never changed
	Revision    int64     // grows by one with each write
}

// PlanPrice is a price of a plan: one that was at Stripe before, or one that
// billhook made there.
type PlanPrice struct {
	ID       string // Stripe's
	Interval Interval
	Amount   int64  // minor units of the plan's currency
	Made     bool   // by billhook; else the developer's own, which billhook never changes
	Open     bool   // of a former one: still active at Stripe, and to be deactivated there
	Account  string // the Route that it is on, by name; empty: unknown, and taken for the present one
}

// In reports whether something can be bought at the price in a route's account:
// no other knows it.
func (p PlanPrice) In(r Route) bool { return p.Account == "" || p.Account == r.String() }

// Interval is how long a price pays for.
type Interval string

// The intervals that plans are sold for.
const (
	Month Interval = "month"
	Year  Interval = "year"
)

// Valid reports whether i is one of the two intervals.
func (i Interval) Valid() bool { return i == Month || i == Year }

// Feature is something that only those may do whose plan has it.
type Feature struct {
	Key         string // [a-z0-9_]{1,64}
	Name        string
	Description string // empty: none
	Limit       *int64 // how much of it; nil: as much as one likes
}

// Price is what the plan is sold for by an interval; nil: it is not.
func (p Plan) Price(i Interval) *PlanPrice {
	if i == Year {
		return p.Yearly
	}
	return p.Monthly
}

// Sells sets what the plan is sold for by an interval; nil takes it off sale.
// The price before becomes a former one, and a former one that is sold again is
// none any more.
func (p *Plan) Sells(i Interval, price *PlanPrice) {
	place := &p.Monthly
	if i == Year {
		place = &p.Yearly
	}
	if *place != nil && (price == nil || (*place).ID != price.ID) {
		former := **place
		former.Open = former.Made
		p.Former = append(slices.Clone(p.Former), former)
	}
	if price != nil {
		p.Former = slices.DeleteFunc(slices.Clone(p.Former), func(f PlanPrice) bool { return f.ID == price.ID })
	}
	*place = price
}

// EverSold reports whether the plan has, or had, a price: somebody may have
// bought it.
func (p Plan) EverSold() bool { return p.Monthly != nil || p.Yearly != nil || len(p.Former) > 0 }

// Made is the price of an amount that billhook made for the plan before in a
// route's account, to be sold again there; nil if there is none.
func (p Plan) Made(i Interval, amount int64, r Route) *PlanPrice {
	at := slices.IndexFunc(p.Former, func(f PlanPrice) bool {
		return f.Made && f.Interval == i && f.Amount == amount && f.In(r)
	})
	if at < 0 {
		return nil
	}
	again := p.Former[at]
	again.Open = false
	return &again
}

// Closes reports whether a former price is to be deactivated in a route's
// account, which is the present one. One of another account waits until that
// serves again; and one that the next purchase sells again, because what is
// offered is in another account, stays active.
func (p Plan) Closes(former PlanPrice, r Route) bool {
	if !former.Open || !former.In(r) {
		return false
	}
	offered := p.Price(former.Interval)
	return offered == nil || offered.In(r) || !offered.Made || offered.Amount != former.Amount
}

// Settled reports whether the plan's product is known to be in a route's
// account, under the name that the plan has: billhook made a price there, and
// has been there since the plan was offered in another.
func (p Plan) Settled(r Route) bool {
	there := func(f PlanPrice) bool { return f.Made && f.Account == r.String() }
	known := slices.ContainsFunc(p.Former, there)
	for _, offered := range []*PlanPrice{p.Monthly, p.Yearly} {
		if offered == nil {
			continue
		}
		if !offered.In(r) {
			return false
		}
		known = known || there(*offered)
	}
	return known
}

// SoldAs reports whether a price of Stripe's buys the plan, or once did.
func (p Plan) SoldAs(price string) bool { return p.Bought(price) != nil }

// Bought is the price of the plan's with Stripe's id, sold now or formerly; nil
// if it is none.
func (p Plan) Bought(price string) *PlanPrice {
	for _, current := range []*PlanPrice{p.Monthly, p.Yearly} {
		if current != nil && current.ID == price {
			return current
		}
	}
	if i := slices.IndexFunc(p.Former, func(f PlanPrice) bool { return f.ID == price }); i >= 0 {
		return &p.Former[i]
	}
	return nil
}

// PlanOf is the plan that a price buys; nil if it is none's.
func PlanOf(plans []Plan, price string) *Plan {
	i := slices.IndexFunc(plans, func(p Plan) bool { return p.SoldAs(price) })
	if i < 0 {
		return nil
	}
	return &plans[i]
}

// PlanNamed is the plan with an id or a key; nil if there is none.
func PlanNamed(plans []Plan, id, key string) *Plan {
	i := slices.IndexFunc(plans, func(p Plan) bool { return p.ID == id || id == "" && p.Key == key })
	if i < 0 {
		return nil
	}
	return &plans[i]
}

// ErrNoPlan is the error of a plan that does not exist.
var ErrNoPlan = NewError(NotFound, "plan_not_found", "Plan not found")

// The refusals of what contradicts another plan, and of what a plan is not sold as.
var (
	ErrPlanKeyTaken     = NewError(Conflict, "plan_key_taken", "Another plan has this key")
	ErrDefaultPlanTaken = NewError(Conflict, "default_plan_taken", "Another plan is the default: change that one first")

	ErrPlanPriceElsewhere = NewError(Conflict, "plan_price_elsewhere",
		"The plan's price is in another Stripe account than the project sells in now: save the plan with a price of this account")

	ErrPlanNotSold      = NewError(Refused, "plan_not_sold", "The plan is not sold for this interval")
	ErrCurrencyMismatch = NewError(Refused, "currency_mismatch", "The plan is sold in another currency than the one that the customer pays in")
)

// Offer is a plan at one of its prices.
type Offer struct {
	Plan     Plan
	Price    PlanPrice
	Quantity int64
}

// Monthly is what the offer costs for a month, in minor units, rounded half up.
func (o Offer) Monthly() int64 {
	if o.Price.Interval == Year {
		return (o.Price.Amount*o.Quantity + 6) / 12
	}
	return o.Price.Amount * o.Quantity
}

// When says when a subscription is changed.
type When string

// The times of a change.
const (
	Now       When = "now"
	PeriodEnd When = "period_end"
)

// WhenToChange is when a subscription is moved to an offer where nobody says:
// to what costs less for a month when the period ends that is paid, to anything
// else now.
func WhenToChange(from SubscriptionState, to Offer) When {
	if to.Monthly() < from.Monthly {
		return PeriodEnd
	}
	return Now
}

// ComparePlans orders plans as they are shown: by their sort order, then by
// what they cost for a month, then by key.
func ComparePlans(a, b Plan) int {
	return cmp.Or(cmp.Compare(a.SortOrder, b.SortOrder), cmp.Compare(a.monthly(), b.monthly()), cmp.Compare(a.Key, b.Key))
}

func (p Plan) monthly() int64 {
	price := p.Offered()
	if price == nil {
		return 0
	}
	return Offer{Price: *price, Quantity: 1}.Monthly()
}

// Offered is the price that the plan is sold at where nobody names an interval:
// by the month, or by the year if that is all; nil if it is not sold.
func (p Plan) Offered() *PlanPrice {
	if p.Monthly != nil {
		return p.Monthly
	}
	return p.Yearly
}
