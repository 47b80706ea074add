package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
)

type postingItem struct {
	key
	ID          string              `dynamodbav:"id"`
	Kind        billing.PostingKind `dynamodbav:"kind"`
	At          millis              `dynamodbav:"at"`
	Currency    string              `dynamodbav:"currency"`
	Description string              `dynamodbav:"description,omitempty"`
	Reference   string              `dynamodbav:"reference,omitempty"`
	Entries     []entryItem         `dynamodbav:"entries"`
}

type entryItem struct {
	Account string `dynamodbav:"account"`
	Amount  int64  `dynamodbav:"amount"`
}

func postingItemOf(at key, p billing.Posting) postingItem {
	i := postingItem{
		key: at, ID: p.ID, Kind: p.Kind, At: toMillis(p.At), Currency: p.Currency, Description: p.Description, Reference: p.Reference,
	}
	for _, e := range p.Entries {
		i.Entries = append(i.Entries, entryItem{e.Account.String(), e.Amount})
	}
	return i
}

func (i postingItem) value() billing.Posting {
	p := billing.Posting{Kind: i.Kind, Cause: billing.Cause{
		ID: i.ID, At: i.At.time(), Currency: i.Currency, Description: i.Description, Reference: i.Reference,
	}}
	for _, e := range i.Entries {
		p.Entries = append(p.Entries, billing.Entry{Account: billing.AccountNamed(e.Account), Amount: e.Amount})
	}
	return p
}

// Posting reads a posting by what caused it; nil if there is none.
func (t *Table) Posting(ctx context.Context, s billing.Scope, currency, id string) (*billing.Posting, error) {
	k := postingKey(s, currency, id)
	found, err := t.get(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("posting %s: %w", id, err)
	}
	return row[postingItem](found[k])
}

// Post commits a posting, the balances it changes and its place in the
// histories of those it concerns, all in one transaction. What caused it makes
// it once: the second time it answers the posting that is stored, and first is
// false. The same cause with another posting is billing.ErrAnotherPosting; an
// account that does not have what is taken from it, billing.ErrInsufficientBalance.
func (t *Table) Post(ctx context.Context, s billing.Scope, p billing.Posting) (stored billing.Posting, first bool, err error) {
	return t.post(ctx, s, p)
}

// errBeside is the error of a condition, among the writes beside a posting, that
// does not hold.
var errBeside = errors.New("a row beside the posting changed")

// post is Post together with other writes: all are done or none is. If one of
// those stands in the way it fails with errBeside.
func (t *Table) post(ctx context.Context, s billing.Scope, p billing.Posting, beside ...types.TransactWriteItem) (stored billing.Posting, first bool, err error) {
	writes, err := t.postingWrites(s, p)
	if err != nil {
		return p, false, err
	}
	own := len(writes)
	err = t.transactPatiently(ctx, append(writes, beside...))
	if err == nil {
		return p, true, nil
	}
	refused, is := errors.AsType[*types.TransactionCanceledException](err)
	if !is || !onCondition(refused) {
		return p, false, fmt.Errorf("post %s: %w", p.ID, err)
	}
	return t.refusedPosting(ctx, s, p, refused, own)
}

// refusedPosting says which condition did not hold, the posting's own first.
func (t *Table) refusedPosting(
	ctx context.Context, s billing.Scope, p billing.Posting, refused *types.TransactionCanceledException, own int,
) (stored billing.Posting, first bool, err error) {
	known, err := t.Posting(ctx, s, p.Currency, p.ID)
	switch {
	case err != nil:
		return p, false, err
	case known != nil && !known.Same(p):
		return *known, false, billing.ErrAnotherPosting
	case known != nil:
		return *known, false, nil
	}
	for i, r := range refused.CancellationReasons {
		if i >= own && aws.ToString(r.Code) == reasonCondition {
			return p, false, fmt.Errorf("post %s: %w", p.ID, errBeside)
		}
	}
	return p, false, billing.ErrInsufficientBalance
}

// postingWrites are the posting under its cause, which comes first, its place
// in each history, and the balances.
func (t *Table) postingWrites(s billing.Scope, p billing.Posting) ([]types.TransactWriteItem, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	at := postingKey(s, p.Currency, p.ID)
	put, err := t.create(postingItemOf(at, p))
	writes := []types.TransactWriteItem{put}
	for _, b := range countedIn(p) {
		balances := key{at.PK, balanceSort}
		if b != (billing.Book{}) {
			balances = bookKey(s, p.Currency, b)
			history, failed := t.create(postingItemOf(key{balances.PK, historyOrder(p)}, p))
			err = errors.Join(err, failed)
			writes = append(writes, history)
		}
		change, failed := t.balanceUpdate(balances, p, b)
		err = errors.Join(err, failed)
		writes = append(writes, change)
	}
	return writes, err
}

// countedIn are the books that a posting changes. The platform's has the totals
// of all others, so it is among them unless the posting leaves those as they are,
// as a hold does.
func countedIn(p billing.Posting) []billing.Book {
	books := p.Books()
	if p.Totals() != (billing.Totals{}) && !slices.Contains(books, billing.Book{}) {
		books = append(books, billing.Book{})
	}
	return books
}

// Attributes of a book beside its balances; the last are the platform's only.
const (
	bookPostings  = "postings"
	bookDeposited = "deposited"
	bookSpent     = "spent"
	bookUsers     = "users"
	bookCreators  = "creators"
	bookTransit   = "in_transit"
)

// balanceUpdate has DynamoDB itself add to a book's balances, so that nothing
// needs to be read before.
func (t *Table) balanceUpdate(at key, p billing.Posting, b billing.Book) (types.TransactWriteItem, error) {
	update := expression.Add(expression.Name(bookPostings), expression.Value(1))
	var needs expression.ConditionBuilder
	for _, e := range p.In(b) {
		balance := expression.Name(string(e.Account.Kind))
		update = update.Add(balance, expression.Value(e.Amount))
		if least := p.Needs(e); least > 0 {
			needs = also(needs, balance.GreaterThanEqual(expression.Value(least)))
		}
	}
	if b == (billing.Book{}) {
		totals := p.Totals()
		for name, change := range map[string]int64{bookUsers: totals.Users, bookCreators: totals.Creators, bookTransit: totals.Transit} {
			if change != 0 {
				update = update.Add(expression.Name(name), expression.Value(change))
			}
		}
	}
	if b.Kind == billing.WalletAccount {
		deposited, spent := p.Lifetime(b.Owner)
		update = update.Add(expression.Name(bookDeposited), expression.Value(deposited)).
			Add(expression.Name(bookSpent), expression.Value(spent))
	}
	e := expression.NewBuilder().WithUpdate(update)
	if needs.IsSet() {
		e = e.WithCondition(needs)
	}
	built, err := e.Build()
	if err != nil {
		return types.TransactWriteItem{}, fmt.Errorf("change balances: %w", err)
	}
	return types.TransactWriteItem{Update: &types.Update{
		TableName:                 aws.String(t.name),
		Key:                       at.attributes(),
		UpdateExpression:          built.Update(),
		ConditionExpression:       built.Condition(),
		ExpressionAttributeNames:  built.Names(),
		ExpressionAttributeValues: built.Values(),
	}}, nil
}

func also(condition, other expression.ConditionBuilder) expression.ConditionBuilder {
	if !condition.IsSet() {
		return other
	}
	return condition.And(other)
}

// passes reports whether a reason for canceling a transaction has nothing to do
// with what is stored: the same transaction can be tried again.
func passes(r types.CancellationReason) bool {
	switch aws.ToString(r.Code) {
	case reasonConflict, "ThrottlingError", "ProvisionedThroughputExceeded":
		return true
	default:
		return false
	}
}

// postingAttempts bounds how often a posting is tried while others are written
// to the same wallet. Its waits add up to more than any caller has time for.
const postingAttempts = 128

// transactPatiently tries a transaction until nobody else's is in its way. A
// condition that does not hold ends it.
func (t *Table) transactPatiently(ctx context.Context, writes []types.TransactWriteItem) error {
	for attempt := range postingAttempts {
		err := t.transact(ctx, writes)
		canceled, is := errors.AsType[*types.TransactionCanceledException](err)
		if !is || onCondition(canceled) || !slices.ContainsFunc(canceled.CancellationReasons, passes) {
			return err
		}
		if err := backOff(ctx, attempt); err != nil {
			return err
		}
	}
	return errLedgerBusy
}

// onCondition reports whether a transaction was canceled for a condition.
func onCondition(canceled *types.TransactionCanceledException) bool {
	return slices.ContainsFunc(canceled.CancellationReasons, func(r types.CancellationReason) bool {
		return aws.ToString(r.Code) == reasonCondition
	})
}

var errLedgerBusy = billing.NewError(billing.Unavailable, "ledger_busy", "Too many postings at the same time; try again")

// backOff waits a random while, longer with each attempt, so that writers of
// the same item do not meet again.
func backOff(ctx context.Context, attempt int) error {
	longest := min(8*time.Millisecond<<min(attempt, 6), 256*time.Millisecond)
	select {
	case <-time.After(rand.N(longest)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
