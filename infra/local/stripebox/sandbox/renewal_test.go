package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

func TestRenewal(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	want := []string{
		"customer.subscription.updated", "invoice.created", "invoice.finalized", "payment_intent.created", "charge.succeeded",
		"payment_intent.succeeded", "invoice.paid", "invoice.payment_succeeded",
	}
	// The 31st becomes the 28th and then the 31st again.
	for _, end := range []time.Time{
		time.Date(2026, time.February, 28, 10, 0, 0, 0, time.UTC),
		time.Date(2026, time.March, 31, 10, 0, 0, 0, time.UTC),
		time.Date(2026, time.April, 30, 10, 0, 0, 0, time.UTC),
	} {
		if sub.CurrentPeriodEnd != end.Unix() {
			t.Fatalf("period ends %s, want %s", time.Unix(sub.CurrentPeriodEnd, 0).UTC(), end)
		}
		if got := b.advance(fmt.Sprintf(`{"to":%d}`, end.Unix()-1)); len(got) != 0 {
			t.Fatalf("a second before the end: %v", got)
		}
		if diff := cmp.Diff(want, b.advance(`{"seconds":1}`)); diff != "" {
			t.Fatalf("events (-want +got)\n%s", diff)
		}
		sub = b.subscription(sub.ID)
		if sub.CurrentPeriodStart != end.Unix() || sub.Status != stripe.SubscriptionStatusActive {
			t.Fatalf("renewed: %s from %d", sub.Status, sub.CurrentPeriodStart)
		}
		if invoice := sub.LatestInvoice; invoice.BillingReason != "subscription_cycle" || invoice.AmountPaid != 2900 || invoice.Created != end.Unix() {
			t.Fatalf("invoice = %s %d at %d", invoice.BillingReason, invoice.AmountPaid, invoice.Created)
		}
	}
}

func TestRenewalEventsCarryThePreviousPeriod(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	var answer struct{ Events []string }
	b.control("POST", "/_sandbox/advance", `{"days":28}`, &answer)
	event, err := b.api.Events.Get(answer.Events[0], nil)
	b.must(err)
	want := map[string]any{
		"current_period_start": float64(sub.CurrentPeriodStart), "current_period_end": float64(sub.CurrentPeriodEnd),
		"latest_invoice": sub.LatestInvoice.ID,
	}
	if diff := cmp.Diff(want, event.Data.PreviousAttributes); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if event.Request.ID != "" {
		t.Errorf("request = %q: the clock is no request", event.Request.ID)
	}
}

func TestDeclinedRenewal(t *testing.T) {
	t.Parallel()
	failure := []string{"charge.failed", "payment_intent.payment_failed", "invoice.payment_failed"}
	renewal := append([]string{"customer.subscription.updated", "invoice.created", "invoice.finalized", "payment_intent.created"}, failure...)
	renewal = append(renewal, "customer.updated", "customer.subscription.updated")

	declined := func(t *testing.T) (*box, *stripe.Subscription) {
		t.Helper()
		b := newBox(t)
		sub := b.subscribe("price_pro_monthly", "4242424242424242")
		b.payWith(sub, "pm_card_chargeCustomerFail")
		if diff := cmp.Diff(renewal, b.advance(`{"days":28}`)); diff != "" {
			t.Fatalf("events (-want +got)\n%s", diff)
		}
		sub = b.subscription(sub.ID)
		invoice := sub.LatestInvoice
		if sub.Status != stripe.SubscriptionStatusPastDue || invoice.Status != stripe.InvoiceStatusOpen || invoice.AttemptCount != 1 ||
			invoice.NextPaymentAttempt != start.AddDate(0, 0, 28+3).Unix() || invoice.PaymentIntent.LastPaymentError.DeclineCode != "generic_decline" {
			t.Fatalf("subscription %s, invoice %s after %d attempts, next %d", sub.Status, invoice.Status, invoice.AttemptCount, invoice.NextPaymentAttempt)
		}
		return b, sub
	}

	t.Run("recovers with another card", func(t *testing.T) {
		t.Parallel()
		b, sub := declined(t)
		if diff := cmp.Diff(failure, b.advance(`{"days":3}`)); diff != "" {
			t.Fatalf("first retry (-want +got)\n%s", diff)
		}
		b.payWith(sub, "pm_card_visa")
		want := []string{
			"charge.succeeded", "payment_intent.succeeded", "customer.updated", "customer.subscription.updated", "invoice.paid",
			"invoice.payment_succeeded",
		}
		if diff := cmp.Diff(want, b.advance(`{"days":5}`)); diff != "" {
			t.Fatalf("second retry (-want +got)\n%s", diff)
		}
		sub = b.subscription(sub.ID)
		if sub.Status != stripe.SubscriptionStatusActive || sub.LatestInvoice.AttemptCount != 3 || !sub.LatestInvoice.Paid {
			t.Errorf("subscription %s, %d attempts, paid %v", sub.Status, sub.LatestInvoice.AttemptCount, sub.LatestInvoice.Paid)
		}
	})

	t.Run("is canceled after the last retry", func(t *testing.T) {
		t.Parallel()
		b, sub := declined(t)
		for _, step := range []string{`{"days":3}`, `{"days":5}`} {
			if diff := cmp.Diff(failure, b.advance(step)); diff != "" {
				t.Fatalf("%s (-want +got)\n%s", step, diff)
			}
		}
		if diff := cmp.Diff(append(failure, "invoice.updated", "customer.subscription.deleted"), b.advance(`{"days":7}`)); diff != "" {
			t.Fatalf("last retry (-want +got)\n%s", diff)
		}
		sub = b.subscription(sub.ID)
		if sub.Status != stripe.SubscriptionStatusCanceled || sub.CancellationDetails.Reason != "payment_failed" ||
			sub.EndedAt != start.AddDate(0, 0, 28+3+5+7).Unix() {
			t.Errorf("subscription %s for %s at %d", sub.Status, sub.CancellationDetails.Reason, sub.EndedAt)
		}
		if got := b.advance(`{"days":90}`); len(got) != 0 {
			t.Errorf("a canceled subscription still makes events: %v", got)
		}
	})

	t.Run("is paid by hand", func(t *testing.T) {
		t.Parallel()
		b, sub := declined(t)
		_, err := b.api.Invoices.Pay(sub.LatestInvoice.ID, nil)
		if refused := b.stripeError(err); refused.Code != stripe.ErrorCodeCardDeclined || refused.HTTPStatusCode != 402 {
			t.Errorf("paying with the bad card: %v", err)
		}
		if sub := b.subscription(sub.ID); sub.LatestInvoice.AttemptCount != 1 {
			t.Errorf("%d attempts: paying by hand is none of the schedule", sub.LatestInvoice.AttemptCount)
		}
		b.payWith(sub, "pm_card_visa")
		invoice, err := b.api.Invoices.Pay(sub.LatestInvoice.ID, nil)
		b.must(err)
		if sub := b.subscription(sub.ID); !invoice.Paid || sub.Status != stripe.SubscriptionStatusActive {
			t.Errorf("invoice paid %v, subscription %s", invoice.Paid, sub.Status)
		}
	})
}

func TestPlanChange(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		price    string
		behavior string
		// What the next invoice bills, and whether it comes at once.
		lines     []int64
		atOnce    bool
		periodEnd time.Time
	}{
		"prorated at the renewal": {
			"price_starter_monthly", "create_prorations", []int64{-1450, 450, 900}, false, time.Date(2026, 3, 31, 10, 0, 0, 0, time.UTC),
		},
		"prorated at once": {
			"price_starter_monthly", "always_invoice", []int64{-1450, 450}, true, time.Date(2026, 2, 28, 10, 0, 0, 0, time.UTC),
		},
		"not prorated": {
			"price_starter_monthly", "none", []int64{900}, false, time.Date(2026, 3, 31, 10, 0, 0, 0, time.UTC),
		},
		"another interval starts now": {
			"price_pro_yearly", "create_prorations", []int64{-1450, 29000}, true, time.Date(2027, 2, 14, 10, 0, 0, 0, time.UTC),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			sub := b.subscribe("price_pro_monthly", "4242424242424242")
			b.advance(`{"days":14}`) // half of the 28 days of the period
			_, err := b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{
				Items:             []*stripe.SubscriptionItemsParams{{ID: &sub.Items.Data[0].ID, Price: &test.price}},
				ProrationBehavior: &test.behavior,
			})
			b.must(err)
			if !test.atOnce {
				b.advance(`{"days":14}`)
			}
			changed := b.subscription(sub.ID)
			var lines []int64
			for _, line := range changed.LatestInvoice.Lines.Data {
				lines = append(lines, line.Amount)
			}
			if diff := cmp.Diff(test.lines, lines); diff != "" {
				t.Errorf("invoice lines (-want +got)\n%s", diff)
			}
			if changed.Items.Data[0].Price.ID != test.price || changed.CurrentPeriodEnd != test.periodEnd.Unix() || changed.LatestInvoice.Status != "paid" {
				t.Errorf("%s until %s, invoice %s", changed.Items.Data[0].Price.ID, time.Unix(changed.CurrentPeriodEnd, 0).UTC(), changed.LatestInvoice.Status)
			}
		})
	}
}

func TestCreditIsSpentOnTheNextInvoice(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	b.advance(`{"days":14}`)
	_, err := b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{
		Items: []*stripe.SubscriptionItemsParams{{ID: &sub.Items.Data[0].ID, Price: stripe.String("price_starter_monthly")}}, ProrationBehavior: stripe.String("always_invoice"),
	})
	b.must(err)
	customer, err := b.api.Customers.Get(sub.Customer.ID, nil)
	b.must(err)
	if customer.Balance != -1000 {
		t.Errorf("balance = %d, want the unused 1450 less 450", customer.Balance)
	}
	b.advance(`{"days":14}`)
	invoice := b.subscription(sub.ID).LatestInvoice
	if invoice.Total != 900 || invoice.AmountDue != 0 || invoice.StartingBalance != -1000 || invoice.EndingBalance != -100 {
		t.Errorf("invoice = total %d, due %d, balance %d to %d", invoice.Total, invoice.AmountDue, invoice.StartingBalance, invoice.EndingBalance)
	}
}

func TestSubscriptionByAPI(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		card     string
		behavior string
		status   stripe.SubscriptionStatus
		err      stripe.ErrorCode
	}{
		"paid":                {"pm_card_visa", "", stripe.SubscriptionStatusActive, ""},
		"declined":            {"pm_card_chargeCustomerFail", "", stripe.SubscriptionStatusIncomplete, ""},
		"declined is refused": {"pm_card_chargeCustomerFail", "error_if_incomplete", "", stripe.ErrorCodeCardDeclined},
		"paid later":          {"pm_card_visa", "default_incomplete", stripe.SubscriptionStatusIncomplete, ""},
		"no card":             {"", "", "", stripe.ErrorCodeResourceMissing},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			customer, err := b.api.Customers.New(&stripe.CustomerParams{Email: stripe.String("a@example.com")})
			b.must(err)
			params := &stripe.SubscriptionParams{
				Customer: &customer.ID, Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}},
			}
			if test.card != "" {
				pm, err := b.api.PaymentMethods.Attach(test.card, &stripe.PaymentMethodAttachParams{Customer: &customer.ID})
				b.must(err)
				params.DefaultPaymentMethod = &pm.ID
			}
			if test.behavior != "" {
				params.PaymentBehavior = &test.behavior
			}
			params.AddExpand("latest_invoice.payment_intent")
			sub, err := b.api.Subscriptions.New(params)
			if test.err != "" {
				if refused := b.stripeError(err); refused.Code != test.err {
					t.Errorf("error = %v, want %s", refused, test.err)
				}
				return
			}
			b.must(err)
			if sub.Status != test.status {
				t.Errorf("status = %s, want %s", sub.Status, test.status)
			}
			if sub.Status != stripe.SubscriptionStatusIncomplete {
				return
			}
			_, err = b.api.PaymentIntents.Confirm(sub.LatestInvoice.PaymentIntent.ID, &stripe.PaymentIntentConfirmParams{
				PaymentMethod: stripe.String("pm_card_mastercard"),
			})
			b.must(err)
			if sub := b.subscription(sub.ID); sub.Status != stripe.SubscriptionStatusActive || !sub.LatestInvoice.Paid {
				t.Errorf("after the payment: %s, paid %v", sub.Status, sub.LatestInvoice.Paid)
			}
		})
	}
}

func TestIncompleteSubscriptionExpires(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	customer, err := b.api.Customers.New(nil)
	b.must(err)
	sub, err := b.api.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: &customer.ID, PaymentBehavior: stripe.String("default_incomplete"),
		Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}},
	})
	b.must(err)
	want := []string{"payment_intent.canceled", "invoice.voided", "customer.subscription.updated"}
	if diff := cmp.Diff(want, b.advance(`{"days":1}`)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	if sub := b.subscription(sub.ID); sub.Status != stripe.SubscriptionStatusIncompleteExpired || sub.LatestInvoice.Status != "void" {
		t.Errorf("subscription %s, invoice %s", sub.Status, sub.LatestInvoice.Status)
	}
}

func TestTrialEndsNow(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_trial", "4242424242424242", func(p *stripe.CheckoutSessionParams) {
		p.SubscriptionData = &stripe.CheckoutSessionSubscriptionDataParams{TrialPeriodDays: stripe.Int64(14)}
	})
	b.advance(`{"days":2}`)
	_, err := b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{TrialEndNow: stripe.Bool(true)})
	b.must(err)
	sub = b.subscription(sub.ID)
	if sub.Status != stripe.SubscriptionStatusActive || sub.LatestInvoice.AmountPaid != 2900 ||
		sub.CurrentPeriodEnd != time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC).Unix() {
		t.Errorf("subscription %s until %d, invoice %d", sub.Status, sub.CurrentPeriodEnd, sub.LatestInvoice.AmountPaid)
	}
}

func TestAdvanceRefuses(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	for _, body := range []string{`{"seconds":-1}`, `{"to":1}`, `{"days":99999}`, `{"weeks":1}`, `[]`} {
		got := b.do("POST", "/_sandbox/advance", body)
		var answer struct{ Error stripe.Error }
		if err := json.Unmarshal([]byte(got.body), &answer); err != nil || got.status != http.StatusBadRequest || answer.Error.Type != stripe.ErrorTypeInvalidRequest {
			t.Errorf("advance %s = %d %s", body, got.status, got.body)
		}
	}
}
