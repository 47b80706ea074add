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
	"golang.org/x/sync/errgroup"

	"billhook/pkg/billing"
)

// daysKept is how long the figures of a day can be read.
const daysKept = 400 * billing.DayLength

type dayItem struct {
	key
	Day       int64         `dynamodbav:"day"` // unix seconds
	Counts    billing.Tally `dynamodbav:"counts"`
	ExpiresAt int64         `dynamodbav:"expires_at"`
}

func (i dayItem) value() billing.Snapshot {
	return billing.Snapshot{Day: billing.At(i.Day), Tally: i.Counts}
}

// SaveSnapshot keeps a scope's tally as it stood when a day began. The first
// one that is saved for a day stays.
func (t *Table) SaveSnapshot(ctx context.Context, s billing.Scope, snapshot billing.Snapshot) error {
	it, err := attributevalue.MarshalMap(dayItem{
		key: dayKey(s, snapshot.Day), Day: snapshot.Day.Unix(), Counts: snapshot.Tally, ExpiresAt: snapshot.Day.Add(daysKept).Unix(),
	})
	if err != nil {
		return fmt.Errorf("encode a day: %w", err)
	}
	_, err = t.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(t.name), Item: it, ConditionExpression: aws.String("attribute_not_exists(PK)"),
	})
	if _, saved := errors.AsType[*types.ConditionalCheckFailedException](err); err != nil && !saved {
		return fmt.Errorf("save the day of %s: %w", s, err)
	}
	return nil
}

// Snapshots reads the days of scopes from one on, oldest first, in the order of
// the scopes. Where the day itself was not kept, the last one before it comes
// first: what has happened since is told against it.
func (t *Table) Snapshots(ctx context.Context, from time.Time, scopes ...billing.Scope) ([][]billing.Snapshot, error) {
	all := make([][]billing.Snapshot, len(scopes))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i, s := range scopes {
		group.Go(func() (err error) {
			all[i], err = t.snapshots(ctx, s, from)
			return err
		})
	}
	return all, group.Wait()
}

func (t *Table) snapshots(ctx context.Context, s billing.Scope, from time.Time) ([]billing.Snapshot, error) {
	days, err := t.daysOf(ctx, s, from)
	if err != nil || len(days) > 0 && days[0].Day.Equal(from) {
		return days, err
	}
	before, err := t.lastDay(ctx, s, from)
	return append(before, days...), err
}

func (t *Table) daysOf(ctx context.Context, s billing.Scope, from time.Time) ([]billing.Snapshot, error) {
	start := dayKey(s, from)
	pages := dynamodb.NewQueryPaginator(t.db, &dynamodb.QueryInput{
		TableName:              aws.String(t.name),
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
			return nil, fmt.Errorf("read the days of %s: %w", s, err)
		}
		items = append(items, page.Items...)
	}
	return decodeAll[dayItem](items)
}

// lastDay reads the last day that was kept before one.
func (t *Table) lastDay(ctx context.Context, s billing.Scope, before time.Time) ([]billing.Snapshot, error) {
	end := dayKey(s, before)
	page, err := t.db.Query(ctx, &dynamodb.QueryInput{
		TableName:              aws.String(t.name),
		KeyConditionExpression: aws.String("PK = :pk AND SK < :end"),
		ExpressionAttributeValues: item{
			":pk":  &types.AttributeValueMemberS{Value: end.PK},
			":end": &types.AttributeValueMemberS{Value: end.SK},
		},
		ScanIndexForward: aws.Bool(false),
		Limit:            aws.Int32(1),
	})
	if err != nil {
		return nil, fmt.Errorf("read the last day of %s: %w", s, err)
	}
	return decodeAll[dayItem](page.Items)
}
