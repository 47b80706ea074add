package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

type grantItem struct {
	key
	ID        string             `dynamodbav:"id"`
	User      string             `dynamodbav:"user"`
	Plan      string             `dynamodbav:"plan,omitempty"`
	Features  []grantFeatureItem `dynamodbav:"features,omitempty"`
	Reason    string             `dynamodbav:"reason"`
	Author    string             `dynamodbav:"author"`
	CreatedAt millis             `dynamodbav:"created_at"`
	ExpiresAt millis             `dynamodbav:"ends_at,omitempty"` // the item stays
	RevokedAt millis             `dynamodbav:"revoked_at,omitempty"`
	RevokedBy string             `dynamodbav:"revoked_by,omitempty"`
}

type grantFeatureItem struct {
	Key   string `dynamodbav:"key"`
	Limit *int64 `dynamodbav:"limit,omitempty"`
}

func grantItemOf(s billing.Scope, g billing.Grant) grantItem {
	i := grantItem{
		key:       grantKey(s, g.User, g.ID),
		ID:        g.ID.String(),
		User:      g.User,
		Plan:      g.Plan,
		Reason:    g.Reason,
		Author:    g.Author,
		CreatedAt: toMillis(g.CreatedAt),
		ExpiresAt: toMillis(g.ExpiresAt),
		RevokedAt: toMillis(g.RevokedAt),
		RevokedBy: g.RevokedBy,
	}
	for _, feature := range g.Features {
		i.Features = append(i.Features, grantFeatureItem(feature))
	}
	return i
}

func (i grantItem) value() billing.Grant {
	g := billing.Grant{
		ID:        uuid.MustParse(i.ID),
		User:      i.User,
		Plan:      i.Plan,
		Reason:    i.Reason,
		Author:    i.Author,
		CreatedAt: i.CreatedAt.time(),
		ExpiresAt: i.ExpiresAt.time(),
		RevokedAt: i.RevokedAt.time(),
		RevokedBy: i.RevokedBy,
	}
	for _, feature := range i.Features {
		g.Features = append(g.Features, billing.GrantedFeature(feature))
	}
	return g
}

// linkAttempts bounds how often a grant is tried again because the user's link
// changed meanwhile. It does so once in a user's life, or twice.
const linkAttempts = 3

// AddGrant stores a new grant. The row of the customer that the user is linked
// to, if there is one, comes to say that its user has grants in the same
// transaction: who knows of the link already learns of the grant there. It is
// billing.Conflict if there is a grant with its id, and
// billing.ConcurrentChange if the user's rows keep changing.
func (t *Table) AddGrant(ctx context.Context, s billing.Scope, g billing.Grant) error {
	for attempt := 1; ; attempt++ {
		err := t.addGrant(ctx, s, g)
		if attempt == linkAttempts || !billing.IsConcurrentChange(err) {
			return err
		}
	}
}

func (t *Table) addGrant(ctx context.Context, s billing.Scope, g billing.Grant) error {
	customer, err := t.CustomerOf(ctx, s, g.User)
	if err != nil {
		return err
	}
	grant, err := t.create(grantItemOf(s, g))
	if err != nil {
		return err
	}
	writes := []types.TransactWriteItem{grant, t.linkedTo(s, g.User, customer)}
	if customer != "" {
		writes = append(writes, t.marked(s, g.User, customer, "granted"))
	}
	err = t.transact(ctx, writes)
	if canceled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		if aws.ToString(canceled.CancellationReasons[0].Code) == reasonCondition {
			return billing.NewError(billing.Conflict, "grant_exists", "The grant exists already").Because(err)
		}
	}
	switch {
	case standsInTheWay(err):
		return billing.ConcurrentChange("user").Because(err)
	case err != nil:
		return fmt.Errorf("add a grant: %w", err)
	}
	return nil
}

// linkedTo is a check that a user's link is as it was read; an empty customer
// means that there was none.
func (t *Table) linkedTo(s billing.Scope, user, customer string) types.TransactWriteItem {
	check := &types.ConditionCheck{
		TableName:           aws.String(t.name),
		Key:                 linkKey(s, user).attributes(),
		ConditionExpression: aws.String("attribute_not_exists(PK)"),
	}
	if customer != "" {
		check.ConditionExpression = aws.String("customer = :customer")
		check.ExpressionAttributeValues = item{":customer": &types.AttributeValueMemberS{Value: customer}}
	}
	return types.TransactWriteItem{ConditionCheck: check}
}

// marked has a customer's row say something for good: that its user has grants,
// or another customer. An event that has read the row before decides again, so a
// mark is never written over.
func (t *Table) marked(s billing.Scope, user, customer, mark string) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName: aws.String(t.name),
		Key:       customerKey(s, customer).attributes(),
		UpdateExpression: aws.String("SET #mark = :true, id = :id, #user = if_not_exists(#user, :user), " +
			"revision = if_not_exists(revision, :none) + :one"),
		ExpressionAttributeNames: map[string]string{"#mark": mark, "#user": "user"},
		ExpressionAttributeValues: item{
			":true": &types.AttributeValueMemberBOOL{Value: true},
			":id":   &types.AttributeValueMemberS{Value: customer},
			":user": &types.AttributeValueMemberS{Value: user},
			":none": &types.AttributeValueMemberN{Value: "0"},
			":one":  &types.AttributeValueMemberN{Value: "1"},
		},
	}}
}

// RevokeGrant ends a grant, g with RevokedAt and RevokedBy. One that was revoked
// before stays as it is. An unknown one is billing.NotFound.
func (t *Table) RevokeGrant(ctx context.Context, s billing.Scope, g billing.Grant) error {
	at := grantKey(s, g.User, g.ID)
	_, err := t.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:           aws.String(t.name),
		Key:                 at.attributes(),
		UpdateExpression:    aws.String("SET revoked_at = :at, revoked_by = :by"),
		ConditionExpression: aws.String("attribute_exists(PK) AND attribute_not_exists(revoked_at)"),
		ExpressionAttributeValues: item{
			":at": &types.AttributeValueMemberN{Value: fmt.Sprint(toMillis(g.RevokedAt))},
			":by": &types.AttributeValueMemberS{Value: g.RevokedBy},
		},
	})
	held, known := holds(err)
	switch {
	case !known:
		return fmt.Errorf("revoke a grant: %w", err)
	case held:
		return nil
	}
	found, err := t.get(ctx, at)
	if err == nil && found[at] == nil {
		err = billing.NewError(billing.NotFound, "grant_not_found", "Grant not found")
	}
	return err
}
