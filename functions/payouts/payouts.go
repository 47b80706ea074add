package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// GetEarnings answers what the creator has earned.
func (s *server) GetEarnings(ctx context.Context, r GetEarningsRequestObject) (GetEarningsResponseObject, error) {
	o, err := s.office(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	c, err := s.store.Creator(ctx, o.scope, o.creator)
	if err != nil {
		return nil, err
	}
	book := billing.CreatorBook(o.creator)
	balances, err := s.store.Balances(ctx, o.scope, billing.PayoutCurrency, book)
	if err != nil {
		return nil, err
	}
	postings, err := s.store.Postings(ctx, o.scope, billing.PayoutCurrency, book, 0, recent)
	if err != nil {
		return nil, err
	}
	balance, transit := balances[earnedBy(o.creator)], balances[billing.Account{Kind: billing.TransitAccount, Owner: o.creator}]
	answer := GetEarnings200JSONResponse{
		BalanceCents: balance, PendingCents: transit, LifetimePaidCents: c.Paid, LifetimeEarnedCents: balance + transit + c.Paid,
		Currency: billing.PayoutCurrency, Recent: []api.EarningsEntry{},
	}
	for _, p := range postings {
		amount := p.Amount(earnedBy(o.creator))
		if amount == 0 { // it only left what is under way
			continue
		}
		answer.Recent = append(answer.Recent, api.EarningsEntry{
			ID: p.ID, Type: string(p.Kind), AmountCents: amount, Description: api.Text(p.Description),
			ReferenceID: api.Text(p.Reference), CreatedAt: p.At,
		})
	}
	return answer, nil
}

// recent is how much of a history is read beside the balance.
const recent = 20

func earnedBy(creator string) billing.Account {
	return billing.Account{Kind: billing.CreatorAccount, Owner: creator}
}

// ListPayouts lists the creator's payouts.
func (s *server) ListPayouts(ctx context.Context, r ListPayoutsRequestObject) (ListPayoutsResponseObject, error) {
	limit, skip, err := api.WindowOf(r.Params.Limit, r.Params.Offset)
	if err != nil {
		return nil, err
	}
	o, err := s.office(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	c, err := s.store.Creator(ctx, o.scope, o.creator)
	if err != nil {
		return nil, err
	}
	payouts, err := s.store.Payouts(ctx, o.scope, o.creator, skip, limit)
	if err != nil {
		return nil, err
	}
	answer := ListPayouts200JSONResponse{Payouts: []api.Payout{}, Total: c.Payouts}
	for _, p := range payouts {
		answer.Payouts = append(answer.Payouts, payoutAnswer(p))
	}
	return answer, nil
}

// CreatePayout pays the creator. What the payout has come to when Stripe fails
// is answered all the same: it exists, and the schedule goes on with it.
func (s *server) CreatePayout(ctx context.Context, r CreatePayoutRequestObject) (CreatePayoutResponseObject, error) {
	o, err := s.office(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	account, err := s.gateway.Payer(ctx, o.scope, o.project, o.config)
	if err != nil {
		return nil, err
	}
	because, err := causeOf(o.creator, r.Params.IdempotencyKey)
	if err != nil {
		return nil, err
	}
	var p billing.Payout
	var resumed bool
	err = again(func() (err error) {
		p, resumed, err = s.begun(ctx, o, account, because, r.Body.AmountCents)
		return err
	})
	if err != nil {
		return nil, err
	}
	now, err := s.advance(ctx, job{o.scope, account, o.creator, p.ID, resumed})
	if err != nil {
		s.log.ErrorContext(ctx, "payout interrupted", "project", o.scope.Project, "mode", o.scope.Mode, "payout", p.ID, "error", err)
	}
	if now != nil {
		p = *now
	}
	return CreatePayout201JSONResponse(payoutAnswer(p)), nil
}

// keyedPayouts is the UUIDv5 namespace of payouts with an Idempotency-Key.
var keyedPayouts = uuid.MustParse("4c8d0f6a-92b7-4e15-8a3c-d1e57b60f294")

// causeOf names why money is reserved. It follows from the creator and the
// Idempotency-Key, if there is one: a request that dies before its answer is kept
// does not make a second payout when it is repeated.
func causeOf(creator string, key *string) (string, error) {
	id, err := uuid.NewRandom()
	if key != nil {
		id = uuid.NewSHA1(keyedPayouts, fmt.Appendf(nil, "%q", []string{creator, *key}))
	}
	return "payout:" + id.String(), err
}

func payoutAnswer(p billing.Payout) api.Payout {
	return api.Payout{
		ID: p.ID, AmountCents: p.Amount, Currency: p.Currency, Status: p.Status, Scheduled: p.Scheduled, TransferID: api.Text(p.Transfer),
		FailureCode: api.Text(p.FailureCode), FailureMessage: api.Text(p.FailureMessage),
		CreatedAt: p.CreatedAt, EndedAt: api.Time(p.EndedAt),
	}
}
