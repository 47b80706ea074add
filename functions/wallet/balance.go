package main

import (
	"context"

	"billhook/pkg/api"
)

// GetBalance answers the calling user's wallet.
func (s *server) GetBalance(ctx context.Context, r GetBalanceRequestObject) (GetBalanceResponseObject, error) {
	currency, err := api.WalletCurrencyOf(r.Params.Currency)
	if err != nil {
		return nil, err
	}
	v, err := s.visit(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	w, err := s.wallets.Read(ctx, v.scope, currency, v.caller.Subject)
	if err != nil {
		return nil, err
	}
	return GetBalance200JSONResponse(api.BalanceOf(w)), nil
}

// SetAutoReload changes how the wallet is reloaded.
func (s *server) SetAutoReload(ctx context.Context, r SetAutoReloadRequestObject) (SetAutoReloadResponseObject, error) {
	v, err := s.visit(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	user, currency := v.caller.Subject, *r.Body.Currency
	if err := s.wallets.SetReload(ctx, v.scope, currency, user, r.Body.Enabled, r.Body.ThresholdCents, r.Body.AmountCents); err != nil {
		return nil, err
	}
	w, err := s.wallets.Read(ctx, v.scope, currency, user)
	if err != nil {
		return nil, err
	}
	return SetAutoReload200JSONResponse(api.BalanceOf(w)), nil
}

// ListBalanceTransactions answers a part of what moved the wallet. The balance
// after each follows from the balance now, so both are of one moment.
func (s *server) ListBalanceTransactions(ctx context.Context, r ListBalanceTransactionsRequestObject) (ListBalanceTransactionsResponseObject, error) {
	currency, err := api.WalletCurrencyOf(r.Params.Currency)
	if err != nil {
		return nil, err
	}
	limit, offset, err := api.WindowOf(r.Params.Limit, r.Params.Offset)
	if err != nil {
		return nil, err
	}
	v, err := s.visit(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	// This gives back what expired holds have kept.
	if _, err := s.wallets.Read(ctx, v.scope, currency, v.caller.Subject); err != nil {
		return nil, err
	}
	w, postings, err := s.store.WalletHistory(ctx, v.scope, currency, v.caller.Subject, offset+limit)
	if err != nil {
		return nil, err
	}
	return ListBalanceTransactions200JSONResponse{Transactions: api.BalanceTransactionsOf(w, postings, offset), Total: w.Postings}, nil
}
