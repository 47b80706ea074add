package sandbox

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"billhook/infra/local/stripebox/object"
)

func TestReduce(t *testing.T) {
	t.Parallel()
	percent := func(off float64) *object.Coupon { return &object.Coupon{PercentOff: &off} }
	amount := func(off int64, currency string) *object.Coupon {
		return &object.Coupon{AmountOff: &off, Currency: object.Text(currency)}
	}
	tests := map[string]struct {
		coupon   *object.Coupon
		products []string
		parts    []reducible
		want     []int64
	}{
		"a percentage":                {percent(25), nil, []reducible{{1000, "a"}, {300, "b"}}, []int64{250, 75}},
		"half a cent rounds up":       {percent(50), nil, []reducible{{101, "a"}}, []int64{51}},
		"parts of a percent":          {percent(12.5), nil, []reducible{{800, "a"}}, []int64{100}},
		"all of it":                   {percent(100), nil, []reducible{{999, "a"}}, []int64{999}},
		"some products only":          {percent(10), []string{"b"}, []reducible{{1000, "a"}, {300, "b"}}, []int64{0, 30}},
		"nothing off a credit":        {percent(10), nil, []reducible{{-1000, "a"}, {1000, "a"}}, []int64{0, 100}},
		"an amount":                   {amount(500, "usd"), nil, []reducible{{2900, "a"}}, []int64{500}},
		"an amount in proportion":     {amount(400, "usd"), nil, []reducible{{3000, "a"}, {1000, "b"}}, []int64{300, 100}},
		"never more than there is":    {amount(500, "usd"), nil, []reducible{{200, "a"}, {100, "b"}}, []int64{200, 100}},
		"an amount in other currency": {amount(500, "eur"), nil, []reducible{{2900, "a"}}, []int64{0}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, reduce(test.coupon, test.products, "usd", test.parts)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// An amount is taken off to the cent, and no part falls below zero.
func TestReduceByAnAmountIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		off := rapid.Int64Range(1, 1_000_000).Draw(t, "off")
		var parts []reducible
		var sum int64
		for _, amount := range rapid.SliceOfN(rapid.Int64Range(0, 500_000), 1, 6).Draw(t, "amounts") {
			parts = append(parts, reducible{amount: amount})
			sum += amount
		}
		var total int64
		for i, taken := range reduce(&object.Coupon{AmountOff: &off, Currency: "usd"}, nil, "usd", parts) {
			if taken < 0 || taken > parts[i].amount {
				t.Fatalf("%d is taken off %d", taken, parts[i].amount)
			}
			total += taken
		}
		if want := min(off, sum); total != want {
			t.Fatalf("%d is taken off, want %d", total, want)
		}
	})
}
