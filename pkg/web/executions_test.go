package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/pkg/store"
	"billhook/pkg/web"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

// memory is an Executions by its documented contract.
type memory struct {
	mu     sync.Mutex
	stored map[string]web.Execution
}

func newMemory() *memory { return &memory{stored: map[string]web.Execution{}} }

func (m *memory) BeginExecution(_ context.Context, e web.Execution, now time.Time) (web.Execution, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, exists := m.stored[e.ID]
	over := old.Answer == nil && !old.LeaseUntil.After(now) && bytes.Equal(old.Fingerprint, e.Fingerprint)
	if !exists || !old.ExpiresAt.After(now) || over {
		m.stored[e.ID] = e
	}
	return m.stored[e.ID], nil
}

func (m *memory) EndExecution(_ context.Context, e web.Execution) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stored[e.ID].Attempt != e.Attempt {
		return web.ErrLeaseLost
	}
	m.stored[e.ID] = e
	return nil
}

// stores are the fake and the table, which most tests run on.
var stores = map[string]func(t *testing.T) web.Executions{"memory": inMemory, "DynamoDB": inDynamoDB}

func inMemory(*testing.T) web.Executions { return newMemory() }

func inDynamoDB(t *testing.T) web.Executions {
	t.Helper()
	return store.Open(dynamodbtest.New(t))
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func execution(attempt, body string, now time.Time) web.Execution {
	return web.Execution{
		ID: "id", Fingerprint: []byte(body), Attempt: attempt,
		LeaseUntil: now.Add(30 * time.Second), ExpiresAt: now.Add(24 * time.Hour),
	}
}

func ended(e web.Execution, answer []byte) web.Execution {
	e.LeaseUntil, e.Answer = time.Time{}, answer
	return e
}

func TestBeginExecution(t *testing.T) {
	t.Parallel()
	first := execution("first", "body", start)
	tests := []struct {
		name   string
		ended  *web.Execution // how the first ended; nil: it did not
		second web.Execution
		after  time.Duration
		stored string // whose attempt
	}{
		{"while the lease runs", nil, execution("second", "body", start), 29 * time.Second, "first"},
		{"when the lease is over", nil, execution("second", "body", start), 30 * time.Second, "second"},
		{"when the lease is over, with another body", nil, execution("second", "other", start), time.Hour, "first"},
		{"released", new(ended(first, nil)), execution("second", "body", start), 0, "second"},
		{"released, with another body", new(ended(first, nil)), execution("second", "other", start), 0, "first"},
		{"answered", new(ended(first, []byte("a"))), execution("second", "body", start), 23 * time.Hour, "first"},
		{"answered, long ago", new(ended(first, []byte("a"))), execution("second", "body", start), 24 * time.Hour, "second"},
		{"answered long ago, with another body", new(ended(first, []byte("a"))), execution("second", "other", start), 24 * time.Hour, "second"},
		{"the same attempt again", nil, first, 0, "first"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for name, open := range stores {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					s := open(t)
					if e, err := s.BeginExecution(t.Context(), first, start); err != nil || e.Attempt != "first" {
						t.Fatalf("first: got %q, %v", e.Attempt, err)
					}
					want := first
					if tt.ended != nil {
						want = *tt.ended
						if err := s.EndExecution(t.Context(), want); err != nil {
							t.Fatal(err)
						}
					}
					if tt.stored == tt.second.Attempt {
						want = tt.second
					}
					got, err := s.BeginExecution(t.Context(), tt.second, start.Add(tt.after))
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("stored (-want +got):\n%s", diff)
					}
				})
			}
		})
	}
}

func TestEndExecutionThatWasTakenOver(t *testing.T) {
	t.Parallel()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			first := execution("first", "body", start)
			later := start.Add(time.Minute)
			second := execution("second", "body", later)
			for _, begin := range []struct {
				e   web.Execution
				now time.Time
			}{{first, start}, {second, later}} {
				if e, err := s.BeginExecution(t.Context(), begin.e, begin.now); err != nil || e.Attempt != begin.e.Attempt {
					t.Fatalf("%s: got %q, %v", begin.e.Attempt, e.Attempt, err)
				}
			}
			if err := s.EndExecution(t.Context(), ended(first, []byte("late"))); !errors.Is(err, web.ErrLeaseLost) {
				t.Errorf("the first ends: got %v, want ErrLeaseLost", err)
			}
			answered := ended(second, []byte("in time"))
			if err := s.EndExecution(t.Context(), answered); err != nil {
				t.Errorf("the second ends: %v", err)
			}
			got, err := s.BeginExecution(t.Context(), execution("third", "body", later), later)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(answered, got); diff != "" {
				t.Errorf("stored (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEndExecutionThatNeverBegan(t *testing.T) {
	t.Parallel()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			if err := s.EndExecution(t.Context(), execution("first", "body", start)); !errors.Is(err, web.ErrLeaseLost) {
				t.Errorf("got %v, want ErrLeaseLost", err)
			}
		})
	}
}

// The table does in any history what the fake does, so what the tests find out
// with the fake holds for the table.
func TestTheTableBehavesAsTheFake(t *testing.T) {
	t.Parallel()
	table := store.Open(dynamodbtest.New(t))
	rapid.Check(t, func(rt *rapid.T) {
		fake := newMemory()
		history := uuid.NewString() // its own items in the one table
		now := start
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			now = now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, 30 * time.Second, 24 * time.Hour}).Draw(rt, "passes"))
			e := execution(
				rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "attempt"),
				rapid.SampledFrom([]string{"body", "body", "other"}).Draw(rt, "body"), now)
			e.ID = fmt.Sprint(history, rapid.IntRange(1, 2).Draw(rt, "id"))
			switch rapid.SampledFrom([]string{"begin", "begin", "answer", "release"}).Draw(rt, "what") {
			case "begin":
				want, _ := fake.BeginExecution(t.Context(), e, now)
				got, err := table.BeginExecution(t.Context(), e, now)
				if diff := cmp.Diff(want, got); diff != "" || err != nil {
					rt.Fatalf("begin: %v (-fake +table):\n%s", err, diff)
				}
			case "answer":
				e = ended(e, []byte(e.Attempt))
				fallthrough
			default:
				e.LeaseUntil = time.Time{}
				want := fake.EndExecution(t.Context(), e)
				if got := table.EndExecution(t.Context(), e); !errors.Is(got, want) {
					rt.Fatalf("end: got %v, the fake %v", got, want)
				}
			}
		}
	})
}
