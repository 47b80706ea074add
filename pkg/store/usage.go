package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
)

// usageKept is how long the usage of an hour can be read.
const usageKept = 400 * 24 * time.Hour

type usageItem struct {
	Hour    int64 `dynamodbav:"hour"` // unix seconds
	Creates int64 `dynamodbav:"creates"`
	Queries int64 `dynamodbav:"queries"`
	Refused int64 `dynamodbav:"refused"`
}

func (i usageItem) value() billing.Usage {
	return billing.Usage{Hour: billing.At(i.Hour), Creates: i.Creates, Queries: i.Queries, Refused: i.Refused}
}

// CountUsage counts a call in its hour.
func (t *Table) CountUsage(ctx context.Context, s billing.Scope, class billing.UsageClass, now time.Time) error {
	hour := now.Truncate(time.Hour)
	_, err := t.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                aws.String(t.name),
		Key:                      usageKey(s, hour).attributes(),
		UpdateExpression:         aws.String("SET #hour = :hour, expires_at = :expires ADD #class :one"),
		ExpressionAttributeNames: map[string]string{"#hour": "hour", "#class": string(class)},
		ExpressionAttributeValues: item{
			":hour": seconds(hour), ":expires": seconds(hour.Add(usageKept)), ":one": number(1),
		},
	})
	if err != nil {
		return fmt.Errorf("count usage: %w", err)
	}
	return nil
}

// Usage reads the hours of a scope that had calls, from one on, newest first.
func (t *Table) Usage(ctx context.Context, s billing.Scope, from time.Time) ([]billing.Usage, error) {
	start := usageKey(s, from.Truncate(time.Hour))
	pages := dynamodb.NewQueryPaginator(t.db, &dynamodb.QueryInput{
		TableName:              aws.String(t.name),
		ConsistentRead:         aws.Bool(true),
		KeyConditionExpression: aws.String("PK = :pk AND SK >= :start"),
		ExpressionAttributeValues: item{
			":pk":    &types.AttributeValueMemberS{Value: start.PK},
			":start": &types.AttributeValueMemberS{Value: start.SK},
		},
	})
	var items []item
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read usage: %w", err)
		}
		items = append(items, page.Items...)
	}
	slices.Reverse(items)
	return decodeAll[usageItem](items)
}
