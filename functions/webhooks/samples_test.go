package main

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

const (
	nora         = "7d0c3f52-9a1e-4b86-8c55-2f4be1a9d603"
	noraCustomer = "cus_q0AtV6OMuZL4hR"
	noraInvoice  = "in_1SwiPpRW1QbhkHe4Zr9LmTyW"
	noraRenewal  = "in_1SwVzQyq1QbhkHe4Zr9LmTyW"
)

// story is the sample events in the order in which they happened, with what
// there is after each: the subscription's status, the payments' from the
// newest on, and what became of the event.
var story = []struct {
	event        string
	subscription billing.SubscriptionStatus
	payments     []billing.TransactionStatus
	outcome      billing.Outcome
}{
	{"customer.subscription.created", "incomplete", nil, billing.Applied},
	{"customer.subscription.updated", "active", nil, billing.Applied},
	{"invoice.paid", "active", []billing.TransactionStatus{"succeeded"}, billing.Applied},
	{"invoice.payment_succeeded", "active", []billing.TransactionStatus{"succeeded"}, billing.Stale},
	{"checkout.session.completed", "active", []billing.TransactionStatus{"succeeded"}, billing.Applied},
	{"charge.refunded", "active", []billing.TransactionStatus{"partially_refunded"}, billing.Applied},
	{"invoice.payment_failed", "past_due", []billing.TransactionStatus{"failed", "partially_refunded"}, billing.Applied},
	{"customer.subscription.deleted", "canceled", []billing.TransactionStatus{"failed", "partially_refunded"}, billing.Applied},
}

func TestStoryStepByStep(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, step := range story {
		body := sample(t, step.event)
		f.deliver(t, body).Is(t, 200, received)
		subscriptions, err := f.Function.Table.Subscriptions(t.Context(), f.scope(billing.Test), noraCustomer)
		if err != nil || len(subscriptions) != 1 {
			t.Fatalf("after %s: subscriptions %v, %v", step.event, subscriptions, err)
		}
		if got := subscriptions[0].Status; got != step.subscription {
			t.Errorf("after %s the subscription is %s, want %s", step.event, got, step.subscription)
		}
		var payments []billing.TransactionStatus
		for _, p := range f.payments(t, noraCustomer) {
			payments = append(payments, p.Status)
		}
		if diff := cmp.Diff(step.payments, payments); diff != "" {
			t.Errorf("payments after %s (-want +got):\n%s", step.event, diff)
		}
		if !f.Logged(t, map[string]any{"msg": "event", "type": step.event, "outcome": string(step.outcome)}) {
			t.Errorf("%s was not %s", step.event, step.outcome)
		}
		before := f.Stored(t)
		f.deliver(t, body).Is(t, 200, received)
		f.SameAs(t, before) // a duplicate changes nothing
	}
	f.told(t)
	if asked := f.stripe.Requests(); len(asked) != 0 {
		t.Errorf("Stripe was asked: %v", asked)
	}
}

// told fails the test unless what is stored is what the whole story tells.
func (f fixture) told(t *testing.T) {
	t.Helper()
	table, s := f.Function.Table, f.scope(billing.Test)
	subscriptions, err := table.Subscriptions(t.Context(), s, noraCustomer)
	if err != nil {
		t.Fatal(err)
	}
	wantSubscriptions := []billing.Subscription{{
		ID: "sub_1Sw0m01X1QbhkHe4Zr9LmTyW", Customer: noraCustomer, User: nora, CreatedAt: billing.At(1770110100),
		SubscriptionState: billing.SubscriptionState{
			Status: billing.StatusCanceled, Price: "price_1SwII7ig1QbhkHe4Zr9LmTyW", Plan: "Team", Quantity: 1,
			CurrentPeriodStart: billing.At(1772529300), CurrentPeriodEnd: billing.At(1775207700), CanceledAt: billing.At(1774347485),
			Monthly: 2400, Currency: "usd", Interval: billing.Month, IntervalCount: 1, Amount: 2400,
		},
	}}
	// How it came about differs with the order of the events.
	history := cmpopts.IgnoreFields(billing.Subscription{}, "AsOf", "AsCreated", "LastEvent", "Revision")
	if diff := cmp.Diff(wantSubscriptions, subscriptions, history); diff != "" {
		t.Errorf("subscriptions (-want +got):\n%s", diff)
	}
	common := billing.Transaction{
		Owner: noraCustomer, User: nora, Subscription: "sub_1Sw0m01X1QbhkHe4Zr9LmTyW", Amount: 2400, Currency: "usd",
		Description: "1 × Team (at $24.00 / month)",
	}
	first, renewal := common, common
	first.ID, first.PaymentIntent, first.CreatedAt = noraInvoice, "pi_3Sw5HdLT1QbhkHe4Zr9LmTyW1CrTtPXQ", billing.At(1770110100)
	first.Status, first.Refunded = billing.TransactionPartiallyRefunded, 600
	renewal.ID, renewal.PaymentIntent, renewal.CreatedAt = noraRenewal, "pi_3Swgwkta1QbhkHe4Zr9LmTyW1dcjdhxD", billing.At(1772529372)
	renewal.Status = billing.TransactionFailed
	if diff := cmp.Diff([]billing.Transaction{renewal, first}, f.payments(t, noraCustomer), cmpopts.IgnoreFields(billing.Transaction{}, "AsOf", "RefundsAsOf", "Retry", "LastEvent", "Revision")); diff != "" {
		t.Errorf("payments (-want +got):\n%s", diff)
	}
	picture, err := table.Picture(t.Context(), s, billing.Lookup{Event: &billing.Event{}, Owner: noraCustomer, User: nora})
	if err != nil {
		t.Fatal(err)
	}
	customer := &billing.Customer{ID: noraCustomer, User: nora, Email: "nora.lindqvist@example.com"}
	if diff := cmp.Diff(customer, picture.Customer, cmpopts.IgnoreFields(billing.Customer{}, "Revision")); diff != "" || picture.Linked != noraCustomer {
		t.Errorf("linked to %q, customer (-want +got):\n%s", picture.Linked, diff)
	}
	tally := billing.Tally{
		"subscriptions.canceled": 1, "payments.partially_refunded": 1, "payments.failed": 1,
		"paid.usd": 1, "gross.usd": 2400, "refunded.usd": 600,
	}
	if diff := cmp.Diff(tally, f.tally(t)); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
}

// Stripe promises no order and no single delivery: whatever comes, the story
// ends alike.
func TestStoryInAnyOrder(t *testing.T) {
	t.Parallel()
	var orders [][]int
	backwards := make([]int, len(story))
	for i := range backwards {
		backwards[i] = len(story) - 1 - i
	}
	orders = append(orders, backwards)
	for seed := range uint64(7) {
		twice := rand.New(rand.NewPCG(seed, 1)).Perm(2 * len(story))
		for i := range twice {
			twice[i] %= len(story)
		}
		orders = append(orders, twice)
	}
	var deleted struct {
		Data struct{ Object json.RawMessage }
	}
	if err := json.Unmarshal([]byte(sample(t, "customer.subscription.deleted")), &deleted); err != nil {
		t.Fatal(err)
	}
	for _, order := range orders {
		var names []string
		for _, i := range order {
			names = append(names, story[i].event)
		}
		t.Run(strings.Join(names, ","), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.stripe.Answer(functiontest.Answering(http.StatusOK, string(deleted.Data.Object))) // as it is in the end
			for _, name := range names {
				f.deliver(t, sample(t, name)).Is(t, 200, received)
			}
			f.told(t)
		})
	}
}

// Every sample is part of the story.
func TestStoryIsComplete(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../events/stripe/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		found := false
		for _, step := range story {
			found = found || step.event == name
		}
		if !found {
			t.Errorf("%s is not told", name)
		}
	}
	if len(files) != len(story) {
		t.Errorf("%d samples, %d steps", len(files), len(story))
	}
}

// The sample invocation of the function is signed for its own time.
func TestSampleInvocation(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../events/lambda/webhooks.json")
	if err != nil {
		t.Fatal(err)
	}
	var invocation struct {
		Headers map[string]string
		Body    string
	}
	if err := json.Unmarshal(text, &invocation); err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	c := functiontest.Credentials(billing.Test)
	c.WebhookSecrets = []billing.WebhookSecret{{Value: "whsec_sample"}}
	f.Configure(t, f.project, billing.Test, c)
	f.Clock.Set(time.Unix(1770110106, 0).UTC())
	f.post(t, f.project.String(), "test", invocation.Body, invocation.Headers["stripe-signature"]).Is(t, 200, received)
	f.Clock.Advance(time.Hour)
	f.post(t, f.project.String(), "test", invocation.Body, invocation.Headers["stripe-signature"]).Is(t, 400, `{"detail": "Invalid signature"}`)
}
