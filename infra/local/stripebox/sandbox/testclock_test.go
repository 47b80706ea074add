package sandbox_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

// clocked is a subscription of a customer on a test clock that begins at a time.
func (b *box) clocked(frozen time.Time) (*stripe.TestHelpersTestClock, *stripe.Subscription) {
	b.t.Helper()
	clock, err := b.api.TestHelpersTestClocks.New(&stripe.TestHelpersTestClockParams{FrozenTime: stripe.Int64(frozen.Unix())})
	b.must(err)
	customer, err := b.api.Customers.New(&stripe.CustomerParams{TestClock: &clock.ID})
	b.must(err)
	pm, err := b.api.PaymentMethods.Attach("pm_card_visa", &stripe.PaymentMethodAttachParams{Customer: &customer.ID})
	b.must(err)
	sub, err := b.api.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: &customer.ID, DefaultPaymentMethod: &pm.ID,
		Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}},
	})
	b.must(err)
	return clock, sub
}

func TestTestClock(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	frozen := time.Date(2030, time.March, 1, 0, 0, 0, 0, time.UTC)
	own := b.subscribe("price_pro_monthly", "4242424242424242")
	clock, sub := b.clocked(frozen)
	if clock.Status != "ready" || sub.Created != frozen.Unix() || sub.TestClock.ID != clock.ID {
		t.Fatalf("clock %s, subscription created at %d on %v", clock.Status, sub.Created, sub.TestClock)
	}

	// The account's clock moves the account's subscriptions only.
	b.advance(`{"days":28}`)
	if got := b.subscription(sub.ID); got.CurrentPeriodStart != frozen.Unix() || got.LatestInvoice.TestClock.ID != clock.ID {
		t.Errorf("the account's clock renewed the subscription of a test clock")
	}
	renewed := b.subscription(own.ID)
	if renewed.CurrentPeriodStart != own.CurrentPeriodEnd {
		t.Errorf("the account's subscription was not renewed")
	}

	// The test clock moves its own only.
	last, _ := b.lastEvent()
	to := frozen.AddDate(0, 1, 0)
	answer, err := b.api.TestHelpersTestClocks.Advance(clock.ID, &stripe.TestHelpersTestClockAdvanceParams{FrozenTime: stripe.Int64(to.Unix())})
	b.must(err)
	if answer.Status != "advancing" || answer.FrozenTime != frozen.Unix() {
		t.Errorf("answered %s at %d", answer.Status, answer.FrozenTime)
	}
	want := []string{
		"test_helpers.test_clock.advancing", "customer.subscription.updated", "invoice.created", "invoice.finalized", "payment_intent.created",
		"charge.succeeded", "payment_intent.succeeded", "invoice.paid", "invoice.payment_succeeded", "test_helpers.test_clock.ready",
	}
	if diff := cmp.Diff(want, eventsOf(b, last.ID)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	if got := b.subscription(sub.ID); got.CurrentPeriodStart != to.Unix() || got.LatestInvoice.Created != to.Unix() {
		t.Errorf("renewed at %d", got.LatestInvoice.Created)
	}
	if got := b.subscription(own.ID); got.CurrentPeriodStart != renewed.CurrentPeriodStart {
		t.Errorf("a test clock renewed the account's subscription")
	}
	clock, err = b.api.TestHelpersTestClocks.Get(clock.ID, nil)
	b.must(err)
	if clock.Status != "ready" || clock.FrozenTime != to.Unix() {
		t.Errorf("%s at %d", clock.Status, clock.FrozenTime)
	}

	// What is about a customer of the clock happens at the clock's time.
	canceled, err := b.api.Subscriptions.Cancel(sub.ID, nil)
	b.must(err)
	if canceled.CanceledAt != to.Unix() {
		t.Errorf("canceled at %d", canceled.CanceledAt)
	}
}

func TestTestClockPages(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	frozen := start.AddDate(0, 6, 0)
	_, sub := b.clocked(frozen)
	session := b.session(stripe.CheckoutSessionModeSubscription, "price_starter_monthly", func(p *stripe.CheckoutSessionParams) {
		p.Customer = &sub.Customer.ID
	})
	b.advance(`{"days":2}`)
	bought := b.subscription(b.paid(session, "4242424242424242").Subscription.ID)
	if bought.Created != frozen.Unix() {
		t.Errorf("bought at %d", bought.Created)
	}
	wants(t, b.show(b.portal(sub.Customer.ID)), "July 31, 2026 to August 31, 2026")
}

func TestTestClockIsDeletedWithItsCustomers(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	clock, sub := b.clocked(start)
	_, err := b.api.TestHelpersTestClocks.Del(clock.ID, nil)
	b.must(err)
	if got := b.subscription(sub.ID); got.Status != stripe.SubscriptionStatusCanceled {
		t.Errorf("subscription %s", got.Status)
	}
	customer, err := b.api.Customers.Get(sub.Customer.ID, nil)
	b.must(err)
	if !customer.Deleted {
		t.Error("the customer remains")
	}

	other, sub := b.clocked(start)
	b.advance(`{"days":30}`) // its lifetime
	if _, err := b.api.TestHelpersTestClocks.Get(other.ID, nil); b.stripeError(err).HTTPStatusCode != http.StatusNotFound {
		t.Errorf("after 30 days: %v", err)
	}
	if got := b.subscription(sub.ID); got.Status != stripe.SubscriptionStatusCanceled || got.EndedAt != start.Unix() {
		t.Errorf("subscription %s at %d", got.Status, got.EndedAt)
	}
}

func TestTestClockRefuses(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	clock, _ := b.clocked(start)
	for _, to := range []int64{start.Unix(), start.AddDate(60, 0, 0).Unix()} {
		got := b.do(http.MethodPost, "/v1/test_helpers/test_clocks/"+clock.ID+"/advance", fmt.Sprintf("frozen_time=%d", to))
		if got.status != http.StatusBadRequest {
			t.Errorf("advancing to %d answers %d", to, got.status)
		}
	}
	if got := b.do(http.MethodPost, "/v1/customers", "test_clock=clock_x"); got.status != http.StatusBadRequest {
		t.Errorf("an unknown clock answers %d", got.status)
	}
	b.use("sk_live_first")
	if got := b.do(http.MethodPost, "/v1/test_helpers/test_clocks", "frozen_time=5"); got.status != http.StatusBadRequest {
		t.Errorf("a clock in live mode answers %d", got.status)
	}
}

// Discounts and disputes of a customer on a test clock end by that clock.
func TestTestClockEndsDiscountsAndDisputes(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	w := walk{b}
	clock, sub := b.clocked(start)
	w.post("/v1/subscriptions/"+sub.ID, "coupon="+b.coupon("percent_off=50&duration=repeating&duration_in_months=1"))
	method := w.post("/v1/payment_methods/pm_card_createDispute/attach", "customer="+sub.Customer.ID)
	w.post("/v1/payment_intents", "amount=700&currency=usd&confirm=true&return_url=https://shop.example/&payment_method="+method+"&customer="+sub.Customer.ID)
	state := func() string {
		t.Helper()
		disputes := b.api.Disputes.List(&stripe.DisputeListParams{})
		if !disputes.Next() {
			t.Fatalf("no dispute: %v", disputes.Err())
		}
		return fmt.Sprintf("%s, discounted %t", disputes.Dispute().Status, b.subscription(sub.ID).Discount != nil)
	}
	b.advance(`{"days":29}`)
	if got := state(); got != "needs_response, discounted true" {
		t.Errorf("by the account's clock: %s", got)
	}
	w.post("/v1/test_helpers/test_clocks/"+clock.ID+"/advance", fmt.Sprintf("frozen_time=%d", start.AddDate(0, 0, 29).Unix()))
	if got := state(); got != "lost, discounted false" {
		t.Errorf("by the test clock: %s", got)
	}
}

// A test clock of a connected account renews there, and the platform gets its
// fee; its own clock stays.
func TestTestClockOfAConnectedAccount(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	w := walk{b}
	seller := b.seller()
	on := func(path, form string) string {
		t.Helper()
		return w.call(http.MethodPost, path, form, "Stripe-Account", seller)
	}
	b.coupon("id=SOON&percent_off=10&duration=once&redeem_by=" + stamp(start.AddDate(0, 0, 1).Unix()))
	clock := on("/v1/test_helpers/test_clocks", "frozen_time="+stamp(start.Unix()))
	customer := on("/v1/customers", "test_clock="+clock)
	method := on("/v1/payment_methods/pm_card_visa/attach", "customer="+customer)
	on("/v1/subscriptions", "items[0][price]=price_pro_monthly&application_fee_percent=10&default_payment_method="+method+"&customer="+customer)
	on("/v1/test_helpers/test_clocks/"+clock+"/advance", "frozen_time="+stamp(start.AddDate(0, 0, 28).Unix()))
	if diff := cmp.Diff([]int64{5220, 580}, []int64{b.available(seller), b.available("")}); diff != "" {
		t.Errorf("balances after the renewal (-want +got)\n%s", diff)
	}
	coupon, err := b.api.Coupons.Get("SOON", nil)
	b.must(err)
	if !coupon.Valid {
		t.Error("the test clock of a connected account ended a coupon of the platform")
	}
	b.advance(`{"days":1}`)
	coupon, err = b.api.Coupons.Get("SOON", nil)
	b.must(err)
	if coupon.Valid {
		t.Error("the coupon is still valid after its end")
	}
}
