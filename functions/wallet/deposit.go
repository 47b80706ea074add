package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// CreateDeposit starts a payment into the calling user's wallet.
func (s *server) CreateDeposit(ctx context.Context, r CreateDepositRequestObject) (CreateDepositResponseObject, error) {
	v, err := s.visit(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	if !v.project.AllowsRedirect(s.redirects, r.Body.SuccessURL) {
		return nil, billing.ErrRedirectNotAllowed.About("success_url")
	}
	if !v.project.AllowsRedirect(s.redirects, r.Body.CancelURL) {
		return nil, billing.ErrRedirectNotAllowed.About("cancel_url")
	}
	offer, err := s.sales.Offer(ctx, v.scope, v.project, v.config)
	if err != nil {
		return nil, err
	}
	buyer, err := s.sales.Buyer(ctx, offer, v.caller)
	if err != nil {
		return nil, err
	}
	session, err := offer.Account.CreateDepositSession(ctx, gateway.Deposit{
		Customer: buyer.Customer, User: v.caller.Subject, Currency: *r.Body.Currency, Amount: r.Body.AmountCents,
		SuccessURL: r.Body.SuccessURL, CancelURL: r.Body.CancelURL, Once: offer.Once(r.Params.IdempotencyKey),
	})
	if err != nil {
		return nil, err
	}
	if err := s.sales.Confirm(ctx, offer, session.ID, offer.Account.ExpireSession); err != nil {
		return nil, err
	}
	return CreateDeposit200JSONResponse{URL: session.URL, SessionID: session.ID}, nil
}

// VerifyDeposit asks Stripe whether a deposit was paid, and brings it in if it
// is not yet. Its event does the same by the same rules, so whichever comes
// first credits the wallet, and nothing else does.
func (s *server) VerifyDeposit(ctx context.Context, r VerifyDepositRequestObject) (VerifyDepositResponseObject, error) {
	if err := api.DepositSession(r.Params.SessionID); err != nil {
		return nil, err
	}
	v, err := s.visit(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	account, err := s.gateway.Account(ctx, v.scope, v.project, v.config)
	if err != nil {
		return nil, err
	}
	found, err := account.ReadDeposit(ctx, r.Params.SessionID, v.caller.Subject)
	if err != nil {
		return nil, err
	}
	if !found.Paid {
		return VerifyDeposit200JSONResponse{Deposited: false, AmountCents: 0}, nil
	}
	known, err := s.store.Picture(ctx, v.scope, billing.Lookup{Owner: found.Owner, Transaction: found.ID})
	if err != nil {
		return nil, err
	}
	if known.Transaction == nil || known.Transaction.Deposit.Postings == 0 {
		if err := s.learner.Learn(ctx, v.scope, found.Event); err != nil {
			return nil, err
		}
	}
	return VerifyDeposit200JSONResponse{Deposited: true, AmountCents: found.Amount}, nil
}
