package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
)

// chargeItem is the posting of a marketplace charge, with what was refunded.
type chargeItem struct {
	postingItem
	Refunded int64 `dynamodbav:"refunded"`
}

// Charge reads a marketplace charge and how much of it was refunded; nil if
// there is none.
func (t *Table) Charge(ctx context.Context, s billing.Scope, currency, id string) (charge *billing.Posting, refunded int64, err error) {
	k := postingKey(s, currency, id)
	found, err := t.get(ctx, k)
	if err != nil {
		return nil, 0, fmt.Errorf("charge %s: %w", id, err)
	}
	i, err := decode[chargeItem](found[k])
	if err != nil || i.Kind != billing.PostCharge {
		return nil, 0, err
	}
	p := i.value()
	return &p, i.Refunded, nil
}

// RefundCharge posts a refund of a charge, of which refunded was refunded when
// it was read. It is billing.Conflict if more was refunded meanwhile.
func (t *Table) RefundCharge(ctx context.Context, s billing.Scope, charge billing.Posting, refunded, amount int64, p billing.Posting) (billing.Posting, error) {
	condition := "refunded = :read"
	values := item{":read": number(refunded), ":sum": number(refunded + amount)}
	if refunded == 0 {
		condition = "attribute_not_exists(refunded)"
		delete(values, ":read")
	}
	stored, _, err := t.post(ctx, s, p, types.TransactWriteItem{Update: &types.Update{
		TableName:                 aws.String(t.name),
		Key:                       postingKey(s, charge.Currency, charge.ID).attributes(),
		UpdateExpression:          aws.String("SET refunded = :sum"),
		ConditionExpression:       aws.String(condition),
		ExpressionAttributeValues: values,
	}})
	if errors.Is(err, errBeside) {
		return stored, billing.ConcurrentChange("charge").Because(err)
	}
	return stored, err
}
