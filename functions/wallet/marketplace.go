package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/wallet"
)

// caller is whom names of marketplace charges belong to: the project.
const caller = "project"

// CreateMarketplaceCharge has a user pay for a creator's work.
func (s *server) CreateMarketplaceCharge(ctx context.Context, r CreateMarketplaceChargeRequestObject) (CreateMarketplaceChargeResponseObject, error) {
	v, err := s.visit(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	currency, description := *r.Body.Currency, ""
	if r.Body.Description != nil {
		description = *r.Body.Description
	}
	c := s.cause(wallet.ID(v.scope, "charge", currency, caller, r.Params.IdempotencyKey), currency, description)
	p, err := s.wallets.Charge(ctx, v.scope, c, r.Body.UserID, r.Body.CreatorID, r.Body.AmountCents, v.project.FeeBasisPoints())
	if err != nil {
		return nil, err
	}
	parts := p.Charged()
	return CreateMarketplaceCharge200JSONResponse{
		ID: p.ID, UserID: r.Body.UserID, CreatorID: r.Body.CreatorID, AmountCents: parts.Price, FeeCents: parts.Fee,
		CreatorCents: parts.Price - parts.Fee, Currency: currency, Description: api.Text(p.Description), CreatedAt: p.At,
	}, nil
}

// RefundMarketplaceCharge gives a charge back, or a part of it.
func (s *server) RefundMarketplaceCharge(ctx context.Context, r RefundMarketplaceChargeRequestObject) (RefundMarketplaceChargeResponseObject, error) {
	if err := api.ChargeID(r.ChargeID); err != nil {
		return nil, err
	}
	currency, is := wallet.CurrencyIn(r.ChargeID, "charge")
	if !is {
		return nil, wallet.ErrNoCharge
	}
	v, err := s.visit(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	amount, name := int64(0), ""
	if r.Body != nil && r.Body.AmountCents != nil {
		amount = *r.Body.AmountCents
	}
	if r.Params.IdempotencyKey != nil {
		name = wallet.ID(v.scope, "refund", currency, caller, *r.Params.IdempotencyKey)
	}
	p, err := s.wallets.Refund(ctx, v.scope, currency, r.ChargeID, amount, name)
	if err != nil {
		return nil, err
	}
	answer := RefundMarketplaceCharge200JSONResponse{ID: p.ID, ChargeID: r.ChargeID, Currency: currency, CreatedAt: p.At}
	for _, e := range p.Entries {
		switch e.Account.Kind {
		case billing.WalletAccount:
			answer.AmountCents = e.Amount
		case billing.CreatorAccount:
			answer.CreatorCents = -e.Amount
		case billing.FeesAccount:
			answer.FeeCents = -e.Amount
		default: // a refund has no others
		}
	}
	return answer, nil
}
