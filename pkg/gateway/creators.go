package gateway

import (
	"context"
	"time"

	"github.com/stripe/stripe-go/v79"
	stripeaccount "github.com/stripe/stripe-go/v79/account"
	"github.com/stripe/stripe-go/v79/accountlink"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

// Creators are paid through connected Express accounts of the Stripe account that
// serves the scope. What such an account has is paid to its bank by billhook
// alone: its payouts are manual, so that each is one of billhook's.

// Payer opens the account that a scope's creators are paid from, whether or not
// the project sells now. An account that is connected itself can have none below
// it: billing.ErrPayoutsNeedKeys.
func (g *Gateway) Payer(ctx context.Context, s billing.Scope, p billing.Project, config *billing.StripeConfig) (*Account, error) {
	route, err := g.Route(ctx, s, p, config)
	if err != nil {
		return nil, err
	}
	if route.Account != "" {
		return nil, billing.ErrPayoutsNeedKeys
	}
	return g.On(ctx, s, route, config)
}

// CreateCreatorAccount makes the Express account of a creator. Asked again,
// Stripe answers with the same account for at least a day. Former is the
// account that the creator had before; empty: none.
func (a *Account) CreateCreatorAccount(ctx context.Context, creator, former string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.AccountParams{
		Type:         stripe.String(string(stripe.AccountTypeExpress)),
		Capabilities: &stripe.AccountCapabilitiesParams{Transfers: &stripe.AccountCapabilitiesTransfersParams{Requested: stripe.Bool(true)}},
		Settings: &stripe.AccountSettingsParams{Payouts: &stripe.AccountSettingsPayoutsParams{
			Schedule: &stripe.AccountSettingsPayoutsScheduleParams{Interval: stripe.String(string(stripe.AccountSettingsPayoutsScheduleIntervalManual))},
		}},
	}
	params.Metadata = a.metadata(creator, nil)
	params.Context = ctx
	params.IdempotencyKey = a.idempotencyKey("creator account", creator, former)
	made, err := a.accounts().New(params)
	if err != nil {
		return "", stripeError("create account", err)
	}
	return made.ID, nil
}

func (a *Account) accounts() stripeaccount.Client {
	return stripeaccount.Client{B: a.backend, Key: a.key.Reveal()}
}

// OnboardingURL is a page of Stripe's on which a creator tells what Stripe wants
// to know. It serves once, for a few minutes.
func (a *Account) OnboardingURL(ctx context.Context, account, returnURL, refreshURL string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.AccountLinkParams{
		Account: stripe.String(account), Type: stripe.String(string(stripe.AccountLinkTypeAccountOnboarding)),
		ReturnURL: stripe.String(returnURL), RefreshURL: stripe.String(refreshURL),
	}
	params.Context = ctx
	link, err := accountlink.Client{B: a.backend, Key: a.key.Reveal()}.New(params)
	if err != nil {
		return "", stripeError("create account link", err)
	}
	return link.URL, nil
}

// CreatorAccount reads a connected account, and as of which second of Stripe's
// clock that is, at the earliest.
func (a *Account) CreatorAccount(ctx context.Context, id string) (billing.AccountState, time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.AccountParams{}
	params.Context = ctx
	took := stopwatch()
	found, err := a.accounts().GetByID(id, params)
	if err != nil {
		return billing.AccountState{}, time.Time{}, stripeError("read account", err)
	}
	fact, err := stripeevent.Account(found.LastResponse.RawJSON)
	return fact.State, asOf(found.LastResponse, took()), err
}
