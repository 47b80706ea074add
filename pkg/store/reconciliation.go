package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

type reconciliationItem struct {
	key
	Project     string       `dynamodbav:"project"`
	Mode        billing.Mode `dynamodbav:"mode"`
	VisitedAt   millis       `dynamodbav:"visited_at,omitempty"`
	Events      cursorItem   `dynamodbav:"events,omitempty"`
	ComparedTo  string       `dynamodbav:"compared_to,omitempty"`
	ComparedAll bool         `dynamodbav:"compared_all,omitempty"`
	Revision    int64        `dynamodbav:"revision"`
}

type cursorItem struct {
	From   millis `dynamodbav:"from,omitempty"`
	Until  millis `dynamodbav:"until,omitempty"`
	After  string `dynamodbav:"after,omitempty"`
	Failed millis `dynamodbav:"failed,omitempty"`
}

func cursorItemOf(c billing.EventCursor) cursorItem {
	return cursorItem{toMillis(c.From), toMillis(c.Until), c.After, toMillis(c.Failed)}
}

func (i cursorItem) value() billing.EventCursor {
	return billing.EventCursor{From: i.From.time(), Until: i.Until.time(), After: i.After, Failed: i.Failed.time()}
}

func (i reconciliationItem) value() billing.Reconciliation {
	return billing.Reconciliation{
		Scope:       billing.Scope{Project: uuid.MustParse(i.Project), Mode: i.Mode},
		VisitedAt:   i.VisitedAt.time(),
		Events:      i.Events.value(),
		ComparedTo:  i.ComparedTo,
		ComparedAll: i.ComparedAll,
		Revision:    i.Revision,
	}
}

// registrations keep the list of the scopes to reconcile the same as the
// configuration says: those that can be asked and receive events. A mode that
// never had keys of its own is left alone: a gateway may serve it. How far a
// scope has come is kept until it leaves the list.
func (t *Table) registrations(c billing.StripeConfig) []types.TransactWriteItem {
	var writes []types.TransactWriteItem
	for _, mode := range []billing.Mode{billing.Test, billing.Live} {
		scope := billing.Scope{Project: c.Project, Mode: mode}
		switch {
		case c.Receives(mode) && c.Usable(mode):
			writes = append(writes, t.registration(scope))
		case c.Set(mode).Version != "":
			writes = append(writes, t.deregistration(scope))
		}
	}
	return writes
}

// registration puts a scope on the list, unless it is there.
func (t *Table) registration(s billing.Scope) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName:                aws.String(t.name),
		Key:                      reconciliationKey(s).attributes(),
		UpdateExpression:         aws.String("SET #project = :project, #mode = :mode, revision = if_not_exists(revision, :first)"),
		ExpressionAttributeNames: map[string]string{"#project": "project", "#mode": "mode"},
		ExpressionAttributeValues: item{
			":project": &types.AttributeValueMemberS{Value: s.Project.String()},
			":mode":    &types.AttributeValueMemberS{Value: string(s.Mode)},
			":first":   &types.AttributeValueMemberN{Value: "1"},
		},
	}}
}

// deregistration takes a scope off the list.
func (t *Table) deregistration(s billing.Scope) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: aws.String(t.name), Key: reconciliationKey(s).attributes()}}
}

// Reconciliations lists the scopes to reconcile, those visited longest ago
// first.
func (t *Table) Reconciliations(ctx context.Context) ([]billing.Reconciliation, error) {
	var all []billing.Reconciliation
	for shard := range reconciliationShards {
		items, err := t.query(ctx, reconciliationPartition(shard), scopePrefix)
		if err != nil {
			return nil, fmt.Errorf("scopes to reconcile: %w", err)
		}
		scopes, err := decodeAll[reconciliationItem](items)
		if err != nil {
			return nil, err
		}
		all = append(all, scopes...)
	}
	slices.SortFunc(all, func(a, b billing.Reconciliation) int {
		return cmp.Or(a.VisitedAt.Compare(b.VisitedAt), cmp.Compare(a.Scope.String(), b.Scope.String()))
	})
	return all, nil
}

// SaveReconciliation writes how far a scope has come over the revision that was
// read, and grows the revision. It is billing.Conflict if somebody else has
// written meanwhile, or the scope is not to be reconciled any more.
func (t *Table) SaveReconciliation(ctx context.Context, r *billing.Reconciliation) error {
	saved, err := t.put(ctx, reconciliationItem{
		key:         reconciliationKey(r.Scope),
		Project:     r.Scope.Project.String(),
		Mode:        r.Scope.Mode,
		VisitedAt:   toMillis(r.VisitedAt),
		Events:      cursorItemOf(r.Events),
		ComparedTo:  r.ComparedTo,
		ComparedAll: r.ComparedAll,
		Revision:    r.Revision + 1,
	}, r.Revision)
	switch {
	case err != nil:
		return fmt.Errorf("save how far %s has come: %w", r.Scope, err)
	case !saved:
		return billing.ConcurrentChange("reconciliation")
	}
	r.Revision++
	return nil
}

// Records reads the records of events, by the events' ids; one that was never
// recorded is absent.
func (t *Table) Records(ctx context.Context, s billing.Scope, events []billing.EventRef) (map[string]billing.EventRecord, error) {
	keys := make([]key, len(events))
	for i, e := range events {
		keys[i] = eventKey(s, e.Created, e.ID)
	}
	return rows[eventItem](ctx, t, keys, func(r billing.EventRecord) string { return r.ID })
}

// KnownSubscriptions reads subscriptions by Stripe's ids; those are given by
// their customers. One that is not known is absent.
func (t *Table) KnownSubscriptions(ctx context.Context, s billing.Scope, customers map[string]string) (map[string]billing.Subscription, error) {
	var keys []key
	for id, customer := range customers {
		keys = append(keys, subscriptionKey(s, customer, id))
	}
	return rows[subscriptionItem](ctx, t, keys, func(s billing.Subscription) string { return s.ID })
}

// rows reads items of a kind, by the ids of what they stand for.
func rows[I interface{ value() V }, V any](ctx context.Context, t *Table, keys []key, id func(V) string) (map[string]V, error) {
	found, err := t.get(ctx, keys...)
	if err != nil {
		return nil, err
	}
	known := make(map[string]V, len(found))
	for _, it := range found {
		i, err := decode[I](it)
		if err != nil {
			return nil, err
		}
		known[id(i.value())] = i.value()
	}
	return known, nil
}
