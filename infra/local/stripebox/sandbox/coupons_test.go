package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/object"
)

func TestOffersThatCannotBeRedeemed(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	customer := b.payingCustomer("pm_card_visa")
	returning := b.subscribe("price_starter_monthly", "4242424242424242").Customer
	b.coupon("id=EUROS&amount_off=500&currency=eur&duration=once")
	b.coupon("id=TEN&percent_off=10&duration=forever")
	b.coupon("id=ONCE&percent_off=10&duration=forever&max_redemptions=1")
	b.coupon("id=TODAY&percent_off=10&duration=forever&redeem_by=" + stamp(start.Unix()+60))
	short := b.promotionCode("coupon=TEN&code=SHORT&expires_at=" + stamp(start.Unix()+60))
	first := b.promotionCode("coupon=TEN&code=FIRST&restrictions[first_time_transaction]=true")
	large := b.promotionCode("coupon=TEN&code=LARGE&restrictions[minimum_amount]=5000&restrictions[minimum_amount_currency]=usd")
	theirs := b.promotionCode("coupon=TEN&code=THEIRS&customer=" + returning.ID)
	walk{b}.post("/v1/customers", "coupon=ONCE")
	b.advance(`{"seconds":60}`)
	tests := map[string]struct{ customer, discount, param, code string }{
		"unknown":             {customer.ID, "discounts[0][coupon]=NONE", "discounts[0][coupon]", "resource_missing"},
		"unknown code":        {customer.ID, "promotion_code=promo_none", "promotion_code", "resource_missing"},
		"other currency":      {customer.ID, "coupon=EUROS", "coupon", ""},
		"used up":             {customer.ID, "coupon=ONCE", "coupon", "coupon_expired"},
		"too late":            {customer.ID, "coupon=TODAY", "coupon", "coupon_expired"},
		"code too late":       {customer.ID, "promotion_code=" + short, "promotion_code", ""},
		"not the first time":  {returning.ID, "promotion_code=" + first, "promotion_code", ""},
		"too little":          {customer.ID, "promotion_code=" + large, "promotion_code", ""},
		"of another customer": {customer.ID, "discounts[0][promotion_code]=" + theirs, "discounts[0][promotion_code]", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := b.do(http.MethodPost, "/v1/subscriptions", "items[0][price]=price_pro_monthly&customer="+test.customer+"&"+test.discount)
			if got.status != http.StatusBadRequest || !strings.Contains(got.body, `"param": "`+test.param+`"`) || !strings.Contains(got.body, test.code) {
				t.Errorf("%d %s, want 400 about %s %s", got.status, got.body, test.param, test.code)
			}
		})
	}
	walk{b}.post("/v1/subscriptions", "items[0][price]=price_pro_monthly&customer="+customer.ID+"&promotion_code="+first)
}

func TestPromotionCodeIsActiveWhileItsCouponIsValid(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		code  string
		after func(*box, string)
		want  bool
	}{
		"unused": {"", func(*box, string) {}, true},
		"switched off": {"", func(b *box, id string) {
			walk{b}.post("/v1/promotion_codes/"+id, "active=false")
		}, false},
		"switched off and on": {"", func(b *box, id string) {
			walk{b}.post("/v1/promotion_codes/"+id, "active=false")
			walk{b}.post("/v1/promotion_codes/"+id, "active=true")
		}, true},
		"used up": {"&max_redemptions=1", func(b *box, id string) { walk{b}.post("/v1/customers", "promotion_code="+id) }, false},
		"expired": {"&expires_at=" + stamp(start.Unix()+60), func(b *box, _ string) { b.advance(`{"seconds":60}`) }, false},
		"coupon used up": {"", func(b *box, _ string) {
			walk{b}.post("/v1/customers", "coupon=TEN")
			walk{b}.post("/v1/customers", "coupon=TEN")
		}, false},
		"coupon deleted": {"", func(b *box, _ string) { walk{b}.remove("/v1/coupons/TEN") }, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			b.coupon("id=TEN&percent_off=10&duration=forever&max_redemptions=2")
			id := b.promotionCode("coupon=TEN&code=SAVE" + test.code)
			test.after(b, id)
			code, err := b.api.PromotionCodes.Get(id, nil)
			b.must(err)
			if code.Active != test.want {
				t.Errorf("active = %t, want %t", code.Active, test.want)
			}
			found := b.api.PromotionCodes.List(&stripe.PromotionCodeListParams{Code: stripe.String("save"), Active: stripe.Bool(true)})
			if found.Next() != test.want {
				t.Errorf("it is in the list of active codes: %t", !test.want)
			}
		})
	}
}

func TestPromotionCodeNamesItsCouponInClover(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.coupon("id=TEN&percent_off=10&duration=forever")
	id := b.promotionCode("coupon=TEN")
	var plain struct {
		Promotion struct{ Coupon, Type string }
	}
	b.inClover("/v1/promotion_codes/"+id, &plain)
	if plain.Promotion.Coupon != "TEN" || plain.Promotion.Type != "coupon" {
		t.Errorf("promotion = %+v", plain.Promotion)
	}
	var expanded struct {
		Data []struct {
			Promotion struct{ Coupon object.Coupon }
		}
	}
	b.inClover("/v1/promotion_codes?expand[]=data.promotion.coupon", &expanded)
	if got := expanded.Data[0].Promotion.Coupon; got.ID != "TEN" || *got.PercentOff != 10 {
		t.Errorf("expanded coupon = %+v", got)
	}
	if got := b.do(http.MethodGet, "/v1/promotion_codes/"+id+"?expand[]=source.coupon", "", "Stripe-Version", object.CloverVersion); got.status != http.StatusBadRequest {
		t.Errorf("expanding what is not there = %d", got.status)
	}
}

func TestCouponsThatCannotBe(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.coupon("id=TEN&percent_off=10")
	tests := map[string]struct{ form, param string }{
		"nothing off":         {"duration=once", ""},
		"both":                {"percent_off=10&amount_off=100&currency=usd", "percent_off"},
		"no currency":         {"amount_off=100", "currency"},
		"negative":            {"amount_off=-100&currency=usd", "amount_off"},
		"more than all":       {"percent_off=101", "percent_off"},
		"no number":           {"percent_off=NaN", "percent_off"},
		"no months":           {"percent_off=10&duration=repeating", "duration_in_months"},
		"months of once":      {"percent_off=10&duration=once&duration_in_months=2", "duration_in_months"},
		"in the past":         {"percent_off=10&redeem_by=1", "redeem_by"},
		"an id that is taken": {"percent_off=10&id=TEN", "id"},
		"an unknown product":  {"percent_off=10&applies_to[products][]=prod_none", "applies_to[products]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := b.do(http.MethodPost, "/v1/coupons", test.form)
			if got.status != http.StatusBadRequest || test.param != "" && !strings.Contains(got.body, `"param": "`+test.param+`"`) {
				t.Errorf("%d %s, want 400 about %s", got.status, got.body, test.param)
			}
		})
	}
}
