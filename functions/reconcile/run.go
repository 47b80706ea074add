package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"billhook/pkg/billing"
	"billhook/pkg/function"
	"billhook/pkg/gateway"
	"billhook/pkg/intake"
	"billhook/pkg/projector"
	"billhook/pkg/store"
	"billhook/pkg/wallet"
)

// Store lists the scopes and keeps how far each has come, and the counters of
// each day; *store.Table implements it.
type Store interface {
	Reconciliations(ctx context.Context) ([]billing.Reconciliation, error)
	SaveReconciliation(ctx context.Context, r *billing.Reconciliation) error
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	Records(ctx context.Context, s billing.Scope, events []billing.EventRef) (map[string]billing.EventRecord, error)
	KnownSubscriptions(ctx context.Context, s billing.Scope, customers map[string]string) (map[string]billing.Subscription, error)
	Tally(ctx context.Context, scopes ...billing.Scope) (billing.Tally, error)
	Snapshots(ctx context.Context, from time.Time, scopes ...billing.Scope) ([][]billing.Snapshot, error)
	SaveSnapshot(ctx context.Context, s billing.Scope, snapshot billing.Snapshot) error
}

// Intake takes events in; *intake.Intake implements it.
type Intake interface {
	Receive(ctx context.Context, scope billing.Scope, body []byte) (billing.Outcome, error)
}

// Corrector brings in what Stripe shows; *projector.Projector implements it.
type Corrector interface {
	Correct(ctx context.Context, scope billing.Scope, o projector.Observation) (behind bool, err error)
}

// Wallets goes on with what was left; *wallet.Wallets implements it.
type Wallets interface {
	Resume(ctx context.Context, s billing.Scope) (found int, err error)
}

// Metrics counts; *telemetry.Metrics implements it.
type Metrics interface {
	Count(metric, dimension, value string)
}

var (
	_ Store     = (*store.Table)(nil)
	_ Intake    = (*intake.Intake)(nil)
	_ Corrector = (*projector.Projector)(nil)
	_ Wallets   = (*wallet.Wallets)(nil)
)

// reconciler compares scopes with Stripe.
type reconciler struct {
	store     Store
	gateway   *gateway.Gateway
	intake    Intake
	corrector Corrector
	wallets   Wallets
	metrics   Metrics
	log       *slog.Logger
	now       func() time.Time
}

func newReconciler(f *function.Function, stripe *gateway.Gateway) *reconciler {
	bringsIn := projector.New(f.Table, stripe, f.Now)
	return &reconciler{
		store:     f.Table,
		gateway:   stripe,
		intake:    &intake.Intake{Events: bringsIn, Records: f.Table, Metrics: f.Metrics, Log: f.Log, Now: f.Now},
		corrector: bringsIn,
		wallets:   wallet.New(f.Table, stripe, bringsIn, f.Log, f.Now),
		metrics:   f.Metrics,
		log:       f.Log,
		now:       f.Now,
	}
}

const (
	// reserve is left of a run's time for the call that is under way when it is
	// nearly up: a call to Stripe takes 10 s at most.
	reserve = 15 * time.Second
	// parallel bounds the scopes that are visited at once. Each asks Stripe one
	// thing at a time, so no account sees more of a run than one caller.
	parallel = 8
)

// report is what a run did. It is the function's answer, for whoever invokes it
// by hand.
type report struct {
	Visited   int `json:"visited"`   // scopes
	Left      int `json:"left"`      // scopes, to the next run
	Events    int `json:"events"`    // taken in
	Corrected int `json:"corrected"` // subscriptions
	Resumed   int `json:"resumed"`   // holds that had expired, and reloads that were left
	Failures  int `json:"failures"`

	mu sync.Mutex
}

func (r *report) count(counter *int) { r.add(counter, 1) }

func (r *report) add(counter *int, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*counter += n
}

// run visits the scopes, those visited longest ago first, until all are done or
// the time is nearly up. A scope that fails is counted and does not fail the
// run. Whatever is left, the next run does.
func (r *reconciler) run(ctx context.Context) (*report, error) {
	scopes, err := r.store.Reconciliations(ctx)
	if err != nil {
		return nil, err
	}
	did := &report{}
	var visits errgroup.Group
	visits.SetLimit(parallel)
	for _, at := range scopes {
		visits.Go(func() error {
			if r.late(ctx) {
				did.count(&did.Left)
				return nil
			}
			did.count(&did.Visited)
			r.visit(ctx, at, did)
			return nil
		})
	}
	if err := visits.Wait(); err != nil {
		return nil, err
	}
	r.log.InfoContext(ctx, "reconciled",
		"visited", did.Visited, "left", did.Left, "events", did.Events, "corrected", did.Corrected, "resumed", did.Resumed, "failures", did.Failures)
	return did, nil
}

// late reports whether the run's time is nearly up.
func (r *reconciler) late(ctx context.Context) bool {
	deadline, limited := ctx.Deadline()
	return ctx.Err() != nil || limited && deadline.Sub(r.now()) < reserve
}

// failed counts a failure and logs it.
func (v *visit) failed(ctx context.Context, doing string, err error) {
	v.did.count(&v.did.Failures)
	v.metrics.Count("ReconcileFailures", "Kind", billing.CodeOf(err))
	v.log.ErrorContext(ctx, "reconciliation failed",
		"project", v.at.Scope.Project, "mode", v.at.Scope.Mode, "doing", doing, "error", err)
}
