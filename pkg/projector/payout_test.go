package projector

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

func payee(edit func(*billing.Creator)) *billing.Creator {
	c := billing.Creator{
		ID: "bob", Account: "acct_1", State: billing.AccountState{DetailsSubmitted: true, PayoutsEnabled: true, Transfers: true}, AsOf: billing.At(100), Revision: 3,
	}
	if edit != nil {
		edit(&c)
	}
	return &c
}

func payoutOf(status billing.PayoutStatus) *billing.Payout {
	return &billing.Payout{
		ID: "po-1", Creator: "bob", Account: "acct_1", Amount: 2700, Currency: "usd", Status: status, CreatedAt: billing.At(50), Revision: 2,
	}
}

// An account is believed unless later news is known, and only while it is the
// creator's.
func TestAccountEvents(t *testing.T) {
	t.Parallel()
	limited := billing.AccountState{DetailsSubmitted: true, CurrentlyDue: []string{"individual.id_number"}}
	for name, c := range map[string]struct {
		creator *billing.Creator
		fact    billing.AccountFact
		at      int64
		outcome billing.Outcome
		status  billing.CreatorStatus // of what is written; empty: nothing
	}{
		"news":                   {payee(nil), billing.AccountFact{Account: "acct_1", State: limited}, 101, billing.Applied, billing.CreatorRestricted},
		"news of the same time":  {payee(nil), billing.AccountFact{Account: "acct_1", State: limited}, 100, billing.Applied, billing.CreatorRestricted},
		"old news":               {payee(nil), billing.AccountFact{Account: "acct_1", State: limited}, 99, billing.Stale, ""},
		"what is known":          {payee(nil), billing.AccountFact{Account: "acct_1", State: payee(nil).State}, 100, billing.Stale, ""},
		"it left":                {payee(nil), billing.AccountFact{Account: "acct_1", Gone: true}, 101, billing.Applied, billing.CreatorNone},
		"the account before":     {payee(func(c *billing.Creator) { c.Former = "acct_0" }), billing.AccountFact{Account: "acct_0", Gone: true}, 101, billing.Ignored, ""},
		"nobody's":               {nil, billing.AccountFact{Account: "acct_2", State: limited}, 101, billing.Ignored, ""},
		"it left, and was there": {payee(func(c *billing.Creator) { c.Account = "" }), billing.AccountFact{Account: "acct_1", State: limited}, 101, billing.Ignored, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := billing.Event{ID: "evt_1", Type: "account.updated", Object: "acct_1", Account: c.fact.Account, Created: billing.At(c.at), Fact: c.fact}
			changes, open := decide(scope, billing.Picture{Receives: true, Creator: c.creator}, e, answers{})
			if open != nil || changes.Event.Outcome != c.outcome || (changes.Creator == nil) != (c.status == "") {
				t.Fatalf("%+v, open %v; want %s", changes, open, c.outcome)
			}
			if c.status != "" && (changes.Creator.Status() != c.status || changes.Creator.Revision != 3) {
				t.Errorf("creator: %+v, want %s", changes.Creator, c.status)
			}
			if (c.outcome == billing.Applied) != (changes.Event.Reason == "") {
				t.Errorf("reason: %q", changes.Event.Reason)
			}
		})
	}
}

// An event about a payout changes payout, creator and ledger together, or
// nothing. What is to be done about it at Stripe is to be looked at right away.
func TestPayoutEvents(t *testing.T) {
	t.Parallel()
	ours := billing.PayoutRef{Project: scope.Project.String(), Creator: "bob", Payout: "po-1"}
	others := ours
	others.Project = "another"
	bank := func(account, status string) billing.BankPayoutFact {
		return billing.BankPayoutFact{PayoutRef: ours, Account: account, BankPayout: "po_1", Status: status, FailureCode: "account_closed"}
	}
	sent := payoutOf(billing.PayoutSent)
	sent.Transfer = "tr_1"
	for name, c := range map[string]struct {
		payout  *billing.Payout
		fact    billing.Fact
		outcome billing.Outcome
		status  billing.PayoutStatus
		posted  billing.PostingKind
		look    time.Duration // after the event; 0 with InFlight: at once
	}{
		"a transfer":           {payoutOf(billing.PayoutReserved), billing.TransferFact{PayoutRef: ours, Transfer: "tr_1"}, billing.Applied, billing.PayoutSent, "", 5 * time.Minute},
		"a transfer, again":    {sent, billing.TransferFact{PayoutRef: ours, Transfer: "tr_1"}, billing.Stale, "", "", 0},
		"a transfer, reversed": {sent, billing.TransferFact{PayoutRef: ours, Transfer: "tr_1", Reversed: 2700}, billing.Applied, billing.PayoutReversed, billing.PostReturn, 0},
		"another project's":    {sent, billing.TransferFact{PayoutRef: others, Transfer: "tr_1"}, billing.Ignored, "", "", 0},
		"one that is unknown":  {nil, billing.TransferFact{PayoutRef: ours, Transfer: "tr_1"}, billing.Ignored, "", "", 0},
		"paid":                 {sent, bank("acct_1", "paid"), billing.Applied, billing.PayoutPaid, billing.PostPayout, 0},
		"failed":               {sent, bank("acct_1", "failed"), billing.Applied, billing.PayoutSent, "", 0},
		"under way":            {sent, bank("acct_1", "in_transit"), billing.Applied, billing.PayoutSent, "", 5 * time.Minute},
		"another account's":    {sent, bank("acct_2", "paid"), billing.Ignored, "", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := billing.Event{ID: "evt_1", Type: "transfer.created", Object: "tr_1", Created: billing.At(100), Fact: c.fact}
			was := billing.Picture{Receives: true, Creator: payee(func(c *billing.Creator) { c.InFlight = []string{"po-1"} }), Payout: c.payout}
			changes, open := decide(scope, was, e, answers{})
			if open != nil || changes.Event.Outcome != c.outcome {
				t.Fatalf("%+v, open %v; want %s", changes.Event, open, c.outcome)
			}
			if c.outcome != billing.Applied {
				if changes.Payout != nil || changes.Creator != nil || changes.Posting != nil || changes.Event.Reason == "" {
					t.Errorf("changes: %+v", changes)
				}
				return
			}
			if changes.Payout.Status != c.status || changes.Payout.Revision != 2 {
				t.Errorf("payout: %+v, want %s", changes.Payout, c.status)
			}
			var posted billing.PostingKind
			if changes.Posting != nil {
				posted = changes.Posting.Kind
			}
			if diff := cmp.Diff(c.posted, posted); diff != "" {
				t.Errorf("posted (-want +got):\n%s", diff)
			}
			if look := changes.Creator.LookAt(); len(changes.Creator.InFlight) > 0 && !look.Equal(e.Created.Add(c.look)) {
				t.Errorf("to be looked at at %s, want %s after %s", look, c.look, e.Created)
			}
		})
	}
}
