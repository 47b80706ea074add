package memory

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/projector"
)

var _ projector.Store = (*Store)(nil)

// Store holds rows. It is safe for concurrent use.
type Store struct {
	// pause is called between reads and before writes.
	pause func()

	mu       sync.Mutex
	projects map[uuid.UUID]project
	scopes   map[billing.Scope]*rows
}

type project struct {
	billing.Project
	config *billing.StripeConfig
}

// New makes an empty Store. Pause is called wherever another writer may come in
// between, as it may between two requests to DynamoDB: a pause that yields
// provokes what happens rarely. Nil does nothing.
func New(pause func()) *Store {
	if pause == nil {
		pause = func() {}
	}
	return &Store{pause: pause, projects: map[uuid.UUID]project{}, scopes: map[billing.Scope]*rows{}}
}

// rows are the items of one scope.
type rows struct {
	records       map[recordKey]billing.EventRecord
	bodies        map[string][]byte // by event
	customers     map[string]billing.Customer
	addresses     map[rowKey]bool   // which customer (id) has had which address (owner)
	links         map[string]string // customers by user
	subscriptions map[rowKey]billing.Subscription
	transactions  map[rowKey]billing.Transaction
	tally         billing.Tally
	asked         map[string]time.Time // until when an object is not asked about again
	paid          time.Time            // until when the scope's questions so far are paid for
}

type recordKey struct {
	created int64 // unix seconds
	id      string
}

type rowKey struct{ owner, id string }

func keyOf(at billing.EventRef) recordKey { return recordKey{at.Created.Unix(), at.ID} }

// scope is called with the lock held.
func (m *Store) scope(s billing.Scope) *rows {
	r := m.scopes[s]
	if r == nil {
		r = &rows{
			records:       map[recordKey]billing.EventRecord{},
			bodies:        map[string][]byte{},
			customers:     map[string]billing.Customer{},
			addresses:     map[rowKey]bool{},
			links:         map[string]string{},
			subscriptions: map[rowKey]billing.Subscription{},
			transactions:  map[rowKey]billing.Transaction{},
			tally:         billing.Tally{},
			asked:         map[string]time.Time{},
		}
		m.scopes[s] = r
	}
	return r
}

// locked runs a part of an operation that nothing comes in between of.
func (m *Store) locked(s billing.Scope, part func(*rows)) {
	m.pause()
	m.mu.Lock()
	defer m.mu.Unlock()
	part(m.scope(s))
}

// CreateProject keeps a project.
func (m *Store) CreateProject(_ context.Context, p billing.Project) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := m.projects[p.ID]
	p.Revision++
	kept.Project = p
	m.projects[p.ID] = kept
	return nil
}

// SaveStripeConfig keeps a project's Stripe configuration.
func (m *Store) SaveStripeConfig(_ context.Context, c billing.StripeConfig) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := m.projects[c.Project]
	c.Revision++
	kept.config = &c
	m.projects[c.Project] = kept
	return nil
}

// Project reads a project and its Stripe configuration.
func (m *Store) Project(_ context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error) {
	m.pause()
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := m.projects[id]
	if kept.ID == uuid.Nil {
		return billing.Project{}, nil, billing.NewError(billing.NotFound, "project_not_found", "Project not found")
	}
	return kept.Project, kept.config, nil
}

// Picture reads the rows of a lookup, one after the other: like DynamoDB's
// reads, they are each up to date, but not of one moment.
func (m *Store) Picture(_ context.Context, s billing.Scope, l billing.Lookup) (billing.Picture, error) {
	var p billing.Picture
	if l.Event != nil {
		m.locked(s, func(r *rows) {
			p.Record = r.record(billing.EventRef{ID: l.Event.ID, Created: l.Event.Created})
			p.Receives = m.projects[s.Project].config.Receives(s.Mode)
		})
	}
	if l.User != "" {
		m.locked(s, func(r *rows) { p.Linked = r.links[l.User] })
	}
	if l.Owner != "" {
		m.locked(s, func(r *rows) { p.Customer = copyOf(r.customers, l.Owner) })
	}
	if l.Subscription != "" && !l.Siblings {
		m.locked(s, func(r *rows) {
			p.Subscription = copyOf(r.subscriptions, rowKey{l.Owner, l.Subscription})
		})
	}
	id := l.Transaction
	if id == "" {
		id = l.PaymentIntent
	}
	if id != "" {
		m.locked(s, func(r *rows) { p.Transaction = copyOf(r.transactions, rowKey{l.Owner, id}) })
	}
	if l.Siblings {
		m.locked(s, func(r *rows) {
			for _, row := range r.subscriptionsOf(l.Owner) {
				if row.ID == l.Subscription {
					p.Subscription = &row
				} else {
					p.Siblings = append(p.Siblings, row)
				}
			}
		})
	}
	return p, nil
}

// errTwice is what DynamoDB refuses with a ValidationException.
var errTwice = errors.New("an item is named twice in one transaction")

// Commit writes all of the changes or none.
func (m *Store) Commit(_ context.Context, s billing.Scope, c billing.Changes) (err error) {
	m.locked(s, func(r *rows) {
		if err = r.check(c); err == nil {
			r.write(c)
		}
	})
	return err
}

// check judges the conditions of the writes, the event record's first.
func (r *rows) check(c billing.Changes) error {
	if namesTwice(c) {
		return errTwice
	}
	if c.Event.ID != "" && !r.follows(c.Event) {
		return projector.ErrDuplicate
	}
	if c.Customer != nil && r.customers[c.Customer.ID].Revision != c.Customer.Revision ||
		c.LinkUser != "" && r.links[c.LinkUser] != "" ||
		c.Transaction != nil && r.transactions[rowKey{c.Transaction.Owner, c.Transaction.ID}].Revision != c.Transaction.Revision ||
		r.outdated(c.Subscription) || r.outdated(c.Sibling) {
		return projector.ErrConflict
	}
	for _, row := range c.Unchanged {
		if row.Revision == 0 || r.outdated(&row) { // a check is of a row that is there
			return projector.ErrConflict
		}
	}
	return nil
}

// outdated reports whether a subscription's row is not the one that was read.
func (r *rows) outdated(read *billing.Subscription) bool {
	return read != nil && r.subscriptions[rowKey{read.Customer, read.ID}].Revision != read.Revision
}

// follows reports whether a record is the next one of its event.
func (r *rows) follows(next billing.EventRecord) bool {
	known, recorded := r.records[keyOf(next.Ref())]
	if next.Attempts <= 1 {
		return !recorded
	}
	return recorded && known.Attempts == next.Attempts-1
}

// namesTwice reports whether a subscription is written or checked twice.
func namesTwice(c billing.Changes) bool {
	named := map[rowKey]bool{}
	twice := false
	name := func(s *billing.Subscription) {
		if s != nil {
			k := rowKey{s.Customer, s.ID}
			twice = twice || named[k]
			named[k] = true
		}
	}
	name(c.Subscription)
	name(c.Sibling)
	for _, s := range c.Unchanged {
		name(&s)
	}
	return twice
}

func (r *rows) write(c billing.Changes) {
	if c.Event.ID != "" {
		r.records[keyOf(c.Event.Ref())] = asStored(c.Event)
	}
	if c.Customer != nil {
		row := *c.Customer
		row.Revision++
		r.customers[row.ID] = row
	}
	if c.FindBy != "" {
		r.addresses[rowKey{c.FindBy, c.Customer.ID}] = true
	}
	if c.LinkUser != "" {
		r.links[c.LinkUser] = c.Customer.ID
	}
	for _, written := range []*billing.Subscription{c.Subscription, c.Sibling} {
		if written != nil {
			row := *written
			row.Revision++
			r.subscriptions[rowKey{row.Customer, row.ID}] = row
		}
	}
	if c.Transaction != nil {
		row := *c.Transaction
		row.Revision++
		r.transactions[rowKey{row.Owner, row.ID}] = row
	}
	r.tally.Add(c.Tally)
}

// copyOf is a row that its reader may change; nil if there is none.
func copyOf[K comparable, V any](rows map[K]V, key K) *V {
	row, ok := rows[key]
	if !ok {
		return nil
	}
	return &row
}

// record is a copy of an event's record; nil if there is none.
func (r *rows) record(at billing.EventRef) *billing.EventRecord {
	found := copyOf(r.records, keyOf(at))
	if found != nil {
		*found = cloneRecord(*found)
	}
	return found
}

func cloneRecord(r billing.EventRecord) billing.EventRecord {
	r.Steps = slices.Clone(r.Steps)
	for i, step := range r.Steps {
		r.Steps[i].Changes = slices.Clone(step.Changes)
	}
	return r
}

// asStored is a record as DynamoDB keeps it: times in milliseconds.
func asStored(r billing.EventRecord) billing.EventRecord {
	r = cloneRecord(r)
	r.ReceivedAt = r.ReceivedAt.Truncate(time.Millisecond)
	r.Took = r.Took.Truncate(time.Millisecond)
	if len(r.Steps) == 0 {
		r.Steps = nil
	}
	return r
}
