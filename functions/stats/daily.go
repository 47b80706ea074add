package main

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// GetDailyStats answers the figures of each of the last days. They are the
// differences of counters that were kept once a day; no row is walked.
func (s *server) GetDailyStats(ctx context.Context, r GetDailyStatsRequestObject) (GetDailyStatsResponseObject, error) {
	count, err := api.DaysOf(r.Params.Days)
	if err != nil {
		return nil, err
	}
	mode, err := api.ModeOf(r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	projects, err := s.store.ProjectIDs(ctx, identity.From(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	scopes := scopesOf(named(projects, r.Params.ProjectID), mode)
	today := s.now().UTC().Truncate(billing.DayLength)
	days, err := s.days(ctx, today.Add(-time.Duration(count-1)*billing.DayLength), today, scopes)
	if err != nil {
		return nil, err
	}
	answer := GetDailyStats200JSONResponse{Days: []api.DayFigures{}, Currency: days[len(days)-1].Level.MainCurrency()}
	for _, d := range days {
		answer.Days = append(answer.Days, dayFigures(d))
	}
	return answer, nil
}

// days adds up the days of scopes.
func (s *server) days(ctx context.Context, from, today time.Time, scopes []billing.Scope) ([]billing.Day, error) {
	snapshots, err := s.store.Snapshots(ctx, from, scopes...)
	if err != nil {
		return nil, err
	}
	tallies := make([]billing.Tally, len(scopes))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelReads)
	for i, scope := range scopes {
		group.Go(func() (err error) {
			tallies[i], err = s.store.Tally(ctx, scope)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	sum := billing.SumDays(nil, billing.Days(from, today, nil, nil))
	for i := range scopes {
		sum = billing.SumDays(sum, billing.Days(from, today, snapshots[i], tallies[i]))
	}
	return sum, nil
}

func dayFigures(d billing.Day) api.DayFigures {
	return api.DayFigures{
		Date:                  d.Date.Format(time.DateOnly),
		NewSubscriptions:      billing.Sum(d.Change.Subscriptions()),
		ReceivedPayments:      d.Change.ReceivedPayments(),
		FailedPayments:        max(d.Change.FailedPayments(), 0),
		RevenueByCurrency:     d.Change.Revenue(),
		RefundsByCurrency:     d.Change.Refunds(),
		ActiveSubscriptions:   d.Level.ActiveSubscriptions(),
		SubscriptionsByStatus: d.Level.Subscriptions(),
		MrrByCurrency:         d.Level.Recurring(),
	}
}
