package main

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// What the samples about payouts are of.
const (
	ives        = "3e5a7c90-1b2d-4f68-9a0c-5d7e8f102b34"
	ivesAccount = "acct_1SwQ4m2Ks4X1Qbhk"
	ivesPayout  = "019c2245-6f40-7a31-9c5e-4b7d2f8e1a60"
	sampleScope = "2b6f8c1e-54d7-4a0b-9f3c-8e17d2a6b904"
)

// reservePayout stores the creator of the samples, who has earned 27.00 and is
// to be paid them.
func (f fixture) reservePayout(t *testing.T) {
	t.Helper()
	table, s, at := f.Function.Table, f.scope(billing.Test), billing.At(1772400000)
	for _, p := range []billing.Posting{
		billing.Deposit(billing.Cause{ID: "pi_1", At: at, Currency: "usd"}, billing.PostDeposit, nora, 3000),
		billing.ChargeFor(billing.Cause{ID: "charge_1", At: at, Currency: "usd"}, nora, ives, 3000, 1000),
	} {
		if _, _, err := table.Post(t.Context(), s, p); err != nil {
			t.Fatal(err)
		}
	}
	creator := billing.Creator{ID: ives, Account: ivesAccount, State: billing.AccountState{DetailsSubmitted: true, PayoutsEnabled: true, Transfers: true}}
	if err := table.ConnectCreator(t.Context(), s, creator); err != nil {
		t.Fatal(err)
	}
	creator.Revision++
	payout, err := creator.NewPayout(ivesPayout, 2700, 2700, at)
	if err != nil {
		t.Fatal(err)
	}
	posting := payout.Reserve("key-1")
	creator.Follow(payout, &posting, payout.LookAgain(at))
	if err := table.SavePayout(t.Context(), s, creator, payout, &posting); err != nil {
		t.Fatal(err)
	}
}

// payoutSample is a sample about payouts, of the fixture's project.
func (f fixture) payoutSample(t *testing.T, name string) string {
	t.Helper()
	return strings.ReplaceAll(sample(t, "payouts/"+name), sampleScope, f.project.String())
}

// payoutTold is what events have made of the payout.
type payoutTold struct {
	Status                    billing.PayoutStatus
	Next                      billing.PayoutStep
	Earned, Transit, Clearing int64
	Paid                      int64
	Creator                   billing.CreatorStatus
}

func (f fixture) payoutTold(t *testing.T) payoutTold {
	t.Helper()
	table, s := f.Function.Table, f.scope(billing.Test)
	payout, err := table.Payout(t.Context(), s, ives, ivesPayout)
	if err != nil || payout == nil {
		t.Fatalf("payout: %v, %v", payout, err)
	}
	creator, err := table.Creator(t.Context(), s, ives)
	if err != nil {
		t.Fatal(err)
	}
	balances, err := table.Balances(t.Context(), s, "usd", billing.Book{}, billing.CreatorBook(ives))
	if err != nil {
		t.Fatal(err)
	}
	if differ, err := table.Recount(t.Context(), s, "usd"); err != nil || len(differ) > 0 {
		t.Errorf("balances differ from the postings: %v, %v", differ, err)
	}
	return payoutTold{
		Status: payout.Status, Next: payout.Next(), Creator: creator.Status(), Paid: creator.Paid,
		Earned:   balances[billing.Account{Kind: billing.CreatorAccount, Owner: ives}],
		Transit:  balances[billing.Account{Kind: billing.TransitAccount, Owner: ives}],
		Clearing: balances[billing.Account{Kind: billing.ClearingAccount}],
	}
}

// Stripe owes the platform 30.00 less what was paid out of it.
const (
	held = -3000
	rest = -300
)

// Each event about a payout is taken in by itself, whatever was not told before.
func TestPayoutEvents(t *testing.T) {
	t.Parallel()
	enabled := billing.CreatorEnabled
	for name, want := range map[string]payoutTold{
		"account.updated":                  {billing.PayoutReserved, billing.TransferMoney, 0, 2700, held, 0, enabled},
		"account.application.deauthorized": {billing.PayoutReserved, billing.TransferMoney, 0, 2700, held, 0, billing.CreatorNone},
		"transfer.created":                 {billing.PayoutSent, billing.PayBank, 0, 2700, held, 0, enabled},
		"transfer.updated":                 {billing.PayoutSent, billing.PayBank, 0, 2700, held, 0, enabled},
		"transfer.reversed":                {billing.PayoutReversed, billing.PayoutDone, 2700, 0, held, 0, enabled},
		"payout.updated":                   {billing.PayoutSent, billing.TransferMoney, 0, 2700, held, 0, enabled},
		"payout.paid":                      {billing.PayoutPaid, billing.PayoutDone, 0, 0, rest, 2700, enabled},
		"payout.failed":                    {billing.PayoutSent, billing.TransferMoney, 0, 2700, held, 0, enabled},
		"payout.canceled":                  {billing.PayoutSent, billing.TransferMoney, 0, 2700, held, 0, enabled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.reservePayout(t)
			body := f.payoutSample(t, name)
			f.deliver(t, body).Is(t, 200, received)
			if !f.Logged(t, map[string]any{"msg": "event", "type": name, "outcome": "applied"}) {
				t.Errorf("%s was not applied", name)
			}
			if diff := cmp.Diff(want, f.payoutTold(t)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			before := f.Stored(t)
			f.deliver(t, body).Is(t, 200, received)
			f.SameAs(t, before)
		})
	}
}

// A payout ends as Stripe has it, in whatever order and however often that is
// told.
func TestPayoutEventsInAnyOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events []string
		want   payoutTold
	}{
		"paid": {
			[]string{"transfer.created", "payout.updated", "payout.paid"},
			payoutTold{billing.PayoutPaid, billing.PayoutDone, 0, 0, rest, 2700, billing.CreatorEnabled},
		},
		"failed, to be taken back": {
			[]string{"transfer.created", "payout.updated", "payout.failed"},
			payoutTold{billing.PayoutSent, billing.TakeBack, 0, 2700, held, 0, billing.CreatorEnabled},
		},
		"paid, failed and taken back": {
			[]string{"transfer.created", "payout.updated", "payout.paid", "payout.failed", "transfer.reversed"},
			payoutTold{"", billing.PayoutDone, 2700, 0, held, 0, billing.CreatorEnabled},
		},
	} {
		for seed := range uint64(4) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				f := newFixture(t)
				f.reservePayout(t)
				for _, i := range rand.New(rand.NewPCG(seed, 1)).Perm(2 * len(c.events)) {
					f.deliver(t, f.payoutSample(t, c.events[i%len(c.events)])).Is(t, 200, received)
				}
				got := f.payoutTold(t)
				if c.want.Status == "" { // which of failed and reversed it is, the last to come decides
					got.Status = ""
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("seed %d (-want +got):\n%s", seed, diff)
				}
			})
		}
	}
}

// Events of connected accounts come from an endpoint with a secret of its own,
// to the same URL.
func TestConnectSignature(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.reservePayout(t)
	const secret = "whsec_canaryConnect4242"
	c := functiontest.Credentials(billing.Test)
	c.RollConnectSecret(secret, billing.SecretOverlap, f.Clock.Now())
	f.Configure(t, f.project, billing.Test, c)
	f.deliver(t, f.payoutSample(t, "transfer.created")).Is(t, 200, received)
	body := f.payoutSample(t, "payout.paid")
	f.post(t, f.project.String(), "test", body, sign(secret, f.Clock.Now(), body)).Is(t, 200, received)
	f.post(t, f.project.String(), "live", body, sign(secret, f.Clock.Now(), body)).Is(t, 400, invalidSignature)
	if got := f.payoutTold(t).Status; got != billing.PayoutPaid {
		t.Errorf("the payout is %s", got)
	}
}

// Many at once: each happens once.
func TestPayoutEventsAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.reservePayout(t)
	var bodies []string
	for _, name := range []string{"transfer.created", "payout.updated", "payout.paid"} {
		bodies = append(bodies, slices.Repeat([]string{f.payoutSample(t, name)}, 4)...)
	}
	f.atOnce(t, bodies)
	want := payoutTold{billing.PayoutPaid, billing.PayoutDone, 0, 0, rest, 2700, billing.CreatorEnabled}
	if diff := cmp.Diff(want, f.payoutTold(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// changed is an event with other members, also of its object.
func changed(t *testing.T, body string, event, object map[string]any) string {
	t.Helper()
	var e map[string]any
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Fatal(err)
	}
	maps.Copy(e, event)
	maps.Copy(e["data"].(map[string]any)["object"].(map[string]any), object)
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What is nobody's, another's or the account's own changes nothing.
func TestOtherPeoplesPayoutEvents(t *testing.T) {
	t.Parallel()
	metadata := func(payout, project string) map[string]any {
		return map[string]any{"metadata": map[string]any{"billhook_payout": payout, "user_id": ives, "project_id": project}}
	}
	f := newFixture(t)
	f.reservePayout(t)
	for name, c := range map[string]struct {
		body   string
		reason string
	}{
		"another project's":     {changed(t, f.payoutSample(t, "payout.paid"), map[string]any{"id": "evt_a"}, metadata(ivesPayout, sampleScope)), "another project"},
		"a payout not known":    {changed(t, f.payoutSample(t, "transfer.created"), map[string]any{"id": "evt_b"}, metadata("po-0", f.project.String())), "not known"},
		"another account's":     {changed(t, f.payoutSample(t, "payout.paid"), map[string]any{"id": "evt_c", "account": "acct_other"}, nil), "another account made it"},
		"nobody's account":      {changed(t, f.payoutSample(t, "account.updated"), map[string]any{"id": "evt_d", "account": "acct_other"}, map[string]any{"id": "acct_other"}), "no creator's account"},
		"a stranger's transfer": {changed(t, f.payoutSample(t, "transfer.created"), map[string]any{"id": "evt_f", "account": "acct_other"}, nil), "another account"},
		"a creator's customer":  {changed(t, sample(t, "others/customer.updated"), map[string]any{"id": "evt_e", "account": ivesAccount}, nil), "a creator's account"},
	} {
		f.deliver(t, c.body).Is(t, 200, received)
		found := false
		for key, item := range f.Items(t) {
			reason, _ := item["reason"].(string)
			found = found || strings.Contains(key, "#EVENTS#") && strings.Contains(reason, c.reason)
		}
		if !found {
			t.Errorf("%s: no record says %q", name, c.reason)
		}
	}
	want := payoutTold{billing.PayoutReserved, billing.TransferMoney, 0, 2700, held, 0, billing.CreatorEnabled}
	if diff := cmp.Diff(want, f.payoutTold(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whoever owns an account below the project's own can pay there, to nobody but
// himself, and name any user's wallet.
func TestAStrangersDeposit(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const paid = `{
		"id": "evt_1", "object": "event", "api_version": "2024-06-20", "type": "payment_intent.succeeded", "created": 1770110104, "livemode": false,
		"data": {"object": {
			"id": "pi_1", "object": "payment_intent", "customer": "cus_1", "created": 1770110100, "currency": "usd", "amount": 50000,
			"amount_received": 50000, "status": "succeeded"
		}}
	}`
	mark := map[string]any{"metadata": map[string]any{"billhook_wallet": "deposit", "user_id": nora, "project_id": f.project.String()}}
	f.deliver(t, changed(t, paid, map[string]any{"account": "acct_other"}, mark)).Is(t, 200, received)
	has := func(want int64) {
		t.Helper()
		w, err := f.Function.Table.Wallet(t.Context(), f.scope(billing.Test), "usd", nora)
		if err != nil || w.Balance != want {
			t.Errorf("the wallet has %d, want %d (%v)", w.Balance, want, err)
		}
	}
	has(0)
	f.deliver(t, changed(t, paid, map[string]any{"id": "evt_2"}, mark)).Is(t, 200, received)
	has(50000)
}
