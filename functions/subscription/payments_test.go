package main

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

func payment(n int) billing.Transaction {
	return billing.Transaction{
		ID: fmt.Sprintf("in_%d", n), Owner: customer, PaymentIntent: fmt.Sprintf("pi_%d", n),
		Status: billing.TransactionSucceeded, Amount: int64(100 * n), Currency: "usd", CreatedAt: hours(n),
	}
}

func TestPaymentsOnTheWire(t *testing.T) {
	t.Parallel()
	full := billing.Transaction{
		ID: "in_1", Owner: customer, User: user, Subscription: "sub_1", PaymentIntent: "pi_1",
		Status: billing.TransactionPartiallyRefunded, Amount: 2400, Refunded: 600, Currency: "usd",
		Description: "1 × Team (at $24.00 / month)", CreatedAt: hours(2),
	}
	oneOff := billing.Transaction{
		ID: "pi_2", Owner: customer, PaymentIntent: "pi_2", Status: billing.TransactionPending, Amount: 500, Currency: "jpy", CreatedAt: hours(1),
	}
	for _, mode := range []billing.Mode{billing.Test, billing.Live} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.link(t, mode)
			f.keep(t, mode, oneOff, full)
			s := f.scope(mode)
			f.get(t, paymentsPath+"?environment="+string(mode)).Is(t, 200, fmt.Sprintf(`{"payments": [
				{
					"id": %q, "project_id": %q, "subscription_id": %q, "user_id": "7d0c3f52-9a1e-4b86-8c55-2f4be1a9d603",
					"is_test_mode": %t, "payment_intent_id": "pi_1", "status": "partially_refunded", "amount_cents": 2400,
					"currency": "usd", "description": "1 × Team (at $24.00 / month)", "refunded_amount_cents": 600, "created_at": "2026-02-03T02:15:00Z",
					"failure_code": null, "decline_code": null, "failure_message": null, "attempts": 0, "next_attempt_at": null,
					"dispute_status": null, "dispute_reason": null,
					"type": "subscription_payment", "invoice_id": "in_1", "customer_id": "cus_1"
				},
				{
					"id": %q, "project_id": %[2]q, "subscription_id": null, "user_id": null,
					"is_test_mode": %[4]t, "payment_intent_id": "pi_2", "status": "pending", "amount_cents": 500,
					"currency": "jpy", "description": null, "refunded_amount_cents": 0, "created_at": "2026-02-03T01:15:00Z",
					"failure_code": null, "decline_code": null, "failure_message": null, "attempts": 0, "next_attempt_at": null,
					"dispute_status": null, "dispute_reason": null,
					"type": "one_time_payment", "invoice_id": null, "customer_id": "cus_1"
				}
			], "total": 2, "page": 1, "page_size": 50, "next_cursor": null}`, s.RecordID("in_1"), f.project, s.RecordID("sub_1"), mode == billing.Test, s.RecordID("pi_2")))
		})
	}
}

func TestPaymentsArePaged(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const none = `{"payments": [], "total": 0, "page": 1, "page_size": 50, "next_cursor": null}`
	f.get(t, paymentsPath).Is(t, 200, none)
	f.link(t, billing.Test)
	f.get(t, paymentsPath).Is(t, 200, none)
	for n := range 5 {
		f.keep(t, billing.Test, payment(n+1))
	}
	for query, want := range map[string]struct {
		amounts    []int64
		page, size int
	}{
		"":                                   {[]int64{500, 400, 300, 200, 100}, 1, 50},
		"?page_size=2":                       {[]int64{500, 400}, 1, 2},
		"?page=3&page_size=2":                {[]int64{100}, 3, 2},
		"?page=4&page_size=2":                {nil, 4, 2},
		"?page=92233720368547&page_size=100": {nil, 92233720368547, 100},
	} {
		var got api.PaymentList
		f.get(t, paymentsPath+query).Decode(t, &got)
		var amounts []int64
		for _, p := range got.Payments {
			amounts = append(amounts, p.AmountCents)
		}
		if diff := cmp.Diff(want.amounts, amounts); diff != "" || got.Total != 5 || got.Page != want.page || got.PageSize != want.size {
			t.Errorf("%q: total %d, page %d of %d (-want +got):\n%s", query, got.Total, got.Page, got.PageSize, diff)
		}
	}
}
