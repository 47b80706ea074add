package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
)

// Tally sums the counters of scopes.
func (t *Table) Tally(ctx context.Context, scopes ...billing.Scope) (billing.Tally, error) {
	var keys []key
	for _, s := range scopes {
		for shard := range counterShards {
			keys = append(keys, counterKey(s, shard))
		}
	}
	found, err := t.get(ctx, keys...)
	if err != nil {
		return nil, fmt.Errorf("counters: %w", err)
	}
	sum := billing.Tally{}
	for _, it := range found {
		for name, v := range it {
			n, ok := v.(*types.AttributeValueMemberN)
			if !ok {
				continue // PK and SK
			}
			count, err := strconv.ParseInt(n.Value, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("counter %s: %w", name, err)
			}
			sum[name] += count
		}
	}
	return sum, nil
}

// count adds a tally to a shard of the scope's counters.
func (t *Table) count(s billing.Scope, shard int, tally billing.Tally) (types.TransactWriteItem, error) {
	var update expression.UpdateBuilder
	for _, name := range slices.Sorted(maps.Keys(tally)) {
		update = update.Add(expression.NameNoDotSplit(name), expression.Value(tally[name]))
	}
	e, err := expression.NewBuilder().WithUpdate(update).Build()
	if err != nil {
		return types.TransactWriteItem{}, fmt.Errorf("count: %w", err)
	}
	return types.TransactWriteItem{Update: &types.Update{
		TableName:                 aws.String(t.name),
		Key:                       counterKey(s, shard).attributes(),
		UpdateExpression:          e.Update(),
		ExpressionAttributeNames:  e.Names(),
		ExpressionAttributeValues: e.Values(),
	}}, nil
}
