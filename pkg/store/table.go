package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
)

// Table is billhook's DynamoDB table. It is safe for concurrent use.
type Table struct {
	db   *dynamodb.Client
	name string
}

// Open makes a Table of the client's table with the given name. Nothing is
// read yet.
func Open(db *dynamodb.Client, name string) *Table { return &Table{db: db, name: name} }

type item = map[string]types.AttributeValue

// get reads items by key, strongly consistent, in as few calls as DynamoDB
// allows. Keys without an item are absent from the answer.
func (t *Table) get(ctx context.Context, keys ...key) (map[key]item, error) {
	const batch = 100 // DynamoDB's limit
	found := make(map[key]item, len(keys))
	for len(keys) > 0 {
		n := min(batch, len(keys))
		wanted := make([]item, n)
		for i, k := range keys[:n] {
			wanted[i] = k.attributes()
		}
		keys = keys[n:]
		for len(wanted) > 0 {
			out, err := t.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
				RequestItems: map[string]types.KeysAndAttributes{
					t.name: {Keys: wanted, ConsistentRead: aws.Bool(true)},
				},
			})
			if err != nil {
				return nil, fmt.Errorf("read %d items: %w", n, err)
			}
			for _, it := range out.Responses[t.name] {
				var k key
				if err := attributevalue.UnmarshalMap(it, &k); err != nil {
					return nil, fmt.Errorf("read key: %w", err)
				}
				found[k] = it
			}
			wanted = out.UnprocessedKeys[t.name].Keys
		}
	}
	return found, nil
}

// query reads all items of a partition whose sort key has a prefix, strongly
// consistent, in the sort key's order.
func (t *Table) query(ctx context.Context, partition, prefix string) ([]item, error) {
	return t.queryWhere(ctx, "begins_with(SK, :from)", item{
		":pk":   &types.AttributeValueMemberS{Value: partition},
		":from": &types.AttributeValueMemberS{Value: prefix},
	})
}

// queryFrom is query for the sort keys from one to the last that has a prefix.
func (t *Table) queryFrom(ctx context.Context, partition, from, lastPrefix string) ([]item, error) {
	return t.queryWhere(ctx, "SK BETWEEN :from AND :to", item{
		":pk":   &types.AttributeValueMemberS{Value: partition},
		":from": &types.AttributeValueMemberS{Value: from},
		":to":   &types.AttributeValueMemberS{Value: lastPrefix + "~"}, // after whatever ids are made of
	})
}

func (t *Table) queryWhere(ctx context.Context, condition string, values item) ([]item, error) {
	pages := dynamodb.NewQueryPaginator(t.db, &dynamodb.QueryInput{
		TableName:                 aws.String(t.name),
		ConsistentRead:            aws.Bool(true),
		KeyConditionExpression:    aws.String("PK = :pk AND " + condition),
		ExpressionAttributeValues: values,
	})
	var items []item
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("query: %w", err)
		}
		items = append(items, page.Items...)
	}
	return items, nil
}

// newest reads items of a partition whose sort key has a prefix and grows with
// time, newest first, after skip of them.
func (t *Table) newest(ctx context.Context, partition, prefix string, skip, limit int) ([]item, error) {
	pages := dynamodb.NewQueryPaginator(t.db, &dynamodb.QueryInput{
		TableName:              aws.String(t.name),
		ConsistentRead:         aws.Bool(true),
		ScanIndexForward:       aws.Bool(false),
		Limit:                  aws.Int32(int32(skip + limit)), //nolint:gosec // pages are bounded far below 2^31
		KeyConditionExpression: aws.String("PK = :pk AND begins_with(SK, :prefix)"),
		ExpressionAttributeValues: item{
			":pk":     &types.AttributeValueMemberS{Value: partition},
			":prefix": &types.AttributeValueMemberS{Value: prefix},
		},
	})
	var items []item
	for pages.HasMorePages() && len(items) < skip+limit {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", prefix, err)
		}
		items = append(items, page.Items...)
	}
	return items[min(skip, len(items)):min(skip+limit, len(items))], nil
}

// create is a Put that fails if the item exists.
func (t *Table) create(value any) (types.TransactWriteItem, error) {
	return t.replace(value, 0)
}

// replace is a Put that fails unless the item has the revision that was read;
// revision 0 means that there was none.
func (t *Table) replace(value any, revision int64) (types.TransactWriteItem, error) {
	it, err := attributevalue.MarshalMap(value)
	if err != nil {
		return types.TransactWriteItem{}, fmt.Errorf("encode item: %w", err)
	}
	put := &types.Put{TableName: aws.String(t.name), Item: it}
	if revision == 0 {
		put.ConditionExpression = aws.String("attribute_not_exists(PK)")
	} else {
		put.ConditionExpression = aws.String("revision = :read")
		put.ExpressionAttributeValues = item{
			":read": &types.AttributeValueMemberN{Value: strconv.FormatInt(revision, 10)},
		}
	}
	return types.TransactWriteItem{Put: put}, nil
}

// unchanged is a check that an item has the revision that was read.
func (t *Table) unchanged(k key, revision int64) types.TransactWriteItem {
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName:           aws.String(t.name),
		Key:                 k.attributes(),
		ConditionExpression: aws.String("revision = :read"),
		ExpressionAttributeValues: item{
			":read": &types.AttributeValueMemberN{Value: strconv.FormatInt(revision, 10)},
		},
	}}
}

// put is a replace on its own. It reports whether the condition held.
func (t *Table) put(ctx context.Context, value any, revision int64) (bool, error) {
	w, err := t.replace(value, revision)
	if err != nil {
		return false, err
	}
	_, err = t.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                 w.Put.TableName,
		Item:                      w.Put.Item,
		ConditionExpression:       w.Put.ConditionExpression,
		ExpressionAttributeValues: w.Put.ExpressionAttributeValues,
	})
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return false, nil
	}
	return err == nil, err
}

// sortKey is an item's SK.
func sortKey(it item) string {
	var k key
	_ = attributevalue.UnmarshalMap(it, &k) // an item that was read has a key of texts
	return k.SK
}

// decode reads an item into a value.
func decode[T any](it item) (T, error) {
	var v T
	if err := attributevalue.UnmarshalMap(it, &v); err != nil {
		return v, fmt.Errorf("decode item: %w", err)
	}
	return v, nil
}

// decodeAll reads items into the values they stand for.
func decodeAll[I interface{ value() V }, V any](items []item) ([]V, error) {
	values := make([]V, 0, len(items))
	for _, it := range items {
		v, err := decode[I](it)
		if err != nil {
			return nil, err
		}
		values = append(values, v.value())
	}
	return values, nil
}

// millis is a time in an item: unix milliseconds, 0 for none.
type millis int64

func toMillis(t time.Time) millis {
	if t.IsZero() {
		return 0
	}
	return millis(t.UnixMilli())
}

func (m millis) time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m)).UTC()
}

// errNotFound is the answer for a project that does not exist.
var errNotFound = billing.NewError(billing.NotFound, "project_not_found", "Project not found")

// standsInTheWay reports whether a transaction was canceled because of what is
// stored, or because of another transaction at the same time.
func standsInTheWay(err error) bool {
	var canceled *types.TransactionCanceledException
	return errors.As(err, &canceled) && slices.ContainsFunc(canceled.CancellationReasons, func(r types.CancellationReason) bool {
		code := aws.ToString(r.Code)
		return code == reasonCondition || code == reasonConflict
	})
}
