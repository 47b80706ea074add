package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/gateway"
)

// UpdateSubscription moves the user's current subscription to another price.
func (s *server) UpdateSubscription(ctx context.Context, r UpdateSubscriptionRequestObject) (UpdateSubscriptionResponseObject, error) {
	b, err := s.buyer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	h, err := s.holding(ctx, b)
	if err != nil {
		return nil, err
	}
	changed, err := changePrice(ctx, h, *r.Body)
	if err != nil {
		return nil, err
	}
	if err := s.keep(ctx, b, changed); err != nil {
		return nil, err
	}
	if changed.Fact.After.Status.Terminal() {
		return nil, errNothingHeld // it had ended, which the table did not know
	}
	return UpdateSubscription200JSONResponse{
		SubscriptionID: changed.Fact.ID,
		Status:         string(changed.Fact.After.Status),
		PriceID:        changed.Fact.After.Price,
		Message:        "Subscription updated",
	}, nil
}

// changePrice has nothing to do if the subscription has the price, by an
// earlier try of the same request, perhaps, whose answer was lost.
func changePrice(ctx context.Context, h holding, body api.UpdateSubscriptionRequest) (gateway.Observed, error) {
	state := h.stripe.Fact.After
	if state.Status.Terminal() || state.Price == body.NewPriceID {
		return h.stripe, nil
	}
	price, err := h.account.Price(ctx, body.NewPriceID, true, "new_price_id")
	if err != nil {
		return h.stripe, err
	}
	free, err := h.account.Release(ctx, h.stripe) // a schedule would change it again
	if err != nil {
		return h.stripe, err
	}
	return h.account.ChangePrice(ctx, free, price, *body.ProrationBehavior, h.row.Revision)
}
