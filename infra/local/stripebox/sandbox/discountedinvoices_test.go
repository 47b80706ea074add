package sandbox_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// previewed is the total of a preview.
func (b *box) previewed(form string, headers ...string) int64 {
	b.t.Helper()
	got := b.do(http.MethodPost, "/v1/invoices/create_preview", form, headers...)
	var preview struct{ Total int64 }
	b.must(json.Unmarshal([]byte(got.body), &preview))
	if got.status != http.StatusOK {
		b.t.Fatalf("a preview of %s = %d %s", form, got.status, got.body)
	}
	return preview.Total
}

func TestPreviewWithDiscounts(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.coupon("id=TEN&percent_off=10&duration=forever")
	b.coupon("id=HALF&percent_off=50&duration=once")
	customer := b.payingCustomer("pm_card_visa")
	sub := walk{b}.post("/v1/subscriptions", "items[0][price]=price_pro_monthly&coupon=TEN&customer="+customer.ID)
	last, _ := b.lastEvent()
	got, want := map[string]int64{}, map[string]int64{}
	for name, test := range map[string]struct {
		form string
		want int64
	}{
		"inherited":          {"subscription=" + sub, 2610},
		"another one":        {"subscription=" + sub + "&discounts[0][coupon]=HALF", 1450},
		"named the old way":  {"subscription=" + sub + "&coupon=HALF", 1450},
		"none":               {"subscription=" + sub + "&discounts=", 2900},
		"a second plan":      {"subscription=" + sub + "&subscription_details[items][0][price]=price_starter_monthly", 810 + 2610 + 810},
		"a new subscription": {"customer=" + customer.ID + "&subscription_details[items][0][price]=price_starter_monthly&discounts[0][coupon]=HALF", 450},
	} {
		got[name], want[name] = b.previewed(test.form), test.want
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("totals (-want +got)\n%s", diff)
	}
	if event, _ := b.lastEvent(); event.ID != last.ID {
		t.Errorf("a preview made the event %s", event.Type)
	}
	coupon, err := b.api.Coupons.Get("HALF", nil)
	b.must(err)
	if coupon.TimesRedeemed != 0 || !coupon.Valid {
		t.Errorf("previews redeemed the coupon %d times", coupon.TimesRedeemed)
	}
	if diff := cmp.Diff("TEN", b.subscription(sub).Discount.Coupon.ID); diff != "" {
		t.Errorf("the subscription's coupon (-want +got)\n%s", diff)
	}
}

// The draft that a preview shows is the one that the same change then makes.
func TestPreviewOfADiscountedProrationIsWhatIsBilled(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.coupon("id=TEN&percent_off=10&duration=forever")
	customer := b.payingCustomer("pm_card_visa")
	sub := walk{b}.post("/v1/subscriptions", "items[0][price]=price_pro_monthly&coupon=TEN&customer="+customer.ID)
	item := b.subscription(sub).Items.Data[0].ID
	b.advance(`{"days":7}`)
	change := "[items][0][id]=" + item + "&subscription_details[items][0][quantity]=3&subscription_details[proration_behavior]=always_invoice"
	previewed := b.previewed("subscription=" + sub + "&subscription_details" + change)
	walk{b}.post("/v1/subscriptions/"+sub, "items[0][id]="+item+"&items[0][quantity]=3&proration_behavior=always_invoice")
	if diff := cmp.Diff([]int64{2610, previewed}, b.invoiceTotals(sub)); diff != "" {
		t.Errorf("totals (-want +got)\n%s", diff)
	}
}

func TestInvoiceByHandHasTheCustomersDiscount(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	w := walk{b}
	b.coupon("id=TEN&percent_off=10&duration=once")
	customer := b.payingCustomer("pm_card_visa")
	w.post("/v1/customers/"+customer.ID, "coupon=TEN")
	w.post("/v1/invoiceitems", "amount=1000&currency=usd&customer="+customer.ID)
	draft := w.post("/v1/invoices", "pending_invoice_items_behavior=include&customer="+customer.ID)
	w.post("/v1/invoiceitems", "amount=500&currency=usd&customer="+customer.ID+"&invoice="+draft)
	w.post("/v1/invoiceitems", "amount=300&currency=usd&discountable=false&customer="+customer.ID+"&invoice="+draft)
	w.post("/v1/invoices/"+draft+"/pay", "")
	paid, err := b.api.Invoices.Get(draft, nil)
	b.must(err)
	if paid.Subtotal != 1800 || paid.AmountPaid != 1650 || len(paid.TotalDiscountAmounts) != 1 || paid.TotalDiscountAmounts[0].Amount != 150 {
		t.Errorf("paid %d of %d, discounted by %+v", paid.AmountPaid, paid.Subtotal, paid.TotalDiscountAmounts)
	}
	after, err := b.api.Customers.Get(customer.ID, nil)
	b.must(err)
	if after.Discount != nil {
		t.Error("the discount for one invoice is still there")
	}
}

// A preview on a connected account is told to nobody, the platform included.
func TestPreviewOnAConnectedAccount(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	w := walk{b}
	seller := b.seller()
	onSeller := []string{"Stripe-Account", seller}
	customer := w.call(http.MethodPost, "/v1/customers", "payment_method=pm_card_visa", onSeller...)
	told := b.listenConnect()
	if got := b.previewed("customer="+customer+"&subscription_details[items][0][price]=price_pro_monthly", onSeller...); got != 2900 {
		t.Errorf("previewed %d", got)
	}
	b.settle()
	if got := told.types(); len(got) > 0 {
		t.Errorf("the platform was told of %v", got)
	}
}
