package main

import (
	"context"
	"errors"
	"fmt"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// job is the work on one payout.
type job struct {
	scope   billing.Scope
	account *gateway.Account
	creator string
	payout  string
	// resumed says that somebody may have worked on it before: what is to be made
	// at Stripe is looked for first, because Stripe forgets idempotency keys.
	resumed bool
}

// mostSteps is more than any payout has, with those that others do meanwhile.
const mostSteps = 12

// advance does what is to be done about a payout, step by step, until it has
// ended or waits for the bank. Each step is stored before the next begins, over
// what it was decided on; whoever is interrupted, another goes on from there. It
// answers the payout as it is stored.
func (m *paymaster) advance(ctx context.Context, j job) (*billing.Payout, error) {
	for range mostSteps {
		c, err := m.store.Creator(ctx, j.scope, j.creator)
		if err != nil {
			return nil, err
		}
		p, err := m.known(ctx, j.scope, j.creator, j.payout)
		if err != nil {
			return nil, err
		}
		step := p.Next()
		if step == billing.PayoutDone || step == billing.WatchBank && !j.resumed {
			return &p, nil
		}
		next := p
		posting, err := m.take(ctx, j, &next, step)
		if err != nil || next == p {
			return &p, err
		}
		c.Follow(next, posting, next.LookAgain(m.now()))
		if err := m.store.SavePayout(ctx, j.scope, c, next, posting); err != nil && !billing.IsConcurrentChange(err) {
			return &p, err
		}
	}
	return nil, billing.ConcurrentChange("payout")
}

// take takes one step at Stripe, and answers what it posts.
func (m *paymaster) take(ctx context.Context, j job, p *billing.Payout, step billing.PayoutStep) (*billing.Posting, error) {
	switch step {
	case billing.TransferMoney:
		return m.transfer(ctx, j, p)
	case billing.PayBank:
		return m.payBank(ctx, j, p)
	case billing.WatchBank:
		fact, err := j.account.BankPayout(ctx, *p)
		if err != nil {
			return nil, err
		}
		return p.Bank(fact, m.now()), nil
	default: // billing.TakeBack
		fact, err := j.account.TakeBack(ctx, *p)
		if err != nil {
			return nil, err
		}
		return p.Transferred(fact, m.now()), nil
	}
}

// transfer has the transfer made, once. Stripe's refusal ends the payout, unless
// there is a transfer all the same.
func (m *paymaster) transfer(ctx context.Context, j job, p *billing.Payout) (*billing.Posting, error) {
	var fact billing.TransferFact
	var err error
	if j.resumed || p.Status != billing.PayoutReserved {
		if fact, err = j.account.FindTransfer(ctx, *p); err != nil {
			return nil, err
		}
	}
	if fact.Transfer == "" && p.Status != billing.PayoutReserved {
		return nil, fmt.Errorf("payout %s is %s, and Stripe has no transfer for it", p.ID, p.Status)
	}
	if fact.Transfer == "" {
		made, err := j.account.Transfer(ctx, *p)
		code, message, refused := refusal(err)
		if !refused && err != nil {
			return nil, err
		}
		if refused {
			if made, err = j.account.FindTransfer(ctx, *p); err != nil {
				return nil, err
			}
			if made.Transfer == "" {
				return p.Refused(code, message, m.now()), nil
			}
		}
		fact = made
	}
	return p.Transferred(fact, m.now()), nil
}

// payBank has the account's payout made, once. Stripe's refusal has the transfer
// taken back, unless there is a payout all the same.
func (m *paymaster) payBank(ctx context.Context, j job, p *billing.Payout) (*billing.Posting, error) {
	var fact billing.BankPayoutFact
	var err error
	if j.resumed {
		if fact, err = j.account.FindBankPayout(ctx, *p); err != nil {
			return nil, err
		}
	}
	if fact.BankPayout == "" {
		made, err := j.account.PayBank(ctx, *p)
		code, message, refused := refusal(err)
		if !refused && err != nil {
			return nil, err
		}
		if refused {
			if made, err = j.account.FindBankPayout(ctx, *p); err != nil {
				return nil, err
			}
			if made.BankPayout == "" {
				p.Bounced("", code, message)
				return nil, nil
			}
		}
		fact = made
	}
	return p.Bank(fact, m.now()), nil
}

// refusal is why Stripe will not do something, if it said so and will say so
// again. What it says of credentials, or of the moment, is no refusal.
func refusal(err error) (code, message string, refused bool) {
	known, is := errors.AsType[*billing.Error](err)
	if !is || known.Kind != billing.Refused {
		return "", "", false
	}
	code, message = known.Code, known.Message
	if code == "" {
		code = "refused"
	}
	return code, message, true
}
