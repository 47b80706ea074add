package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// Switch is a tenant's billing switch, which nobody touches here.
func (m *Store) Switch(_ context.Context, tenant string) (billing.Switch, error) {
	return billing.Switch{Tenant: tenant}, nil
}

// ProjectOfCustomer is nobody: no account is shared here.
func (m *Store) ProjectOfCustomer(context.Context, billing.Route, billing.Mode, string) (uuid.UUID, error) {
	return uuid.Nil, nil
}

// Subscriptions lists a customer's subscriptions, newest first.
func (m *Store) Subscriptions(_ context.Context, s billing.Scope, customer string) (subs []billing.Subscription, err error) {
	m.locked(s, func(r *rows) { subs = r.subscriptionsOf(customer) })
	return subs, nil
}

// subscriptionsOf are a customer's subscriptions, newest first.
func (r *rows) subscriptionsOf(customer string) []billing.Subscription {
	var subs []billing.Subscription
	for k, row := range r.subscriptions {
		if k.owner == customer {
			subs = append(subs, row)
		}
	}
	slices.SortFunc(subs, func(a, b billing.Subscription) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	return subs
}

// Holdings are a customer's row and subscriptions.
func (m *Store) Holdings(_ context.Context, s billing.Scope, customer string) (h billing.Holdings, err error) {
	m.locked(s, func(r *rows) {
		h = billing.Holdings{Customer: copyOf(r.customers, customer), Subscriptions: r.subscriptionsOf(customer)}
	})
	return h, nil
}

// Transactions lists a customer's transactions, newest first.
func (m *Store) Transactions(_ context.Context, s billing.Scope, customer string) (found []billing.Transaction, err error) {
	m.locked(s, func(r *rows) {
		for k, row := range r.transactions {
			if k.owner == customer {
				found = append(found, row)
			}
		}
	})
	slices.SortFunc(found, func(a, b billing.Transaction) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	return found, nil
}

// CustomerOf is the Stripe customer that a user is linked to; empty if none.
func (m *Store) CustomerOf(_ context.Context, s billing.Scope, user string) (customer string, err error) {
	m.locked(s, func(r *rows) { customer = r.links[user] })
	return customer, nil
}

// CustomersByEmail finds the project's customers that have an e-mail address,
// by id.
func (m *Store) CustomersByEmail(_ context.Context, s billing.Scope, email string) (found []billing.Customer, err error) {
	address := billing.Address(email)
	m.locked(s, func(r *rows) {
		for _, row := range r.customers {
			if r.addresses[rowKey{address, row.ID}] && row.FoundBy() == address {
				found = append(found, row)
			}
		}
	})
	slices.SortFunc(found, func(a, b billing.Customer) int { return cmp.Compare(a.ID, b.ID) })
	return found, nil
}

// Tally sums the counters of scopes.
func (m *Store) Tally(_ context.Context, scopes ...billing.Scope) (billing.Tally, error) {
	sum := billing.Tally{}
	for _, s := range scopes {
		m.locked(s, func(r *rows) { sum.Add(maps.Clone(r.tally)) })
	}
	return sum, nil
}
