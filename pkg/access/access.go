// Package access collects what decides what a user may do, with as few reads as
// it can, and signs the answer for checks without a request. The rule itself is
// billing.Access. It never asks Stripe and never writes.
//
// What it remembers between requests is where to look, and the project's own
// settings and plans for a short while; what a user has is read each time.
package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"billhook/pkg/billing"
	"billhook/pkg/store"
)

// Store is where the facts are. All reads are strongly consistent.
type Store interface {
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	Plans(ctx context.Context, s billing.Scope) ([]billing.Plan, error)
	Holder(ctx context.Context, s billing.Scope, user string) (billing.Holder, error)
	Holdings(ctx context.Context, s billing.Scope, customer string) (billing.Holdings, error)
}

var _ Store = (*store.Table)(nil)

// How long a project's settings and plans are taken from memory: so late, at
// most, a change of them shows. If a plan is needed that is not among those
// remembered, it may be new, and they are read again if they are older than
// plansAge.
const (
	settingsAge = 30 * time.Second
	plansAge    = time.Second
)

// How much is remembered.
const (
	mostLinks    = 20_000
	mostSettings = 1_000
)

// Reader reads facts. It is safe for concurrent use.
type Reader struct {
	store    Store
	now      func() time.Time
	links    cache[holder, string] // customers
	projects cache[uuid.UUID, billing.Project]
	plans    cache[billing.Scope, []billing.Plan]
}

// holder is a user in a scope.
type holder struct {
	scope billing.Scope
	user  string
}

// NewReader makes a Reader that has read nothing yet.
func NewReader(s Store, now func() time.Time) *Reader {
	return &Reader{
		store:    s,
		now:      now,
		links:    newCache[holder, string](mostLinks),
		projects: newCache[uuid.UUID, billing.Project](mostSettings),
		plans:    newCache[billing.Scope, []billing.Plan](mostSettings),
	}
}

// DefaultMode is the mode of clients that name none.
func (r *Reader) DefaultMode(ctx context.Context, project uuid.UUID) (billing.Mode, error) {
	p, err := r.project(ctx, project)
	return p.DefaultMode, err
}

// Facts reads what decides the access of a user. A user that nobody has heard
// of has none of it, which is no error.
func (r *Reader) Facts(ctx context.Context, s billing.Scope, user string) (billing.AccessFacts, error) {
	project, err := r.project(ctx, s.Project)
	if err != nil {
		return billing.AccessFacts{}, err
	}
	f := billing.AccessFacts{Grace: project.Grace(), OnDispute: project.OnDispute}
	both, reading := errgroup.WithContext(ctx)
	both.Go(func() (err error) {
		f.Plans, err = r.plansOf(reading, s, settingsAge)
		return err
	})
	var has billing.Holder
	var holdings billing.Holdings
	both.Go(func() (err error) {
		has, holdings, err = r.rows(reading, holder{s, user})
		return err
	})
	if err := both.Wait(); err != nil {
		return billing.AccessFacts{}, fmt.Errorf("access of a user: %w", err)
	}
	f.Grants = has.Grants
	// A customer may have been used for somebody else as well.
	f.Subscriptions = slices.DeleteFunc(holdings.Subscriptions, func(s billing.Subscription) bool {
		return s.User != "" && s.User != user
	})
	if holdings.Customer != nil {
		f.Disputes = holdings.Customer.Disputes
	}
	if lacksPlan(f) {
		f.Plans, err = r.plansOf(ctx, s, plansAge)
	}
	return f, err
}

// lacksPlan reports whether the user has something that is none of the plans.
func lacksPlan(f billing.AccessFacts) bool {
	return len(f.Plans) == 0 || slices.ContainsFunc(f.Subscriptions, func(s billing.Subscription) bool {
		return !s.Status.Terminal() && billing.PlanOf(f.Plans, s.Price) == nil
	}) || slices.ContainsFunc(f.Grants, func(g billing.Grant) bool {
		return g.Plan != "" && billing.PlanNamed(f.Plans, g.Plan, "") == nil
	})
}

// rows reads the user's rows. Where the customer is remembered that is one
// Query: the customer's row tells whether there is more to read. It says so if
// the user has been given anything since the link was remembered, and if the
// customer was deleted or replaced, so that the user may have another one.
func (r *Reader) rows(ctx context.Context, who holder) (billing.Holder, billing.Holdings, error) {
	customer, known := r.links.get(who, r.now())
	if !known {
		return r.lookUp(ctx, who)
	}
	holdings, err := r.store.Holdings(ctx, who.scope, customer)
	if err != nil || holdings.Customer == nil {
		return billing.Holder{}, holdings, err
	}
	switch {
	case holdings.Customer.Deleted, holdings.Customer.Replaced:
		r.links.drop(who)
		return r.lookUp(ctx, who)
	case holdings.Customer.Granted:
		has, err := r.store.Holder(ctx, who.scope, who.user)
		return has, holdings, err
	}
	return billing.Holder{}, holdings, nil
}

// lookUp reads the rows of a user whose customer is not remembered, and
// remembers it unless something would be missed by that: grants that the
// customer's row does not tell of, because they were there before it.
func (r *Reader) lookUp(ctx context.Context, who holder) (billing.Holder, billing.Holdings, error) {
	has, err := r.store.Holder(ctx, who.scope, who.user)
	if err != nil || has.Customer == "" {
		return has, billing.Holdings{}, err
	}
	holdings, err := r.store.Holdings(ctx, who.scope, has.Customer)
	if err != nil {
		return has, holdings, err
	}
	var row billing.Customer
	if holdings.Customer != nil {
		row = *holdings.Customer
	}
	now := r.now()
	live := slices.ContainsFunc(has.Grants, func(g billing.Grant) bool { return g.Live(now) })
	if !row.Deleted && !row.Replaced && (row.Granted || !live) {
		r.links.put(who, has.Customer, time.Time{})
	}
	return has, holdings, nil
}

func (r *Reader) project(ctx context.Context, id uuid.UUID) (billing.Project, error) {
	now := r.now()
	if p, known := r.projects.get(id, now); known {
		return p, nil
	}
	p, _, err := r.store.Project(ctx, id)
	if err == nil {
		r.projects.put(id, p, now.Add(settingsAge))
	}
	return p, err
}

// plansOf are the scope's plans, from memory if they were read within an age.
func (r *Reader) plansOf(ctx context.Context, s billing.Scope, age time.Duration) ([]billing.Plan, error) {
	now := r.now()
	if plans, known := r.plans.get(s, now.Add(settingsAge-age)); known {
		return plans, nil
	}
	plans, err := r.store.Plans(ctx, s)
	if err == nil {
		r.plans.put(s, plans, now.Add(settingsAge))
	}
	return plans, err
}
