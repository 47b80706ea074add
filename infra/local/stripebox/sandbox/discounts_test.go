package sandbox_test

import (
	"net/http"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/object"
	"billhook/infra/local/stripebox/sandbox"
)

// coupon creates a coupon from a form and returns its id.
func (b *box) coupon(form string) string {
	b.t.Helper()
	return walk{b}.post("/v1/coupons", form)
}

// promotionCode creates a promotion code from a form and returns its id.
func (b *box) promotionCode(form string) string {
	b.t.Helper()
	return walk{b}.post("/v1/promotion_codes", form)
}

// payingCustomer creates a customer with a default card.
func (b *box) payingCustomer(token string) *stripe.Customer {
	b.t.Helper()
	customer, err := b.api.Customers.New(&stripe.CustomerParams{Email: stripe.String("jenny@example.com"), PaymentMethod: &token})
	b.must(err)
	methods := b.api.PaymentMethods.List(&stripe.PaymentMethodListParams{Customer: &customer.ID})
	if !methods.Next() {
		b.t.Fatalf("the customer has no payment method: %v", methods.Err())
	}
	customer, err = b.api.Customers.Update(customer.ID, &stripe.CustomerParams{
		InvoiceSettings: &stripe.CustomerInvoiceSettingsParams{DefaultPaymentMethod: &methods.PaymentMethod().ID},
	})
	b.must(err)
	return customer
}

// invoiceTotals are the totals of a subscription's invoices, the first one first.
func (b *box) invoiceTotals(subscription string) []int64 {
	b.t.Helper()
	var totals []int64
	invoices := b.api.Invoices.List(&stripe.InvoiceListParams{Subscription: &subscription})
	for invoices.Next() {
		totals = append([]int64{invoices.Invoice().Total}, totals...)
	}
	b.must(invoices.Err())
	return totals
}

func TestCouponDurations(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		coupon string
		want   []int64 // of the first invoice and three renewals
	}{
		"once":              {"percent_off=50&duration=once", []int64{1450, 2900, 2900, 2900}},
		"for two months":    {"percent_off=50&duration=repeating&duration_in_months=2", []int64{1450, 1450, 2900, 2900}},
		"forever":           {"percent_off=10&duration=forever", []int64{2610, 2610, 2610, 2610}},
		"an amount":         {"amount_off=900&currency=usd&duration=forever", []int64{2000, 2000, 2000, 2000}},
		"more than it is":   {"amount_off=9900&currency=usd&duration=once", []int64{0, 2900, 2900, 2900}},
		"another product's": {"percent_off=50&duration=forever&applies_to[products][]=prod_team", []int64{2900, 2900, 2900, 2900}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			coupon := b.coupon(test.coupon)
			sub, err := b.api.Subscriptions.New(&stripe.SubscriptionParams{
				Customer: &b.payingCustomer("pm_card_visa").ID, Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}},
				Discounts: []*stripe.SubscriptionDiscountParams{{Coupon: &coupon}},
			})
			b.must(err)
			b.advance(`{"days":100}`)
			if diff := cmp.Diff(test.want, b.invoiceTotals(sub.ID)); diff != "" {
				t.Errorf("totals (-want +got)\n%s", diff)
			}
		})
	}
}

func TestInvoiceShowsItsDiscounts(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	first, second := b.coupon("id=TEN&percent_off=10&duration=forever"), b.coupon("id=FIVER&amount_off=500&currency=usd&duration=forever")
	sub, err := b.api.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: &b.payingCustomer("pm_card_visa").ID, Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}},
		Discounts: []*stripe.SubscriptionDiscountParams{{Coupon: &first}, {Coupon: &second}},
	})
	b.must(err)
	invoice, err := b.api.Invoices.Get(sub.LatestInvoice.ID, nil)
	b.must(err)
	type view struct {
		Subtotal, Total, Paid int64
		Amounts, LineAmounts  []int64
		LineAmount            int64
		Coupon                string
		Discounts             int
	}
	got := view{Subtotal: invoice.Subtotal, Total: invoice.Total, Paid: invoice.AmountPaid, LineAmount: invoice.Lines.Data[0].Amount,
		Coupon: invoice.Discount.Coupon.ID, Discounts: len(invoice.Discounts)}
	for _, amount := range invoice.TotalDiscountAmounts {
		got.Amounts = append(got.Amounts, amount.Amount)
	}
	for _, amount := range invoice.Lines.Data[0].DiscountAmounts {
		got.LineAmounts = append(got.LineAmounts, amount.Amount)
	}
	want := view{2900, 2110, 2110, []int64{290, 500}, []int64{290, 500}, 2900, "TEN", 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}

	var clover struct {
		Credits []struct {
			Amount int64
			Type   string
		} `json:"total_pretax_credit_amounts"`
		Amounts []struct {
			Discount struct {
				Source struct{ Coupon object.Coupon }
			}
		} `json:"total_discount_amounts"`
	}
	b.inClover("/v1/invoices/"+invoice.ID+"?expand[]=total_discount_amounts.discount.source.coupon", &clover)
	if len(clover.Credits) != 2 || clover.Credits[1].Amount != 500 || clover.Credits[1].Type != "discount" ||
		clover.Amounts[0].Discount.Source.Coupon.ID != "TEN" || *clover.Amounts[0].Discount.Source.Coupon.PercentOff != 10 {
		t.Errorf("in %s: %+v", object.CloverVersion, clover)
	}
}

func TestDiscountEvents(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	once := b.coupon("percent_off=50&duration=once")
	customer := b.payingCustomer("pm_card_visa")
	last := b.eventsAfter("")
	sub, err := b.api.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: &customer.ID, Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}}, Coupon: &once,
	})
	b.must(err)
	want := []string{
		"customer.discount.created", "customer.updated", "customer.subscription.created", "invoice.created", "invoice.finalized",
		"payment_intent.created", "customer.discount.deleted", "charge.succeeded", "payment_intent.succeeded",
		"customer.subscription.updated", "invoice.paid", "invoice.payment_succeeded",
	}
	if diff := cmp.Diff(want, b.eventTypes(last[len(last)-1].ID)); diff != "" {
		t.Errorf("events of a coupon for one invoice (-want +got)\n%s", diff)
	}

	months := b.coupon("percent_off=50&duration=repeating&duration_in_months=1")
	updated, err := b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{Coupon: &months})
	b.must(err)
	if updated.Discount == nil || updated.Discount.End != start.AddDate(0, 0, 28).Unix() || len(updated.Discounts) != 1 {
		t.Fatalf("discount = %+v", updated.Discount)
	}
	if events := b.advance(`{"days":28}`); events[0] != "customer.discount.deleted" {
		t.Errorf("events at the discount's end = %v", events)
	}
	if sub := b.subscription(sub.ID); sub.Discount != nil || len(sub.Discounts) != 0 {
		t.Errorf("the ended discount is still there: %+v", sub.Discount)
	}
}

func TestCustomerDiscount(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.coupon("id=TEN&percent_off=10&duration=forever")
	b.coupon("id=TWENTY&percent_off=20&duration=forever")
	customer := b.payingCustomer("pm_card_visa")
	customer, err := b.api.Customers.Update(customer.ID, &stripe.CustomerParams{Coupon: stripe.String("TEN")})
	b.must(err)
	if customer.Discount == nil || customer.Discount.Coupon.ID != "TEN" || customer.Discount.Coupon.TimesRedeemed != 1 {
		t.Fatalf("discount = %+v", customer.Discount)
	}
	subscribe := func(discounts ...*stripe.SubscriptionDiscountParams) *stripe.Subscription {
		sub, err := b.api.Subscriptions.New(&stripe.SubscriptionParams{
			Customer: &customer.ID, Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}}, Discounts: discounts,
		})
		b.must(err)
		return sub
	}
	plain := subscribe()
	own := subscribe(&stripe.SubscriptionDiscountParams{Coupon: stripe.String("TWENTY")})
	_, err = b.api.Subscriptions.DeleteDiscount(own.ID, nil)
	b.must(err)
	_, err = b.api.Customers.DeleteDiscount(customer.ID, nil)
	b.must(err)
	b.advance(`{"days":28}`)
	if diff := cmp.Diff([][]int64{{2610, 2900}, {2320, 2900}}, [][]int64{b.invoiceTotals(plain.ID), b.invoiceTotals(own.ID)}); diff != "" {
		t.Errorf("totals (-want +got)\n%s", diff)
	}
	if _, err := b.api.Customers.DeleteDiscount(customer.ID, nil); b.stripeError(err).HTTPStatusCode != http.StatusNotFound {
		t.Errorf("deleting a discount twice: %v", err)
	}
}

func TestProrationIsNetOfDiscounts(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.coupon("id=HALF&percent_off=50&duration=forever")
	sub := b.subscribe("price_pro_monthly", "4242424242424242", func(p *stripe.CheckoutSessionParams) {
		p.Discounts = []*stripe.CheckoutSessionDiscountParams{{Coupon: stripe.String("HALF")}}
	})
	b.advance(`{"days":14}`)
	_, err := b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{
		Items:             []*stripe.SubscriptionItemsParams{{ID: &sub.Items.Data[0].ID, Quantity: stripe.Int64(2)}},
		ProrationBehavior: stripe.String("always_invoice"),
	})
	b.must(err)
	if diff := cmp.Diff([]int64{1450, 725}, b.invoiceTotals(sub.ID)); diff != "" {
		t.Errorf("totals (-want +got)\n%s", diff)
	}
}

// The unused time is credited as it was paid, also by the change that brings the
// discount.
func TestProrationOfAChangeThatBringsADiscount(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.coupon("id=HALF&percent_off=50&duration=forever")
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	b.advance(`{"days":14}`)
	walk{b}.post("/v1/subscriptions/"+sub.ID, "coupon=HALF&proration_behavior=always_invoice&items[0][quantity]=4&items[0][id]="+sub.Items.Data[0].ID)
	if diff := cmp.Diff([]int64{2900, 2900 - 1450}, b.invoiceTotals(sub.ID)); diff != "" {
		t.Errorf("totals (-want +got)\n%s", diff)
	}
}

func TestDiscountsSurviveARestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	keep := func(o *sandbox.Options) { o.StateFile = file }
	b := newBox(t, keep)
	b.coupon("id=TEN&percent_off=10&duration=forever")
	b.promotionCode("coupon=TEN&code=SAVE")
	sub, err := b.api.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: &b.payingCustomer("pm_card_visa").ID, Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}},
		Coupon: stripe.String("TEN"),
	})
	b.must(err)
	b.must(b.server.Save(file))
	again := newBox(t, keep)
	again.payingCustomer("pm_card_visa")
	walk{again}.post("/v1/customers", "coupon=TEN")
	restored := again.subscription(sub.ID)
	if restored.Discount == nil || restored.Discount.Coupon.TimesRedeemed != 2 {
		t.Errorf("discount = %+v, want its coupon redeemed twice", restored.Discount)
	}
	again.advance(`{"days":28}`)
	if diff := cmp.Diff([]int64{2610, 2610}, again.invoiceTotals(sub.ID)); diff != "" {
		t.Errorf("totals (-want +got)\n%s", diff)
	}
}

// stamp is a time in seconds since the epoch as a parameter.
func stamp(at int64) string { return strconv.FormatInt(at, 10) }

// Without anything to pay, a subscription needs no card.
func TestFreeSubscriptionNeedsNoCard(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.coupon("id=FREE&percent_off=100&duration=once")
	customer, err := b.api.Customers.New(&stripe.CustomerParams{})
	b.must(err)
	sub, err := b.api.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: &customer.ID, Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}}, Coupon: stripe.String("FREE"),
	})
	b.must(err)
	if sub.Status != stripe.SubscriptionStatusActive {
		t.Errorf("status = %s", sub.Status)
	}
}
