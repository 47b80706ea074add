package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"billhook/pkg/billing"
)

// What Stripe's ids begin with.
const (
	customerID = "cus_"
	intentID   = "pi_"
)

// FindSubscription finds a subscription by Stripe's id or by the record's id,
// for people who look at one: without its customer it takes a walk through the
// keys of the project's list, newest first, of one shard for Stripe's id. Nil
// if there is none. The list follows the table by a moment.
func (t *Table) FindSubscription(ctx context.Context, s billing.Scope, id string) (*billing.Subscription, error) {
	return find[subscriptionItem](ctx, t, s, subscriptionList, subscriptionPrefix, id)
}

// FindSubscriptions finds a subscription, or a customer's, by Stripe's id, or
// those of the customers with an e-mail address.
func (t *Table) FindSubscriptions(ctx context.Context, s billing.Scope, text string) ([]billing.Subscription, error) {
	if strings.Contains(text, "@") {
		return ofAddress(ctx, t, s, text, t.Subscriptions)
	}
	if strings.HasPrefix(text, customerID) {
		return t.Subscriptions(ctx, s, text)
	}
	return one(t.FindSubscription(ctx, s, text))
}

// FindTransactions finds a payment by Stripe's id of its invoice or intent, or
// a customer's payments, or those of the customers with an e-mail address. The
// intent of an invoice is in no key; the newest rows are looked through for it.
func (t *Table) FindTransactions(ctx context.Context, s billing.Scope, id string) ([]billing.Transaction, error) {
	if strings.Contains(id, "@") {
		return ofAddress(ctx, t, s, id, t.Transactions)
	}
	if strings.HasPrefix(id, customerID) {
		return t.Transactions(ctx, s, id)
	}
	found, err := one(find[transactionItem](ctx, t, s, transactionList, transactionPrefix, id))
	if err != nil || len(found) > 0 || !strings.HasPrefix(id, intentID) {
		return found, err
	}
	return t.paidBy(ctx, s, id)
}

// mostCustomers is how many customers with one e-mail address are looked at.
const mostCustomers = 50

// ofAddress reads the rows of the customers with an e-mail address.
func ofAddress[V any](
	ctx context.Context, t *Table, s billing.Scope, email string, of func(context.Context, billing.Scope, string) ([]V, error),
) ([]V, error) {
	customers, err := t.CustomersByEmail(ctx, s, email)
	if err != nil {
		return nil, err
	}
	rows := make([][]V, min(len(customers), mostCustomers))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i := range rows {
		group.Go(func() (err error) {
			rows[i], err = of(ctx, s, customers[i].ID)
			return err
		})
	}
	err = group.Wait()
	return slices.Concat(rows...), err
}

// lookedThrough is how many of a scope's newest payments are looked through for
// an intent.
const lookedThrough = 1000

func (t *Table) paidBy(ctx context.Context, s billing.Scope, intent string) ([]billing.Transaction, error) {
	q := billing.ListQuery{Scopes: []billing.Scope{s}, Limit: 100}
	for range lookedThrough / q.Limit {
		page, err := t.ListTransactions(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("find a payment by its intent: %w", err)
		}
		for _, listed := range page.Rows {
			if listed.Row.PaymentIntent == intent {
				return []billing.Transaction{listed.Row}, nil
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	return nil, nil
}

// find walks through the keys of a list for a row, by its id or its record's.
func find[I interface{ value() V }, V any](ctx context.Context, t *Table, s billing.Scope, list, prefix, id string) (*V, error) {
	from, to := 0, listShards
	record, err := uuid.Parse(id)
	if err != nil {
		from = shardOf(id, listShards)
		to = from + 1
	}
	for shard := from; shard < to; shard++ {
		q := billing.ListQuery{Limit: 999}
		for more := true; more; {
			entries, err := t.shard(ctx, list, s, shard, q)
			if err != nil {
				return nil, fmt.Errorf("find %s: %w", id, err)
			}
			for _, e := range entries {
				if name := strings.TrimPrefix(e.SK, prefix); name == id || s.RecordID(name) == record {
					return at[I](ctx, t, e.key)
				}
				q.After = e.Order
			}
			more = len(entries) > q.Limit
		}
	}
	return nil, nil
}

// at reads the row at a key; nil if there is none.
func at[I interface{ value() V }, V any](ctx context.Context, t *Table, k key) (*V, error) {
	found, err := t.get(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", k.SK, err)
	}
	return row[I](found[k])
}

// one makes a list of what was found.
func one[V any](found *V, err error) ([]V, error) {
	if found == nil || err != nil {
		return nil, err
	}
	return []V{*found}, nil
}

// CustomerEmails reads the e-mail addresses of customers, by scope and Stripe's
// id; unknown ones are absent.
func (t *Table) CustomerEmails(ctx context.Context, customers map[billing.Scope][]string) (map[billing.Scope]map[string]string, error) {
	var keys []key
	emails := map[billing.Scope]map[string]string{}
	for scope, ids := range customers {
		emails[scope] = map[string]string{}
		for _, id := range ids {
			keys = append(keys, customerKey(scope, id))
		}
	}
	found, err := t.get(ctx, keys...)
	if err != nil {
		return nil, fmt.Errorf("e-mail addresses: %w", err)
	}
	for scope, ids := range customers {
		for _, id := range ids {
			c, err := row[customerItem](found[customerKey(scope, id)])
			if err != nil {
				return nil, err
			}
			if c != nil && c.Email != "" {
				emails[scope][id] = c.Email
			}
		}
	}
	return emails, nil
}
