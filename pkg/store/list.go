package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"billhook/pkg/billing"
)

// ListSubscriptions lists subscriptions of scopes, newest first. The indexes
// it reads follow the table by a moment.
func (t *Table) ListSubscriptions(ctx context.Context, q billing.ListQuery) (billing.ListPage[billing.Subscription], error) {
	return list[subscriptionItem](ctx, t, subscriptionList, q, func(s billing.Subscription) string { return string(s.Status) })
}

// ListTransactions lists transactions of scopes, newest first. The indexes it
// reads follow the table by a moment.
func (t *Table) ListTransactions(ctx context.Context, q billing.ListQuery) (billing.ListPage[billing.Transaction], error) {
	return list[transactionItem](ctx, t, transactionList, q, func(x billing.Transaction) string { return string(x.Status) })
}

// entry is a row's place in a list.
type entry struct {
	key
	Order string `dynamodbav:"list_order"`
	scope billing.Scope
}

// list merges the shards of all scopes. Each is read no further than the page
// can reach, so the cost depends on the page and not on the rows there are.
func list[I interface{ value() V }, V any](
	ctx context.Context, t *Table, name string, q billing.ListQuery, status func(V) string,
) (billing.ListPage[V], error) {
	page := billing.ListPage[V]{Rows: []billing.Listed[V]{}}
	entries, err := t.entries(ctx, name, q)
	if err != nil {
		return page, fmt.Errorf("list %s: %w", name, err)
	}
	entries = entries[min(q.Skip, len(entries)):]
	if len(entries) > q.Limit {
		entries = entries[:q.Limit]
		page.Next = entries[q.Limit-1].Order
	}
	keys := make([]key, len(entries))
	for i, e := range entries {
		keys[i] = e.key
	}
	found, err := t.get(ctx, keys...)
	if err != nil {
		return page, fmt.Errorf("list %s: %w", name, err)
	}
	for _, e := range entries {
		v, err := row[I](found[e.key])
		if err != nil {
			return page, err
		}
		// The index may still show a row under the status it has just left.
		if v != nil && (q.Status == "" || status(*v) == q.Status) {
			page.Rows = append(page.Rows, billing.Listed[V]{Scope: e.scope, Row: *v})
		}
	}
	return page, nil
}

// parallel bounds the index queries under way for one list.
const parallel = 16

// entries reads what a page needs of every shard, and one entry more, which
// tells that there is a next page; newest first.
func (t *Table) entries(ctx context.Context, name string, q billing.ListQuery) ([]entry, error) {
	shards := make([][]entry, len(q.Scopes)*listShards)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i := range shards {
		group.Go(func() (err error) {
			shards[i], err = t.shard(ctx, name, q.Scopes[i/listShards], i%listShards, q)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	entries := slices.Concat(shards...)
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(b.Order, a.Order) })
	return entries, nil
}

// listBounds are the places between which a query looks.
func listBounds(q billing.ListQuery) (from, to string) {
	from, to = billing.ListOrder(q.Period.From, ""), listEnd
	if !q.Period.To.IsZero() {
		to = billing.ListOrder(q.Period.To, "")
	}
	if q.After != "" {
		to = min(to, q.After)
	}
	return min(from, to), to
}

func (t *Table) shard(ctx context.Context, name string, s billing.Scope, shard int, q billing.ListQuery) ([]entry, error) {
	want := q.Skip + q.Limit + 1
	if q.After != "" {
		want++ // the row there
	}
	input := &dynamodb.QueryInput{
		TableName:              aws.String(t.name),
		IndexName:              aws.String(byProject),
		KeyConditionExpression: aws.String("by_project = :list"),
		ExpressionAttributeValues: item{
			":list": &types.AttributeValueMemberS{Value: listPartition(s, name, shard)},
		},
		ScanIndexForward: aws.Bool(false),
	}
	if q.Status != "" {
		input.IndexName = aws.String(byStatus)
		input.KeyConditionExpression = aws.String("by_status = :list")
		input.ExpressionAttributeValues[":list"] = &types.AttributeValueMemberS{Value: statusPartition(s, name, q.Status, shard)}
	}
	// Of a key one range can be asked for, which has both ends in it: a row at the
	// upper one belongs to the page before, or is none.
	from, to := listBounds(q)
	input.KeyConditionExpression = aws.String(*input.KeyConditionExpression + " AND list_order BETWEEN :from AND :to")
	input.ExpressionAttributeValues[":from"] = &types.AttributeValueMemberS{Value: from}
	input.ExpressionAttributeValues[":to"] = &types.AttributeValueMemberS{Value: to}
	var entries []entry
	for {
		input.Limit = aws.Int32(int32(want - len(entries))) //nolint:gosec // pages are bounded far below 2^31
		out, err := t.db.Query(ctx, input)
		if err != nil {
			return nil, err
		}
		for _, it := range out.Items {
			e, err := decode[entry](it)
			if err != nil {
				return nil, err
			}
			if e.Order == to {
				continue
			}
			e.scope = s
			entries = append(entries, e)
		}
		if len(out.LastEvaluatedKey) == 0 || len(entries) >= want {
			return entries, nil
		}
		input.ExclusiveStartKey = out.LastEvaluatedKey
	}
}
