package main

import (
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// GetLedger answers whose money a project keeps. It reads totals that are kept
// beside the postings; nobody's wallet is looked at.
func (s *server) GetLedger(ctx context.Context, r GetLedgerRequestObject) (GetLedgerResponseObject, error) {
	scopes, err := s.projectScope(ctx, r.Params.ProjectID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	scope := scopes[0]
	tally, err := s.store.Tally(ctx, scope)
	if err != nil {
		return nil, err
	}
	currencies := walletCurrencies(tally)
	totals := make([]billing.Totals, len(currencies))
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(parallelReads)
	for i, currency := range currencies {
		group.Go(func() (err error) {
			totals[i], err = s.store.Totals(reading, scope, currency)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	held, whole, err := s.store.Held(ctx, scope)
	if err != nil {
		return nil, err
	}
	answer := GetLedger200JSONResponse{
		ProjectID: scope.Project, IsTestMode: scope.Mode == billing.Test, Currencies: []api.LedgerTotals{},
	}
	for i, currency := range currencies {
		if totals[i] == (billing.Totals{}) && held[currency] == 0 { // it was paid in, and not into a wallet
			continue
		}
		line := ledgerTotals(currency, totals[i])
		if amount := held[currency]; whole {
			line.HeldCents = &amount
		}
		answer.Currencies = append(answer.Currencies, line)
	}
	return answer, nil
}

// walletCurrencies are those that something was paid in: that of most payments,
// then the others in the order of the alphabet. A ledger begins with a deposit,
// which is a payment.
func walletCurrencies(t billing.Tally) []string {
	currencies := slices.DeleteFunc(billing.WalletCurrencies(), func(c string) bool { return !t.PaidIn(c) })
	if main := slices.Index(currencies, t.MainCurrency()); main > 0 {
		currencies = slices.Insert(slices.Delete(currencies, main, main+1), 0, t.MainCurrency())
	}
	return currencies
}

func ledgerTotals(currency string, t billing.Totals) api.LedgerTotals {
	return api.LedgerTotals{
		Currency: currency, OwedToUsersCents: t.Users, OwedToCreatorsCents: t.Creators, InTransitCents: t.Transit,
		FeesCents: t.Fees, AtStripeCents: -t.Clearing, DifferenceCents: t.Sum(),
	}
}

// GetUserWallet answers a user's wallet, with a page of its history.
func (s *server) GetUserWallet(ctx context.Context, r GetUserWalletRequestObject) (GetUserWalletResponseObject, error) {
	p := r.Params
	user, err := api.UserNamed("user_id", r.UserID)
	if err != nil {
		return nil, err
	}
	currency, err := api.WalletCurrencyOf(p.Currency)
	if err != nil {
		return nil, err
	}
	limit, offset, err := api.WindowOf(p.Limit, p.Offset)
	if err != nil {
		return nil, err
	}
	scopes, err := s.projectScope(ctx, p.ProjectID, p.TestMode, p.Environment)
	if err != nil {
		return nil, err
	}
	wallets, err := s.store.Wallets(ctx, scopes[0], user)
	if err != nil {
		return nil, err
	}
	currencies := slices.AppendSeq([]string{}, maps.Keys(wallets))
	slices.Sort(currencies)
	if p.Currency == nil && len(currencies) > 0 {
		currency = currencies[0]
	}
	w, postings, err := s.store.WalletHistory(ctx, scopes[0], currency, user, offset+limit)
	if err != nil {
		return nil, err
	}
	answer := api.WalletOf(scopes[0], w, postings, offset)
	answer.Currencies = currencies
	return GetUserWallet200JSONResponse(answer), nil
}

// ListCreatorPayouts answers a page of a project's payouts.
func (s *server) ListCreatorPayouts(ctx context.Context, r ListCreatorPayoutsRequestObject) (ListCreatorPayoutsResponseObject, error) {
	status, err := api.PayoutStatusOf(r.Params.Status)
	if err != nil {
		return nil, err
	}
	limit, _, err := api.WindowOf(r.Params.Limit, nil)
	if err != nil {
		return nil, err
	}
	query, _, err := api.ListQuery(nil, &limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	query.Status = string(status)
	query.Scopes, err = s.projectScope(ctx, r.Params.ProjectID, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	page, err := s.store.ListPayouts(ctx, query)
	if err != nil {
		return nil, err
	}
	answer := ListCreatorPayouts200JSONResponse{
		Payouts: []api.CreatorPayout{}, NextCursor: api.NextPage(page.Next),
	}
	for _, row := range page.Rows {
		answer.Payouts = append(answer.Payouts, api.CreatorPayoutOf(row.Scope, row.Row))
	}
	return answer, nil
}
