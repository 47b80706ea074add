package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

type projectItem struct {
	key
	ID          string `dynamodbav:"id"`
	Owner       string `dynamodbav:"owner"`
	Name        string `dynamodbav:"name"`
	Description string `dynamodbav:"description,omitempty"`
	Active      bool   `dynamodbav:"active"`
	CreatedAt   millis `dynamodbav:"created_at"`
}

func (i projectItem) value() billing.Project {
	return billing.Project{
		ID:          uuid.MustParse(i.ID),
		Owner:       i.Owner,
		Name:        i.Name,
		Description: i.Description,
		Active:      i.Active,
		CreatedAt:   i.CreatedAt.time(),
	}
}

type pointerItem struct {
	key
	ID string `dynamodbav:"id"`
}

func (i pointerItem) value() uuid.UUID { return uuid.MustParse(i.ID) }

// CreateProject stores a new project and its owner's pointer to it.
func (t *Table) CreateProject(ctx context.Context, p billing.Project) error {
	project, err := t.create(projectItem{
		key:         projectKey(p.ID),
		ID:          p.ID.String(),
		Owner:       p.Owner,
		Name:        p.Name,
		Description: p.Description,
		Active:      p.Active,
		CreatedAt:   toMillis(p.CreatedAt),
	})
	if err != nil {
		return err
	}
	pointer, err := t.create(pointerItem{key: pointerKey(p), ID: p.ID.String()})
	if err != nil {
		return err
	}
	_, err = t.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{project, pointer},
	})
	if err != nil {
		return fmt.Errorf("create project %s: %w", p.ID, err)
	}
	return nil
}

// Project reads a project with its Stripe configuration, nil if there is none.
// An unknown project is billing.NotFound.
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

// Projects reads projects in the order of their ids.
func (t *Table) Projects(ctx context.Context, ids []uuid.UUID) ([]billing.Project, error) {
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = projectKey(id)
	}
	found, err := t.get(ctx, keys...)
	if err != nil {
		return nil, fmt.Errorf("projects: %w", err)
	}
	items := make([]item, 0, len(ids))
	for _, k := range keys {
		if it := found[k]; it != nil {
			items = append(items, it)
		}
	}
	return decodeAll[projectItem](items)
}
