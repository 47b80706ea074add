package projector

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
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
	mayAsk       func(object string) error
	duplicates   billing.DuplicatePolicy
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
		Customer: rowOf(m.customers, l.Owner), Subscription: rowOf(m.subscriptions, l.Subscription),
		Transaction: rowOf(m.transactions, cmp.Or(l.Transaction, l.PaymentIntent)),
	}
	if l.Event != nil {
		p.Record, p.Receives = rowOf(m.seen, l.Event.ID), m.receives
	}
	if l.Siblings {
		for _, id := range slices.Sorted(maps.Keys(m.subscriptions)) {
			if s := m.subscriptions[id]; s.Customer == l.Owner && id != l.Subscription {
				p.Siblings = append(p.Siblings, s)
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
	if c.Event.ID != "" && m.seen[c.Event.ID].Attempts != c.Event.Attempts-1 {
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
	if c.Sibling != nil {
		put(m.subscriptions, c.Sibling.ID, *c.Sibling, func(r *billing.Subscription) { r.Revision++ })
	}
	if c.Transaction != nil {
		put(m.transactions, c.Transaction.ID, *c.Transaction, func(r *billing.Transaction) { r.Revision++ })
	}
	m.tally.Add(c.Tally)
	return nil
}

// outdated reports whether a row to be written is not the one that was read.
func (m *memory) outdated(c billing.Changes) bool {
	changed := func(s billing.Subscription) bool { return m.subscriptions[s.ID].Revision != s.Revision }
	return slices.ContainsFunc(c.Unchanged, changed) || c.Sibling != nil && changed(*c.Sibling) || c.Customer != nil && m.customers[c.Customer.ID].Revision != c.Customer.Revision ||
		c.Subscription != nil && changed(*c.Subscription) ||
		c.Transaction != nil && m.transactions[c.Transaction.ID].Revision != c.Transaction.Revision ||
		c.LinkUser != "" && m.links[c.LinkUser] != ""
}

// MayAsk lets everybody ask.
func (m *memory) MayAsk(_ context.Context, _ billing.Scope, object string, _ time.Time) error {
	if m.mayAsk == nil {
		return nil
	}
	return m.mayAsk(object)
}

func (m *memory) Project(_ context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error) {
	return billing.Project{ID: id, Duplicates: m.duplicates}, nil, nil
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
	now      map[string]billing.SubscriptionFact
	asOf     time.Time
	charges  map[string]billing.PaymentFact
	invoices map[string]string // by payment intent
	err      error
	refuses  error // what cancellations end with
	asked    []string
	canceled []string
}

var _ Stripe = (*truth)(nil)

func (s *truth) Subscription(_ context.Context, _ billing.Scope, id string) (billing.SubscriptionFact, time.Time, error) {
	f, err := recall(s, s.now, id)
	return f, s.asOf, err
}

func (s *truth) Charge(_ context.Context, _ billing.Scope, id string) (billing.PaymentFact, error) {
	return recall(s, s.charges, id)
}

func (s *truth) InvoiceOf(_ context.Context, _ billing.Scope, payment string) (string, error) {
	return recall(s, s.invoices, payment)
}

func (s *truth) CancelDuplicate(_ context.Context, _ billing.Scope, subscription string) error {
	if s.refuses == nil {
		s.canceled = append(s.canceled, subscription)
	}
	return s.refuses
}

func recall[V any](s *truth, known map[string]V, id string) (V, error) {
	s.asked = append(s.asked, id)
	v, ok := known[id]
	switch {
	case s.err != nil:
		return v, s.err
	case !ok:
		return v, errors.New("no such object")
	}
	return v, nil
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
