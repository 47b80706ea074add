package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
)

type customerItem struct {
	key
	ID        string `dynamodbav:"id"`
	User      string `dynamodbav:"user,omitempty"`
	Email     string `dynamodbav:"email,omitempty"`
	EmailAsOf millis `dynamodbav:"email_as_of,omitempty"`
	Deleted   bool   `dynamodbav:"deleted,omitempty"`
	Own       bool   `dynamodbav:"own,omitempty"`
	Disputes  int64  `dynamodbav:"disputes,omitempty"`
	Granted   bool   `dynamodbav:"granted,omitempty"`
	Replaced  bool   `dynamodbav:"replaced,omitempty"`
	Revision  int64  `dynamodbav:"revision"`
}

func customerItemOf(s billing.Scope, c billing.Customer) customerItem {
	return customerItem{
		key:       customerKey(s, c.ID),
		ID:        c.ID,
		User:      c.User,
		Email:     c.Email,
		EmailAsOf: toMillis(c.EmailAsOf),
		Deleted:   c.Deleted,
		Own:       c.Own,
		Disputes:  c.Disputes,
		Granted:   c.Granted,
		Replaced:  c.Replaced,
		Revision:  c.Revision + 1,
	}
}

func (i customerItem) value() billing.Customer {
	return billing.Customer{
		ID: i.ID, User: i.User, Email: i.Email, EmailAsOf: i.EmailAsOf.time(), Deleted: i.Deleted, Own: i.Own,
		Disputes: i.Disputes, Granted: i.Granted, Replaced: i.Replaced, Revision: i.Revision,
	}
}

type linkItem struct {
	key
	Customer  string `dynamodbav:"customer"`
	Account   string `dynamodbav:"account,omitempty"`    // as of billing.Link
	TrialUsed bool   `dynamodbav:"trial_used,omitempty"` // with an earlier customer
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

// Link is the customer that a user is linked to, and whether it is still there.
func (t *Table) Link(ctx context.Context, s billing.Scope, user string) (billing.Link, error) {
	found, err := t.get(ctx, linkKey(s, user))
	if err != nil {
		return billing.Link{}, fmt.Errorf("link of a user: %w", err)
	}
	link, err := decode[linkItem](found[linkKey(s, user)])
	if err != nil || link.Customer == "" {
		return billing.Link{}, err
	}
	at := customerKey(s, link.Customer)
	if found, err = t.get(ctx, at); err != nil {
		return billing.Link{}, fmt.Errorf("customer %s: %w", link.Customer, err)
	}
	known, err := decode[customerItem](found[at])
	return billing.Link{Customer: link.Customer, Account: link.Account, Deleted: known.Deleted, TrialUsed: link.TrialUsed}, err
}

// LinkCustomer links a user to a Stripe customer in the account of a route, in
// the place of the one that is of no use any more if there is one, and answers
// the customer the user is linked to: another one if somebody was faster.
func (t *Table) LinkCustomer(ctx context.Context, s billing.Scope, c billing.Customer, r billing.Route, former billing.Link) (string, error) {
	if !r.Own() {
		// Before the link: no event may come of a customer that is nobody's.
		if err := t.ShareCustomer(ctx, s, r, c.ID); err != nil {
			return "", err
		}
	}
	if former.Customer != "" && !former.Deleted {
		// Before the link, too: whoever remembers the former customer learns there
		// that the user has another.
		if err := t.transact(ctx, []types.TransactWriteItem{t.marked(s, c.User, former.Customer, "replaced")}); err != nil {
			return "", fmt.Errorf("replace customer %s: %w", former.Customer, err)
		}
	}
	linked, err := t.link(ctx, s, c, r, former)
	if err != nil {
		return "", fmt.Errorf("link customer: %w", err)
	}
	if !linked {
		return t.CustomerOf(ctx, s, c.User)
	}
	// The customer's row helps events to find their user. An event may have
	// written it already; then events tell it the rest.
	stored, err := t.put(ctx, customerItemOf(s, c), 0)
	if err == nil && stored && c.FoundBy() != "" {
		err = t.point(ctx, emailKey(s, c.FoundBy(), c.ID))
	}
	if err != nil {
		return "", fmt.Errorf("store customer: %w", err)
	}
	return c.ID, nil
}

// point writes a pointer, which is nothing but its key: written twice, it is
// the same.
func (t *Table) point(ctx context.Context, at key) error {
	_, err := t.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(t.name), Item: at.attributes()})
	return err
}

// CustomersByEmail finds the project's customers that have an e-mail address,
// in whichever letters, as far as is known. Pointers stay when an address
// changes; the customers' rows tell which of them still hold.
func (t *Table) CustomersByEmail(ctx context.Context, s billing.Scope, email string) ([]billing.Customer, error) {
	address := billing.Address(email)
	pointers, err := t.query(ctx, emailPartition(s, address), customerPrefix)
	if err != nil {
		return nil, fmt.Errorf("customers by e-mail: %w", err)
	}
	rows := make([]key, len(pointers))
	for i, pointer := range pointers {
		at, err := decode[key](pointer)
		if err != nil {
			return nil, err
		}
		rows[i] = customerKey(s, strings.TrimPrefix(at.SK, customerPrefix))
	}
	found, err := t.get(ctx, rows...)
	if err != nil {
		return nil, fmt.Errorf("customers by e-mail: %w", err)
	}
	var customers []billing.Customer
	for _, at := range rows {
		row, err := decode[customerItem](found[at])
		if err != nil {
			return nil, err
		}
		if c := row.value(); c.FoundBy() == address {
			customers = append(customers, c)
		}
	}
	return customers, nil
}

// link writes the link if the user has none, or the former one.
func (t *Table) link(ctx context.Context, s billing.Scope, c billing.Customer, r billing.Route, former billing.Link) (bool, error) {
	it, err := attributevalue.MarshalMap(linkItem{
		key: linkKey(s, c.User), Customer: c.ID, Account: r.String(), TrialUsed: former.TrialUsed,
	})
	if err != nil {
		return false, fmt.Errorf("encode link: %w", err)
	}
	_, err = t.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                 aws.String(t.name),
		Item:                      it,
		ConditionExpression:       aws.String("attribute_not_exists(PK) OR customer = :former"),
		ExpressionAttributeValues: item{":former": &types.AttributeValueMemberS{Value: former.Customer}},
	})
	if _, failed := errors.AsType[*types.ConditionalCheckFailedException](err); failed {
		return false, nil
	}
	return err == nil, err
}
