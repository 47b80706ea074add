package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
	"billhook/pkg/ratelimit"
)

// Rates keeps the rates of a scope's calls, an item for each class.
type Rates struct {
	table *Table
	scope billing.Scope
}

var _ ratelimit.Spender = Rates{}

// Rates are those of a scope.
func (t *Table) Rates(s billing.Scope) Rates { return Rates{t, s} }

// rateItem expires when all it tells of is earned again.
type rateItem struct {
	Paid      int64 `dynamodbav:"paid"`       // unix microseconds
	ExpiresAt int64 `dynamodbav:"expires_at"` // unix seconds, DynamoDB's TTL
}

// Spend pays for a call with one conditional update, in which DynamoDB itself
// adds: nothing is read before, so callers at the same time do not make each
// other try again. The first update is for a class at rest; if it is refused,
// the second one adds to what is paid.
func (r Rates) Spend(ctx context.Context, class string, l ratelimit.Limit, now time.Time) (time.Time, bool, error) {
	const rounds = 3 // an item that is at rest for one update may not be for the next
	for range rounds {
		paid, admitted, err := r.update(ctx, class, "SET paid = :first, expires_at = :expires", "attribute_not_exists(paid) OR paid < :now",
			item{":first": micros(now.Add(l.Interval())), ":now": micros(now), ":expires": seconds(now.Add(l.Period))})
		if err != nil || admitted {
			return paid, admitted, err
		}
		paid, admitted, err = r.update(ctx, class, "SET paid = paid + :interval, expires_at = :expires", "paid BETWEEN :now AND :latest",
			item{
				":interval": number(l.Interval().Microseconds()), ":now": micros(now), ":latest": micros(l.Latest(now)),
				":expires": seconds(now.Add(2 * l.Period)),
			})
		if err != nil || admitted || paid.After(l.Latest(now)) {
			return paid, admitted, err
		}
	}
	return time.Time{}, false, billing.NewError(billing.Unavailable, "rate_undecided", "Too many calls at the same time; try again")
}

// update answers what is paid afterwards, or what stood in the update's way.
func (r Rates) update(ctx context.Context, class, update, condition string, values item) (paid time.Time, done bool, err error) {
	out, err := r.table.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                           aws.String(r.table.name),
		Key:                                 rateKey(r.scope, class).attributes(),
		UpdateExpression:                    aws.String(update),
		ConditionExpression:                 aws.String(condition),
		ExpressionAttributeValues:           values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var stored item
	if failed, refused := errors.AsType[*types.ConditionalCheckFailedException](err); refused {
		stored = failed.Item
	} else if err != nil {
		return paid, false, fmt.Errorf("spend a call of %s: %w", class, err)
	} else {
		stored, done = out.Attributes, true
	}
	var rate rateItem
	if err := attributevalue.UnmarshalMap(stored, &rate); err != nil {
		return paid, false, fmt.Errorf("decode rate of %s: %w", class, err)
	}
	return time.UnixMicro(rate.Paid).UTC(), done, nil
}

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func micros(t time.Time) types.AttributeValue { return number(t.UnixMicro()) }

func seconds(t time.Time) types.AttributeValue { return number(t.Unix()) }
