package store

import (
	"context"
	"fmt"

	"billhook/pkg/billing"
)

type customerItem struct {
	key
	ID        string `dynamodbav:"id"`
	User      string `dynamodbav:"user,omitempty"`
	Email     string `dynamodbav:"email,omitempty"`
	TrialUsed bool   `dynamodbav:"trial_used,omitempty"`
	Revision  int64  `dynamodbav:"revision"`
}

func customerItemOf(s billing.Scope, c billing.Customer) customerItem {
	return customerItem{
		key:       customerKey(s, c.ID),
		ID:        c.ID,
		User:      c.User,
		Email:     c.Email,
		TrialUsed: c.TrialUsed,
		Revision:  c.Revision + 1,
	}
}

func (i customerItem) value() billing.Customer {
	return billing.Customer{ID: i.ID, User: i.User, Email: i.Email, TrialUsed: i.TrialUsed, Revision: i.Revision}
}

type linkItem struct {
	key
	Customer string `dynamodbav:"customer"`
}

// CustomerOf is the Stripe customer that a user is linked to; empty if none.
func (t *Table) CustomerOf(ctx context.Context, s billing.Scope, user string) (string, error) {
	found, err := t.get(ctx, linkKey(s, user))
	if err != nil {
		return "", fmt.Errorf("customer of a user: %w", err)
	}
	link, err := decode[linkItem](found[linkKey(s, user)])
	return link.Customer, err
}

// TrialUsed reports whether a customer is known to have had a trial.
func (t *Table) TrialUsed(ctx context.Context, s billing.Scope, customer string) (bool, error) {
	found, err := t.get(ctx, customerKey(s, customer))
	if err != nil {
		return false, fmt.Errorf("trial of %s: %w", customer, err)
	}
	i, err := decode[customerItem](found[customerKey(s, customer)])
	return i.TrialUsed, err
}

// LinkCustomer links a user to a Stripe customer, once and for all, and
// answers the customer the user is linked to: another one if somebody was
// faster.
func (t *Table) LinkCustomer(ctx context.Context, s billing.Scope, c billing.Customer) (string, error) {
	linked, err := t.put(ctx, linkItem{key: linkKey(s, c.User), Customer: c.ID}, 0)
	if err != nil {
		return "", fmt.Errorf("link customer: %w", err)
	}
	if !linked {
		return t.CustomerOf(ctx, s, c.User)
	}
	// The customer's row helps events to find their user. An event may have
	// written it already; then events tell it the rest.
	if _, err := t.put(ctx, customerItemOf(s, c), 0); err != nil {
		return "", fmt.Errorf("store customer: %w", err)
	}
	return c.ID, nil
}
