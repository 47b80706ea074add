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
	"billhook/pkg/projector"
	"billhook/pkg/ratelimit"
)

// How soon events may have Stripe asked about the same object again.
const (
	askAgainIn     = 500 * time.Millisecond
	questionExpiry = time.Hour
	questions      = "questions" // a class of Rates
)

// questionLimit is how often events may have Stripe asked in a scope: a burst,
// then ten times a second, which leaves most of Stripe's own limit (100 a
// second, 25 in test mode) to people.
func questionLimit() ratelimit.Limit { return ratelimit.Limit{Calls: 20, Period: 2 * time.Second} }

// errAskedTooMuch has Stripe deliver the event again later.
var errAskedTooMuch = billing.NewError(billing.Unavailable, "too_many_questions", "Stripe would have to be asked too often; try again later")

type questionItem struct {
	key
	Until     millis `dynamodbav:"until"`
	ExpiresAt int64  `dynamodbav:"expires_at"` // unix seconds, DynamoDB's TTL
}

// MayAsk reserves a question to Stripe about an object. It fails with
// projector.ErrAsked if one was reserved a moment ago, and with
// billing.Unavailable if the scope has asked too much.
func (t *Table) MayAsk(ctx context.Context, s billing.Scope, object string, now time.Time) error {
	it, err := attributevalue.MarshalMap(questionItem{
		key: questionKey(s, object), Until: toMillis(now.Add(askAgainIn)), ExpiresAt: now.Add(questionExpiry).Unix(),
	})
	if err != nil {
		return fmt.Errorf("encode question: %w", err)
	}
	_, err = t.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                 aws.String(t.name),
		Item:                      it,
		ConditionExpression:       aws.String("attribute_not_exists(PK) OR #until <= :now"),
		ExpressionAttributeNames:  map[string]string{"#until": "until"},
		ExpressionAttributeValues: item{":now": number(int64(toMillis(now)))},
	})
	if _, taken := errors.AsType[*types.ConditionalCheckFailedException](err); taken {
		return projector.ErrAsked
	}
	if err != nil {
		return fmt.Errorf("reserve question: %w", err)
	}
	d, err := ratelimit.Take(ctx, t.Rates(s), questions, questionLimit(), now)
	if err == nil && !d.Admitted {
		err = errAskedTooMuch
	}
	return err
}
