package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/gateway"
)

// intent makes a payment intent of the user's, and makes sure that it may be
// sold for.
func (p *purchase) intent(ctx context.Context, i gateway.Intent) (gateway.MadeIntent, error) {
	if _, err := p.customer(ctx); err != nil {
		return gateway.MadeIntent{}, err
	}
	i.Customer, i.User = p.checkout.Customer, p.caller.Subject
	made, err := p.Account.CreatePaymentIntent(ctx, i)
	if err != nil {
		return gateway.MadeIntent{}, err
	}
	return made, p.sales.Confirm(ctx, p.Offer, made.ID, p.Account.CancelPaymentIntent)
}

// CreatePayment starts a one-off payment of the calling user. Its row is there
// when the user hears of it, as the payment's events would have made it.
func (s *server) CreatePayment(ctx context.Context, r CreatePaymentRequestObject) (CreatePaymentResponseObject, error) {
	p, err := s.planBuyer(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	intent := gateway.Intent{
		Amount: r.Body.AmountCents, Currency: r.Body.Currency, Description: r.Body.Description, ReceiptEmail: r.Body.CustomerEmail,
		Fee: r.Body.FeeBpsOverride, Once: p.Once(r.Params.IdempotencyKey),
	}
	if r.Body.Metadata != nil {
		intent.Metadata = *r.Body.Metadata
	}
	if r.Body.IdempotencyKey != nil {
		intent.Once = p.Once(r.Body.IdempotencyKey)
	}
	made, err := p.intent(ctx, intent)
	if err != nil {
		return nil, err
	}
	observation, err := made.Observation()
	if err != nil {
		return nil, err
	}
	if err := s.observer.ObservePayment(ctx, p.Scope, observation); err != nil {
		return nil, err
	}
	return CreatePayment200JSONResponse{
		PaymentID:               p.Scope.RecordID(made.ID),
		IntentID:                made.ID,
		ClientSecret:            api.Text(made.ClientSecret),
		PublishableKeyAccountID: p.Account.Route().Account,
		AmountCents:             made.Amount,
		ApplicationFeeCents:     made.ApplicationFeeAmount,
		FeeBpsApplied:           made.Fee,
		Currency:                string(made.Currency),
		Status:                  string(made.Status),
	}, nil
}
