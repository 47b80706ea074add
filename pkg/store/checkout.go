package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
)

type leaseItem struct {
	key
	Holder    string `dynamodbav:"holder"`
	Until     millis `dynamodbav:"lease_until"`
	ExpiresAt int64  `dynamodbav:"expires_at"` // unix seconds, DynamoDB's TTL
}

// TakeCheckout gives a holder the user's checkout until a time, and reports
// whether it got it: of all holders one has it. Taken again by the same
// holder, as the client library does after a lost reply, it is still held.
func (t *Table) TakeCheckout(ctx context.Context, s billing.Scope, user, holder string, now, until time.Time) (bool, error) {
	it, err := attributevalue.MarshalMap(leaseItem{
		key:       leaseKey(s, user),
		Holder:    holder,
		Until:     toMillis(until),
		ExpiresAt: until.Add(time.Second).Unix(),
	})
	if err != nil {
		return false, fmt.Errorf("encode lease: %w", err)
	}
	_, err = t.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           aws.String(t.name),
		Item:                it,
		ConditionExpression: aws.String("attribute_not_exists(PK) OR lease_until <= :now OR holder = :holder"),
		ExpressionAttributeValues: item{
			":now":    &types.AttributeValueMemberN{Value: fmt.Sprint(now.UnixMilli())},
			":holder": &types.AttributeValueMemberS{Value: holder},
		},
	})
	if held, known := holds(err); known {
		return held, nil
	}
	return false, fmt.Errorf("take checkout: %w", err)
}

// LeaveCheckout gives the user's checkout back, if the holder still has it.
func (t *Table) LeaveCheckout(ctx context.Context, s billing.Scope, user, holder string) error {
	_, err := t.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                 aws.String(t.name),
		Key:                       leaseKey(s, user).attributes(),
		ConditionExpression:       aws.String("holder = :holder"),
		ExpressionAttributeValues: item{":holder": &types.AttributeValueMemberS{Value: holder}},
	})
	if _, known := holds(err); known {
		return nil
	}
	return fmt.Errorf("leave checkout: %w", err)
}

// holds reports whether a write's condition held, if that is known.
func holds(err error) (held, known bool) {
	var failed *types.ConditionalCheckFailedException
	return err == nil, err == nil || errors.As(err, &failed)
}
