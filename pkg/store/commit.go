package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
)

var _ projector.Store = (*Table)(nil)

// Commit writes the event record, the changed rows and their counts, and what
// they post to the ledger, in one transaction. An event record comes first, so a
// cancellation for its sake can be told from one for a row's. A wallet that
// many spend from is waited for: deciding again would not change what is posted.
func (t *Table) Commit(ctx context.Context, s billing.Scope, c billing.Changes) error {
	writes, err := t.writes(s, c)
	if err != nil {
		return err
	}
	recorded := c.Event.ID != ""
	transact := t.transact
	if c.Posting != nil {
		transact = t.transactPatiently
	}
	if len(c.Tally) == 0 {
		return cancellation(transact(ctx, writes), recorded)
	}
	// All writers count in shard 0 until one meets another there.
	for shard := 0; ; shard = 1 + rand.IntN(counterShards-1) {
		count, err := t.count(s, shard, c.Tally)
		if err != nil {
			return err
		}
		err = transact(ctx, append(writes[:len(writes):len(writes)], count))
		if shard == 0 && onlyCountersBusy(err) {
			continue
		}
		return cancellation(err, recorded)
	}
}

func (t *Table) transact(ctx context.Context, writes []types.TransactWriteItem) error {
	_, err := t.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	return err
}

// writes are the conditional writes of the changes, the event record first if
// there is one.
func (t *Table) writes(s billing.Scope, c billing.Changes) ([]types.TransactWriteItem, error) {
	var writes []types.TransactWriteItem
	var failed error
	add := func(w types.TransactWriteItem, err error) {
		writes = append(writes, w)
		failed = errors.Join(failed, err)
	}
	if c.Event.ID != "" {
		add(t.record(s, c.Event))
	}
	if c.Customer != nil {
		add(t.replace(customerItemOf(s, *c.Customer), c.Customer.Revision))
	}
	if c.FindBy != "" {
		pointer := emailKey(s, c.FindBy, c.Customer.ID)
		add(types.TransactWriteItem{Put: &types.Put{TableName: aws.String(t.name), Item: pointer.attributes()}}, nil)
	}
	if c.LinkUser != "" {
		add(t.create(linkItem{key: linkKey(s, c.LinkUser), Customer: c.Customer.ID}))
	}
	if c.Subscription != nil {
		add(t.replace(subscriptionItemOf(s, *c.Subscription), c.Subscription.Revision))
	}
	if c.Sibling != nil {
		add(t.replace(subscriptionItemOf(s, *c.Sibling), c.Sibling.Revision))
	}
	if c.Transaction != nil {
		add(t.replace(transactionItemOf(s, *c.Transaction), c.Transaction.Revision))
	}
	if c.Creator != nil {
		add(t.replace(creatorItemOf(s, *c.Creator), c.Creator.Revision))
	}
	if c.Payout != nil {
		add(t.replace(payoutItemOf(s, *c.Payout), c.Payout.Revision))
	}
	for _, row := range c.Unchanged {
		add(t.unchanged(subscriptionKey(s, row.Customer, row.ID), row.Revision), nil)
	}
	if c.Posting != nil {
		posting, err := t.postingWrites(s, *c.Posting)
		writes, failed = append(writes, posting...), errors.Join(failed, err)
	}
	return writes, failed
}

// DynamoDB's reasons for canceling a transaction that are of interest here.
const (
	reasonNone      = "None"
	reasonCondition = "ConditionalCheckFailed"
	reasonConflict  = "TransactionConflict"
)

// cancellation translates a canceled transaction for the projector; recorded
// says that its first write is an event record.
func cancellation(err error, recorded bool) error {
	var canceled *types.TransactionCanceledException
	if !errors.As(err, &canceled) {
		return err
	}
	for i, r := range canceled.CancellationReasons {
		switch code := aws.ToString(r.Code); {
		case code == reasonCondition && i == 0 && recorded:
			return projector.ErrDuplicate
		case code == reasonCondition || code == reasonConflict:
			return fmt.Errorf("%w: %w", projector.ErrConflict, err)
		}
	}
	return err
}

// onlyCountersBusy reports whether the counters, the last write, are all that
// stood in the way of a transaction.
func onlyCountersBusy(err error) bool {
	var canceled *types.TransactionCanceledException
	if !errors.As(err, &canceled) || len(canceled.CancellationReasons) == 0 {
		return false
	}
	last := len(canceled.CancellationReasons) - 1
	for i, r := range canceled.CancellationReasons {
		code := aws.ToString(r.Code)
		if i < last && code != reasonNone || i == last && code != reasonConflict {
			return false
		}
	}
	return true
}
