package store

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"billhook/pkg/billing"
)

// Picture reads the rows that an event may touch, strongly consistent, in one
// round trip.
func (t *Table) Picture(ctx context.Context, s billing.Scope, l billing.Lookup) (billing.Picture, error) {
	at := keysOf(s, l)
	var found map[key]item
	var subscriptions []billing.Subscription
	both, reading := errgroup.WithContext(ctx)
	both.Go(func() (err error) {
		found, err = t.get(reading, at.all()...)
		return err
	})
	if l.Siblings {
		both.Go(func() (err error) {
			subscriptions, err = t.Subscriptions(reading, s, l.Owner)
			return err
		})
	}
	if err := both.Wait(); err != nil {
		return billing.Picture{}, err
	}
	p, config, err := picture(s, at, found)
	p.Below = l.Account != "" && config.Usable(s.Mode)
	if err == nil && l.Event != nil && !p.Receives && !config.Usable(s.Mode) {
		p.Receives, err = t.served(ctx, s, config)
	}
	if err == nil && p.Creator == nil && l.Account != "" {
		p.Creator, err = t.creatorOf(ctx, s, found[at.account])
	}
	for _, row := range subscriptions {
		if row.ID == l.Subscription {
			p.Subscription = &row
		} else {
			p.Siblings = append(p.Siblings, row)
		}
	}
	return p, err
}

func picture(s billing.Scope, at lookupKeys, found map[key]item) (p billing.Picture, config *billing.StripeConfig, err error) {
	if p.Record, err = row[eventItem](found[at.event]); err != nil {
		return p, nil, err
	}
	if config, err = decodeConfig(found[at.config]); err != nil {
		return p, nil, err
	}
	p.Receives = config.Receives(s.Mode)
	link, err := decode[linkItem](found[at.link])
	if err != nil {
		return p, nil, err
	}
	p.Linked = link.Customer
	if p.Customer, err = row[customerItem](found[at.customer]); err != nil {
		return p, nil, err
	}
	if p.Subscription, err = row[subscriptionItem](found[at.subscription]); err != nil {
		return p, nil, err
	}
	if p.Transaction, err = row[transactionItem](found[at.transaction]); err != nil {
		return p, nil, err
	}
	if p.Creator, err = row[creatorItem](found[at.creator]); err != nil {
		return p, nil, err
	}
	p.Payout, err = row[payoutItem](found[at.payout])
	return p, config, err
}

// lookupKeys are the keys of a lookup; the zero key for what is not looked up.
type lookupKeys struct {
	event, config, link, customer, subscription, transaction key
	creator, payout, account                                 key
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
	if l.Subscription != "" && !l.Siblings {
		k.subscription = subscriptionKey(s, l.Owner, l.Subscription)
	}
	if l.Creator != "" {
		k.creator = creatorKey(s, l.Creator)
	}
	if l.Payout != "" {
		k.payout = payoutKey(s, l.Creator, l.Payout)
	}
	if l.Account != "" {
		k.account = accountKey(s, l.Account)
	}
	switch {
	case l.Transaction != "":
		k.transaction = transactionKey(s, l.Owner, l.Transaction)
	case l.PaymentIntent != "": // it may be a one-off payment
		k.transaction = transactionKey(s, l.Owner, l.PaymentIntent)
	}
	return k
}

func (k lookupKeys) all() []key {
	keys := []key{k.event, k.config, k.link, k.customer, k.subscription, k.transaction, k.creator, k.payout, k.account}
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
