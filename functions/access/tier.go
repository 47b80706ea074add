package main

import (
	"context"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// GetAccountBilling answers the calling user's tier, and what is paid for it.
func (s *server) GetAccountBilling(ctx context.Context, r GetAccountBillingRequestObject) (GetAccountBillingResponseObject, error) {
	_, f, err := s.facts(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	return GetAccountBilling200JSONResponse(api.AccountBillingOf(f, billing.Access(s.now(), f))), nil
}
