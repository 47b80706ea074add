package store

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"billhook/pkg/billing"
)

// refusalItem is the last refused delivery only: anybody can send more of them.
type refusalItem struct {
	key
	At          millis `dynamodbav:"at"`
	LikelyCause string `dynamodbav:"likely_cause"`
}

func (i refusalItem) value() billing.Refusal {
	return billing.Refusal{At: i.At.time(), LikelyCause: i.LikelyCause}
}

// SaveRefusal keeps why a delivery was refused, in the place of the one before.
func (t *Table) SaveRefusal(ctx context.Context, s billing.Scope, r billing.Refusal) error {
	it, err := attributevalue.MarshalMap(refusalItem{refusalKey(s), toMillis(r.At), r.LikelyCause})
	if err != nil {
		return fmt.Errorf("encode refusal: %w", err)
	}
	if _, err := t.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(t.name), Item: it}); err != nil {
		return fmt.Errorf("save refusal: %w", err)
	}
	return nil
}

// LastRefusal is the delivery that was refused last; nil if there was none.
func (t *Table) LastRefusal(ctx context.Context, s billing.Scope) (*billing.Refusal, error) {
	k := refusalKey(s)
	found, err := t.get(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("read refusal: %w", err)
	}
	return row[refusalItem](found[k])
}
