package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

const dailyPath = statsPath + "/daily"

func (f fixture) daily(t *testing.T, query string) api.DailyStats {
	t.Helper()
	answer := f.list(t, dailyPath+query)
	if answer.Status != 200 {
		t.Fatalf("GET %s: %d %s", query, answer.Status, answer.Body)
	}
	var got api.DailyStats
	answer.Decode(t, &got)
	return got
}

// midnight keeps the counters as they are, as the start of today.
func (f fixture) midnight(t *testing.T, s billing.Scope) {
	t.Helper()
	tally, err := f.Function.Table.Tally(t.Context(), s)
	if err == nil {
		err = f.Function.Table.SaveSnapshot(t.Context(), s, billing.Snapshot{Day: f.today(), Tally: tally})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (f fixture) today() time.Time { return f.Clock.Now().Truncate(billing.DayLength) }

func TestDailyStats(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	in := func(p uuid.UUID) billing.Scope { return billing.Scope{Project: p, Mode: billing.Test} }
	one, two := f.CreateProject(t, developer).ID, f.CreateProject(t, developer).ID
	f.midnight(t, in(one))
	f.count(t, in(one), subscribed(billing.StatusActive), paid(billing.TransactionSucceeded, 2400, 0, "usd"))
	f.Clock.Advance(billing.DayLength)
	f.midnight(t, in(one))
	f.count(t, in(one), paid(billing.TransactionPartiallyRefunded, 1000, 300, "usd"), paid(billing.TransactionFailed, 100, 0, "usd"))
	f.count(t, in(two), subscribed(billing.StatusTrialing), paid(billing.TransactionSucceeded, 50, 0, "eur"))
	f.count(t, billing.Scope{Project: one, Mode: billing.Live}, subscribed(billing.StatusActive))

	none := map[string]int64{}
	yesterday := api.DayFigures{
		Date: f.today().Add(-billing.DayLength).Format(time.DateOnly), NewSubscriptions: 1, ReceivedPayments: 1,
		RevenueByCurrency: map[string]int64{"usd": 2400}, RefundsByCurrency: none, ActiveSubscriptions: 1,
		SubscriptionsByStatus: map[string]int64{"active": 1}, MrrByCurrency: map[string]int64{"usd": 1000},
	}
	today := api.DayFigures{
		Date: f.today().Format(time.DateOnly), NewSubscriptions: 1, ReceivedPayments: 2, FailedPayments: 1,
		RevenueByCurrency: map[string]int64{"usd": 700, "eur": 50}, RefundsByCurrency: map[string]int64{"usd": 300}, ActiveSubscriptions: 2,
		SubscriptionsByStatus: map[string]int64{"active": 1, "trialing": 1}, MrrByCurrency: map[string]int64{"usd": 1000},
	}
	if diff := cmp.Diff(api.DailyStats{Days: []api.DayFigures{yesterday, today}, Currency: "usd"}, f.daily(t, "?days=2")); diff != "" {
		t.Errorf("all projects (-want +got):\n%s", diff)
	}
	only := f.daily(t, "?days=1&project_id="+two.String())
	if len(only.Days) != 1 || only.Days[0].NewSubscriptions != 1 || only.Currency != "eur" {
		t.Errorf("one project: %+v", only)
	}
	if live := f.daily(t, "?test_mode=false"); len(live.Days) != 30 || live.Days[29].ActiveSubscriptions != 1 || live.Days[28].ActiveSubscriptions != 0 {
		t.Errorf("live: %+v", live)
	}
	if nobody := f.daily(t, "?days=90&project_id="+uuid.NewString()); len(nobody.Days) != 90 || nobody.Days[89].ActiveSubscriptions != 0 {
		t.Errorf("an unknown project: %+v", nobody)
	}
}

// Days that were not kept, for whatever reason, are told against the last one
// that was, also where that is before the days that are asked for.
func TestDailyStatsAfterAnOutage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	scope := billing.Scope{Project: f.CreateProject(t, developer).ID, Mode: billing.Test}
	f.count(t, scope, subscribed(billing.StatusActive))
	f.midnight(t, scope)
	f.Clock.Advance(10 * billing.DayLength)
	f.count(t, scope, subscribed(billing.StatusActive))

	days := f.daily(t, "?days=7").Days
	before, today := days[0], days[6]
	if before.ActiveSubscriptions != 1 || today.ActiveSubscriptions != 2 || today.NewSubscriptions != 1 {
		t.Errorf("the first day %+v, today %+v", before, today)
	}
}

func TestDailyRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for query, want := range map[string]struct{ loc, kind string }{
		"?days=0":                          {`["query", "days"]`, "greater_than_equal"},
		"?days=91":                         {`["query", "days"]`, "less_than_equal"},
		"?days=week":                       {`["query", "days"]`, "parsing"},
		"?test_mode=true&environment=live": {`["query", "environment"]`, "value_error"},
	} {
		f.list(t, dailyPath+query).Invalid(t, want.loc, want.kind)
	}
}
