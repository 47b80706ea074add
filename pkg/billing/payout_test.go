package billing_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

var payday = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func reserved(amount int64) billing.Payout {
	return billing.Payout{
		ID: "po-1", Creator: "bob", Account: "acct_1", Amount: amount, Currency: "usd", Status: billing.PayoutReserved, CreatedAt: payday,
	}
}

// journal adds up what postings do to the accounts of a creator and of Stripe.
type journal struct {
	posted  map[string]bool
	balance billing.Balances
}

func (b *journal) post(t *rapid.T, p *billing.Posting) {
	if p == nil {
		return
	}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	if b.posted[p.ID] {
		t.Fatalf("%s is posted twice", p.ID)
	}
	b.posted[p.ID] = true
	for _, e := range p.Entries {
		if least := p.Needs(e); b.balance[e.Account] < least {
			t.Fatalf("%s needs %d of %s, which has %d", p.ID, least, e.Account, b.balance[e.Account])
		}
		b.balance[e.Account] += e.Amount
	}
}

// What Stripe tells of a payout may come in any order and any number of times:
// no money is lost or made on the way, and where the payout ends follows from
// what was told alone.
func TestPayoutsConserveMoney(t *testing.T) {
	t.Parallel()
	creator, transit := billing.Account{Kind: billing.CreatorAccount, Owner: "bob"}, billing.Account{Kind: billing.TransitAccount, Owner: "bob"}
	clearing := billing.Account{Kind: billing.ClearingAccount}
	rapid.Check(t, func(t *rapid.T) {
		const amount = 1500
		b := journal{posted: map[string]bool{}, balance: billing.Balances{creator: amount, transit: 0, clearing: 0}}
		p := reserved(amount)
		first := p.Reserve("key")
		b.post(t, &first)
		var bounced bool
		var arrived, reversed int64
		for i := range rapid.IntRange(0, 12).Draw(t, "news") {
			at := payday.Add(time.Duration(i) * time.Hour)
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0:
				p.Made("tr_1")
			case 1:
				p.OnItsWay("po_1")
			case 2:
				b.post(t, p.Arrived("po_1", at))
				arrived++
			case 3:
				p.Bounced("po_1", "account_closed", "The bank account was closed")
				bounced = true
			case 4:
				total := rapid.Int64Range(1, amount).Draw(t, "reversed")
				b.post(t, p.TakenBack("tr_1", total, at))
				reversed = max(reversed, total)
			case 5:
				b.post(t, p.Refused("balance_insufficient", "no", at))
			case 6:
				p.Made("tr_other")
				p.OnItsWay("po_other")
			}
			if sum := b.balance[creator] + b.balance[transit] + b.balance[clearing]; sum != amount {
				t.Fatalf("the accounts sum to %d", sum)
			}
		}
		settled := map[billing.PayoutStatus]billing.Balances{
			billing.PayoutReserved: {creator: 0, transit: amount, clearing: 0},
			billing.PayoutSent:     {creator: p.Reversed, transit: amount - p.Reversed, clearing: 0},
			billing.PayoutPaid:     {creator: p.Reversed, transit: 0, clearing: amount - p.Reversed},
			billing.PayoutFailed:   {creator: amount, transit: 0, clearing: 0},
			billing.PayoutReversed: {creator: amount, transit: 0, clearing: 0},
		}[p.Status]
		if diff := cmp.Diff(settled, b.balance); diff != "" {
			t.Errorf("a payout that is %s after %d arrivals, bounced %t, %d reversed (-want +got):\n%s", p.Status, arrived, bounced, reversed, diff)
		}
		if p.Next() == billing.TakeBack && p.FailureCode == "" {
			t.Errorf("nothing failed and the transfer is taken back: %+v", p)
		}
	})
}

// A step of a payout in words, as a table tells it.
func happen(t *testing.T, p *billing.Payout, what string) (posted *billing.Posting) {
	t.Helper()
	at := payday.Add(time.Hour)
	switch what {
	case "made":
		p.Made("tr_1")
	case "refused":
		posted = p.Refused("balance_insufficient", "no", at)
	case "on its way":
		p.OnItsWay("po_1")
	case "arrived":
		posted = p.Arrived("po_1", at)
	case "bounced":
		p.Bounced("po_1", "account_closed", "closed")
	case "bank refused":
		p.Bounced("", "balance_insufficient", "no")
	case "taken back":
		posted = p.TakenBack("tr_1", p.Amount, at)
	case "half back":
		posted = p.TakenBack("tr_1", p.Amount/2, at)
	default:
		t.Fatalf("unknown: %s", what)
	}
	return posted
}

func TestPayoutSteps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens []string
		status  billing.PayoutStatus
		next    billing.PayoutStep
		posted  []billing.PostingKind
	}{
		"reserved":                       {nil, billing.PayoutReserved, billing.TransferMoney, nil},
		"sent":                           {[]string{"made"}, billing.PayoutSent, billing.PayBank, nil},
		"on its way":                     {[]string{"made", "on its way"}, billing.PayoutSent, billing.WatchBank, nil},
		"paid":                           {[]string{"made", "on its way", "arrived"}, billing.PayoutPaid, billing.PayoutDone, []billing.PostingKind{billing.PostPayout}},
		"paid, told twice":               {[]string{"made", "on its way", "arrived", "arrived", "made"}, billing.PayoutPaid, billing.PayoutDone, []billing.PostingKind{billing.PostPayout}},
		"paid, told before the transfer": {[]string{"arrived", "made"}, billing.PayoutPaid, billing.PayoutDone, []billing.PostingKind{billing.PostPayout}},
		"refused":                        {[]string{"refused", "refused"}, billing.PayoutFailed, billing.PayoutDone, []billing.PostingKind{billing.PostReturn}},
		"refused too late":               {[]string{"made", "refused"}, billing.PayoutSent, billing.PayBank, nil},
		"refused, and yet made":          {[]string{"refused", "made"}, billing.PayoutFailed, billing.TakeBack, []billing.PostingKind{billing.PostReturn}},
		"refused, made and taken back":   {[]string{"refused", "made", "taken back"}, billing.PayoutFailed, billing.PayoutDone, []billing.PostingKind{billing.PostReturn}},
		"bounced":                        {[]string{"made", "on its way", "bounced"}, billing.PayoutSent, billing.TakeBack, nil},
		"bounced, transfer unknown":      {[]string{"bounced"}, billing.PayoutSent, billing.TransferMoney, nil},
		"bounced and taken back":         {[]string{"made", "on its way", "bounced", "taken back"}, billing.PayoutFailed, billing.PayoutDone, []billing.PostingKind{billing.PostReturn}},
		"bounced after it arrived":       {[]string{"made", "on its way", "arrived", "bounced"}, billing.PayoutPaid, billing.TakeBack, []billing.PostingKind{billing.PostPayout}},
		"bounced late and taken back": {
			[]string{"made", "on its way", "arrived", "bounced", "taken back", "arrived"},
			billing.PayoutFailed, billing.PayoutDone, []billing.PostingKind{billing.PostPayout, billing.PostReversal},
		},
		"the bank's payout refused": {[]string{"made", "bank refused", "taken back"}, billing.PayoutFailed, billing.PayoutDone, []billing.PostingKind{billing.PostReturn}},
		"reversed":                  {[]string{"made", "taken back"}, billing.PayoutReversed, billing.PayoutDone, []billing.PostingKind{billing.PostReturn}},
		"reversed after it arrived": {[]string{"made", "arrived", "taken back"}, billing.PayoutReversed, billing.PayoutDone, []billing.PostingKind{billing.PostPayout, billing.PostReversal}},
		"reversed, told first":      {[]string{"taken back", "made"}, billing.PayoutReversed, billing.PayoutDone, []billing.PostingKind{billing.PostReturn}},
		"reversed in halves":        {[]string{"made", "half back", "half back", "taken back"}, billing.PayoutReversed, billing.PayoutDone, []billing.PostingKind{billing.PostReturn, billing.PostReturn}},
		"half reversed, half paid":  {[]string{"made", "half back", "arrived"}, billing.PayoutPaid, billing.PayoutDone, []billing.PostingKind{billing.PostReturn, billing.PostPayout}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := reserved(1500)
			var posted []billing.PostingKind
			for _, what := range c.happens {
				if made := happen(t, &p, what); made != nil {
					posted = append(posted, made.Kind)
				}
			}
			if p.Status != c.status || p.Next() != c.next {
				t.Errorf("%s, next %d; want %s, next %d", p.Status, p.Next(), c.status, c.next)
			}
			if diff := cmp.Diff(c.posted, posted); diff != "" {
				t.Errorf("posted (-want +got):\n%s", diff)
			}
			if ended := c.next == billing.PayoutDone || c.status != billing.PayoutReserved && c.status != billing.PayoutSent; ended == p.EndedAt.IsZero() {
				t.Errorf("ended at %s", p.EndedAt)
			}
		})
	}
}

func TestPayoutIDsGrow(t *testing.T) {
	t.Parallel()
	var last string
	for i := range 100 {
		id, err := billing.NewPayoutID(payday.Add(time.Duration(i) * time.Millisecond))
		if err != nil || id <= last || id[14] != '7' || len(id) != 36 {
			t.Fatalf("%s after %s: %v", id, last, err)
		}
		last = id
	}
}

func TestLookAgain(t *testing.T) {
	t.Parallel()
	for under, want := range map[time.Duration]time.Duration{
		0: 5 * time.Minute, time.Minute: 5 * time.Minute, time.Hour: time.Hour, 72 * time.Hour: 24 * time.Hour,
	} {
		now := payday.Add(under)
		if got := reserved(1500).LookAgain(now).Sub(now); got != want {
			t.Errorf("after %s under way: in %s, want %s", under, got, want)
		}
	}
}

func TestNextPayday(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		frequency   billing.PayoutFrequency
		after, want string
	}{
		"a Friday":                   {billing.PayoutsWeekly, "2026-05-01T12:00:00Z", "2026-05-04T00:00:00Z"},
		"a Monday's first second":    {billing.PayoutsWeekly, "2026-05-04T00:00:00Z", "2026-05-11T00:00:00Z"},
		"a Sunday's last":            {billing.PayoutsWeekly, "2026-05-03T23:59:59Z", "2026-05-04T00:00:00Z"},
		"a Sunday, Monday in Tokyo":  {billing.PayoutsWeekly, "2026-05-04T03:00:00+09:00", "2026-05-04T00:00:00Z"},
		"over the end of a year":     {billing.PayoutsWeekly, "2026-12-30T00:00:00Z", "2027-01-04T00:00:00Z"},
		"the first of a month":       {billing.PayoutsMonthly, "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"},
		"the end of January":         {billing.PayoutsMonthly, "2026-01-31T10:00:00Z", "2026-02-01T00:00:00Z"},
		"December":                   {billing.PayoutsMonthly, "2026-12-05T10:00:00Z", "2027-01-01T00:00:00Z"},
		"the end of a month, not in": {billing.PayoutsMonthly, "2026-06-01T01:00:00+02:00", "2026-06-01T00:00:00Z"},
		"manual":                     {billing.PayoutsManual, "2026-05-01T12:00:00Z", "0001-01-01T00:00:00Z"},
		"nothing chosen":             {"", "2026-05-01T12:00:00Z", "0001-01-01T00:00:00Z"},
	} {
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.frequency.Next(after).Format(time.RFC3339); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func enabled() billing.Creator {
	return billing.Creator{
		ID: "bob", Account: "acct_1", State: billing.AccountState{DetailsSubmitted: true, PayoutsEnabled: true, Transfers: true}, AsOf: payday,
	}
}

func TestNewPayout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		creator        func(*billing.Creator)
		amount, earned int64
		want           error
	}{
		"all of it":          {nil, 1500, 1500, nil},
		"the least":          {nil, 1000, 1500, nil},
		"a cent too little":  {nil, 999, 1500, billing.ErrPayoutBelowMinimum},
		"nothing":            {nil, 0, 1500, billing.ErrPayoutBelowMinimum},
		"less than nothing":  {nil, -1500, 1500, billing.ErrPayoutBelowMinimum},
		"more than there is": {nil, 1501, 1500, billing.ErrInsufficientEarnings},
		"no account":         {func(c *billing.Creator) { c.Account = "" }, 1500, 1500, billing.ErrPayoutsNotEnabled},
		"not onboarded":      {func(c *billing.Creator) { c.State = billing.AccountState{} }, 1500, 1500, billing.ErrPayoutsNotEnabled},
		"no transfers":       {func(c *billing.Creator) { c.State.Transfers = false }, 1500, 1500, billing.ErrPayoutsNotEnabled},
		"no payouts":         {func(c *billing.Creator) { c.State.PayoutsEnabled = false }, 1500, 1500, billing.ErrPayoutsNotEnabled},
		"one under way":      {func(c *billing.Creator) { c.InFlight = []string{"po-0"} }, 1500, 1500, billing.ErrPayoutInFlight},
	} {
		creator := enabled()
		if c.creator != nil {
			c.creator(&creator)
		}
		p, err := creator.NewPayout("po-1", c.amount, c.earned, payday)
		if err != c.want { //nolint:errorlint // the very errors
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if want := reserved(c.amount); err == nil && p != want {
			t.Errorf("%s: %+v, want %+v", name, p, want)
		}
	}
}

func TestCreatorFollows(t *testing.T) {
	t.Parallel()
	creator := enabled()
	creator.Frequency, creator.DueAt = billing.PayoutsWeekly, payday.Add(72*time.Hour)
	p, look := reserved(1500), payday.Add(time.Minute)
	follow := func(posted *billing.Posting) string {
		creator.Follow(p, posted, look)
		p.Revision++
		return fmt.Sprint(creator.Payouts, creator.Paid, creator.InFlight, creator.LookAt().Sub(payday))
	}
	for _, step := range []struct{ what, want string }{
		{"", "1 0 [po-1] 1m0s"},
		{"made", "1 0 [po-1] 1m0s"},
		{"arrived", "1 1500 [] 72h0m0s"},
		{"bounced", "1 1500 [po-1] 1m0s"},
		{"half back", "1 750 [po-1] 1m0s"},
		{"taken back", "1 0 [] 72h0m0s"},
	} {
		var posted *billing.Posting
		if step.what != "" {
			posted = happen(t, &p, step.what)
		}
		if got := follow(posted); got != step.want {
			t.Errorf("%s: %s, want %s", step.what, got, step.want)
		}
	}
}

func TestCreatorStatus(t *testing.T) {
	t.Parallel()
	c := billing.Creator{ID: "bob"}
	told := func(s billing.AccountState, seconds int, changes bool, want billing.CreatorStatus) {
		t.Helper()
		if got := c.Told(s, payday.Add(time.Duration(seconds)*time.Second)); got != changes || c.Status() != want {
			t.Errorf("at %d: changed %t, %s; want %t, %s", seconds, got, c.Status(), changes, want)
		}
	}
	if c.Status() != billing.CreatorNone {
		t.Errorf("at first: %s", c.Status())
	}
	c.Account = "acct_1"
	told(billing.AccountState{CurrentlyDue: []string{"external_account"}}, 1, true, billing.CreatorOnboarding)
	told(billing.AccountState{DetailsSubmitted: true, CurrentlyDue: []string{"individual.id_number"}}, 2, true, billing.CreatorRestricted)
	told(enabled().State, 3, true, billing.CreatorEnabled)
	told(enabled().State, 3, false, billing.CreatorEnabled)
	told(enabled().State, 5, true, billing.CreatorEnabled)
	told(billing.AccountState{DetailsSubmitted: true}, 4, false, billing.CreatorEnabled)
	if c.Disconnected("acct_2", payday) || c.Disconnected("", payday) || !c.Disconnected("acct_1", payday) {
		t.Error("another account was disconnected")
	}
	if c.Status() != billing.CreatorNone || c.Former != "acct_1" {
		t.Errorf("disconnected: %+v", c)
	}
}
