package main

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/store"
	"billhook/pkg/vault"
)

// Configs reads which version of the credentials is in force; *store.Table
// implements it.
type Configs interface {
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
}

// Credentials reads a version of the credentials; *vault.Vault implements it.
type Credentials interface {
	Credentials(ctx context.Context, s billing.Scope, version string) (billing.Credentials, error)
}

var (
	_ Configs     = (*store.Table)(nil)
	_ Credentials = (*vault.Vault)(nil)
)

// signingSecrets keeps the webhook secrets of the scopes that this instance
// hears from, so that a warm delivery needs no read before its verification.
// A project that stops taking events is noticed when the event's rows are read.
type signingSecrets struct {
	configs     Configs
	credentials Credentials
	now         func() time.Time

	mu        sync.Mutex
	known     map[billing.Scope]kept
	explained map[billing.Scope]time.Time
}

type kept struct {
	credentials billing.Credentials
	readAt      time.Time
}

// How long secrets are used before they are read again, and how soon a failed
// signature may have them read again, and be explained: an attacker's junk costs
// as much each such time, and nothing a request.
const (
	secretsLife     = 5 * time.Minute
	secretsRereadIn = 10 * time.Second
	secretsKept     = 1000 // scopes
)

func newSigningSecrets(configs Configs, credentials Credentials, now func() time.Time) *signingSecrets {
	return &signingSecrets{configs: configs, credentials: credentials, now: now, known: map[billing.Scope]kept{}, explained: map[billing.Scope]time.Time{}}
}

// get is the secrets valid now. A project that is unknown, deactivated, or has
// no webhook secret is billing.NotFound.
func (s *signingSecrets) get(ctx context.Context, scope billing.Scope) ([]billing.Secret, error) {
	now := s.now()
	if k, ok := s.lookup(scope); ok && now.Sub(k.readAt) < secretsLife {
		return k.credentials.SigningSecrets(now), nil
	}
	return s.read(ctx, scope)
}

// renew reads the secrets again, unless that was done a moment ago.
func (s *signingSecrets) renew(ctx context.Context, scope billing.Scope) (secrets []billing.Secret, renewed bool, err error) {
	if k, ok := s.lookup(scope); ok && s.now().Sub(k.readAt) < secretsRereadIn {
		return nil, false, nil
	}
	secrets, err = s.read(ctx, scope)
	return secrets, err == nil, err
}

// mayExplain reports whether a failed signature was last explained a while ago.
func (s *signingSecrets) mayExplain(scope billing.Scope) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if now.Sub(s.explained[scope]) < secretsRereadIn {
		return false
	}
	if len(s.explained) >= secretsKept {
		clear(s.explained)
	}
	s.explained[scope] = now
	return true
}

func (s *signingSecrets) lookup(scope billing.Scope) (kept, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.known[scope]
	return k, ok
}

func (s *signingSecrets) read(ctx context.Context, scope billing.Scope) ([]billing.Secret, error) {
	_, config, err := s.configs.Project(ctx, scope.Project)
	if err != nil {
		return nil, err
	}
	if !config.Receives(scope.Mode) {
		return nil, billing.NotConfigured(scope.Mode)
	}
	credentials, err := s.credentials.Credentials(ctx, scope, config.Set(scope.Mode).Version)
	if err != nil {
		return nil, err
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= secretsKept {
		clear(s.known) // rare, and cheaper than keeping an order
	}
	s.known[scope] = kept{credentials, now}
	return credentials.SigningSecrets(now), nil
}
