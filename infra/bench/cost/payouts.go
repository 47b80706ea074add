package main

import (
	"context"
	"fmt"

	"billhook/pkg/billing"
	"billhook/pkg/store"
)

// inPayouts are about a payout of 27.00 that is under way, or the account that
// it goes to.
var inPayouts = []scenario{
	{event: "account.updated", limit: otherLimit, except: exceptAccount, stored: (*scene).reserved, tell: func(s *scene) []event {
		return []event{s.connected("account.updated", s.account())}
	}},
	{event: "account.application.deauthorized", limit: otherLimit, except: exceptAccount, stored: (*scene).reserved, tell: func(s *scene) []event {
		return []event{s.connected("account.application.deauthorized", object{"id": s.id("ca_1", 23), "object": "application", "name": "Harbor Tools"})}
	}},
	paying("transfer.created", payoutLimit, func(s *scene) object { return s.transfer(0) }),
	paying("transfer.updated", payoutLimit, func(s *scene) object { return s.transfer(0) }),
	paying("transfer.reversed", postingLimit, func(s *scene) object { return s.transfer(2700) }),
	paying("payout.updated", payoutLimit, func(s *scene) object { return s.payout("in_transit") }),
	paying("payout.paid", postingLimit, func(s *scene) object { return s.payout("paid") }),
	paying("payout.failed", payoutLimit, func(s *scene) object { return s.payout("failed") }),
	paying("payout.canceled", payoutLimit, func(s *scene) object { return s.payout("canceled") }),
}

// paying is the first news of a payout.
func paying(kind string, most limit, about func(s *scene) object) scenario {
	return scenario{event: kind, limit: most, stored: (*scene).reserved, tell: func(s *scene) []event {
		if o := about(s); o["object"] == "transfer" {
			return []event{s.event(kind, o, nil)}
		}
		return []event{s.connected(kind, about(s))}
	}}
}

func (s *scene) accountID() string { return s.id("acct_1", 16) }
func (s *scene) payoutID() string  { return s.id("019c2245-6f40-7a31-9c5e-", 12) }

// connected is an event of the creator's account.
func (s *scene) connected(kind string, about object) event {
	e := s.event(kind, about, nil)
	e.body = e.body.with(object{"account": s.accountID()})
	return e
}

func (s *scene) account() object {
	return object{
		"id": s.accountID(), "object": "account", "type": "express", "created": beginning, "country": "US", "default_currency": "usd",
		"details_submitted": true, "payouts_enabled": false, "charges_enabled": false, "capabilities": object{"transfers": "active"},
		"requirements": object{"currently_due": []string{"external_account"}, "disabled_reason": nil}, "metadata": s.metadata(),
	}
}

func (s *scene) transfer(reversed int) object {
	return object{
		"id": s.id("tr_1", 23), "object": "transfer", "amount": 2700, "amount_reversed": reversed, "reversed": reversed == 2700,
		"created": beginning, "currency": "usd", "destination": s.accountID(), "transfer_group": s.payoutID(), "livemode": false,
		"metadata": s.metadata().with(object{"billhook_payout": s.payoutID()}),
	}
}

func (s *scene) payout(status string) object {
	return object{
		"id": s.id("po_1", 23), "object": "payout", "amount": 2700, "created": beginning, "currency": "usd", "status": status,
		"arrival_date": beginning + 2*24*60*60, "automatic": false, "failure_code": nil, "failure_message": nil, "livemode": false,
		"metadata": s.metadata().with(object{"billhook_payout": s.payoutID()}),
	}
}

// reserved stores the creator and the payout, as the payouts function does.
func (s *scene) reserved(ctx context.Context, table *store.Table, in billing.Scope) error {
	at := billing.At(beginning)
	creator := billing.Creator{
		ID: s.userID(), Account: s.accountID(), State: billing.AccountState{DetailsSubmitted: true, PayoutsEnabled: true, Transfers: true},
	}
	cause := func(id string) billing.Cause { return billing.Cause{ID: s.id(id, 23), At: at, Currency: "usd"} }
	for _, p := range []billing.Posting{
		billing.Deposit(cause("pi_3"), billing.PostDeposit, "buyer", 3000), billing.ChargeFor(cause("charge_usd_"), "buyer", creator.ID, 3000, 1000),
	} {
		if _, _, err := table.Post(ctx, in, p); err != nil {
			return fmt.Errorf("earn: %w", err)
		}
	}
	if err := table.ConnectCreator(ctx, in, creator); err != nil {
		return fmt.Errorf("connect the creator: %w", err)
	}
	creator.Revision++
	payout, err := creator.NewPayout(s.payoutID(), 2700, 2700, at)
	if err != nil {
		return fmt.Errorf("begin the payout: %w", err)
	}
	posting := payout.Reserve("payout:" + payout.ID)
	creator.Follow(payout, &posting, payout.LookAgain(at))
	return table.SavePayout(ctx, in, creator, payout, &posting)
}
