package sandbox_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

func TestPauseCollection(t *testing.T) {
	t.Parallel()
	opened := []string{"customer.subscription.updated", "invoice.created", "invoice.finalized", "payment_intent.created"}
	for behavior, test := range map[string]struct {
		status stripe.InvoiceStatus
		events []string
	}{
		"void":               {stripe.InvoiceStatusVoid, append(opened[:4:4], "payment_intent.canceled", "invoice.voided")},
		"mark_uncollectible": {stripe.InvoiceStatusUncollectible, append(opened[:4:4], "invoice.marked_uncollectible")},
		"keep_as_draft":      {stripe.InvoiceStatusDraft, opened[:2]},
	} {
		t.Run(behavior, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			sub := b.subscribe("price_pro_monthly", "4242424242424242")
			paused, err := b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{PauseCollection: &stripe.SubscriptionPauseCollectionParams{
				Behavior: &behavior, ResumesAt: stripe.Int64(start.AddDate(0, 0, 40).Unix()),
			}})
			b.must(err)
			if paused.PauseCollection == nil || string(paused.PauseCollection.Behavior) != behavior {
				t.Fatalf("pause_collection = %+v", paused.PauseCollection)
			}
			if diff := cmp.Diff(test.events, b.advance(`{"days":28}`)); diff != "" {
				t.Errorf("events (-want +got)\n%s", diff)
			}
			renewed := b.subscription(sub.ID)
			if renewed.Status != stripe.SubscriptionStatusActive || renewed.LatestInvoice.Status != test.status || renewed.LatestInvoice.AutoAdvance {
				t.Errorf("subscription %s, invoice %s", renewed.Status, renewed.LatestInvoice.Status)
			}
			if diff := cmp.Diff([]string{"customer.subscription.updated"}, b.advance(`{"days":12}`)); diff != "" {
				t.Errorf("resumes_at (-want +got)\n%s", diff)
			}
			if resumed := b.subscription(sub.ID); resumed.PauseCollection != nil {
				t.Errorf("still paused: %+v", resumed.PauseCollection)
			}
			b.advance(`{"days":30}`)
			if billed := b.subscription(sub.ID); billed.LatestInvoice.Status != stripe.InvoiceStatusPaid {
				t.Errorf("the next invoice is %s", billed.LatestInvoice.Status)
			}
		})
	}
}

func TestPauseCollectionRefusesAndUnsets(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	past := b.do(http.MethodPost, "/v1/subscriptions/"+sub.ID, "pause_collection[behavior]=void&pause_collection[resumes_at]=1")
	if past.status != http.StatusBadRequest {
		t.Errorf("resuming in the past answers %d", past.status)
	}
	for _, change := range []string{"pause_collection[behavior]=void", "pause_collection="} {
		if got := b.do(http.MethodPost, "/v1/subscriptions/"+sub.ID, change); got.status != http.StatusOK {
			t.Fatalf("%s = %d %s", change, got.status, got.body)
		}
	}
	if got := b.subscription(sub.ID); got.PauseCollection != nil {
		t.Errorf("pause_collection = %+v, want none", got.PauseCollection)
	}
}

// trialWithoutCard is a subscription whose trial of a day ends without a
// payment method.
func (b *box) trialWithoutCard(behavior string) *stripe.Subscription {
	b.t.Helper()
	customer, err := b.api.Customers.New(&stripe.CustomerParams{Email: stripe.String("jenny@example.com")})
	b.must(err)
	sub, err := b.api.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: &customer.ID, TrialPeriodDays: stripe.Int64(1),
		Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}},
		TrialSettings: &stripe.SubscriptionTrialSettingsParams{
			EndBehavior: &stripe.SubscriptionTrialSettingsEndBehaviorParams{MissingPaymentMethod: &behavior},
		},
	})
	b.must(err)
	return sub
}

func TestTrialEndsWithoutPaymentMethod(t *testing.T) {
	t.Parallel()
	for behavior, test := range map[string]struct {
		status stripe.SubscriptionStatus
		last   string
	}{
		"cancel":         {stripe.SubscriptionStatusCanceled, "customer.subscription.deleted"},
		"pause":          {stripe.SubscriptionStatusPaused, "customer.subscription.paused"},
		"create_invoice": {stripe.SubscriptionStatusPastDue, "customer.subscription.updated"},
	} {
		t.Run(behavior, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			sub := b.trialWithoutCard(behavior)
			events := b.advance(`{"days":1}`)
			if got := b.subscription(sub.ID); got.Status != test.status || events[len(events)-1] != test.last {
				t.Errorf("%s after %v", got.Status, events)
			}
		})
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	paused := func(t *testing.T, card string) (*box, *stripe.Subscription) {
		t.Helper()
		b := newBox(t)
		sub := b.trialWithoutCard("pause")
		b.advance(`{"days":11}`)
		b.payWith(sub, card)
		return b, sub
	}
	t.Run("a new period", func(t *testing.T) {
		t.Parallel()
		b, sub := paused(t, "pm_card_visa")
		resumed, err := b.api.Subscriptions.Resume(sub.ID, nil)
		b.must(err)
		if resumed.Status != stripe.SubscriptionStatusActive || resumed.CurrentPeriodStart != start.AddDate(0, 0, 11).Unix() {
			t.Errorf("%s from %d", resumed.Status, resumed.CurrentPeriodStart)
		}
		if got := b.subscription(sub.ID).LatestInvoice; got.AmountPaid != 2900 {
			t.Errorf("paid %d", got.AmountPaid)
		}
		events := b.eventTypes("")
		want := []string{"customer.subscription.updated", "customer.subscription.resumed", "invoice.paid", "invoice.payment_succeeded"}
		if diff := cmp.Diff(want, events[len(events)-4:]); diff != "" {
			t.Errorf("events (-want +got)\n%s", diff)
		}
		_, err = b.api.Subscriptions.Resume(sub.ID, nil)
		if b.stripeError(err).HTTPStatusCode != http.StatusBadRequest {
			t.Errorf("resuming twice: %v", err)
		}
	})
	t.Run("the rest of the old period", func(t *testing.T) {
		t.Parallel()
		b, sub := paused(t, "pm_card_visa")
		_, err := b.api.Subscriptions.Resume(sub.ID, &stripe.SubscriptionResumeParams{BillingCycleAnchor: stripe.String("unchanged")})
		b.must(err)
		resumed := b.subscription(sub.ID)
		// 18 of the 28 days from February 1 to March 1 remain on February 11.
		if resumed.Status != stripe.SubscriptionStatusActive || resumed.CurrentPeriodStart != start.AddDate(0, 0, 1).Unix() ||
			resumed.LatestInvoice.AmountPaid != 1864 {
			t.Errorf("%s from %d, paid %d", resumed.Status, resumed.CurrentPeriodStart, resumed.LatestInvoice.AmountPaid)
		}
	})
	t.Run("for nothing", func(t *testing.T) {
		t.Parallel()
		b, sub := paused(t, "pm_card_visa")
		resumed, err := b.api.Subscriptions.Resume(sub.ID, &stripe.SubscriptionResumeParams{
			BillingCycleAnchor: stripe.String("unchanged"), ProrationBehavior: stripe.String("none"),
		})
		b.must(err)
		if resumed.Status != stripe.SubscriptionStatusActive || resumed.LatestInvoice.ID != sub.LatestInvoice.ID {
			t.Errorf("%s with invoice %s", resumed.Status, resumed.LatestInvoice.ID)
		}
	})
	t.Run("declined", func(t *testing.T) {
		t.Parallel()
		b, sub := paused(t, "pm_card_chargeCustomerFail")
		resumed, err := b.api.Subscriptions.Resume(sub.ID, nil)
		b.must(err)
		if resumed.Status != stripe.SubscriptionStatusPaused {
			t.Errorf("status = %s", resumed.Status)
		}
		if diff := cmp.Diff([]string{"payment_intent.canceled", "invoice.voided"}, b.advance(`{"days":1}`)); diff != "" {
			t.Errorf("a day later (-want +got)\n%s", diff)
		}
	})
}

func TestDunningSettings(t *testing.T) {
	t.Parallel()
	for outcome, test := range map[string]struct {
		retried, renewed stripe.SubscriptionStatus
		invoice          stripe.InvoiceStatus // of the renewal after the last retry
	}{
		"canceled": {stripe.SubscriptionStatusCanceled, stripe.SubscriptionStatusCanceled, stripe.InvoiceStatusOpen},
		"unpaid":   {stripe.SubscriptionStatusUnpaid, stripe.SubscriptionStatusUnpaid, stripe.InvoiceStatusDraft},
		"past_due": {stripe.SubscriptionStatusPastDue, stripe.SubscriptionStatusPastDue, stripe.InvoiceStatusOpen},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			b.control(http.MethodPost, "/_sandbox/settings", `{"after_retries":"`+outcome+`"}`, nil)
			sub := b.subscribe("price_pro_monthly", "4242424242424242")
			b.payWith(sub, "pm_card_chargeCustomerFail")
			b.advance(`{"days":43}`) // February 28, then 3, 5 and 7 days
			declined := b.subscription(sub.ID)
			if declined.Status != test.retried || declined.LatestInvoice.AttemptCount != 4 {
				t.Fatalf("%s after %d attempts", declined.Status, declined.LatestInvoice.AttemptCount)
			}
			b.advance(`{"days":17}`)
			renewed := b.subscription(sub.ID)
			if renewed.Status != test.renewed || renewed.LatestInvoice.Status != test.invoice {
				t.Errorf("%s with an invoice %s", renewed.Status, renewed.LatestInvoice.Status)
			}
			if outcome != "unpaid" {
				return
			}
			b.payWith(sub, "pm_card_visa")
			_, err := b.api.Invoices.Pay(declined.LatestInvoice.ID, nil)
			b.must(err)
			if paid := b.subscription(sub.ID); paid.Status != stripe.SubscriptionStatusActive {
				t.Errorf("paid, but %s", paid.Status)
			}
		})
	}
	b := newBox(t)
	var now struct {
		AfterRetries string `json:"after_retries"`
	}
	b.control(http.MethodGet, "/_sandbox/settings", "", &now)
	if now.AfterRetries != "canceled" {
		t.Errorf("by default %q", now.AfterRetries)
	}
	if got := b.do(http.MethodPost, "/_sandbox/settings", `{"after_retries":"forgiven"}`); got.status != http.StatusBadRequest {
		t.Errorf("an unknown setting answers %d", got.status)
	}
}

func TestPlanOfASingleItem(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_team_monthly", "4242424242424242")
	of := func() (plan, quantity any) {
		var shown map[string]any
		b.control(http.MethodGet, "/v1/subscriptions/"+sub.ID, "", &shown)
		hash, _ := shown["plan"].(map[string]any)
		return hash["id"], shown["quantity"]
	}
	if plan, quantity := of(); plan != "price_team_monthly" || quantity != 1.0 {
		t.Errorf("plan %v, quantity %v", plan, quantity)
	}
	_, err := b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{Items: []*stripe.SubscriptionItemsParams{
		{ID: &sub.Items.Data[0].ID, Price: stripe.String("price_pro_monthly"), Quantity: stripe.Int64(3)},
	}})
	b.must(err)
	if plan, quantity := of(); plan != "price_pro_monthly" || quantity != 3.0 {
		t.Errorf("changed: plan %v, quantity %v", plan, quantity)
	}
	_, err = b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{
		Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_starter_monthly")}},
	})
	b.must(err)
	if plan, quantity := of(); plan != nil || quantity != nil {
		t.Errorf("two items: plan %v, quantity %v", plan, quantity)
	}
}
