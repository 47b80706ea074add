package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stripe/stripe-go/v79"
)

func TestPromotionCodeOnTheCheckoutPage(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.coupon("id=FIFTH&percent_off=20&duration=forever&name=A fifth")
	b.promotionCode("coupon=FIFTH&code=SAVE20")
	session := b.session(stripe.CheckoutSessionModeSubscription, "price_pro_monthly", func(p *stripe.CheckoutSessionParams) {
		p.AllowPromotionCodes = stripe.Bool(true)
	})
	apply := func(code string) reply {
		t.Helper()
		return b.do(http.MethodPost, "/c/pay/"+session.ID+"/promotion_code", url.Values{"promotion_code": {code}}.Encode())
	}
	if got := apply("NOPE"); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "This code is invalid.") {
		t.Errorf("an unknown code = %d %s", got.status, got.body)
	}
	if got := apply("save20"); got.status != http.StatusSeeOther {
		t.Fatalf("a code = %d %s", got.status, got.body)
	}
	page := b.do(http.MethodGet, "/c/pay/"+session.ID, "").body
	for _, want := range []string{"SAVE20 (20% off)", "-$5.80", "Pay $23.20", "Subtotal", "Remove the discount"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	apply("")
	if page := b.do(http.MethodGet, "/c/pay/"+session.ID, "").body; !strings.Contains(page, "Pay $29.00") {
		t.Error("the discount was not removed")
	}
	apply("SAVE20")
	complete := b.paid(session, "4242424242424242")
	if complete.AmountSubtotal != 2900 || complete.AmountTotal != 2320 || complete.TotalDetails.AmountDiscount != 580 {
		t.Errorf("session = %d - %d = %d", complete.AmountSubtotal, complete.TotalDetails.AmountDiscount, complete.AmountTotal)
	}
	sub := b.subscription(complete.Subscription.ID)
	if sub.LatestInvoice.AmountPaid != 2320 || sub.Discount.Coupon.ID != "FIFTH" || sub.Discount.CheckoutSession != session.ID ||
		sub.Discount.Coupon.TimesRedeemed != 1 {
		t.Errorf("subscription: paid %d, discount %+v", sub.LatestInvoice.AmountPaid, sub.Discount)
	}
}

func TestCheckoutDiscountInPaymentMode(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.coupon("id=FREE&percent_off=100&duration=once")
	b.coupon("id=SOME&amount_off=500&currency=usd&duration=once")
	discounted := func(coupon string) *stripe.CheckoutSession {
		return b.session(stripe.CheckoutSessionModePayment, "price_credits_once", func(p *stripe.CheckoutSessionParams) {
			p.Discounts = []*stripe.CheckoutSessionDiscountParams{{Coupon: &coupon}}
		})
	}
	free, some := b.paid(discounted("FREE"), "4242424242424242"), b.paid(discounted("SOME"), "4242424242424242")
	if free.PaymentStatus != "no_payment_required" || free.PaymentIntent != nil {
		t.Errorf("a free session is %s with %v", free.PaymentStatus, free.PaymentIntent)
	}
	pi, err := b.api.PaymentIntents.Get(some.PaymentIntent.ID, nil)
	b.must(err)
	if some.AmountTotal != 1000 || pi.AmountReceived != 1000 {
		t.Errorf("a reduced session is %d, paid %d", some.AmountTotal, pi.AmountReceived)
	}
	coupon, err := b.api.Coupons.Get("SOME", nil)
	b.must(err)
	if coupon.TimesRedeemed != 1 {
		t.Errorf("the coupon was redeemed %d times", coupon.TimesRedeemed)
	}
}

// What somebody else redeems first is gone when the page is submitted.
func TestCheckoutDiscountThatIsUsedUpMeanwhile(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.coupon("id=LAST&percent_off=50&duration=once&max_redemptions=1")
	discounted := func() *stripe.CheckoutSession {
		return b.session(stripe.CheckoutSessionModePayment, "price_credits_once", func(p *stripe.CheckoutSessionParams) {
			p.Discounts = []*stripe.CheckoutSessionDiscountParams{{Coupon: stripe.String("LAST")}}
		})
	}
	first, second := discounted(), discounted()
	if paid := b.paid(first, "4242424242424242"); paid.AmountTotal != 750 {
		t.Errorf("the first one costs %d", paid.AmountTotal)
	}
	if got := b.pay(second, "4242424242424242"); got.status != http.StatusPaymentRequired || !strings.Contains(got.body, "can no longer be redeemed") ||
		!strings.Contains(got.body, "Pay $15.00") {
		t.Errorf("the second one = %d %s", got.status, got.body)
	}
	if paid := b.paid(second, "4242424242424242"); paid.AmountTotal != 1500 || paid.TotalDetails.AmountDiscount != 0 {
		t.Errorf("without the discount it costs %d", paid.AmountTotal)
	}
}
