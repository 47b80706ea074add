package sandbox_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

func TestCancellation(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	update := func(atPeriodEnd bool) *stripe.Subscription {
		t.Helper()
		updated, err := b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{CancelAtPeriodEnd: stripe.Bool(atPeriodEnd)})
		b.must(err)
		return updated
	}
	if got := update(true); !got.CancelAtPeriodEnd || got.CancelAt != sub.CurrentPeriodEnd || got.CanceledAt != start.Unix() {
		t.Errorf("scheduled: %v at %d, asked for at %d", got.CancelAtPeriodEnd, got.CancelAt, got.CanceledAt)
	}
	if got := update(false); got.CancelAtPeriodEnd || got.CancelAt != 0 || got.CanceledAt != 0 {
		t.Errorf("lifted: %v at %d, asked for at %d", got.CancelAtPeriodEnd, got.CancelAt, got.CanceledAt)
	}
	update(true)
	if diff := cmp.Diff([]string{"customer.subscription.deleted"}, b.advance(`{"days":28}`)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	ended := b.subscription(sub.ID)
	if ended.Status != stripe.SubscriptionStatusCanceled || ended.EndedAt != sub.CurrentPeriodEnd || ended.CanceledAt != start.Unix() {
		t.Errorf("ended: %s at %d, asked for at %d", ended.Status, ended.EndedAt, ended.CanceledAt)
	}
	_, err := b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{CancelAtPeriodEnd: stripe.Bool(false)})
	if b.stripeError(err).HTTPStatusCode != 400 {
		t.Errorf("updating a canceled subscription: %v", err)
	}

	other := b.subscribe("price_starter_monthly", "4242424242424242")
	canceled, err := b.api.Subscriptions.Cancel(other.ID, &stripe.SubscriptionCancelParams{
		CancellationDetails: &stripe.SubscriptionCancelCancellationDetailsParams{Feedback: stripe.String("too_expensive")},
	})
	b.must(err)
	if canceled.Status != stripe.SubscriptionStatusCanceled || canceled.CancellationDetails.Feedback != "too_expensive" {
		t.Errorf("canceled: %s %s", canceled.Status, canceled.CancellationDetails.Feedback)
	}
	if _, err := b.api.Subscriptions.Cancel(other.ID, nil); b.stripeError(err).Code != stripe.ErrorCodeResourceMissing {
		t.Errorf("canceling twice: %v", err)
	}
}

func TestCancellationDetails(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	update := func(atPeriodEnd *bool, feedback, comment string) (*stripe.Subscription, error) {
		return b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{
			CancelAtPeriodEnd:   atPeriodEnd,
			CancellationDetails: &stripe.SubscriptionCancellationDetailsParams{Feedback: &feedback, Comment: &comment},
		})
	}
	details := func(feedback stripe.SubscriptionCancellationDetailsFeedback, comment string) *stripe.SubscriptionCancellationDetails {
		return &stripe.SubscriptionCancellationDetails{Feedback: feedback, Comment: comment, Reason: "cancellation_requested"}
	}
	canceled, err := update(stripe.Bool(true), "switched_service", "Found another.")
	b.must(err)
	if diff := cmp.Diff(details("switched_service", "Found another."), canceled.CancellationDetails); diff != "" {
		t.Errorf("canceled (-want +got)\n%s", diff)
	}
	event, _ := b.lastEvent()
	before, ok := event.Data.PreviousAttributes["cancellation_details"].(map[string]any)
	if diff := cmp.Diff(map[string]any{"comment": nil, "feedback": nil, "reason": nil}, before); !ok || diff != "" {
		t.Errorf("previous_attributes (-want +got)\n%s", diff)
	}
	_, err = update(nil, "bored", "")
	if refused := b.stripeError(err); refused.Param != "cancellation_details[feedback]" {
		t.Errorf("an unknown feedback: %v", refused)
	}
	unset, err := update(nil, "", "Just so.")
	b.must(err)
	if diff := cmp.Diff(details("", "Just so."), unset.CancellationDetails); diff != "" {
		t.Errorf("feedback unset (-want +got)\n%s", diff)
	}
	ended, err := b.api.Subscriptions.Cancel(sub.ID, &stripe.SubscriptionCancelParams{
		CancellationDetails: &stripe.SubscriptionCancelCancellationDetailsParams{Feedback: stripe.String("unused"), Comment: stripe.String("Now.")},
	})
	b.must(err)
	if diff := cmp.Diff(details("unused", "Now."), ended.CancellationDetails); diff != "" {
		t.Errorf("ended (-want +got)\n%s", diff)
	}
	afterwards, err := update(nil, "other", "After all.") // details can still be given
	b.must(err)
	if diff := cmp.Diff(details("other", "After all."), afterwards.CancellationDetails); diff != "" {
		t.Errorf("afterwards (-want +got)\n%s", diff)
	}
}
