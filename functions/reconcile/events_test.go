package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// A day of lost webhooks ends as if none had been lost.
func TestLostEvents(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.losing(t)
	kept, ended := f.subscribe(t, f.project, "user-1"), f.subscribe(t, f.project, "user-2")
	f.pass(time.Hour)
	if _, err := f.sandbox.API.Subscriptions.Cancel(ended.ID, nil); err != nil {
		t.Fatal(err)
	}
	f.pass(settling + time.Second)
	did, err := f.reconciler.run(t.Context())
	if err != nil || did.Events == 0 || did.Corrected != 0 || did.Failures != 0 {
		t.Fatalf("%+v, %v: want events, and no more to correct", did, err)
	}
	if row := f.row(t, f.scope(), kept); row.Status != billing.StatusActive || row.User != "user-1" {
		t.Errorf("kept: %+v", row)
	}
	if row := f.row(t, f.scope(), ended); row.Status != billing.StatusCanceled || row.User != "user-2" {
		t.Errorf("ended: %+v", row)
	}
	for _, s := range []*stripe.Subscription{kept, ended} {
		payments, err := f.Function.Table.Transactions(t.Context(), f.scope(), s.Customer.ID)
		if err != nil || len(payments) != 1 || payments[0].Status != billing.TransactionSucceeded {
			t.Errorf("payments of %s: %+v, %v", s.ID, payments, err)
		}
	}
	if n := f.counted(t, "Backfilled", "Outcome", "applied"); n == 0 || n > did.Events {
		t.Errorf("%d of %d events counted as applied", n, did.Events)
	}

	// Stripe lists them still: they are done with.
	before := f.Stored(t)
	f.pass(15 * time.Minute)
	f.run(t, &report{Visited: 1})
	f.SameAs(t, before)
}

func TestYoungEventsAreLeftToStripe(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.losing(t)
	s := f.subscribe(t, f.project, "user-1")
	f.pass(settling - time.Second)
	before := f.Stored(t)
	f.run(t, &report{Visited: 1})
	f.SameAs(t, before)
	f.pass(15 * time.Minute)
	if _, err := f.reconciler.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if row := f.row(t, f.scope(), s); row.Status != billing.StatusActive {
		t.Errorf("a run later: %+v", row)
	}
}

// emails changes a customer's address so many times, with a pause before each:
// so many events.
func (f fixture) emails(t *testing.T, n int, pause time.Duration) string {
	t.Helper()
	customer, err := f.sandbox.API.Customers.New(&stripe.CustomerParams{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		f.pass(pause)
		if _, err := f.sandbox.API.Customers.Update(customer.ID, &stripe.CustomerParams{Email: stripe.String(fmt.Sprintf("%d@example.com", i))}); err != nil {
			t.Fatal(err)
		}
	}
	return customer.ID
}

// outcomes are the records of events, by outcome, and the most attempts.
func (f fixture) outcomes(t *testing.T) (n map[string]int, attempts float64) {
	t.Helper()
	n = map[string]int{}
	for key, item := range f.Items(t) {
		if strings.Contains(key, "#EVENTS#") {
			n[fmt.Sprint(item["outcome"])]++
			attempts = max(attempts, item["attempts"].(float64))
		}
	}
	return n, attempts
}

func TestManyEvents(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pause time.Duration
		n     int
		lists int // calls, at most
	}{
		"over days":              {20 * time.Minute, 230, 3},
		"over seconds":           {time.Second, 230, 3},
		"all in one second":      {0, 230, 3},
		"more than one can hold": {time.Second, atOnce + 130, 12},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.losing(t)
			f.emails(t, c.n, c.pause)
			f.pass(settling + time.Second)
			calls := f.asked()
			f.run(t, &report{Visited: 1, Events: c.n + 1})
			if n := calls["GET /v1/events"]; n > c.lists {
				t.Errorf("%d lists were read, want %d at most", n, c.lists)
			}
			n, attempts := f.outcomes(t)
			if c.pause > 0 && c.n < atOnce && n["applied"] != c.n+1 || n["applied"]+n["stale"] != c.n+1 || attempts != 1 {
				t.Errorf("outcomes %v in %v attempts: want the oldest first, each once", n, attempts)
			}
			clear(calls)
			f.pass(15 * time.Minute)
			f.run(t, &report{Visited: 1})
			if n := calls["GET /v1/events"]; n != 1 {
				t.Errorf("the next run read %d lists", n)
			}
		})
	}
}

// What a run has no time for, the next ones do; nothing is done twice.
func TestWorkGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.losing(t)
	f.emails(t, 120, time.Minute)
	f.pass(settling + time.Second)
	f.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		if operation == "TransactWriteItems" {
			f.Clock.Advance(time.Second)
		}
		return next(ctx, input)
	})
	total, runs := 0, 0
	for ; total < 121 && runs < 10; runs++ {
		did, err := f.reconciler.run(f.until(t, 30*time.Second))
		if err != nil || did.Failures != 0 || did.Events == 0 || did.Events > 31 {
			t.Fatalf("run %d: %+v, %v", runs, did, err)
		}
		total += did.Events
	}
	if n, attempts := f.outcomes(t); runs < 4 || n["applied"] != 121 || attempts != 1 {
		t.Errorf("%d runs: outcomes %v in %v attempts", runs, n, attempts)
	}
}

// An event that fails comes again, and holds up no other.
func TestFailingEvent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.losing(t)
	customer := f.emails(t, 3, time.Minute)
	f.pass(settling + time.Second)
	commits := 0
	f.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		if operation == "TransactWriteItems" {
			if commits++; commits == 2 {
				return nil, context.DeadlineExceeded
			}
		}
		return next(ctx, input)
	})
	f.run(t, &report{Visited: 1, Events: 3, Failures: 1})
	f.Intercept(nil)
	if n, _ := f.outcomes(t); n["applied"] != 3 || n["failed"] != 1 {
		t.Errorf("outcomes %v, want one failed", n)
	}
	if n := f.counted(t, "ReconcileFailures", "Kind", "internal_error"); n != 1 {
		t.Errorf("%d failures were counted", n)
	}
	f.pass(15 * time.Minute)
	f.run(t, &report{Visited: 1, Events: 1})
	if n, attempts := f.outcomes(t); n["failed"] != 0 || attempts != 2 {
		t.Errorf("outcomes %v in %v attempts of %s", n, attempts, customer)
	}
}

// What was quarantined waits for somebody to look into it.
func TestQuarantinedEventsAreNotTouched(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	unreadable := fmt.Sprintf(`{"id": "evt_1", "object": "event", "type": "invoice.paid", "created": %d, "livemode": false, "data": {"object": {"id": "in_1"}}}`,
		f.Clock.Now().Unix())
	f.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path != "/v1/events" {
			next.ServeHTTP(w, r)
			return
		}
		functiontest.Answering(200, `{"object": "list", "has_more": false, "data": [`+unreadable+`]}`)(w, r)
	})
	f.pass(settling + time.Second)
	f.run(t, &report{Visited: 1, Events: 1})
	if n := f.counted(t, "Backfilled", "Outcome", "quarantined"); n != 1 {
		t.Errorf("%d events were counted as quarantined", n)
	}
	before := f.Stored(t)
	f.pass(15 * time.Minute)
	f.run(t, &report{Visited: 1})
	f.SameAs(t, before)
}

// Types that billhook does not use are not even recorded.
func TestOtherTypesAreLeftAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.losing(t)
	if _, err := f.sandbox.API.Products.New(&stripe.ProductParams{Name: stripe.String("Mug")}); err != nil {
		t.Fatal(err)
	}
	f.pass(settling + time.Second)
	before := f.Stored(t)
	f.run(t, &report{Visited: 1})
	f.SameAs(t, before)
}
