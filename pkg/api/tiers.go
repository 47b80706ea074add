package api

import (
	"slices"

	"billhook/pkg/billing"
)

// freeTier is the tier of users who have no plan, as clients know it.
const freeTier = "free"

// How tiers are paid for, as the Account API says it.
const (
	monthly = "monthly"
	yearly  = "yearly"
)

// IntervalOf is the interval that the Account API's word stands for.
func IntervalOf(word string) billing.Interval {
	if word == yearly {
		return billing.Year
	}
	return billing.Month
}

// TierOf is the key of the plan that a user has.
func TierOf(e billing.Entitlements) string {
	if e.Plan == nil {
		return freeTier
	}
	return e.Plan.Key
}

// TierBought is the key of the plan that a subscription gives, or where it gives
// none, of the one that users have without.
func TierBought(plans []billing.Plan, s billing.SubscriptionState) string {
	if p := billing.PlanOf(plans, s.Price); p != nil && s.Status.Holds() {
		return p.Key
	}
	if i := slices.IndexFunc(plans, func(p billing.Plan) bool { return p.Default }); i >= 0 {
		return plans[i].Key
	}
	return freeTier
}

// AccountBillingOf is what a user has and pays for. Who holds no subscription
// has an account that costs nothing.
func AccountBillingOf(f billing.AccessFacts, e billing.Entitlements) AccountBilling {
	answer := AccountBilling{
		PlanTier: TierOf(e), Status: billing.StatusActive, BillingInterval: monthly, PaymentGateway: "stripe",
	}
	current := billing.Current(f.Subscriptions)
	if current == nil || !current.Status.Holds() {
		return answer
	}
	answer.Status = current.Status
	answer.CurrentPeriodStart, answer.CurrentPeriodEnd = Time(current.CurrentPeriodStart), Time(current.CurrentPeriodEnd)
	if p := billing.PlanOf(f.Plans, current.Price); p != nil && p.Bought(current.Price).Interval == billing.Year {
		answer.BillingInterval = yearly
	}
	return answer
}

// TiersOf are plans as tiers.
func TiersOf(plans []billing.Plan) TierList {
	list := TierList{Plans: []Tier{}}
	for _, p := range plans {
		list.Plans = append(list.Plans, tierOf(p))
	}
	return list
}

func tierOf(p billing.Plan) Tier {
	t := Tier{
		Tier: p.Key, Name: p.Name, Description: Text(p.Description), Currency: Text(p.Currency), TrialDays: p.TrialDays,
		PriceMonthlyCents: tierPrice(p, billing.Month), PriceYearlyCents: tierPrice(p, billing.Year),
		Features: []string{}, Limits: FeatureLimits{},
	}
	for _, f := range p.Features {
		t.Features = append(t.Features, f.Name)
		t.Limits[f.Key] = f.Limit
	}
	return t
}

// tierPrice is what a plan costs for an interval; nil: it is not sold so. The
// plan that users have without buying it costs nothing.
func tierPrice(p billing.Plan, i billing.Interval) *int64 {
	switch price := p.Price(i); {
	case price != nil:
		return &price.Amount
	case p.Default && p.Offered() == nil:
		return new(int64)
	}
	return nil
}

// SoldTier is the plan that a tier names and that users can buy; nil: there is
// none.
func SoldTier(plans []billing.Plan, tier string) *billing.Plan {
	i := slices.IndexFunc(plans, func(p billing.Plan) bool { return p.Key == tier && p.Offered() != nil })
	if i < 0 {
		return nil
	}
	return &plans[i]
}
