package main

import (
	"context"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// CreateProjectKey creates a key of a project that the caller owns.
func (s *server) CreateProjectKey(ctx context.Context, r CreateProjectKeyRequestObject) (CreateProjectKeyResponseObject, error) {
	p, _, err := s.owned(ctx, r.ProjectID)
	if err != nil {
		return nil, err
	}
	created, err := s.createKey(ctx, p.Owner, p.ID, r.Body.Name)
	if err != nil {
		return nil, err
	}
	return CreateProjectKey201JSONResponse(created), nil
}

// CreateDeveloperKey creates a key of the caller's tenant.
func (s *server) CreateDeveloperKey(ctx context.Context, r CreateDeveloperKeyRequestObject) (CreateDeveloperKeyResponseObject, error) {
	created, err := s.createKey(ctx, identity.From(ctx).Tenant, uuid.Nil, r.Body.Name)
	if err != nil {
		return nil, err
	}
	return CreateDeveloperKey201JSONResponse(created), nil
}

// createKey is the only place that has the key itself. A project's key gets a
// secret part, for its servers.
func (s *server) createKey(ctx context.Context, tenant string, project uuid.UUID, name *string) (api.CreatedKey, error) {
	return again(func() (api.CreatedKey, error) {
		k, secret, err := billing.NewKey(s.random, s.timestamp())
		if err != nil {
			return api.CreatedKey{}, err
		}
		k.Tenant, k.Project = tenant, project
		set(&k.Name, name)
		var part *string
		if project != uuid.Nil {
			added, err := k.AddSecret(s.random)
			if err != nil {
				return api.CreatedKey{}, err
			}
			part = api.Text(added.Reveal())
		}
		return api.CreatedKey{
			ID:        k.ID,
			Name:      api.Text(k.Name),
			Key:       secret.Reveal(),
			SecretKey: part,
			TenantID:  tenant,
			KeyPrefix: k.Prefix,
			IsActive:  true,
			CreatedAt: k.CreatedAt,
		}, s.store.CreateKey(ctx, k)
	})
}

// ListProjectKeys lists the keys of a project that the caller owns.
func (s *server) ListProjectKeys(ctx context.Context, r ListProjectKeysRequestObject) (ListProjectKeysResponseObject, error) {
	p, _, err := s.owned(ctx, r.ProjectID)
	if err != nil {
		return nil, err
	}
	keys, err := s.store.Keys(ctx, p.Owner, p.ID)
	if err != nil {
		return nil, err
	}
	return ListProjectKeys200JSONResponse(keysAnswer(keys)), nil
}

// ListDeveloperKeys lists the keys of the caller's tenant.
func (s *server) ListDeveloperKeys(ctx context.Context, _ ListDeveloperKeysRequestObject) (ListDeveloperKeysResponseObject, error) {
	keys, err := s.store.Keys(ctx, identity.From(ctx).Tenant, uuid.Nil)
	if err != nil {
		return nil, err
	}
	return ListDeveloperKeys200JSONResponse(keysAnswer(keys)), nil
}

func keysAnswer(keys []billing.Key) api.KeyList {
	answer := api.KeyList{Keys: []api.Key{}, Total: len(keys)}
	for _, k := range keys {
		answer.Keys = append(answer.Keys, api.Key{
			ID:        k.ID,
			Name:      api.Text(k.Name),
			KeyPrefix: k.Prefix,
			IsActive:  k.Active(),
			CreatedAt: k.CreatedAt,
		})
	}
	return answer
}

// RevokeProjectKey ends a key of a project that the caller owns.
func (s *server) RevokeProjectKey(ctx context.Context, r RevokeProjectKeyRequestObject) (RevokeProjectKeyResponseObject, error) {
	p, _, err := s.owned(ctx, r.ProjectID)
	if err != nil {
		return nil, err
	}
	if err := s.revokeKey(ctx, p.Owner, p.ID, r.KeyID); err != nil {
		return nil, err
	}
	return RevokeProjectKey204Response{}, nil
}

// RevokeDeveloperKey ends a key of the caller's tenant.
func (s *server) RevokeDeveloperKey(ctx context.Context, r RevokeDeveloperKeyRequestObject) (RevokeDeveloperKeyResponseObject, error) {
	if err := s.revokeKey(ctx, identity.From(ctx).Tenant, uuid.Nil, r.KeyID); err != nil {
		return nil, err
	}
	return RevokeDeveloperKey204Response{}, nil
}

func (s *server) revokeKey(ctx context.Context, tenant string, project, id uuid.UUID) error {
	_, err := again(func() (struct{}, error) {
		return struct{}{}, s.store.RevokeKey(ctx, tenant, project, id, s.timestamp())
	})
	return err
}
