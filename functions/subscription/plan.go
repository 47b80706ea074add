package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// subscriber is the calling user of the Plans API with the subscription held,
// and the plans of its scope.
type subscriber struct {
	buyer
	holding
	plans []billing.Plan
}

// subscriber is read in the mode that the request names, else in the project's
// default.
func (s *server) subscriber(ctx context.Context, testMode *bool, environment *billing.Mode) (subscriber, error) {
	b, err := s.buyerByDefault(ctx, testMode, environment)
	h := subscriber{buyer: b}
	if err != nil {
		return h, err
	}
	if h.plans, err = s.store.Plans(ctx, h.scope); err != nil {
		return h, err
	}
	if h.holding, err = s.holding(ctx, h.buyer); err != nil {
		return h, err
	}
	if h.stripe.Fact.After.Status.Terminal() { // it has ended, which the table did not know
		if err := s.keep(ctx, h.buyer, h.stripe); err != nil {
			return h, err
		}
		return h, errNothingHeld
	}
	return h, nil
}

// CancelPlan cancels the user's subscription, immediately or at the end of the
// period that is paid.
func (s *server) CancelPlan(ctx context.Context, r CancelPlanRequestObject) (CancelPlanResponseObject, error) {
	h, err := s.subscriber(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	canceled, err := cancel(ctx, h.holding, gateway.Cancellation{Immediately: r.Body != nil && *r.Body.Immediately})
	if err != nil {
		return nil, err
	}
	if err := s.keep(ctx, h.buyer, canceled); err != nil {
		return nil, err
	}
	return CancelPlan200JSONResponse(h.shows(canceled, nil)), nil
}

// ResumePlan takes back a cancellation and a change of plan that are scheduled.
func (s *server) ResumePlan(ctx context.Context, r ResumePlanRequestObject) (ResumePlanResponseObject, error) {
	h, err := s.subscriber(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	resumed, err := h.account.Release(ctx, h.stripe)
	if err == nil && !resumed.Fact.After.CancelAt.IsZero() {
		resumed, err = h.account.Resume(ctx, resumed, h.row.Revision)
	}
	if err != nil {
		return nil, err
	}
	if err := s.keep(ctx, h.buyer, resumed); err != nil {
		return nil, err
	}
	return ResumePlan200JSONResponse(h.shows(resumed, nil)), nil
}

// shows is a subscription as Stripe answered it, with the offer that it is
// scheduled to be moved to; nil for none.
func (h subscriber) shows(o gateway.Observed, scheduled *billing.Offer) api.PlanSubscription {
	state := o.Fact.After
	answer := api.PlanSubscription{
		SubscriptionID:    o.Fact.ID,
		Status:            string(state.Status),
		Quantity:          state.Quantity,
		CurrentPeriodEnd:  state.CurrentPeriodEnd,
		CancelAtPeriodEnd: o.CancelAtPeriodEnd,
		CancelAt:          api.Time(state.CancelAt),
	}
	if o.Interval != "" {
		answer.Interval = &o.Interval
	}
	if plan := billing.PlanOf(h.plans, state.Price); plan != nil {
		answer.PlanID, answer.PlanKey = &plan.ID, &plan.Key
	}
	if scheduled != nil {
		answer.ScheduledChange = &api.ScheduledPlanChange{
			PlanID: scheduled.Plan.ID, PlanKey: scheduled.Plan.Key, Interval: scheduled.Price.Interval,
			Quantity: scheduled.Quantity, At: state.CurrentPeriodEnd,
		}
	}
	return answer
}
