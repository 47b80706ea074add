package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

type projectItem struct {
	key
	ID              string                  `dynamodbav:"id"`
	Owner           string                  `dynamodbav:"owner"`
	Name            string                  `dynamodbav:"name"`
	Description     string                  `dynamodbav:"description,omitempty"`
	Active          bool                    `dynamodbav:"active"`
	RedirectOrigins []string                `dynamodbav:"redirect_origins,omitempty"`
	DefaultMode     billing.Mode            `dynamodbav:"default_mode,omitempty"`
	Duplicates      billing.DuplicatePolicy `dynamodbav:"duplicates,omitempty"`
	GraceDays       *int64                  `dynamodbav:"grace_days,omitempty"`
	OnDispute       billing.DisputePolicy   `dynamodbav:"on_dispute,omitempty"`
	MarketplaceFee  *int64                  `dynamodbav:"marketplace_fee,omitempty"`
	EndUserRefunds  bool                    `dynamodbav:"end_user_refunds,omitempty"`
	CreatedAt       millis                  `dynamodbav:"created_at"`
	DeletedAt       millis                  `dynamodbav:"deleted_at,omitempty"` // kept, and as good as gone
	Revision        int64                   `dynamodbav:"revision"`
}

// projectItemOf is the item of a project's next revision.
func projectItemOf(p billing.Project) projectItem {
	return projectItem{
		key:             projectKey(p.ID),
		ID:              p.ID.String(),
		Owner:           p.Owner,
		Name:            p.Name,
		Description:     p.Description,
		Active:          p.Active,
		RedirectOrigins: p.RedirectOrigins,
		DefaultMode:     p.DefaultMode,
		Duplicates:      p.Duplicates,
		GraceDays:       p.GraceDays,
		OnDispute:       p.OnDispute,
		MarketplaceFee:  p.MarketplaceFee,
		EndUserRefunds:  p.EndUserRefunds,
		CreatedAt:       toMillis(p.CreatedAt),
		Revision:        p.Revision + 1,
	}
}

func (i projectItem) value() billing.Project {
	return billing.Project{
		ID:              uuid.MustParse(i.ID),
		Owner:           i.Owner,
		Name:            i.Name,
		Description:     i.Description,
		Active:          i.Active,
		RedirectOrigins: i.RedirectOrigins,
		DefaultMode:     cmp.Or(i.DefaultMode, billing.Test),
		Duplicates:      i.Duplicates,
		GraceDays:       i.GraceDays,
		OnDispute:       i.OnDispute,
		MarketplaceFee:  i.MarketplaceFee,
		EndUserRefunds:  i.EndUserRefunds,
		CreatedAt:       i.CreatedAt.time(),
		Revision:        i.Revision,
	}
}

type pointerItem struct {
	key
	ID string `dynamodbav:"id"`
}

func (i pointerItem) value() uuid.UUID { return uuid.MustParse(i.ID) }

// CreateProject stores a new project and its owner's pointer to it. It is
// billing.Conflict if there is, or was, a project with its id.
func (t *Table) CreateProject(ctx context.Context, p billing.Project) error {
	p.Revision = 0
	project, err := t.create(projectItemOf(p))
	if err != nil {
		return err
	}
	pointer, err := t.create(pointerItem{key: pointerKey(p), ID: p.ID.String()})
	if err != nil {
		return err
	}
	err = t.transact(ctx, []types.TransactWriteItem{project, pointer})
	switch {
	case standsInTheWay(err):
		return billing.NewError(billing.Conflict, "project_exists", "The project exists already").Because(err)
	case err != nil:
		return fmt.Errorf("create project %s: %w", p.ID, err)
	}
	return nil
}

// SaveProject writes a project over the revision it was read at. It is
// billing.Conflict if somebody wrote in between.
func (t *Table) SaveProject(ctx context.Context, p billing.Project) error {
	saved, err := t.put(ctx, projectItemOf(p), p.Revision)
	switch {
	case err != nil:
		return fmt.Errorf("save project %s: %w", p.ID, err)
	case !saved:
		return billing.ConcurrentChange("project")
	}
	return nil
}

// DeleteProject makes a project unknown: its item is kept and marked, its
// owner's pointer is removed, and its Stripe configuration, nil if there is
// none, is deactivated, so that events under way find it closed. It is
// billing.Conflict if somebody wrote either since they were read.
func (t *Table) DeleteProject(ctx context.Context, p billing.Project, config *billing.StripeConfig, now time.Time) error {
	marked := projectItemOf(p)
	marked.DeletedAt = toMillis(now)
	project, err := t.replace(marked, p.Revision)
	if err != nil {
		return err
	}
	closed, err := t.closeConfig(p.ID, config, now)
	if err != nil {
		return err
	}
	err = t.transact(ctx, []types.TransactWriteItem{
		t.deregistration(billing.Scope{Project: p.ID, Mode: billing.Test}), t.deregistration(billing.Scope{Project: p.ID, Mode: billing.Live}),
		project, closed, {Delete: &types.Delete{TableName: aws.String(t.name), Key: pointerKey(p).attributes()}},
	})
	switch {
	case standsInTheWay(err):
		return billing.ConcurrentChange("project").Because(err)
	case err != nil:
		return fmt.Errorf("delete project %s: %w", p.ID, err)
	}
	return nil
}

// closeConfig deactivates a configuration, or makes sure that there still is
// none.
func (t *Table) closeConfig(project uuid.UUID, config *billing.StripeConfig, now time.Time) (types.TransactWriteItem, error) {
	if config == nil {
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName:           aws.String(t.name),
			Key:                 configKey(project).attributes(),
			ConditionExpression: aws.String("attribute_not_exists(PK)"),
		}}, nil
	}
	closed := *config
	closed.Active, closed.UpdatedAt = false, now
	return t.replace(configItemOf(closed), config.Revision)
}

// Project reads a project with its Stripe configuration, nil if there is none.
// An unknown project and a deleted one are billing.NotFound.
func (t *Table) Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error) {
	found, err := t.get(ctx, projectKey(id), configKey(id))
	if err != nil {
		return billing.Project{}, nil, fmt.Errorf("project %s: %w", id, err)
	}
	if found[projectKey(id)] == nil {
		return billing.Project{}, nil, errNotFound
	}
	project, err := decode[projectItem](found[projectKey(id)])
	if err != nil {
		return billing.Project{}, nil, err
	}
	if project.DeletedAt != 0 {
		return billing.Project{}, nil, errNotFound
	}
	config, err := decodeConfig(found[configKey(id)])
	return project.value(), config, err
}

// ProjectIDs lists the projects of an owner, newest first.
func (t *Table) ProjectIDs(ctx context.Context, owner string) ([]uuid.UUID, error) {
	items, err := t.query(ctx, ownerPartition(owner), pointerPrefix)
	if err != nil {
		return nil, fmt.Errorf("projects of an owner: %w", err)
	}
	ids, err := decodeAll[pointerItem](items)
	slices.Reverse(ids)
	return ids, err
}

// Projects reads projects in the order of their ids, less those that do not
// exist any more.
func (t *Table) Projects(ctx context.Context, ids []uuid.UUID) ([]billing.Project, error) {
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = projectKey(id)
	}
	found, err := t.get(ctx, keys...)
	if err != nil {
		return nil, fmt.Errorf("projects: %w", err)
	}
	projects := make([]billing.Project, 0, len(ids))
	for _, k := range keys {
		if found[k] == nil {
			continue
		}
		p, err := decode[projectItem](found[k])
		if err != nil {
			return nil, err
		}
		if p.DeletedAt == 0 {
			projects = append(projects, p.value())
		}
	}
	return projects, nil
}
