package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/gateway"
)

// CancelSubscription cancels the user's current subscription, at once or at the
// end of the period that is paid.
func (s *server) CancelSubscription(ctx context.Context, r CancelSubscriptionRequestObject) (CancelSubscriptionResponseObject, error) {
	b, err := s.buyer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	h, err := s.holding(ctx, b)
	if err != nil {
		return nil, err
	}
	canceled, err := cancel(ctx, h, cancellation(*r.Body))
	if err != nil {
		return nil, err
	}
	if err := s.keep(ctx, b, canceled); err != nil {
		return nil, err
	}
	state := canceled.Fact.After
	if state.Status.Terminal() && !*r.Body.CancelImmediately {
		return nil, errNothingHeld // it had ended, which the table did not know
	}
	answer := CancelSubscription200JSONResponse{
		SubscriptionID: canceled.Fact.ID,
		Status:         string(state.Status),
		Message:        "Subscription will be canceled at the end of the billing period",
		CancelAt:       api.Time(state.CancelAt),
		CancelledAt:    api.Time(state.CanceledAt),
	}
	if *r.Body.CancelImmediately {
		answer.Message, answer.CancelAt = "Subscription canceled immediately", nil // whatever was scheduled before
	}
	return answer, nil
}

func cancellation(body api.CancelRequest) gateway.Cancellation {
	c := gateway.Cancellation{Immediately: *body.CancelImmediately}
	if body.Feedback != nil {
		c.Feedback = *body.Feedback
	}
	if body.Comment != nil {
		c.Comment = *body.Comment
	}
	return c
}

// cancel is done already if the subscription has ended, or is to end when it is
// asked to: by an earlier try of the same request, perhaps, whose answer was
// lost.
func cancel(ctx context.Context, h holding, c gateway.Cancellation) (gateway.Observed, error) {
	state := h.stripe.Fact.After
	scheduled := !state.CancelAt.IsZero() && state.CancelAt.Equal(state.CurrentPeriodEnd)
	if state.Status.Terminal() || scheduled && c == (gateway.Cancellation{}) {
		return h.stripe, nil
	}
	if !c.Immediately { // what a schedule has in mind would forbid it
		if _, err := h.account.Release(ctx, h.stripe); err != nil {
			return h.stripe, err
		}
	}
	return h.account.Cancel(ctx, h.row.ID, c, h.row.Revision)
}
