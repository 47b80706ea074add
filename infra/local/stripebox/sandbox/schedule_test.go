package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

// scheduled puts a subscription under a schedule whose second phase is another
// price.
func (b *box) scheduled(sub *stripe.Subscription, price, end string) *stripe.SubscriptionSchedule {
	b.t.Helper()
	s, err := b.api.SubscriptionSchedules.New(&stripe.SubscriptionScheduleParams{FromSubscription: &sub.ID})
	b.must(err)
	s, err = b.api.SubscriptionSchedules.Update(s.ID, &stripe.SubscriptionScheduleParams{
		EndBehavior: &end,
		Phases: []*stripe.SubscriptionSchedulePhaseParams{
			{
				Items:     []*stripe.SubscriptionSchedulePhaseItemParams{{Price: &sub.Items.Data[0].Price.ID, Quantity: stripe.Int64(1)}},
				StartDate: &s.Phases[0].StartDate, EndDate: &s.Phases[0].EndDate,
			},
			{Items: []*stripe.SubscriptionSchedulePhaseItemParams{{Price: &price}}, Iterations: stripe.Int64(1)},
		},
	})
	b.must(err)
	return s
}

func TestScheduledDowngrade(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	s := b.scheduled(sub, "price_starter_monthly", "release")
	if s.Status != "active" || s.CurrentPhase.EndDate != sub.CurrentPeriodEnd || s.Subscription.ID != sub.ID || len(s.Phases) != 2 {
		t.Fatalf("schedule = %+v", s)
	}
	if got := b.subscription(sub.ID); got.Schedule == nil || got.Schedule.ID != s.ID || got.Items.Data[0].Price.ID != "price_pro_monthly" {
		t.Fatalf("before the change: schedule %v, price %s", got.Schedule, got.Items.Data[0].Price.ID)
	}
	b.advance(fmt.Sprintf(`{"to":%d}`, sub.CurrentPeriodEnd-1))
	want := []string{
		"subscription_schedule.updated", "customer.subscription.updated", // the new price
		"customer.subscription.updated", "invoice.created", "invoice.finalized", "payment_intent.created", "charge.succeeded",
		"payment_intent.succeeded", "invoice.paid", "invoice.payment_succeeded",
	}
	if diff := cmp.Diff(want, b.advance(`{"seconds":1}`)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	changed := b.subscription(sub.ID)
	if diff := cmp.Diff([]line{{900, false, "price_starter_monthly"}}, lines(changed.LatestInvoice)); diff != "" {
		t.Errorf("lines (-want +got)\n%s", diff)
	}
	types := b.advance(`{"days":33}`)
	if diff := cmp.Diff([]string{"subscription_schedule.expiring", "subscription_schedule.released", "customer.subscription.updated"}, types[:3]); diff != "" {
		t.Errorf("the end (-want +got)\n%s", diff)
	}
	s, err := b.api.SubscriptionSchedules.Get(s.ID, nil)
	b.must(err)
	if s.Status != "released" || s.ReleasedSubscription.ID != sub.ID || s.Subscription != nil {
		t.Errorf("released: %s %v %v", s.Status, s.ReleasedSubscription, s.Subscription)
	}
	if free := b.subscription(sub.ID); free.Schedule != nil || free.Status != stripe.SubscriptionStatusActive || free.Items.Data[0].Price.ID != "price_starter_monthly" {
		t.Errorf("afterwards: %s, schedule %v", free.Status, free.Schedule)
	}
}

func TestScheduleEndsTheSubscription(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	s := b.scheduled(sub, "price_starter_monthly", "cancel")
	b.advance(`{"days":28}`)
	types := b.advance(`{"days":28}`)
	want := []string{"subscription_schedule.completed", "customer.subscription.deleted"}
	if diff := cmp.Diff(want, types[len(types)-2:]); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	s, err := b.api.SubscriptionSchedules.Get(s.ID, nil)
	b.must(err)
	if got := b.subscription(sub.ID); s.Status != "completed" || got.Status != stripe.SubscriptionStatusCanceled {
		t.Errorf("schedule %s, subscription %s", s.Status, got.Status)
	}
}

func TestScheduleStartsASubscription(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	customer := walk{b}.payer()
	s, err := b.api.SubscriptionSchedules.New(&stripe.SubscriptionScheduleParams{
		Customer: &customer, StartDate: stripe.Int64(start.AddDate(0, 0, 5).Unix()),
		Phases: []*stripe.SubscriptionSchedulePhaseParams{{
			Items: []*stripe.SubscriptionSchedulePhaseItemParams{{Price: stripe.String("price_team_monthly"), Quantity: stripe.Int64(3)}},
		}},
	})
	b.must(err)
	if s.Status != "not_started" || s.CurrentPhase != nil {
		t.Errorf("%s in %v", s.Status, s.CurrentPhase)
	}
	types := b.advance(`{"days":5}`)
	if diff := cmp.Diff([]string{"subscription_schedule.updated", "customer.updated", "customer.subscription.created"}, types[:3]); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	s, err = b.api.SubscriptionSchedules.Get(s.ID, nil)
	b.must(err)
	sub := b.subscription(s.Subscription.ID)
	if s.Status != "active" || sub.LatestInvoice.AmountPaid != 3600 || sub.Schedule.ID != s.ID {
		t.Errorf("schedule %s, paid %d", s.Status, sub.LatestInvoice.AmountPaid)
	}
	_, err = b.api.Subscriptions.Cancel(sub.ID, nil)
	b.must(err)
	s, err = b.api.SubscriptionSchedules.Get(s.ID, nil)
	b.must(err)
	if event, _ := b.lastEvent(); s.Status != "canceled" || event.Type != "subscription_schedule.canceled" {
		t.Errorf("%s after %s", s.Status, event.Type)
	}
}

// A change of the phase that is running takes effect at once.
func TestScheduleChangesItsCurrentPhase(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	s, err := b.api.SubscriptionSchedules.New(&stripe.SubscriptionScheduleParams{FromSubscription: &sub.ID})
	b.must(err)
	b.advance(`{"days":14}`)
	_, err = b.api.SubscriptionSchedules.Update(s.ID, &stripe.SubscriptionScheduleParams{
		ProrationBehavior: stripe.String("always_invoice"),
		Phases: []*stripe.SubscriptionSchedulePhaseParams{{
			Items:     []*stripe.SubscriptionSchedulePhaseItemParams{{Price: &sub.Items.Data[0].Price.ID, Quantity: stripe.Int64(2)}},
			StartDate: &s.Phases[0].StartDate, EndDate: &s.Phases[0].EndDate,
		}},
	})
	b.must(err)
	changed := b.subscription(sub.ID)
	if changed.Items.Data[0].Quantity != 2 || changed.LatestInvoice.AmountPaid != 1450 {
		t.Errorf("%d, paid %d", changed.Items.Data[0].Quantity, changed.LatestInvoice.AmountPaid)
	}
}

func TestScheduleRefuses(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	s := b.scheduled(sub, "price_starter_monthly", "release")
	_, err := b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{CancelAtPeriodEnd: stripe.Bool(true)})
	if refused := b.stripeError(err); refused.HTTPStatusCode != http.StatusBadRequest {
		t.Errorf("canceling beside the schedule: %v", err)
	}
	const item = "[items][0][price]=price_pro_monthly"
	for name, test := range map[string]struct{ path, body, param string }{
		"no customer":     {"", phase(0, item), "customer"},
		"no phases":       {"", "customer=" + sub.Customer.ID, "phases"},
		"twice":           {"", "from_subscription=" + sub.ID, "from_subscription"},
		"in the past":     {"", "start_date=5&customer=" + sub.Customer.ID + phase(0, item), "start_date"},
		"an endless one":  {"", "start_date=now&customer=" + sub.Customer.ID + phase(0, item) + phase(1, item), "phases[0][end_date]"},
		"ends before it":  {"", "start_date=now&customer=" + sub.Customer.ID + phase(0, item) + phase(0, "[end_date]=7"), "phases[0][end_date]"},
		"a one-time":      {"", "start_date=now&customer=" + sub.Customer.ID + phase(0, "[items][0][price]=price_credits_once"), "phases[0][items][0][price]"},
		"not the present": {"/" + s.ID, phase(0, item) + phase(0, fmt.Sprintf("[start_date]=%d", start.AddDate(0, 0, 1).Unix())), "phases"},
	} {
		var answer struct{ Error stripe.Error }
		got := b.do(http.MethodPost, "/v1/subscription_schedules"+test.path, test.body)
		b.must(json.Unmarshal([]byte(got.body), &answer))
		if got.status != http.StatusBadRequest || answer.Error.Param != test.param {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	_, err = b.api.SubscriptionSchedules.Release(s.ID, nil)
	b.must(err)
	if _, err := b.api.SubscriptionSchedules.Cancel(s.ID, nil); b.stripeError(err).HTTPStatusCode != http.StatusBadRequest {
		t.Errorf("canceling a released schedule: %v", err)
	}
}
