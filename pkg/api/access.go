package api

import (
	"time"

	"billhook/pkg/billing"
)

// planNameOf is a plan by its names; nil for none.
func planNameOf(p *billing.Plan) *PlanName {
	if p == nil {
		return nil
	}
	return &PlanName{ID: p.ID, Key: p.Key, Name: p.Name}
}

// AccessOf answers whether a feature may be used; explained adds why.
func AccessOf(feature string, e billing.Entitlements, explained bool) Access {
	answer := Access{Feature: feature, Plan: planNameOf(e.Plan), Features: []string{}, Limits: FeatureLimits{}}
	for _, f := range e.Features {
		answer.Features = append(answer.Features, f.Key)
		answer.Limits[f.Key] = f.Limit
	}
	if f := e.Feature(feature); f != nil {
		answer.Allowed, answer.Until = true, Time(f.Until)
	}
	if explained {
		reasons := make([]AccessReason, len(e.Sources))
		for i, s := range e.Sources {
			reasons[i] = reasonOf(feature, s)
		}
		answer.Reasons = &reasons
	}
	return answer
}

func reasonOf(feature string, s billing.Source) AccessReason {
	r := AccessReason{
		Source: s.Kind, ID: s.ID, Plan: planNameOf(s.Plan), Counts: s.Counts, Text: s.Why, Since: Time(s.Since), Until: Time(s.Until),
	}
	if !s.Gives(feature) {
		r.Counts = false
		r.Text += " It does not include " + feature + "."
	}
	return r
}

// EntitlementsOf are entitlements as the Plans API shows them.
func EntitlementsOf(e billing.Entitlements) Entitlements {
	answer := Entitlements{Plan: planNameOf(e.Plan), Status: Text(string(e.Status)), Features: []EntitledFeature{}, Until: Time(e.NextEnd())}
	for _, f := range e.Features {
		answer.Features = append(answer.Features, EntitledFeature{
			Key: f.Key, Name: f.Name, Description: Text(f.Description), Limit: f.Limit, Until: Time(f.Until),
		})
	}
	return answer
}

// MyPlanOf are entitlements as clients that compare plans and features want them.
func MyPlanOf(e billing.Entitlements) MyPlan {
	features := make([]billing.Feature, len(e.Features))
	for i, f := range e.Features {
		features[i] = f.Feature
	}
	return MyPlan{Plan: planNameOf(e.Plan), Features: FeaturesOf(features), Status: Text(string(e.Status))}
}

// UserSubscriptionOf is a subscription as its user sees it, with the plan that
// its price buys.
func UserSubscriptionOf(s billing.Subscription, plans []billing.Plan) UserSubscription {
	answer := UserSubscription{
		ID:                 s.ID,
		Status:             string(s.Status),
		PriceID:            Text(s.Price),
		Quantity:           s.Quantity,
		CurrentPeriodStart: Time(s.CurrentPeriodStart),
		CurrentPeriodEnd:   Time(s.CurrentPeriodEnd),
		CancelAtPeriodEnd:  !s.CancelAt.IsZero() && s.CancelAt.Equal(s.CurrentPeriodEnd),
		CancelAt:           Time(s.CancelAt),
		CanceledAt:         Time(s.CanceledAt),
		CreatedAt:          s.CreatedAt,
	}
	p := billing.PlanOf(plans, s.Price)
	if p == nil {
		return answer
	}
	answer.PlanID, answer.PlanKey, answer.PlanName = &p.ID, &p.Key, &p.Name
	answer.Interval = Text(string(p.Bought(s.Price).Interval))
	return answer
}

// GrantOf is a grant as developers see it at a time.
func GrantOf(g billing.Grant, now time.Time) Grant {
	answer := Grant{
		ID:        g.ID,
		UserID:    g.User,
		PlanID:    Text(g.Plan),
		Features:  []GrantedFeature{},
		Reason:    g.Reason,
		Author:    g.Author,
		Active:    g.Live(now),
		CreatedAt: g.CreatedAt,
		ExpiresAt: Time(g.ExpiresAt),
		RevokedAt: Time(g.RevokedAt),
		RevokedBy: Text(g.RevokedBy),
	}
	for _, f := range g.Features {
		answer.Features = append(answer.Features, GrantedFeature(f))
	}
	return answer
}
