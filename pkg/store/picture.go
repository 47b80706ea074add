package store

import (
	"context"
	"fmt"
	"slices"

	"billhook/pkg/billing"
)

// Picture reads the rows that an event may touch, strongly consistent. It is
// one round trip, and a second where a refund does not name its payment's row.
func (t *Table) Picture(ctx context.Context, s billing.Scope, l billing.Lookup) (billing.Picture, error) {
	at := keysOf(s, l)
	found, err := t.get(ctx, at.all()...)
	if err != nil {
		return billing.Picture{}, err
	}
	p := billing.Picture{Seen: found[at.event] != nil}
	config, err := decodeConfig(found[at.config])
	if err != nil {
		return p, err
	}
	p.Receives = config.Receives(s.Mode)
	link, err := decode[linkItem](found[at.link])
	if err != nil {
		return p, err
	}
	p.Linked = link.Customer
	if p.Customer, err = row[customerItem](found[at.customer]); err != nil {
		return p, err
	}
	if p.Subscription, err = row[subscriptionItem](found[at.subscription]); err != nil {
		return p, err
	}
	if p.Transaction, err = row[transactionItem](found[at.transaction]); err != nil {
		return p, err
	}
	if l.Transaction == "" && l.PaymentIntent != "" && !p.Seen {
		p.Transaction, err = t.paidBy(ctx, s, l.Owner, l.PaymentIntent)
	}
	return p, err
}

// paidBy finds the transaction of a payment intent among its owner's.
func (t *Table) paidBy(ctx context.Context, s billing.Scope, owner, intent string) (*billing.Transaction, error) {
	transactions, err := t.Transactions(ctx, s, owner)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(transactions, func(x billing.Transaction) bool { return x.PaymentIntent == intent })
	if i < 0 {
		return nil, nil
	}
	return &transactions[i], nil
}

// lookupKeys are the keys of a lookup; the zero key for what is not looked up.
type lookupKeys struct {
	event, config, link, customer, subscription, transaction key
}

func keysOf(s billing.Scope, l billing.Lookup) lookupKeys {
	var k lookupKeys
	if l.Event != nil {
		k.event, k.config = eventKey(s, l.Event.Created, l.Event.ID), configKey(s.Project)
	}
	if l.User != "" {
		k.link = linkKey(s, l.User)
	}
	if l.Owner != "" {
		k.customer = customerKey(s, l.Owner)
	}
	if l.Subscription != "" {
		k.subscription = subscriptionKey(s, l.Owner, l.Subscription)
	}
	if l.Transaction != "" {
		k.transaction = transactionKey(s, l.Owner, l.Transaction)
	}
	return k
}

func (k lookupKeys) all() []key {
	keys := []key{k.event, k.config, k.link, k.customer, k.subscription, k.transaction}
	return slices.DeleteFunc(keys, func(k key) bool { return k == key{} })
}

// row decodes an item that may not exist.
func row[I interface{ value() V }, V any](it item) (*V, error) {
	if it == nil {
		return nil, nil
	}
	i, err := decode[I](it)
	if err != nil {
		return nil, fmt.Errorf("row: %w", err)
	}
	v := i.value()
	return &v, nil
}
