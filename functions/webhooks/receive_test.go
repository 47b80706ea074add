package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	dynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	secretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

func TestUnknownTypesAreRecordedAsIgnored(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := f.Items(t)
	f.deliver(t, `{"id": "evt_1", "object": "event", "type": "radar.early_fraud_warning.created", "created": 1770110104, "livemode": false, "data": {"object": {}}}`).
		Is(t, 200, received)
	after := f.Items(t)
	if len(after) != len(before)+1 {
		t.Fatalf("%d items became %d", len(before), len(after))
	}
	for at, it := range after {
		if _, old := before[at]; !old && (it["id"] != "evt_1" || it["type"] != "radar.early_fraud_warning.created" || it["outcome"] != "ignored") {
			t.Errorf("recorded: %v", it)
		}
	}
	if !f.Logged(t, map[string]any{"Events": 1, "Outcome": "ignored"}) {
		t.Error("the outcome was not counted")
	}
}

func TestLiveEvents(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	body := strings.Replace(paidInvoice("evt_1", "in_1"), `"livemode": false`, `"livemode": true`, 1)
	f.post(t, f.project.String(), "live", body, sign(secretOf(billing.Live), f.Clock.Now(), body)).Is(t, 200, received)
	if payments := f.payments(t, "cus_1"); len(payments) != 0 {
		t.Errorf("in test mode: %v", payments)
	}
	payments, err := f.Function.Table.Transactions(t.Context(), f.scope(billing.Live), "cus_1")
	if err != nil || len(payments) != 1 {
		t.Errorf("in live mode: %v, %v", payments, err)
	}
}

func TestOneEventDeliveredManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	instances := []http.Handler{f.handler, handler(f.NewInstance(t), f.stripe.URL), handler(f.NewInstance(t), f.stripe.URL)}
	var wg sync.WaitGroup
	for i := range 24 {
		instance := f
		instance.handler = instances[i%len(instances)]
		wg.Go(func() {
			if answer := instance.deliver(t, paidInvoice("evt_1", "in_1")); answer.Status != 200 {
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
	}
	wg.Wait()
	f.onePayment(t)
}

// onePayment fails the test unless the one invoice is stored and counted once.
func (f fixture) onePayment(t *testing.T) {
	t.Helper()
	want := []billing.Transaction{{
		ID: "in_1", Owner: "cus_1", PaymentIntent: "pi_1", Status: billing.TransactionSucceeded, Amount: 2400, Currency: "usd",
		AsOf: billing.At(1770110104), CreatedAt: billing.At(1770110100), Revision: 1,
		LastEvent: billing.EventRef{ID: "evt_1", Created: billing.At(1770110104)},
	}}
	if diff := cmp.Diff(want, f.payments(t, "cus_1")); diff != "" {
		t.Errorf("payments (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(billing.Tally{"payments.succeeded": 1, "paid.usd": 1, "gross.usd": 2400}, f.tally(t)); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
}

// Many events of one customer's at once: each counts once, whatever conflicts.
func TestManyEventsAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			// Eight invoices, each told by three events.
			body := paidInvoice(fmt.Sprintf("evt_%d", i), fmt.Sprintf("in_%d", i%8))
			if answer := f.deliver(t, body); answer.Status != 200 {
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
	}
	wg.Wait()
	if payments := f.payments(t, "cus_1"); len(payments) != 8 {
		t.Errorf("%d payments", len(payments))
	}
	if diff := cmp.Diff(billing.Tally{"payments.succeeded": 8, "paid.usd": 8, "gross.usd": 8 * 2400}, f.tally(t)); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
}

// A fault is never answered with 2xx: Stripe delivers the event again, and
// then it has its effect, once.
func TestFaults(t *testing.T) {
	t.Parallel()
	busy := &dynamodb.TransactionCanceledException{CancellationReasons: []dynamodb.CancellationReason{
		{Code: aws.String("None")}, {Code: aws.String("TransactionConflict")}, {Code: aws.String("None")},
	}}
	const internal, unavailable = `{"detail": "Internal server error"}`, `{"detail": "The rows to be changed keep changing; try again"}`
	for name, c := range map[string]struct {
		operation string
		failure   error
		status    int
		body      string
	}{
		"reading fails":             {"BatchGetItem", &dynamodb.InternalServerError{}, 500, internal},
		"reading is throttled":      {"BatchGetItem", &dynamodb.ProvisionedThroughputExceededException{}, 500, internal},
		"reading takes too long":    {"BatchGetItem", context.DeadlineExceeded, 500, internal},
		"the secret cannot be read": {"GetSecretValue", &secretsmanager.InternalServiceError{}, 500, internal},
		"writing fails":             {"TransactWriteItems", &dynamodb.InternalServerError{}, 500, internal},
		"writing is throttled":      {"TransactWriteItems", &dynamodb.RequestLimitExceeded{}, 500, internal},
		"the connection breaks":     {"TransactWriteItems", errors.New("connection reset by peer"), 500, internal},
		"the row is always busy":    {"TransactWriteItems", busy, 503, unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			body := paidInvoice("evt_1", "in_1")
			before := f.Stored(t)
			f.Intercept(functiontest.Failing(c.operation, c.failure))
			f.deliver(t, body).Is(t, c.status, c.body)
			f.Intercept(nil)
			f.SameAs(t, before)
			f.deliver(t, body).Is(t, 200, received)
			f.onePayment(t)
		})
	}
}

// The answer to a commit that went through may be lost: the event, delivered
// again, is a duplicate.
func TestLostAnswerOfACommit(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	body := paidInvoice("evt_1", "in_1")
	f.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		out, err := next(ctx, input)
		if operation == "TransactWriteItems" {
			return nil, errors.Join(err, errors.New("connection reset by peer"))
		}
		return out, err
	})
	f.deliver(t, body).Is(t, 500, `{"detail": "Internal server error"}`)
	f.Intercept(nil)
	f.deliver(t, body).Is(t, 200, received)
	f.onePayment(t)
	if !f.Logged(t, map[string]any{"Events": 1, "Outcome": "duplicate"}) {
		t.Error("the second delivery was not a duplicate")
	}
}

// Since 2025-03-31.basil a refunded charge does not name its invoice, so Stripe
// is asked.
func TestRefundWithoutInvoice(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.deliver(t, paidInvoice("evt_1", "in_1")).Is(t, 200, received)
	refund := `{
		"id": "evt_2", "object": "event", "api_version": "2025-03-31.basil", "type": "charge.refunded", "created": 1770110200, "livemode": false,
		"data": {"object": {
			"id": "ch_1", "object": "charge", "customer": "cus_1", "created": 1770110100, "currency": "usd", "captured": true, "status": "succeeded",
			"amount": 2400, "amount_captured": 2400, "amount_refunded": 2400, "payment_intent": "pi_1"
		}}
	}`
	f.stripe.Answer(functiontest.Answering(500, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false"))
	f.deliver(t, refund).Is(t, 502, `{"detail": "Stripe failed to answer"}`)
	f.Clock.Advance(time.Second)
	f.stripe.Answer(functiontest.Answering(200, `{"id": "pi_1", "object": "payment_intent", "invoice": "in_1"}`))
	f.deliver(t, refund).Is(t, 200, received)
	payments := f.payments(t, "cus_1")
	if len(payments) != 1 || payments[0].Status != billing.TransactionRefunded || payments[0].Refunded != 2400 {
		t.Errorf("payments: %+v", payments)
	}
}

// A checkout whose subscription is not known yet has Stripe asked for it.
func TestCheckoutOfUnknownSubscription(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	body := sample(t, "checkout.session.completed")
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		status int
	}{
		"Stripe fails":           {functiontest.Answering(500, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false"), 502},
		"Stripe limits the rate": {functiontest.Answering(429, `{"error": {"type": "invalid_request_error", "code": "rate_limit"}}`), 429},
		"Stripe rejects the key": {functiontest.Answering(401, `{"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}`), 403},
		"Stripe makes no sense":  {functiontest.Answering(200, `{"id": "sub_1", "object": "subscription"}`), 500},
	} {
		f.stripe.Answer(c.answer)
		if answer := f.deliver(t, body); answer.Status != c.status {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
		if subscriptions := f.subscriptions(t, noraCustomer); len(subscriptions) != 0 {
			t.Errorf("%s: stored %+v", name, subscriptions)
		}
		f.Clock.Advance(time.Second) // each question has its second
	}
	f.stripe.Requests()
	f.stripe.Answer(functiontest.Answering(200, `{
		"id": "sub_1Sw0m01X1QbhkHe4Zr9LmTyW", "object": "subscription", "customer": "cus_q0AtV6OMuZL4hR", "status": "active", "created": 1770110100,
		"metadata": {}, "current_period_start": 1770110100, "current_period_end": 1772529300,
		"items": {"object": "list", "data": [{"id": "si_1", "quantity": 1, "price": {"id": "price_1", "nickname": "Team"}}]}
	}`))
	f.deliver(t, body).Is(t, 200, received)
	if asked := f.stripe.Requests(); len(asked) != 1 || asked[0].Operation != "GET /v1/subscriptions/sub_1Sw0m01X1QbhkHe4Zr9LmTyW" {
		t.Errorf("Stripe was asked: %+v", asked)
	}
	want := []billing.Subscription{{
		ID: "sub_1Sw0m01X1QbhkHe4Zr9LmTyW", Customer: noraCustomer, User: nora, CreatedAt: billing.At(1770110100),
		SubscriptionState: billing.SubscriptionState{
			Status: billing.StatusActive, Price: "price_1", Plan: "Team", Quantity: 1,
			CurrentPeriodStart: billing.At(1770110100), CurrentPeriodEnd: billing.At(1772529300),
		},
	}}
	if diff := cmp.Diff(want, f.subscriptions(t, noraCustomer), cmpopts.IgnoreFields(billing.Subscription{}, "AsOf", "AsCreated", "LastEvent", "Revision")); diff != "" {
		t.Errorf("subscriptions (-want +got):\n%s", diff)
	}
}
