package main

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/identity"
	"billhook/pkg/store"
	"billhook/pkg/vault"
	"billhook/pkg/web"
)

// Store keeps projects and configurations; *store.Table implements it.
type Store interface {
	CreateProject(ctx context.Context, p billing.Project) error
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	ProjectIDs(ctx context.Context, owner string) ([]uuid.UUID, error)
	Projects(ctx context.Context, ids []uuid.UUID) ([]billing.Project, error)
	SaveStripeConfig(ctx context.Context, c billing.StripeConfig) error
}

// Vault keeps credentials; *vault.Vault implements it.
type Vault interface {
	Credentials(ctx context.Context, s billing.Scope, version string) (billing.Credentials, error)
	SaveCredentials(ctx context.Context, s billing.Scope, c billing.Credentials) (version string, err error)
}

var (
	_ Store = (*store.Table)(nil)
	_ Vault = (*vault.Vault)(nil)
)

// server implements the operations.
type server struct {
	store          Store
	vault          Vault
	now            func() time.Time
	webhookBaseURL string
}

// routes is the function's HTTP interface.
func routes(answer *web.Errors, s StrictServerInterface) http.Handler {
	strict := NewStrictHandlerWithOptions(s, nil, StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  answer.BadBody,
		ResponseErrorHandlerFunc: answer.Write,
	})
	return HandlerWithOptions(strict, StdHTTPServerOptions{
		BaseRouter:       answer.Mux(),
		ErrorHandlerFunc: answer.BadParameter,
	})
}

// timestamp is the time for what is stored, in the milliseconds that the table
// keeps, so that it is answered now as it will be read.
func (s *server) timestamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// owned reads a project that the caller owns.
func (s *server) owned(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error) {
	project, config, err := s.store.Project(ctx, id)
	if err != nil {
		return project, nil, err
	}
	if project.Owner != identity.From(ctx).Tenant {
		return billing.Project{}, nil, billing.NewError(billing.PermissionDenied, "not_the_owner",
			"You do not have permission to access this resource")
	}
	return project, config, nil
}
