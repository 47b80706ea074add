package projector

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// paidIntent is a one-off payment as a call of ours, or an event, tells it.
func paidIntent(status billing.TransactionStatus, at int64) billing.PaymentFact {
	return billing.PaymentFact{Payment: billing.Transaction{
		ID: "pi_1", Owner: "cus_1", User: "ada", PaymentIntent: "pi_1", Status: status, Amount: 5000, AsOf: billing.At(at),
		Currency: "eur", CreatedAt: billing.At(1000),
	}}
}

// What a call of ours tells of a payment makes the row that its events find,
// whichever comes first, and one row in all.
func TestObservePayment(t *testing.T) {
	t.Parallel()
	observe := func(f billing.PaymentFact) func(t *testing.T, p *Projector) {
		return func(t *testing.T, p *Projector) {
			t.Helper()
			o := PaymentObservation{Fact: f, AsOf: f.Payment.AsOf, Call: "create payment intent", Request: "req_1"}
			if err := p.ObservePayment(t.Context(), scope, o); err != nil {
				t.Fatal(err)
			}
		}
	}
	apply := func(f billing.PaymentFact) func(t *testing.T, p *Projector) {
		return func(t *testing.T, p *Projector) {
			t.Helper()
			mustApply(t, p, event("evt_1", f.Payment.AsOf.Unix(), f))
		}
	}
	made, paid := paidIntent(billing.TransactionPending, earlier), paidIntent(billing.TransactionSucceeded, second)
	refunded := paidIntent(billing.TransactionSucceeded, second)
	refunded.Payment.Refunded, refunded.Payment.RefundsAsOf = 2000, billing.At(later)
	for name, c := range map[string]struct {
		steps    []func(*testing.T, *Projector)
		status   billing.TransactionStatus
		refunded int64
		commits  int
	}{
		"made":                       {[]func(*testing.T, *Projector){observe(made)}, billing.TransactionPending, 0, 1},
		"told twice":                 {[]func(*testing.T, *Projector){observe(made), observe(made)}, billing.TransactionPending, 0, 1},
		"made, then paid":            {[]func(*testing.T, *Projector){observe(made), apply(paid)}, billing.TransactionSucceeded, 0, 2},
		"paid before we have told":   {[]func(*testing.T, *Projector){apply(paid), observe(made)}, billing.TransactionSucceeded, 0, 1},
		"refunded before it is paid": {[]func(*testing.T, *Projector){observe(refunded), apply(paid)}, billing.TransactionPartiallyRefunded, 2000, 2},
		"paid, then refunded":        {[]func(*testing.T, *Projector){apply(paid), observe(refunded)}, billing.TransactionPartiallyRefunded, 2000, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemory()
			p := New(store, &truth{}, clock)
			for _, step := range c.steps {
				step(t, p)
			}
			row := store.transactions["pi_1"]
			if len(store.transactions) != 1 || row.Status != c.status || row.Refunded != c.refunded || row.User != "ada" || store.commits != c.commits {
				t.Errorf("%d rows, %d commits, %+v", len(store.transactions), store.commits, row)
			}
			if diff := cmp.Diff(store.recount(), store.counts()); diff != "" {
				t.Errorf("tally (-recounted +counted):\n%s", diff)
			}
		})
	}
}
