package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

type creatorItem struct {
	key
	ID        string                  `dynamodbav:"id"`
	Project   string                  `dynamodbav:"project"`
	Mode      billing.Mode            `dynamodbav:"mode"`
	Account   string                  `dynamodbav:"account,omitempty"`
	Former    string                  `dynamodbav:"former,omitempty"`
	State     accountStateItem        `dynamodbav:"state"`
	AsOf      millis                  `dynamodbav:"as_of,omitempty"`
	Frequency billing.PayoutFrequency `dynamodbav:"frequency,omitempty"`
	DueAt     millis                  `dynamodbav:"due_at,omitempty"`
	InFlight  []string                `dynamodbav:"in_flight,omitempty"`
	RetryAt   millis                  `dynamodbav:"retry_at,omitempty"`
	Payouts   int64                   `dynamodbav:"payouts"`
	Paid      int64                   `dynamodbav:"paid"`
	Revision  int64                   `dynamodbav:"revision"`

	// Where the schedule finds the creator; absent if there is nothing to do.
	List  string `dynamodbav:"by_project,omitempty"`
	Order string `dynamodbav:"list_order,omitempty"`
}

type accountStateItem struct {
	DetailsSubmitted bool     `dynamodbav:"details_submitted,omitempty"`
	PayoutsEnabled   bool     `dynamodbav:"payouts_enabled,omitempty"`
	Transfers        bool     `dynamodbav:"transfers,omitempty"`
	CurrentlyDue     []string `dynamodbav:"currently_due,omitempty"`
	DisabledReason   string   `dynamodbav:"disabled_reason,omitempty"`
}

func creatorItemOf(s billing.Scope, c billing.Creator) creatorItem {
	i := creatorItem{
		key: creatorKey(s, c.ID), ID: c.ID, Project: s.Project.String(), Mode: s.Mode, Account: c.Account, Former: c.Former,
		State: accountStateItem(c.State), AsOf: toMillis(c.AsOf), Frequency: c.Frequency, DueAt: toMillis(c.DueAt),
		InFlight: c.InFlight, RetryAt: toMillis(c.RetryAt), Payouts: c.Payouts, Paid: c.Paid, Revision: c.Revision + 1,
	}
	if look := c.LookAt(); !look.IsZero() {
		i.List, i.Order = creatorList(shardOf(i.PK, payoutShards)), dueOrder(look)
	}
	return i
}

func (i creatorItem) value() billing.Creator {
	return billing.Creator{
		ID: i.ID, Account: i.Account, Former: i.Former, State: billing.AccountState(i.State), AsOf: i.AsOf.time(),
		Frequency: i.Frequency, DueAt: i.DueAt.time(), InFlight: i.InFlight, RetryAt: i.RetryAt.time(),
		Payouts: i.Payouts, Paid: i.Paid, Revision: i.Revision,
	}
}

type payoutItem struct {
	key
	ID             string               `dynamodbav:"id"`
	Creator        string               `dynamodbav:"creator"`
	Account        string               `dynamodbav:"account"`
	Amount         int64                `dynamodbav:"amount"`
	Currency       string               `dynamodbav:"currency"`
	Status         billing.PayoutStatus `dynamodbav:"status"`
	Scheduled      bool                 `dynamodbav:"scheduled,omitempty"`
	Transfer       string               `dynamodbav:"transfer,omitempty"`
	BankPayout     string               `dynamodbav:"bank_payout,omitempty"`
	Reversed       int64                `dynamodbav:"reversed,omitempty"`
	FailureCode    string               `dynamodbav:"failure_code,omitempty"`
	FailureMessage string               `dynamodbav:"failure_message,omitempty"`
	CreatedAt      millis               `dynamodbav:"created_at"`
	EndedAt        millis               `dynamodbav:"ended_at,omitempty"`
	Revision       int64                `dynamodbav:"revision"`

	// Where developers' lists find it. It is in no list by status, so that a step
	// of the payout costs no write to an index.
	List  string `dynamodbav:"by_project"`
	Order string `dynamodbav:"list_order"`
}

func payoutItemOf(s billing.Scope, p billing.Payout) payoutItem {
	return payoutItem{
		key: payoutKey(s, p.Creator, p.ID), ID: p.ID, Creator: p.Creator, Account: p.Account, Amount: p.Amount, Currency: p.Currency,
		Status: p.Status, Scheduled: p.Scheduled, Transfer: p.Transfer, BankPayout: p.BankPayout, Reversed: p.Reversed,
		FailureCode: p.FailureCode, FailureMessage: p.FailureMessage,
		CreatedAt: toMillis(p.CreatedAt), EndedAt: toMillis(p.EndedAt), Revision: p.Revision + 1,
		List: listPartition(s, payoutList, shardOf(p.ID, listShards)), Order: billing.ListOrder(p.CreatedAt, p.ID),
	}
}

func (i payoutItem) value() billing.Payout {
	return billing.Payout{
		ID: i.ID, Creator: i.Creator, Account: i.Account, Amount: i.Amount, Currency: i.Currency,
		Status: i.Status, Scheduled: i.Scheduled, Transfer: i.Transfer, BankPayout: i.BankPayout, Reversed: i.Reversed,
		FailureCode: i.FailureCode, FailureMessage: i.FailureMessage,
		CreatedAt: i.CreatedAt.time(), EndedAt: i.EndedAt.time(), Revision: i.Revision,
	}
}

type accountItem struct {
	key
	Creator string `dynamodbav:"creator"`
}

// Creator reads a creator; one that was never stored has an id only.
func (t *Table) Creator(ctx context.Context, s billing.Scope, id string) (billing.Creator, error) {
	k := creatorKey(s, id)
	found, err := t.get(ctx, k)
	if err != nil {
		return billing.Creator{}, fmt.Errorf("creator %s: %w", id, err)
	}
	known, err := row[creatorItem](found[k])
	if known == nil {
		known = &billing.Creator{ID: id}
	}
	return *known, err
}

// creatorOf reads the creator that the link of a connected account names; nil if
// there is none.
func (t *Table) creatorOf(ctx context.Context, s billing.Scope, link item) (*billing.Creator, error) {
	linked, err := decode[accountItem](link)
	if err != nil || linked.Creator == "" {
		return nil, err
	}
	k := creatorKey(s, linked.Creator)
	found, err := t.get(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("creator %s: %w", linked.Creator, err)
	}
	return row[creatorItem](found[k])
}

// SaveCreator writes a creator over the revision that was read. It is
// billing.ConcurrentChange if somebody else has written meanwhile.
func (t *Table) SaveCreator(ctx context.Context, s billing.Scope, c billing.Creator) error {
	saved, err := t.put(ctx, creatorItemOf(s, c), c.Revision)
	switch {
	case err != nil:
		return fmt.Errorf("save creator %s: %w", c.ID, err)
	case !saved:
		return billing.ConcurrentChange("creator")
	}
	return nil
}

// ConnectCreator is SaveCreator for one with a new Stripe account, by which
// events find the creator from then on.
func (t *Table) ConnectCreator(ctx context.Context, s billing.Scope, c billing.Creator) error {
	creator, err := t.replace(creatorItemOf(s, c), c.Revision)
	if err != nil {
		return err
	}
	link, err := t.create(accountItem{accountKey(s, c.Account), c.ID})
	if err != nil {
		return err
	}
	switch err := t.transact(ctx, []types.TransactWriteItem{creator, link}); {
	case standsInTheWay(err):
		return billing.ConcurrentChange("creator")
	case err != nil:
		return fmt.Errorf("connect creator %s: %w", c.ID, err)
	}
	return nil
}

// Payout reads a payout of a creator's; nil if there is none.
func (t *Table) Payout(ctx context.Context, s billing.Scope, creator, id string) (*billing.Payout, error) {
	k := payoutKey(s, creator, id)
	found, err := t.get(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("payout %s: %w", id, err)
	}
	return row[payoutItem](found[k])
}

// Payouts reads a creator's payouts, newest first, after skip of them.
func (t *Table) Payouts(ctx context.Context, s billing.Scope, creator string, skip, limit int) ([]billing.Payout, error) {
	items, err := t.newest(ctx, creatorKey(s, creator).PK, payoutPrefix, skip, limit)
	if err != nil {
		return nil, fmt.Errorf("payouts of %s: %w", creator, err)
	}
	return decodeAll[payoutItem](items)
}

// SavePayout writes a payout and its creator over the revisions that were read,
// together with what it posts to the ledger, if anything: all of it or nothing.
// It is billing.ConcurrentChange if somebody else has written meanwhile, or has
// posted the same, and billing.ErrInsufficientBalance if the money is not there.
func (t *Table) SavePayout(ctx context.Context, s billing.Scope, c billing.Creator, p billing.Payout, posting *billing.Posting) error {
	creator, err := t.replace(creatorItemOf(s, c), c.Revision)
	if err != nil {
		return err
	}
	payout, err := t.replace(payoutItemOf(s, p), p.Revision)
	if err != nil {
		return err
	}
	first := true
	if posting != nil {
		_, first, err = t.post(ctx, s, *posting, creator, payout)
	} else {
		err = t.transact(ctx, []types.TransactWriteItem{creator, payout})
	}
	switch {
	case errors.Is(err, errBeside), errors.Is(err, billing.ErrAnotherPosting), standsInTheWay(err), err == nil && !first:
		return billing.ConcurrentChange("payout")
	case err != nil:
		return fmt.Errorf("save payout %s: %w", p.ID, err)
	}
	return nil
}

// DueCreators lists creators of all scopes that are to be looked at by a time,
// those that wait longest first, up to a limit. The index it reads follows the
// table by a moment.
func (t *Table) DueCreators(ctx context.Context, by time.Time, limit int) ([]billing.Listed[billing.Creator], error) {
	var due []entry
	for shard := range payoutShards {
		some, err := t.dueShard(ctx, shard, by, limit)
		if err != nil {
			return nil, fmt.Errorf("creators to look at: %w", err)
		}
		due = append(due, some...)
	}
	slices.SortFunc(due, func(a, b entry) int { return cmp.Compare(a.Order, b.Order) })
	keys := make([]key, min(limit, len(due)))
	for i := range keys {
		keys[i] = due[i].key
	}
	found, err := t.get(ctx, keys...)
	if err != nil {
		return nil, fmt.Errorf("creators to look at: %w", err)
	}
	var creators []billing.Listed[billing.Creator]
	for _, k := range keys {
		i, err := decode[creatorItem](found[k])
		if err != nil {
			return nil, err
		}
		// The index may still show one that has been looked at just now.
		if look := i.value().LookAt(); look.IsZero() || look.After(by) {
			continue
		}
		scope := billing.Scope{Project: uuid.MustParse(i.Project), Mode: i.Mode}
		creators = append(creators, billing.Listed[billing.Creator]{Scope: scope, Row: i.value()})
	}
	return creators, nil
}

func (t *Table) dueShard(ctx context.Context, shard int, by time.Time, limit int) ([]entry, error) {
	out, err := t.db.Query(ctx, &dynamodb.QueryInput{
		TableName:              aws.String(t.name),
		IndexName:              aws.String(byProject),
		Limit:                  aws.Int32(int32(limit)), //nolint:gosec // a page
		KeyConditionExpression: aws.String("by_project = :list AND list_order <= :by"),
		ExpressionAttributeValues: item{
			":list": &types.AttributeValueMemberS{Value: creatorList(shard)},
			":by":   &types.AttributeValueMemberS{Value: dueOrder(by)},
		},
	})
	if err != nil {
		return nil, err
	}
	entries := make([]entry, len(out.Items))
	for i, it := range out.Items {
		if entries[i], err = decode[entry](it); err != nil {
			return nil, err
		}
	}
	return entries, nil
}
