package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/function"
	"billhook/pkg/gateway"
	"billhook/pkg/store"
)

// Store keeps creators, their payouts and the ledger; *store.Table implements it.
type Store interface {
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	Creators
	Payouts
	// Balances reads those of books.
	Balances(ctx context.Context, s billing.Scope, currency string, books ...billing.Book) (billing.Balances, error)
	// Posting reads a posting by what caused it; nil if there is none.
	Posting(ctx context.Context, s billing.Scope, currency, id string) (*billing.Posting, error)
	// Postings reads a book's history, newest first, after skip of them.
	Postings(ctx context.Context, s billing.Scope, currency string, b billing.Book, skip, limit int) ([]billing.Posting, error)
}

// Creators are written over the revision that was read; else it is
// billing.ConcurrentChange.
type Creators interface {
	Creator(ctx context.Context, s billing.Scope, id string) (billing.Creator, error)
	SaveCreator(ctx context.Context, s billing.Scope, c billing.Creator) error
	ConnectCreator(ctx context.Context, s billing.Scope, c billing.Creator) error
	// DueCreators lists those of all scopes to be looked at by a time.
	DueCreators(ctx context.Context, by time.Time, limit int) ([]billing.Listed[billing.Creator], error)
}

// Payouts are written with their creator and what they post, all of it or
// nothing, over the revisions that were read.
type Payouts interface {
	Payout(ctx context.Context, s billing.Scope, creator, id string) (*billing.Payout, error)
	Payouts(ctx context.Context, s billing.Scope, creator string, skip, limit int) ([]billing.Payout, error)
	SavePayout(ctx context.Context, s billing.Scope, c billing.Creator, p billing.Payout, posting *billing.Posting) error
}

var _ Store = (*store.Table)(nil)

// Metrics counts; *telemetry.Metrics implements it.
type Metrics interface {
	Count(metric, dimension, value string)
}

// paymaster pays creators.
type paymaster struct {
	store   Store
	gateway *gateway.Gateway
	metrics Metrics
	log     *slog.Logger
	clock   func() time.Time
}

func newPaymaster(f *function.Function, stripe *gateway.Gateway) *paymaster {
	return &paymaster{store: f.Table, gateway: stripe, metrics: f.Metrics, log: f.Log, clock: f.Now}
}

// now is the time as it is kept.
func (m *paymaster) now() time.Time { return m.clock().UTC().Truncate(time.Millisecond) }

// attempts bounds how often something is decided again because what it was
// decided on has changed.
const attempts = 5

// again decides again while others write at the same time.
func again(decide func() error) error {
	var err error
	for range attempts {
		if err = decide(); !billing.IsConcurrentChange(err) {
			return err
		}
	}
	return err
}

// begun is the payout that a cause began, now or, as resumed says, before.
// Without an amount it is of all that is earned.
func (m *paymaster) begun(ctx context.Context, o office, account *gateway.Account, because string, amount *int64) (p billing.Payout, resumed bool, err error) {
	posted, err := m.store.Posting(ctx, o.scope, billing.PayoutCurrency, because)
	if err != nil {
		return p, false, err
	}
	if posted != nil {
		p, err = m.known(ctx, o.scope, o.creator, posted.Reference)
		if err == nil && amount != nil && *amount != p.Amount {
			err = billing.ErrAnotherPosting
		}
		return p, true, err
	}
	c, err := m.store.Creator(ctx, o.scope, o.creator)
	if err != nil {
		return p, false, err
	}
	if p, err = m.draw(ctx, o.scope, account, &c, amount); err != nil {
		return p, false, err
	}
	return p, false, m.reserve(ctx, o.scope, c, p, because)
}

func (m *paymaster) known(ctx context.Context, s billing.Scope, creator, id string) (billing.Payout, error) {
	p, err := m.store.Payout(ctx, s, creator, id)
	if err == nil && p == nil {
		err = fmt.Errorf("payout %s of %s is not stored", id, creator)
	}
	if err != nil {
		return billing.Payout{}, err
	}
	return *p, nil
}

// draw makes a payout by the rules. Stripe is asked whether the account can
// receive it, once nothing else stands in its way; the creator learns the answer.
func (m *paymaster) draw(ctx context.Context, s billing.Scope, account *gateway.Account, c *billing.Creator, amount *int64) (billing.Payout, error) {
	balances, err := m.store.Balances(ctx, s, billing.PayoutCurrency, billing.CreatorBook(c.ID))
	if err != nil {
		return billing.Payout{}, err
	}
	earned := balances[earnedBy(c.ID)]
	if amount == nil {
		amount = &earned
	}
	now := m.now()
	id, err := billing.NewPayoutID(now)
	if err != nil {
		return billing.Payout{}, err
	}
	if p, err := c.NewPayout(id, *amount, earned, now); c.Account == "" || err != nil && !errors.Is(err, billing.ErrPayoutsNotEnabled) {
		return p, err
	}
	if _, err := learn(ctx, account, c); err != nil {
		return billing.Payout{}, err
	}
	return c.NewPayout(id, *amount, earned, now)
}

// reserve stores a new payout and takes its money out of the balance.
func (m *paymaster) reserve(ctx context.Context, s billing.Scope, c billing.Creator, p billing.Payout, because string) error {
	posting := p.Reserve(because)
	c.Follow(p, &posting, p.LookAgain(p.CreatedAt))
	err := m.store.SavePayout(ctx, s, c, p, &posting)
	if errors.Is(err, billing.ErrInsufficientBalance) { // a refund was faster
		return billing.ErrInsufficientEarnings.Because(err)
	}
	return err
}
