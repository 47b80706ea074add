package store

import (
	"context"

	"billhook/pkg/billing"
)

// How much of the payouts of scopes is read for those of one status, a page at
// most.
const (
	payoutsAtOnce = 100
	payoutLooks   = 10
)

// ListPayouts lists payouts of scopes, newest first. Those of one status are
// picked from what was read, which is bounded: such a page may be short, or
// empty, and still go on. The index it reads follows the table by a moment.
func (t *Table) ListPayouts(ctx context.Context, q billing.ListQuery) (billing.ListPage[billing.Payout], error) {
	none := func(billing.Payout) string { return "" }
	if q.Status == "" {
		return list[payoutItem](ctx, t, payoutList, q, none)
	}
	page := billing.ListPage[billing.Payout]{Rows: []billing.Listed[billing.Payout]{}, Next: q.After}
	for range payoutLooks {
		all := billing.ListQuery{Scopes: q.Scopes, Period: q.Period, After: page.Next, Limit: payoutsAtOnce}
		read, err := list[payoutItem](ctx, t, payoutList, all, none)
		if err != nil {
			return page, err
		}
		for _, listed := range read.Rows {
			if string(listed.Row.Status) != q.Status {
				continue
			}
			if len(page.Rows) == q.Limit {
				last := page.Rows[q.Limit-1].Row
				page.Next = billing.ListOrder(last.CreatedAt, last.ID)
				return page, nil
			}
			page.Rows = append(page.Rows, listed)
		}
		if page.Next = read.Next; page.Next == "" {
			return page, nil
		}
	}
	return page, nil
}
