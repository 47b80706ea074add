package store

import (
	"context"
	"fmt"
	"strings"

	"billhook/pkg/billing"
)

// Holder reads what is kept of a user, in one Query: the link to a customer, and
// the grants in no order.
func (t *Table) Holder(ctx context.Context, s billing.Scope, user string) (billing.Holder, error) {
	at := linkKey(s, user)
	items, err := t.queryFrom(ctx, at.PK, at.SK, grantPrefix)
	if err != nil {
		return billing.Holder{}, fmt.Errorf("what a user has: %w", err)
	}
	var h billing.Holder
	if len(items) > 0 && sortKey(items[0]) == at.SK {
		link, err := decode[linkItem](items[0])
		if err != nil {
			return h, err
		}
		h.Customer, items = link.Customer, items[1:]
	}
	h.Grants, err = decodeAll[grantItem](items)
	return h, err
}

// Holdings reads a customer's row and subscriptions, in one Query that leaves
// out the payments.
func (t *Table) Holdings(ctx context.Context, s billing.Scope, customer string) (billing.Holdings, error) {
	at := customerKey(s, customer)
	items, err := t.queryFrom(ctx, at.PK, at.SK, subscriptionPrefix)
	if err != nil {
		return billing.Holdings{}, fmt.Errorf("what %s has: %w", customer, err)
	}
	var h billing.Holdings
	if len(items) > 0 && !strings.HasPrefix(sortKey(items[0]), subscriptionPrefix) {
		if h.Customer, err = row[customerItem](items[0]); err != nil {
			return h, err
		}
		items = items[1:]
	}
	h.Subscriptions, err = newestFirst(items)
	return h, err
}
