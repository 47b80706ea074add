package api

import "billhook/pkg/billing"

// FeaturesOf are features as the Plans API shows them.
func FeaturesOf(features []billing.Feature) []PlanFeature {
	shown := []PlanFeature{} // [] and not null
	for _, f := range features {
		shown = append(shown, PlanFeature{Key: f.Key, Name: f.Name, Description: Text(f.Description), Limit: f.Limit})
	}
	return shown
}

// CatalogPlanOf is a plan as the public catalog shows it.
func CatalogPlanOf(p billing.Plan) CatalogPlan {
	shown := CatalogPlan{
		ID: p.ID, Key: p.Key, Name: p.Name, Description: Text(p.Description), Features: FeaturesOf(p.Features),
		Prices: []CatalogPrice{}, TrialDays: p.TrialDays, IsDefault: p.Default,
	}
	if offered := p.Offered(); offered != nil {
		shown.PriceCents, shown.Currency, shown.Interval = offered.Amount, Text(p.Currency), &offered.Interval
	}
	for _, price := range []*billing.PlanPrice{p.Monthly, p.Yearly} {
		if price != nil {
			shown.Prices = append(shown.Prices, CatalogPrice{Interval: price.Interval, PriceCents: price.Amount, PriceID: price.ID})
		}
	}
	return shown
}

// NamedPlan is the plan that a request names by its id or its key; nil if there
// is none.
func NamedPlan(plans []billing.Plan, id, name *string) *billing.Plan {
	if id != nil {
		return billing.PlanNamed(plans, *id, "")
	}
	return billing.PlanNamed(plans, "", *name)
}
