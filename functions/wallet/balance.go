package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/billing"
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
	return GetBalance200JSONResponse(balanceAnswer(w)), nil
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
	return SetAutoReload200JSONResponse(balanceAnswer(w)), nil
}

func balanceAnswer(w billing.Wallet) api.Balance {
	answer := api.Balance{
		BalanceCents: w.Balance, Currency: w.Currency, HeldCents: w.Held,
		LifetimeDepositedCents: w.Deposited, LifetimeSpentCents: w.Spent,
		AutoReload: api.AutoReload{
			Enabled: w.Reload.Enabled, InProgress: w.Reload.Flying(), FailedAttempts: w.Reload.Failures, Problem: api.Text(w.Reload.Problem),
		},
	}
	if w.Reload.Amount != 0 {
		answer.AutoReload.ThresholdCents, answer.AutoReload.AmountCents = &w.Reload.Threshold, &w.Reload.Amount
	}
	return answer
}

// looks bounds how often a history is read that grows meanwhile.
const looks = 5

var errGrowing = billing.NewError(billing.Unavailable, "history_busy", "The balance keeps moving; try again")

// ListBalanceTransactions answers a part of what moved the wallet. The balance
// after each follows from the balance now, so both have to be of one moment:
// the wallet is the same before and after its history is read.
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
	user := v.caller.Subject
	before, err := s.wallets.Read(ctx, v.scope, currency, user)
	if err != nil {
		return nil, err
	}
	for range looks {
		postings, err := s.store.Postings(ctx, v.scope, currency, billing.WalletBook(user), 0, offset+limit)
		if err != nil {
			return nil, err
		}
		after, err := s.wallets.Read(ctx, v.scope, currency, user)
		if err != nil {
			return nil, err
		}
		if after.Postings == before.Postings {
			return ListBalanceTransactions200JSONResponse{Transactions: history(after, postings, offset), Total: after.Postings}, nil
		}
		before = after
	}
	return nil, errGrowing
}

// history is what stands behind the first postings of a wallet's, newest first.
func history(w billing.Wallet, postings []billing.Posting, skip int) []api.BalanceTransaction {
	shown, balance := []api.BalanceTransaction{}, w.Balance
	for i, p := range postings {
		amount := p.Amount(billing.Account{Kind: billing.WalletAccount, Owner: w.User})
		if i >= skip {
			shown = append(shown, api.BalanceTransaction{
				ID: p.ID, Type: api.BalanceTransactionType(p.Kind), AmountCents: amount, BalanceAfterCents: balance, Currency: p.Currency,
				Description: api.Text(p.Description), ReferenceID: api.Text(p.Reference), CreatedAt: p.At,
			})
		}
		balance -= amount
	}
	return shown
}
