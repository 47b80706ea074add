package store

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"billhook/pkg/billing"
)

// heldPages bounds how much is read of the holds of a shard: DynamoDB's pages of
// a megabyte, each some 4,000 of them.
const heldPages = 4

// Held adds up what is held in a scope, by currency, from the keys by which the
// schedule finds holds that expire: so placing and ending a hold costs nothing
// for it. It is not whole if more are open than are read. The index it reads
// follows the table by a moment.
func (t *Table) Held(ctx context.Context, s billing.Scope) (held map[string]int64, whole bool, err error) {
	held, whole = map[string]int64{}, true
	var sum sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	for shard := range listShards {
		group.Go(func() error {
			holds, all, err := t.openHolds(ctx, listPartition(s, dueList, shard))
			sum.Lock()
			defer sum.Unlock()
			whole = whole && all
			for _, k := range holds {
				if currency, amount, ok := heldBy(s, k); ok {
					held[currency] += amount
				}
			}
			return err
		})
	}
	err = group.Wait()
	return held, whole, err
}

func (t *Table) openHolds(ctx context.Context, list string) (entries []entry, all bool, err error) {
	pages := dynamodb.NewQueryPaginator(t.db, &dynamodb.QueryInput{
		TableName:                 aws.String(t.name),
		IndexName:                 aws.String(byProject),
		KeyConditionExpression:    aws.String("by_project = :list"),
		ExpressionAttributeValues: item{":list": &types.AttributeValueMemberS{Value: list}},
	})
	for range heldPages {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, false, err
		}
		for _, it := range page.Items {
			e, err := decode[entry](it)
			if err != nil {
				return nil, false, err
			}
			entries = append(entries, e)
		}
		if !pages.HasMorePages() {
			return entries, true, nil
		}
	}
	return entries, false, nil
}

// heldBy reads the keys of a hold; ok is false for what else is due.
func heldBy(s billing.Scope, e entry) (currency string, amount int64, ok bool) {
	if !strings.HasPrefix(e.SK, holdPrefix) {
		return "", 0, false
	}
	currency, _, _ = strings.Cut(strings.TrimPrefix(e.PK, s.String()+ledgerName), "#")
	amount, err := strconv.ParseInt(e.Order[strings.LastIndexByte(e.Order, '#')+1:], 10, 64)
	return currency, amount, err == nil
}
