package main

import (
	"context"
	"time"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/wallet"
)

// SpendBalance spends from the calling user's wallet.
func (s *server) SpendBalance(ctx context.Context, r SpendBalanceRequestObject) (SpendBalanceResponseObject, error) {
	v, err := s.visit(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	user, currency := v.caller.Subject, *r.Body.Currency
	id := wallet.ID(v.scope, "spend", currency, user, r.Params.IdempotencyKey)
	spent, err := s.wallets.Spend(ctx, v.scope, s.cause(id, currency, r.Body.Description), user, r.Body.AmountCents)
	if err != nil {
		return nil, err
	}
	w, err := s.wallets.Read(ctx, v.scope, currency, user)
	if err != nil {
		return nil, err
	}
	return SpendBalance200JSONResponse{
		ID: spent.ID, AmountCents: r.Body.AmountCents, Currency: currency, Description: spent.Description,
		BalanceCents: w.Balance, CreatedAt: spent.At,
	}, nil
}

// CreateHold sets money of the calling user's aside.
func (s *server) CreateHold(ctx context.Context, r CreateHoldRequestObject) (CreateHoldResponseObject, error) {
	v, err := s.visit(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	user, currency := v.caller.Subject, *r.Body.Currency
	c := s.cause(wallet.ID(v.scope, "hold", currency, user, nameOf(r.Params.IdempotencyKey)), currency, "")
	h := billing.Hold{
		ID: c.ID, User: user, Currency: currency, Amount: r.Body.AmountCents, CreatedAt: c.At,
		ExpiresAt: c.At.Add(time.Duration(*r.Body.ExpiresInSeconds) * time.Second),
	}
	if r.Body.Description != nil {
		h.Description = *r.Body.Description
	}
	held, err := s.wallets.Hold(ctx, v.scope, h)
	if err != nil {
		return nil, err
	}
	answer, err := s.holdAnswer(ctx, v, h, held)
	if err != nil {
		return nil, err
	}
	// The first request's, if this one repeats it.
	answer.ExpiresAt = new(held.At.Add(h.ExpiresAt.Sub(h.CreatedAt)))
	return CreateHold200JSONResponse(answer), nil
}

// CaptureHold takes the price out of a hold.
func (s *server) CaptureHold(ctx context.Context, r CaptureHoldRequestObject) (CaptureHoldResponseObject, error) {
	v, currency, err := s.ofHold(ctx, r.HoldID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	price := int64(0)
	if r.Body != nil && r.Body.AmountCents != nil {
		price = *r.Body.AmountCents
	}
	end, err := s.wallets.Capture(ctx, v.scope, currency, v.caller.Subject, r.HoldID, price)
	if err != nil {
		return nil, err
	}
	answer, err := s.holdAnswer(ctx, v, billing.Hold{ID: r.HoldID, User: v.caller.Subject, Currency: currency}, end)
	return CaptureHold200JSONResponse(answer), err
}

// ReleaseHold gives back what a hold set aside.
func (s *server) ReleaseHold(ctx context.Context, r ReleaseHoldRequestObject) (ReleaseHoldResponseObject, error) {
	v, currency, err := s.ofHold(ctx, r.HoldID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	end, err := s.wallets.Release(ctx, v.scope, currency, v.caller.Subject, r.HoldID)
	if err != nil {
		return nil, err
	}
	answer, err := s.holdAnswer(ctx, v, billing.Hold{ID: r.HoldID, User: v.caller.Subject, Currency: currency}, end)
	return ReleaseHold200JSONResponse(answer), err
}

func (s *server) ofHold(ctx context.Context, id string, testMode *bool, environment *billing.Mode) (visit, string, error) {
	if err := api.HoldID(id); err != nil {
		return visit{}, "", err
	}
	currency, is := wallet.CurrencyIn(id, "hold")
	if !is {
		return visit{}, "", wallet.ErrNoHold
	}
	v, err := s.visit(ctx, testMode, environment)
	return v, currency, err
}

// holdAnswer shows a hold after what was posted last.
func (s *server) holdAnswer(ctx context.Context, v visit, h billing.Hold, last billing.Posting) (api.Hold, error) {
	w, err := s.wallets.Read(ctx, v.scope, h.Currency, h.User)
	answer := api.Hold{ID: h.ID, Currency: h.Currency, BalanceCents: w.Balance}
	held := last.Amount(billing.Account{Kind: billing.HeldAccount, Owner: h.User})
	switch last.Kind {
	case billing.PostHold:
		answer.Status, answer.AmountCents = api.Held, held
	case billing.PostCapture:
		answer.Status, answer.AmountCents = api.Captured, -held
		answer.CapturedCents = last.Amount(billing.Account{Kind: billing.FeesAccount})
	default:
		answer.Status, answer.AmountCents = api.Released, -held
	}
	return answer, err
}
