package store

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
)

type holdItem struct {
	key
	List        string `dynamodbav:"by_project"`
	Order       string `dynamodbav:"list_order"`
	ID          string `dynamodbav:"id"`
	User        string `dynamodbav:"user"`
	Currency    string `dynamodbav:"currency"`
	Amount      int64  `dynamodbav:"amount"`
	Description string `dynamodbav:"description,omitempty"`
	CreatedAt   millis `dynamodbav:"created_at"`
	EndsAt      millis `dynamodbav:"ends_at"`
}

func holdItemOf(s billing.Scope, h billing.Hold) holdItem {
	list, order := due(s, h.ExpiresAt, h.ID)
	order = fmt.Sprintf("%s#%d", order, h.Amount) // for Held, which reads no more than the keys
	return holdItem{
		key: holdKey(s, h.Currency, h.User, h.ID), List: list, Order: order,
		ID: h.ID, User: h.User, Currency: h.Currency, Amount: h.Amount, Description: h.Description,
		CreatedAt: toMillis(h.CreatedAt), EndsAt: toMillis(h.ExpiresAt),
	}
}

func (i holdItem) value() billing.Hold {
	return billing.Hold{
		ID: i.ID, User: i.User, Currency: i.Currency, Amount: i.Amount, Description: i.Description,
		CreatedAt: i.CreatedAt.time(), ExpiresAt: i.EndsAt.time(),
	}
}

// PlaceHold sets a hold's money aside, once. It answers the posting that did.
// While that is held, the same hold for another time is billing.ErrAnotherPosting.
func (t *Table) PlaceHold(ctx context.Context, s billing.Scope, h billing.Hold) (billing.Posting, error) {
	open, err := t.create(holdItemOf(s, h))
	if err != nil {
		return billing.Posting{}, err
	}
	p := billing.Reserve(billing.Cause{
		ID: h.ID, At: h.CreatedAt, Currency: h.Currency, Description: h.Description, Reference: h.ID,
	}, h.User, h.Amount)
	stored, first, err := t.post(ctx, s, p, open)
	if err != nil || first {
		return stored, err
	}
	known, err := t.Hold(ctx, s, h.Currency, h.User, h.ID)
	if err == nil && known != nil && known.ExpiresAt.Sub(known.CreatedAt) != h.ExpiresAt.Sub(h.CreatedAt) {
		err = billing.ErrAnotherPosting
	}
	return stored, err
}

// EndHold posts what ends a hold, whose id is the hold's EndID.
func (t *Table) EndHold(ctx context.Context, s billing.Scope, h billing.Hold, p billing.Posting) (billing.Posting, error) {
	open := types.TransactWriteItem{Delete: &types.Delete{
		TableName: aws.String(t.name), Key: holdKey(s, h.Currency, h.User, h.ID).attributes(),
	}}
	stored, _, err := t.post(ctx, s, p, open)
	return stored, err
}

// Hold reads a user's hold that has not ended; nil if there is none.
func (t *Table) Hold(ctx context.Context, s billing.Scope, currency, user, id string) (*billing.Hold, error) {
	k := holdKey(s, currency, user, id)
	found, err := t.get(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("hold %s: %w", id, err)
	}
	return row[holdItem](found[k])
}

// Holds lists a user's holds that have not ended.
func (t *Table) Holds(ctx context.Context, s billing.Scope, currency, user string) ([]billing.Hold, error) {
	items, err := t.query(ctx, bookPartition(s, currency, billing.WalletBook(user)), holdPrefix)
	if err != nil {
		return nil, fmt.Errorf("holds of %s: %w", user, err)
	}
	return decodeAll[holdItem](items)
}

// Due lists holds of a scope that have expired by a time, and wallets whose
// reload nobody works on any more, those that wait longest first of each shard.
// The index it reads follows the table by a moment.
func (t *Table) Due(ctx context.Context, s billing.Scope, by time.Time, limit int) ([]billing.Hold, []billing.Wallet, error) {
	var entries []key
	for shard := range listShards {
		out, err := t.db.Query(ctx, &dynamodb.QueryInput{
			TableName:              aws.String(t.name),
			IndexName:              aws.String(byProject),
			KeyConditionExpression: aws.String("by_project = :list AND list_order < :by"),
			ExpressionAttributeValues: item{
				":list": &types.AttributeValueMemberS{Value: listPartition(s, dueList, shard)},
				":by":   &types.AttributeValueMemberS{Value: dueOrder(by) + "~"}, // after every id
			},
			Limit: aws.Int32(int32(limit)), //nolint:gosec // pages are bounded far below 2^31
		})
		if err != nil {
			return nil, nil, fmt.Errorf("what is due: %w", err)
		}
		for _, it := range out.Items {
			e, err := decode[entry](it)
			if err != nil {
				return nil, nil, err
			}
			entries = append(entries, e.key)
		}
	}
	found, err := t.get(ctx, entries...)
	if err != nil {
		return nil, nil, fmt.Errorf("what is due: %w", err)
	}
	return dueOf(entries, found)
}

func dueOf(entries []key, found map[key]item) (holds []billing.Hold, wallets []billing.Wallet, err error) {
	for _, k := range entries {
		switch {
		case found[k] == nil: // it ended just now
		case k.SK == balanceSort:
			i, err := decode[bookItem](found[k])
			if err != nil {
				return nil, nil, err
			}
			wallets = append(wallets, billing.Wallet{User: i.User, Currency: i.Currency, Balance: i.Wallet, Reload: i.Reload.value()})
		default:
			i, err := decode[holdItem](found[k])
			if err != nil {
				return nil, nil, err
			}
			holds = append(holds, i.value())
		}
	}
	return holds, wallets, nil
}
