package projector

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// memory is a Store by its documented contract: all or nothing, each event
// once, no row over a newer one.
type memory struct {
	receives      bool
	seen          map[string]billing.EventRecord
	customers     map[string]billing.Customer
	links         map[string]string
	subscriptions map[string]billing.Subscription
	transactions  map[string]billing.Transaction
	tally         billing.Tally

	// beforeCommit, when set, is called once before the next commit: it may
	// change rows, or fail the commit.
	beforeCommit func(*memory) error
	failPicture  error
	commits      int
}

var _ Store = (*memory)(nil)

func newMemory() *memory {
	return &memory{
		receives:      true,
		seen:          map[string]billing.EventRecord{},
		customers:     map[string]billing.Customer{},
		links:         map[string]string{},
		subscriptions: map[string]billing.Subscription{},
		transactions:  map[string]billing.Transaction{},
		tally:         billing.Tally{},
	}
}

func (m *memory) Picture(_ context.Context, _ billing.Scope, l billing.Lookup) (billing.Picture, error) {
	if m.failPicture != nil {
		return billing.Picture{}, m.failPicture
	}
	p := billing.Picture{
		Linked:   m.links[l.User],
		Customer: rowOf(m.customers, l.Owner), Subscription: rowOf(m.subscriptions, l.Subscription), Transaction: rowOf(m.transactions, l.Transaction),
	}
	if l.Event != nil {
		_, p.Seen = m.seen[l.Event.ID]
		p.Receives = m.receives
	}
	if l.Transaction == "" && l.PaymentIntent != "" {
		for _, x := range m.transactions {
			if x.Owner == l.Owner && x.PaymentIntent == l.PaymentIntent {
				p.Transaction = &x
			}
		}
	}
	return p, nil
}

func rowOf[V any](rows map[string]V, id string) *V {
	if row, ok := rows[id]; ok {
		return &row
	}
	return nil
}

func (m *memory) Commit(_ context.Context, _ billing.Scope, c billing.Changes) error {
	if hook := m.beforeCommit; hook != nil {
		m.beforeCommit = nil
		if err := hook(m); err != nil {
			return err
		}
	}
	if _, seen := m.seen[c.Event.ID]; seen {
		return ErrDuplicate
	}
	if m.outdated(c) {
		return ErrConflict
	}
	m.commits++
	if c.Event.ID != "" {
		m.seen[c.Event.ID] = c.Event
	}
	if c.Customer != nil {
		put(m.customers, c.Customer.ID, *c.Customer, func(r *billing.Customer) { r.Revision++ })
	}
	if c.LinkUser != "" {
		m.links[c.LinkUser] = c.Customer.ID
	}
	if c.Subscription != nil {
		put(m.subscriptions, c.Subscription.ID, *c.Subscription, func(r *billing.Subscription) { r.Revision++ })
	}
	if c.Transaction != nil {
		put(m.transactions, c.Transaction.ID, *c.Transaction, func(r *billing.Transaction) { r.Revision++ })
	}
	m.tally.Add(c.Tally)
	return nil
}

// outdated reports whether a row to be written is not the one that was read.
func (m *memory) outdated(c billing.Changes) bool {
	return c.Customer != nil && m.customers[c.Customer.ID].Revision != c.Customer.Revision ||
		c.Subscription != nil && m.subscriptions[c.Subscription.ID].Revision != c.Subscription.Revision ||
		c.Transaction != nil && m.transactions[c.Transaction.ID].Revision != c.Transaction.Revision ||
		c.LinkUser != "" && m.links[c.LinkUser] != ""
}

func put[V any](rows map[string]V, id string, row V, grow func(*V)) {
	grow(&row)
	rows[id] = row
}

// clone is what is stored, to tell later whether it changed.
func (m *memory) clone() *memory {
	return &memory{
		receives:      m.receives,
		seen:          maps.Clone(m.seen),
		customers:     maps.Clone(m.customers),
		links:         maps.Clone(m.links),
		subscriptions: maps.Clone(m.subscriptions),
		transactions:  maps.Clone(m.transactions),
		tally:         maps.Clone(m.tally),
		commits:       m.commits,
	}
}

// recount is the tally that the rows add up to.
func (m *memory) recount() billing.Tally {
	sum := billing.Tally{}
	for _, s := range m.subscriptions {
		sum.Subscription(nil, s)
	}
	for _, x := range m.transactions {
		sum.Transaction(nil, x)
	}
	return sum
}

// counts are the tally without what has come to nothing.
func (m *memory) counts() billing.Tally {
	c := maps.Clone(m.tally)
	maps.DeleteFunc(c, func(_ string, n int64) bool { return n == 0 })
	return c
}

// truth is the Stripe of a test: it answers with what it was given.
type truth struct {
	now   map[string]billing.SubscriptionFact
	err   error
	asked []string
}

var _ Stripe = (*truth)(nil)

func (s *truth) Subscription(_ context.Context, _ billing.Scope, id string) (billing.SubscriptionFact, error) {
	s.asked = append(s.asked, id)
	if s.err != nil {
		return billing.SubscriptionFact{}, s.err
	}
	f, ok := s.now[id]
	if !ok {
		return f, errors.New("no such subscription")
	}
	return f, nil
}

var (
	scope    = billing.Scope{Project: uuid.MustParse("2b6f8c1e-54d7-4a0b-9f3c-8e17d2a6b904"), Mode: billing.Test}
	received = time.Date(2026, 2, 3, 9, 15, 0, 0, time.UTC)
)

func clock() time.Time { return received.In(time.FixedZone("CET", 3600)) }

// mustApply applies an event that must not fail.
func mustApply(t *testing.T, p *Projector, event billing.Event) billing.Outcome {
	t.Helper()
	outcome, err := p.Apply(t.Context(), scope, event)
	if err != nil {
		t.Fatal(err)
	}
	return outcome
}

// sub is a subscription's state; the tests vary its members.
func sub(changes ...func(*billing.SubscriptionState)) billing.SubscriptionState {
	s := billing.SubscriptionState{
		Status: billing.StatusActive, Price: "price_1", Plan: "Team", Quantity: 1,
		CurrentPeriodStart: billing.At(1000), CurrentPeriodEnd: billing.At(2000),
	}
	for _, change := range changes {
		change(&s)
	}
	return s
}

func status(status billing.SubscriptionStatus) func(*billing.SubscriptionState) {
	return func(s *billing.SubscriptionState) { s.Status = status }
}

func quantity(n int64) func(*billing.SubscriptionState) {
	return func(s *billing.SubscriptionState) { s.Quantity = n }
}

func price(id string) func(*billing.SubscriptionState) {
	return func(s *billing.SubscriptionState) { s.Price = id }
}

func plan(name string) func(*billing.SubscriptionState) {
	return func(s *billing.SubscriptionState) { s.Plan = name }
}

// snapshot is the fact of a step from one state to another.
func snapshot(step billing.Lifecycle, before, after billing.SubscriptionState) billing.SubscriptionFact {
	return billing.SubscriptionFact{
		Lifecycle: step, ID: "sub_1", Customer: "cus_1", CreatedAt: billing.At(1000), Before: before, After: after,
	}
}

func event(id string, created int64, fact billing.Fact) billing.Event {
	return billing.Event{ID: id, Type: "of a test", Object: "object_1", Created: billing.At(created), Mode: billing.Test, Fact: fact}
}
