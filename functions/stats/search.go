package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"billhook/pkg/billing"
)

// parallelReads bounds the scopes that are read at once.
const parallelReads = 8

// place is what a list is filtered and ordered by.
type place struct {
	status  string
	created time.Time
	id      string
}

func (p place) order() string { return billing.ListOrder(p.created, p.id) }

func subscriptionPlace(s billing.Subscription) place {
	return place{string(s.Status), s.CreatedAt, s.ID}
}

func transactionPlace(x billing.Transaction) place {
	return place{string(x.Status), x.CreatedAt, x.ID}
}

// search finds rows by an id of Stripe's, or by an e-mail address, in all scopes
// of a query, and keeps to its other filters. It answers the page that the query
// asks for, and how many rows there are on all pages.
func search[V any](
	ctx context.Context, q billing.ListQuery, text string,
	find func(context.Context, billing.Scope, string) ([]V, error), placeOf func(V) place,
) (page billing.ListPage[V], total int, err error) {
	found := make([][]V, len(q.Scopes))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelReads)
	for i, scope := range q.Scopes {
		group.Go(func() (err error) {
			found[i], err = find(ctx, scope, text)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return page, 0, err
	}
	var all []billing.Listed[V]
	for i, rows := range found {
		for _, row := range rows {
			if at := placeOf(row); (q.Status == "" || at.status == q.Status) && q.Period.Contains(at.created) {
				all = append(all, billing.Listed[V]{Scope: q.Scopes[i], Row: row})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b billing.Listed[V]) int {
		return cmp.Compare(placeOf(b.Row).order(), placeOf(a.Row).order())
	})
	return pageOf(all, q, placeOf), len(all), nil
}

// pageOf is the part of rows, newest first, that a query asks for.
func pageOf[V any](rows []billing.Listed[V], q billing.ListQuery, placeOf func(V) place) billing.ListPage[V] {
	if q.After != "" {
		before := func(row billing.Listed[V]) bool { return placeOf(row.Row).order() < q.After }
		first := slices.IndexFunc(rows, before)
		if first < 0 {
			first = len(rows)
		}
		rows = rows[first:]
	}
	rows = rows[min(q.Skip, len(rows)):]
	if len(rows) <= q.Limit {
		return billing.ListPage[V]{Rows: rows}
	}
	rows = rows[:q.Limit]
	return billing.ListPage[V]{Rows: rows, Next: placeOf(rows[q.Limit-1].Row).order()}
}

// subscriptionOwners are the customers of subscriptions.
func subscriptionOwners(rows []billing.Listed[billing.Subscription]) map[billing.Scope][]string {
	return owners(rows, func(s billing.Subscription) string { return s.Customer })
}

// transactionOwners are the customers of payments.
func transactionOwners(rows []billing.Listed[billing.Transaction]) map[billing.Scope][]string {
	return owners(rows, func(x billing.Transaction) string { return x.Owner })
}

func owners[V any](rows []billing.Listed[V], of func(V) string) map[billing.Scope][]string {
	all := map[billing.Scope][]string{}
	for _, row := range rows {
		if id := of(row.Row); !slices.Contains(all[row.Scope], id) {
			all[row.Scope] = append(all[row.Scope], id)
		}
	}
	return all
}
