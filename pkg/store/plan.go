package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/pkg/billing"
)

type planItem struct {
	key
	ID          string          `dynamodbav:"id"`
	Name        string          `dynamodbav:"name"`
	PlanKey     string          `dynamodbav:"plan_key"`
	Description string          `dynamodbav:"description,omitempty"`
	Currency    string          `dynamodbav:"currency,omitempty"`
	Monthly     *planPriceItem  `dynamodbav:"monthly,omitempty"`
	Yearly      *planPriceItem  `dynamodbav:"yearly,omitempty"`
	Former      []planPriceItem `dynamodbav:"former,omitempty"`
	TrialDays   int64           `dynamodbav:"trial_days,omitempty"`
	Default     bool            `dynamodbav:"default_plan,omitempty"`
	SortOrder   int             `dynamodbav:"sort_order,omitempty"`
	Visible     bool            `dynamodbav:"visible,omitempty"`
	Archived    bool            `dynamodbav:"archived,omitempty"`
	Features    []featureItem   `dynamodbav:"features,omitempty"`
	Product     string          `dynamodbav:"product,omitempty"`
	CreatedAt   millis          `dynamodbav:"created_at"`
	UpdatedAt   millis          `dynamodbav:"updated_at,omitempty"`
	Revision    int64           `dynamodbav:"revision"`
}

type planPriceItem struct {
	ID       string           `dynamodbav:"id"`
	Interval billing.Interval `dynamodbav:"interval"`
	Amount   int64            `dynamodbav:"amount"`
	Made     bool             `dynamodbav:"made,omitempty"`
	Open     bool             `dynamodbav:"open,omitempty"`
	Account  string           `dynamodbav:"account,omitempty"`
}

type featureItem struct {
	Key         string `dynamodbav:"key"`
	Name        string `dynamodbav:"name"`
	Description string `dynamodbav:"description,omitempty"`
	Limit       *int64 `dynamodbav:"limit,omitempty"`
}

// planItemOf is the item of a plan's next revision.
func planItemOf(s billing.Scope, p billing.Plan) planItem {
	i := planItem{
		key:         planKey(s, p.ID),
		ID:          p.ID,
		Name:        p.Name,
		PlanKey:     p.Key,
		Description: p.Description,
		Currency:    p.Currency,
		Monthly:     (*planPriceItem)(p.Monthly),
		Yearly:      (*planPriceItem)(p.Yearly),
		TrialDays:   p.TrialDays,
		Default:     p.Default,
		SortOrder:   p.SortOrder,
		Visible:     p.Visible,
		Archived:    p.Archived,
		Product:     p.Product,
		CreatedAt:   toMillis(p.CreatedAt),
		UpdatedAt:   toMillis(p.UpdatedAt),
		Revision:    p.Revision + 1,
	}
	for _, price := range p.Former {
		i.Former = append(i.Former, planPriceItem(price))
	}
	for _, feature := range p.Features {
		i.Features = append(i.Features, featureItem(feature))
	}
	return i
}

func (i planItem) value() billing.Plan {
	p := billing.Plan{
		ID:          i.ID,
		Key:         i.PlanKey,
		Name:        i.Name,
		Description: i.Description,
		Currency:    i.Currency,
		Monthly:     (*billing.PlanPrice)(i.Monthly),
		Yearly:      (*billing.PlanPrice)(i.Yearly),
		TrialDays:   i.TrialDays,
		Default:     i.Default,
		SortOrder:   i.SortOrder,
		Visible:     i.Visible,
		Archived:    i.Archived,
		Product:     i.Product,
		CreatedAt:   i.CreatedAt.time(),
		UpdatedAt:   i.UpdatedAt.time(),
		Revision:    i.Revision,
	}
	for _, price := range i.Former {
		p.Former = append(p.Former, billing.PlanPrice(price))
	}
	for _, feature := range i.Features {
		p.Features = append(p.Features, billing.Feature(feature))
	}
	return p
}

// planClaimItem says whose a key is, or which plan is the default.
type planClaimItem struct {
	key
	Plan string `dynamodbav:"plan"`
}

// Plans reads all plans of a scope, archived ones too, by their ids.
func (t *Table) Plans(ctx context.Context, s billing.Scope) ([]billing.Plan, error) {
	items, err := t.query(ctx, planPartition(s), planPrefix)
	if err != nil {
		return nil, fmt.Errorf("plans: %w", err)
	}
	return decodeAll[planItem](items)
}

// SavePlan writes a plan over the revision that was read, 0 for a new one, with
// its claims: a key is one plan's, and one plan is the default. It is
// billing.Conflict if another plan has the key or is the default, and
// billing.ConcurrentChange if somebody wrote the plan in between.
func (t *Table) SavePlan(ctx context.Context, s billing.Scope, was, next billing.Plan) error {
	next.Revision = was.Revision
	plan, err := t.replace(planItemOf(s, next), was.Revision)
	if err != nil {
		return err
	}
	writes := planWrites{table: t, writes: []types.TransactWriteItem{plan}, refusals: []error{billing.ConcurrentChange("plan")}}
	if was.Revision == 0 {
		err = writes.claim(planKeyKey(s, next.Key), next.ID, billing.ErrPlanKeyTaken)
	}
	switch {
	case err != nil:
		return err
	case next.Default && !was.Default:
		err = writes.claim(defaultPlanKey(s), next.ID, billing.ErrDefaultPlanTaken)
	case was.Default && !next.Default:
		writes.release(defaultPlanKey(s))
	}
	if err != nil {
		return err
	}
	return writes.commit(ctx, "save plan "+next.ID)
}

// DeletePlan removes a plan and its claims, so that its key can be another's. It
// is billing.ConcurrentChange if somebody wrote the plan since it was read.
func (t *Table) DeletePlan(ctx context.Context, s billing.Scope, p billing.Plan) error {
	gone := t.unchanged(planKey(s, p.ID), p.Revision).ConditionCheck
	writes := planWrites{table: t, refusals: []error{billing.ConcurrentChange("plan")}, writes: []types.TransactWriteItem{{Delete: &types.Delete{
		TableName: gone.TableName, Key: gone.Key,
		ConditionExpression: gone.ConditionExpression, ExpressionAttributeValues: gone.ExpressionAttributeValues,
	}}}}
	writes.release(planKeyKey(s, p.Key))
	if p.Default {
		writes.release(defaultPlanKey(s))
	}
	return writes.commit(ctx, "delete plan "+p.ID)
}

// planWrites is a transaction, and what it means if a write's condition fails.
type planWrites struct {
	table    *Table
	writes   []types.TransactWriteItem
	refusals []error
}

func (w *planWrites) claim(k key, plan string, taken error) error {
	claim, err := w.table.create(planClaimItem{k, plan})
	w.writes, w.refusals = append(w.writes, claim), append(w.refusals, taken)
	return err
}

// release needs no condition: the plan is written over the revision that has
// the claim.
func (w *planWrites) release(k key) {
	w.writes = append(w.writes, types.TransactWriteItem{Delete: &types.Delete{TableName: aws.String(w.table.name), Key: k.attributes()}})
	w.refusals = append(w.refusals, billing.ConcurrentChange("plan"))
}

func (w *planWrites) commit(ctx context.Context, doing string) error {
	err := w.table.transact(ctx, w.writes)
	if !standsInTheWay(err) {
		if err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		return nil
	}
	canceled, _ := errors.AsType[*types.TransactionCanceledException](err)
	for i, r := range canceled.CancellationReasons {
		if aws.ToString(r.Code) == reasonCondition {
			return w.refusals[i]
		}
	}
	return billing.ConcurrentChange("plan").Because(err)
}
