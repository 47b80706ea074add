package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// memory keeps projects in memory. Creating one may fail after the fact.
type memory struct {
	Store
	stored  map[uuid.UUID]billing.Project
	deleted map[uuid.UUID]bool
	lost    error // what the next CreateProject answers although it stores
}

func newProjects() *memory {
	return &memory{stored: map[uuid.UUID]billing.Project{}, deleted: map[uuid.UUID]bool{}}
}

func (s *memory) CreateProject(_ context.Context, p billing.Project) error {
	if _, exists := s.stored[p.ID]; exists {
		return billing.NewError(billing.Conflict, "project_exists", "The project exists already")
	}
	s.stored[p.ID] = p
	err := s.lost
	s.lost = nil
	return err
}

func (s *memory) Project(_ context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error) {
	p, exists := s.stored[id]
	if !exists || s.deleted[id] {
		return billing.Project{}, nil, billing.NewError(billing.NotFound, "project_not_found", "Project not found")
	}
	return p, nil, nil
}

func createProject(t *testing.T, s *server, key *string, name string) (api.Project, error) {
	t.Helper()
	answer, err := s.CreateProject(t.Context(), CreateProjectRequestObject{
		Params: api.CreateProjectParams{IdempotencyKey: key},
		Body:   &api.CreateProjectRequest{Name: name},
	})
	if err != nil {
		return api.Project{}, err
	}
	created, ok := answer.(CreateProject201JSONResponse)
	if !ok {
		t.Fatalf("got a %T", answer)
	}
	return api.Project(created), nil
}

// A request that died after it had stored the project executes again.
func TestCreateProjectAgain(t *testing.T) {
	t.Parallel()
	store := newProjects()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := &server{store: store, now: func() time.Time { now = now.Add(time.Minute); return now }}
	store.lost = errors.New("the connection is gone")
	if _, err := createProject(t, s, new("key-1"), "Demo"); err == nil {
		t.Fatal("the first execution did not fail")
	}
	second, err := createProject(t, s, new("key-1"), "Demo")
	if err != nil {
		t.Fatal(err)
	}
	third, err := createProject(t, s, new("key-1"), "Demo")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(second, third); diff != "" {
		t.Errorf("answers differ:\n%s", diff)
	}
	if _, stored := store.stored[second.ID]; !stored || len(store.stored) != 1 {
		t.Errorf("%d projects are stored", len(store.stored))
	}
}

func TestCreateProjectUnderAnOldKey(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		change  func(s *memory, id uuid.UUID)
		project string
	}{
		{"for another project", func(*memory, uuid.UUID) {}, "Other"},
		{"of a deleted project", func(s *memory, id uuid.UUID) { s.deleted[id] = true }, "Demo"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			store := newProjects()
			s := &server{store: store, now: func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }}
			first, err := createProject(t, s, new("key-1"), "Demo")
			if err != nil {
				t.Fatal(err)
			}
			tt.change(store, first.ID)
			if _, err := createProject(t, s, new("key-1"), tt.project); billing.KindOf(err) != billing.Conflict {
				t.Errorf("got %v, want a conflict", err)
			}
		})
	}
}

func TestProjectIDs(t *testing.T) {
	t.Parallel()
	caller := identity.Caller{Tenant: "acme", Subject: "dev_1"}
	first, err := newProjectID(caller, new("key-1"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		caller identity.Caller
		key    *string
		same   bool
	}{
		{"the same request", caller, new("key-1"), true},
		{"another key", caller, new("key-2"), false},
		{"another tenant", identity.Caller{Tenant: "apex", Subject: "dev_1"}, new("key-1"), false},
		{"another developer of the tenant", identity.Caller{Tenant: "acme", Subject: "dev_2"}, new("key-1"), false},
		{"parts that run together", identity.Caller{Tenant: "acme", Subject: "dev_1key"}, new("-1"), false},
		{"no key", caller, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id, err := newProjectID(tt.caller, tt.key)
			if err != nil {
				t.Fatal(err)
			}
			if (id == first) != tt.same {
				t.Errorf("got %s beside %s", id, first)
			}
		})
	}
}
