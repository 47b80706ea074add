package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
)

// moment is an event of a life: what was told and taken before it, and it.
type moment struct {
	name    string
	arrange func(t *testing.T, l life) (body string)
	// effects are some of the calls that the event must lead to.
	effects []string
}

var moments = []moment{
	{"subscription created", func(t *testing.T, l life) string {
		l.subscribe(t)
		return l.last(t, "customer.subscription.created").body
	}, nil},
	{"renewal paid", func(t *testing.T, l life) string {
		s := l.subscribe(t)
		l.take(t, "customer.subscription.created", "customer.subscription.updated", "invoice.paid")
		l.renew(t, s.ID)
		return l.last(t, "invoice.paid").body
	}, nil},
	{"renewal failed", func(t *testing.T, l life) string {
		s := l.subscribe(t)
		l.take(t, "customer.subscription.created", "customer.subscription.updated")
		l.attach(t, s, "pm_card_chargeCustomerFail")
		l.renew(t, s.ID)
		return l.last(t, "invoice.payment_failed").body
	}, nil},
	{"refund", func(t *testing.T, l life) string {
		l.subscribe(t)
		l.take(t, "customer.subscription.created", "invoice.paid")
		paid := l.last(t, "charge.succeeded")
		l.refund(t, paid.object)
		return l.last(t, "charge.refunded").body
	}, nil},
	{"checkout completed", func(t *testing.T, l life) string {
		l.subscribe(t)
		l.take(t, "customer.subscription.created")
		return l.last(t, "checkout.session.completed").body
	}, nil},
	{"checkout completed before anything else", func(t *testing.T, l life) string {
		l.subscribe(t)
		return l.last(t, "checkout.session.completed").body
	}, []string{"GET /v1/subscriptions/"}},
	{"tie that Stripe decides", func(t *testing.T, l life) string {
		s := l.subscribe(t)
		l.take(t, "customer.subscription.created", "customer.subscription.updated")
		l.order(t, s, 2)
		l.take(t, "customer.subscription.updated")
		l.Clock.Advance(time.Second) // the question of before is no more in the way
		l.order(t, s, 1)             // back again, in Stripe's same second
		return l.last(t, "customer.subscription.updated").body
	}, []string{"GET /v1/subscriptions/"}},
	{"unreadable", func(t *testing.T, l life) string {
		l.subscribe(t)
		return without(t, l.last(t, "invoice.paid"), "amount_paid")
	}, nil},
	{"second subscription, to be canceled", func(t *testing.T, l life) string {
		s := l.subscribe(t)
		l.take(t, "customer.subscription.created", "customer.subscription.updated")
		l.sandbox.Clock.Advance(time.Hour)
		l.subscribeAgain(t, s)
		l.take(t, "customer.subscription.created")
		return l.last(t, "customer.subscription.updated").body
	}, []string{"GET /v1/subscriptions/", "DELETE /v1/subscriptions/", "POST /v1/refunds"}},
}

// A delivery may be cut short at any of its calls, in any of the ways that a
// call can go wrong. Delivered again until it is taken, the event has had its
// effects, once.
func TestCrashAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, m := range moments {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			w := functiontest.New(t)
			undisturbed := m.run(t, w, nil)
			for _, effect := range append([]string{"TransactWriteItems"}, m.effects...) {
				if !slices.ContainsFunc(undisturbed.calls, func(made string) bool { return strings.HasPrefix(made, effect) }) {
					t.Fatalf("the calls are %v, without %s", undisturbed.calls, effect)
				}
			}
			for i, call := range undisturbed.calls {
				for _, f := range faults {
					if !f.befalls(call) {
						continue
					}
					t.Run(fmt.Sprintf("%d %s %s", i, strings.ReplaceAll(call, "/", " "), f.name), func(t *testing.T) {
						disturbed := m.run(t, w, &disturbance{at: i, fault: f})
						if diff := cmp.Diff(undisturbed.stored, disturbed.stored); diff != "" {
							t.Errorf("stored (-without the fault +with it):\n%s", diff)
						}
						if diff := cmp.Diff(undisturbed.happened, disturbed.happened); diff != "" {
							t.Errorf("happened at Stripe (-without the fault +with it):\n%s", diff)
						}
					})
				}
			}
		})
	}
}

// result is what there is after a moment, and which calls its first delivery
// made.
type result struct {
	calls    []string
	stored   map[string]functiontest.Item
	happened []string
}

// patience bounds how often an event is delivered.
const patience = 5

// run lives up to the moment, delivers its event until it is taken, and then
// what followed from it at Stripe.
func (m moment) run(t *testing.T, w *functiontest.World, d *disturbance) result {
	t.Helper()
	l := newLife(t, w)
	body := m.arrange(t, l)
	before := len(l.events(t))
	if d == nil {
		d = &disturbance{at: -1}
	}
	l.disturb(d)
	answer := l.deliver(t, body)
	l.disturb(nil)
	for n := 1; answer.Status != http.StatusOK; n++ {
		if n == patience {
			t.Fatalf("the event is not taken: %d %s", answer.Status, answer.Body)
		}
		l.Clock.Advance(time.Minute)
		answer = l.deliver(t, body)
	}
	for _, followed := range l.events(t)[before:] {
		l.deliver(t, followed.body).Is(t, 200, received)
	}
	return result{d.calls, l.stored(t), l.happened(t)}
}

// fault is a way in which a call can go wrong.
type fault struct {
	name   string
	made   bool                   // the call is carried out
	ends   bool                   // the process ends with it: no later call is made
	aws    func(input any) error  // what the caller sees
	stripe http.HandlerFunc       // likewise; nil: the connection breaks
	only   func(call string) bool // nil: every call
}

// befalls reports whether the fault can befall a call.
func (f fault) befalls(call string) bool { return f.only == nil || f.only(call) }

var errConnection = errors.New("connection reset by peer")

var faults = []fault{
	{name: "fails before", ends: true, aws: failing(errConnection), stripe: stripeFails(http.StatusInternalServerError, "api_error", "")},
	{name: "fails after", made: true, ends: true, aws: failing(errConnection), stripe: stripeFails(http.StatusInternalServerError, "api_error", "")},
	{name: "loses its reply", made: true, aws: failing(errConnection)},
	{name: "is throttled", aws: failing(&smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"}),
		stripe: stripeFails(http.StatusTooManyRequests, "invalid_request_error", "rate_limit")},
	{name: "meets another", aws: conflict(0), stripe: stripeFails(http.StatusConflict, "idempotency_error", "idempotency_key_in_use"),
		only: func(call string) bool { return call == "TransactWriteItems" || isStripes(call) }},
	{name: "meets another at its last write", aws: conflict(-1), only: func(call string) bool { return call == "TransactWriteItems" }},
}

func failing(err error) func(any) error { return func(any) error { return err } }

// conflict cancels a transaction because another one writes the same item: the
// first, or the last, of those that it writes.
func conflict(at int) func(any) error {
	return func(input any) error {
		transaction := input.(*sdk.TransactWriteItemsInput)
		reasons := make([]dynamodb.CancellationReason, len(transaction.TransactItems))
		for i := range reasons {
			reasons[i].Code = aws.String("None")
		}
		reasons[(at+len(reasons))%len(reasons)].Code = aws.String("TransactionConflict")
		return &dynamodb.TransactionCanceledException{CancellationReasons: reasons}
	}
}

// stripeFails answers an error that Stripe's client is not to try again on.
func stripeFails(status int, kind, code string) http.HandlerFunc {
	return functiontest.Answering(status, fmt.Sprintf(`{"error": {"type": %q, "code": %q}}`, kind, code), "Stripe-Should-Retry", "false")
}

func isStripes(call string) bool { return strings.Contains(call, " /v1/") }

// disturbance has a call go wrong: the one with a number, counted from 0. It
// notes the calls that are made.
type disturbance struct {
	at int
	fault

	mu    sync.Mutex
	calls []string
}

// next counts a call and says whether it is made, and whether it goes well.
func (d *disturbance) next(call string) (made, well bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.calls)
	d.calls = append(d.calls, call)
	switch {
	case d.at < 0 || n < d.at || n > d.at && !d.ends:
		return true, true
	case n > d.at:
		return false, false
	default:
		return d.made, false
	}
}

// disturb puts a disturbance in the way of the life's calls; nil takes it away.
func (l life) disturb(d *disturbance) {
	if d == nil {
		l.Intercept(nil)
		l.sandbox.Intercept(nil)
		return
	}
	l.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		if strings.HasSuffix(operation, "SecretValue") {
			return next(ctx, input)
		}
		made, well := d.next(operation)
		var out any
		var err error
		if made {
			out, err = next(ctx, input)
		}
		if well || err != nil {
			return out, err
		}
		return nil, d.aws(input)
	})
	l.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		made, well := d.next(r.Method + " " + r.URL.Path)
		switch {
		case well:
			next.ServeHTTP(w, r)
			return
		case made:
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		if d.stripe == nil {
			panic(http.ErrAbortHandler)
		}
		d.stripe(w, r)
	})
}
