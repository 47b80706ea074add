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

	"billhook/pkg/web"
)

var _ web.Executions = (*Table)(nil)

type executionItem struct {
	key
	Fingerprint []byte `dynamodbav:"fingerprint"`
	Attempt     string `dynamodbav:"attempt"`
	LeaseUntil  millis `dynamodbav:"lease_until"`
	Answer      []byte `dynamodbav:"answer,omitempty"`
	ExpiresAt   int64  `dynamodbav:"expires_at"` // unix seconds, DynamoDB's TTL
}

func executionItemOf(e web.Execution) executionItem {
	return executionItem{
		key:         executionKey(e.ID),
		Fingerprint: e.Fingerprint,
		Attempt:     e.Attempt,
		LeaseUntil:  toMillis(e.LeaseUntil),
		Answer:      e.Answer,
		ExpiresAt:   e.ExpiresAt.Unix(),
	}
}

func (i executionItem) value(id string) web.Execution {
	return web.Execution{
		ID:          id,
		Fingerprint: i.Fingerprint,
		Attempt:     i.Attempt,
		LeaseUntil:  i.LeaseUntil.time(),
		ExpiresAt:   time.Unix(i.ExpiresAt, 0).UTC(),
		Answer:      i.Answer,
	}
}

// BeginExecution is as of web.Executions. DynamoDB deletes expired items late, so the
// condition looks at the time too. A write that the client library repeats
// meets its own attempt, which it then answers.
func (t *Table) BeginExecution(ctx context.Context, e web.Execution, now time.Time) (web.Execution, error) {
	const free = "attribute_not_exists(PK) OR expires_at <= :now OR " +
		"(attribute_not_exists(answer) AND lease_until <= :now_ms AND fingerprint = :fingerprint)"
	stored, err := t.putExecution(ctx, e, free, item{
		":now":         &types.AttributeValueMemberN{Value: fmt.Sprint(now.Unix())},
		":now_ms":      &types.AttributeValueMemberN{Value: fmt.Sprint(now.UnixMilli())},
		":fingerprint": &types.AttributeValueMemberB{Value: e.Fingerprint},
	})
	if err != nil {
		return web.Execution{}, fmt.Errorf("begin execution: %w", err)
	}
	return stored, nil
}

// EndExecution is as of web.Executions.
func (t *Table) EndExecution(ctx context.Context, e web.Execution) error {
	stored, err := t.putExecution(ctx, e, "attempt = :attempt", item{
		":attempt": &types.AttributeValueMemberS{Value: e.Attempt},
	})
	if err != nil {
		return fmt.Errorf("end execution: %w", err)
	}
	if stored.Attempt != e.Attempt {
		return web.ErrLeaseLost
	}
	return nil
}

// putExecution stores e under a condition and answers what is stored then; no
// item at all reads as the zero Execution.
func (t *Table) putExecution(ctx context.Context, e web.Execution, condition string, values item) (web.Execution, error) {
	it, err := attributevalue.MarshalMap(executionItemOf(e))
	if err != nil {
		return e, fmt.Errorf("encode item: %w", err)
	}
	_, err = t.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                           aws.String(t.name),
		Item:                                it,
		ConditionExpression:                 aws.String(condition),
		ExpressionAttributeValues:           values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) {
		return e, err
	}
	stored, err := decode[executionItem](failed.Item)
	return stored.value(e.ID), err
}
