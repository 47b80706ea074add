package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
)

type connectionItem struct {
	key
	Tenant    string       `dynamodbav:"tenant"`
	Mode      billing.Mode `dynamodbav:"mode"`
	ReturnURL string       `dynamodbav:"return_url"`
	ExpiresAt int64        `dynamodbav:"expires_at"` // unix seconds, DynamoDB's TTL
}

// BeginConnection keeps a connection that a tenant has begun, under its state.
func (t *Table) BeginConnection(ctx context.Context, c billing.Connection) error {
	begun, err := t.put(ctx, connectionItem{
		connectionKey(c.StateHash()), c.Tenant, c.Mode, c.ReturnURL, c.ExpiresAt.Unix(),
	}, 0)
	if err == nil && !begun {
		err = errors.New("the state is in use")
	}
	if err != nil {
		return fmt.Errorf("begin connection: %w", err)
	}
	return nil
}

// EndConnection takes away the connection of a state and answers it. It does so
// once: a state that is unknown, was used or has expired is billing.Refused.
func (t *Table) EndConnection(ctx context.Context, state billing.Secret, now time.Time) (billing.Connection, error) {
	c := billing.Connection{State: state}
	out, err := t.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                 aws.String(t.name),
		Key:                       connectionKey(c.StateHash()).attributes(),
		ConditionExpression:       aws.String("expires_at > :now"),
		ExpressionAttributeValues: item{":now": &types.AttributeValueMemberN{Value: fmt.Sprint(now.Unix())}},
		ReturnValues:              types.ReturnValueAllOld,
	})
	if _, refused := errors.AsType[*types.ConditionalCheckFailedException](err); refused {
		return c, billing.ErrUnknownState.Because(err)
	}
	if err != nil {
		return c, fmt.Errorf("end connection: %w", err)
	}
	i, err := decode[connectionItem](out.Attributes)
	c.Tenant, c.Mode, c.ReturnURL, c.ExpiresAt = i.Tenant, i.Mode, i.ReturnURL, time.Unix(i.ExpiresAt, 0).UTC()
	return c, err
}
