package gateway

import (
	"context"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/payout"
	"github.com/stripe/stripe-go/v79/transfer"
	"github.com/stripe/stripe-go/v79/transferreversal"

	"billhook/pkg/billing"
)

// What billhook makes for a payout names it, in the transfer's group and in the
// metadata of both: that is how it is found again when an answer was lost and
// Stripe has forgotten the idempotency key.

// clocksApart is more than this clock and Stripe's differ.
const clocksApart = time.Hour

func (a *Account) payoutMetadata(p billing.Payout) map[string]string {
	m := a.metadata(p.Creator, nil)
	m[metadataPayout] = p.ID
	return m
}

// Transfer brings the money of a payout to the creator's account, once. A refusal
// that will be the same the next time is billing.Refused.
func (a *Account) Transfer(ctx context.Context, p billing.Payout) (billing.TransferFact, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.TransferParams{
		Amount: stripe.Int64(p.Amount), Currency: stripe.String(p.Currency), Destination: stripe.String(p.Account),
		TransferGroup: stripe.String(p.ID), Metadata: a.payoutMetadata(p),
	}
	params.Context = ctx
	params.IdempotencyKey = a.idempotencyKey("transfer", p.ID)
	made, err := a.transfers().New(params)
	if err != nil {
		return billing.TransferFact{}, stripeError("create transfer", err)
	}
	return billing.TransferFact{Transfer: made.ID, Reversed: made.AmountReversed}, nil
}

func (a *Account) transfers() transfer.Client {
	return transfer.Client{B: a.backend, Key: a.key.Reveal()}
}

// FindTransfer finds the transfer of a payout; without an id: there is none.
func (a *Account) FindTransfer(ctx context.Context, p billing.Payout) (billing.TransferFact, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.TransferListParams{TransferGroup: stripe.String(p.ID)}
	params.Context = ctx
	list := a.transfers().List(params)
	for list.Next() {
		if found := list.Transfer(); found.Metadata[metadataPayout] == p.ID {
			return billing.TransferFact{Transfer: found.ID, Reversed: found.AmountReversed}, nil
		}
	}
	if err := list.Err(); err != nil {
		return billing.TransferFact{}, stripeError("list transfers", err)
	}
	return billing.TransferFact{}, nil
}

// TakeBack reverses what is left of a payout's transfer. Done before, in whole
// or in part, the rest is done; of two at the same time Stripe refuses one,
// because no transfer is reversed by more than it brought.
func (a *Account) TakeBack(ctx context.Context, p billing.Payout) (billing.TransferFact, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	read := &stripe.TransferParams{}
	read.Context = ctx
	now, err := a.transfers().Get(p.Transfer, read)
	if err != nil {
		return billing.TransferFact{}, stripeError("read transfer", err)
	}
	if !now.Reversed {
		params := &stripe.TransferReversalParams{ID: stripe.String(now.ID), Amount: stripe.Int64(now.Amount - now.AmountReversed), Metadata: a.payoutMetadata(p)}
		params.Context = ctx
		if _, err := (transferreversal.Client{B: a.backend, Key: a.key.Reveal()}).New(params); err != nil {
			return billing.TransferFact{}, stripeError("reverse transfer", err)
		}
	}
	return billing.TransferFact{Transfer: now.ID, Reversed: now.Amount}, nil
}

// PayBank has the creator's account pay what the transfer brought, less what was
// taken back of that, to its bank, once. A refusal that will be the same the next time is billing.Refused.
func (a *Account) PayBank(ctx context.Context, p billing.Payout) (billing.BankPayoutFact, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PayoutParams{Amount: stripe.Int64(p.Amount - p.Reversed), Currency: stripe.String(p.Currency), Metadata: a.payoutMetadata(p)}
	params.Context = ctx
	params.IdempotencyKey = a.idempotencyKey("bank payout", p.ID)
	params.SetStripeAccount(p.Account)
	made, err := a.payouts().New(params)
	if err != nil {
		return billing.BankPayoutFact{}, stripeError("create payout", err)
	}
	return bankPayout(made), nil
}

func (a *Account) payouts() payout.Client {
	return payout.Client{B: a.backend, Key: a.key.Reveal()}
}

func bankPayout(p *stripe.Payout) billing.BankPayoutFact {
	return billing.BankPayoutFact{
		BankPayout: p.ID, Status: string(p.Status), FailureCode: string(p.FailureCode), FailureMessage: p.FailureMessage,
	}
}

// FindBankPayout finds the payout of the creator's account that was made for
// one; without an id: there is none.
func (a *Account) FindBankPayout(ctx context.Context, p billing.Payout) (billing.BankPayoutFact, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PayoutListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: p.CreatedAt.Add(-clocksApart).Unix()}}
	params.Context = ctx
	params.Limit = stripe.Int64(listPage)
	params.SetStripeAccount(p.Account)
	list := a.payouts().List(params)
	for list.Next() {
		if found := list.Payout(); found.Metadata[metadataPayout] == p.ID {
			return bankPayout(found), nil
		}
	}
	if err := list.Err(); err != nil {
		return billing.BankPayoutFact{}, stripeError("list payouts", err)
	}
	return billing.BankPayoutFact{}, nil
}

// BankPayout reads the payout of the creator's account that was made for one.
func (a *Account) BankPayout(ctx context.Context, p billing.Payout) (billing.BankPayoutFact, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PayoutParams{}
	params.Context = ctx
	params.SetStripeAccount(p.Account)
	found, err := a.payouts().Get(p.BankPayout, params)
	if err != nil {
		return billing.BankPayoutFact{}, stripeError("read payout", err)
	}
	return bankPayout(found), nil
}
