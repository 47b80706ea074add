package main

import (
	"context"
	"time"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// move is where a subscription is to go, and when.
type move struct {
	to   billing.Offer
	when billing.When
}

// ChangePlan moves the user's subscription to another plan, interval or
// quantity.
func (s *server) ChangePlan(ctx context.Context, r ChangePlanRequestObject) (ChangePlanResponseObject, error) {
	h, err := s.subscriber(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	m, err := s.move(ctx, &h, *r.Body)
	if err != nil {
		return nil, err
	}
	changed, scheduled, err := h.change(ctx, m)
	if err != nil {
		return nil, err
	}
	if err := s.keep(ctx, h.buyer, changed); err != nil {
		return nil, err
	}
	return ChangePlan200JSONResponse(h.shows(changed, scheduled)), nil
}

var errCancellationScheduled = billing.NewError(billing.Refused, "cancellation_scheduled",
	"The subscription is canceled when the period ends: resume it first, or change it now")

// change makes a move, in place of any that is scheduled. There is nothing to
// do if the subscription is there, by an earlier try of the same request,
// perhaps, whose answer was lost.
func (h subscriber) change(ctx context.Context, m move) (changed gateway.Observed, scheduled *billing.Offer, err error) {
	state := h.stripe.Fact.After
	there := state.Price == m.to.Price.ID && state.Quantity == m.to.Quantity
	if m.when == billing.PeriodEnd && !there {
		if !state.CancelAt.IsZero() {
			return h.stripe, nil, errCancellationScheduled
		}
		changed, err = h.account.ChangeAtPeriodEnd(ctx, h.stripe, m.to)
		return changed, &m.to, err
	}
	changed, err = h.account.Release(ctx, h.stripe)
	if err != nil || there {
		return changed, nil, err
	}
	changed, err = h.account.ChangeNow(ctx, changed, m.to, h.row.Revision)
	return changed, nil, err
}

// move is what a request asks for, at a price of the subscription's account; the
// plan has been given one there if it had none.
func (s *server) move(ctx context.Context, h *subscriber, body api.PlanChangeRequest) (move, error) {
	m, err := h.asked(body)
	if err != nil || m.to.Price.ID == h.stripe.Fact.After.Price {
		return m, err
	}
	if m.to, err = s.prices.In(ctx, h.scope, h.account, m.to); err != nil {
		return m, err
	}
	*billing.PlanNamed(h.plans, m.to.Plan.ID, "") = m.to.Plan
	return m, nil
}

// asked is what a request asks for: what it does not name stays as it is.
func (h subscriber) asked(body api.PlanChangeRequest) (move, error) {
	state := h.stripe.Fact.After
	to := billing.Offer{Quantity: state.Quantity}
	if body.Quantity != nil {
		to.Quantity = *body.Quantity
	}
	plan, price, err := h.wanted(body)
	if err != nil {
		return move{}, err
	}
	to.Plan, to.Price = *plan, *price
	if state.Currency != "" && plan.Currency != state.Currency {
		return move{}, billing.ErrCurrencyMismatch
	}
	when := billing.WhenToChange(state, to)
	if body.When != nil {
		when = *body.When
	}
	return move{to, when}, nil
}

// wanted is the plan, and the price of it, that a request names. Somebody who
// asks for neither a plan nor an interval stays at the price of the time when
// the plan was bought.
func (h subscriber) wanted(body api.PlanChangeRequest) (*billing.Plan, *billing.PlanPrice, error) {
	current := billing.PlanOf(h.plans, h.stripe.Fact.After.Price)
	plan := current
	if body.PlanID != nil || body.PlanKey != nil {
		plan = api.NamedPlan(h.plans, body.PlanID, body.PlanKey)
	}
	if plan == nil {
		return nil, nil, billing.ErrNoPlan
	}
	interval := h.stripe.Interval
	if body.Interval != nil {
		interval = *body.Interval
	}
	if plan == current && interval == h.stripe.Interval && body.PlanID == nil && body.PlanKey == nil {
		return plan, plan.Bought(h.stripe.Fact.After.Price), nil
	}
	price := plan.Price(interval)
	if price == nil {
		return nil, nil, billing.ErrPlanNotSold
	}
	return plan, price, nil
}

// PreviewPlanChange tells what a change would cost, and changes nothing.
func (s *server) PreviewPlanChange(ctx context.Context, r PreviewPlanChangeRequestObject) (PreviewPlanChangeResponseObject, error) {
	h, err := s.subscriber(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	m, err := s.move(ctx, &h, *r.Body)
	if err != nil {
		return nil, err
	}
	p, err := h.account.Preview(ctx, h.stripe, m.to, m.when)
	if err != nil {
		return nil, err
	}
	answer := PreviewPlanChange200JSONResponse{
		When: m.when, EffectiveAt: s.now().UTC().Truncate(time.Second), AmountDueNowCents: p.DueNow, NextAmountCents: p.Next,
		Currency: m.to.Plan.Currency, Lines: []api.PreviewLine{},
	}
	if m.when == billing.PeriodEnd {
		answer.EffectiveAt = h.stripe.Fact.After.CurrentPeriodEnd
	}
	for _, l := range p.Lines {
		answer.Lines = append(answer.Lines, api.PreviewLine{Description: l.Description, AmountCents: l.Amount, Proration: l.Proration})
	}
	return answer, nil
}
