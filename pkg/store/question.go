package store

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
)

// How events may have Stripe asked: about one object once in a while, and in a
// scope a few times a second, which leaves most of Stripe's own limit (100 a
// second, 25 in test mode) to people.
const (
	askAgainIn     = 500 * time.Millisecond
	askInterval    = 100 * time.Millisecond
	askBurst       = 20
	questionExpiry = time.Hour
)

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
	// The budget is a rate in the shape of a time (GCRA): until when the scope's
	// questions so far are paid for.
	budget := questionKey(s, "")
	found, err := t.get(ctx, budget)
	if err != nil {
		return fmt.Errorf("read question budget: %w", err)
	}
	spent, err := decode[questionItem](found[budget])
	if err != nil {
		return err
	}
	paid := spent.Until.time()
	if paid.Before(now) {
		paid = now
	}
	if paid.Sub(now) > askBurst*askInterval {
		return errAskedTooMuch
	}
	lease, err := t.question(questionKey(s, object), now.Add(askAgainIn), "attribute_not_exists(PK) OR #until <= :was", toMillis(now), now)
	if err != nil {
		return err
	}
	spend, err := t.question(budget, paid.Add(askInterval), "attribute_not_exists(PK) OR #until = :was", spent.Until, now)
	if err != nil {
		return err
	}
	if err = t.transact(ctx, []types.TransactWriteItem{lease, spend}); standsInTheWay(err) {
		return projector.ErrAsked
	}
	return err
}

func (t *Table) question(k key, until time.Time, condition string, was millis, now time.Time) (types.TransactWriteItem, error) {
	it, err := attributevalue.MarshalMap(questionItem{key: k, Until: toMillis(until), ExpiresAt: now.Add(questionExpiry).Unix()})
	if err != nil {
		return types.TransactWriteItem{}, fmt.Errorf("encode question: %w", err)
	}
	value, err := attributevalue.Marshal(was)
	if err != nil {
		return types.TransactWriteItem{}, fmt.Errorf("encode question: %w", err)
	}
	return types.TransactWriteItem{Put: &types.Put{
		TableName:                 aws.String(t.name),
		Item:                      it,
		ConditionExpression:       aws.String(condition),
		ExpressionAttributeNames:  map[string]string{"#until": "until"},
		ExpressionAttributeValues: item{":was": value},
	}}, nil
}
