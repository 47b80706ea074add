package billing_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

func TestAmountLimitOf(t *testing.T) {
	t.Parallel()
	for currency, want := range map[string]*billing.AmountLimit{
		"usd": {Least: 50, Most: 99_999_999, Step: 1},
		"gbp": {Least: 30, Most: 99_999_999, Step: 1},
		"jpy": {Least: 50, Most: 9_999_999_999, Step: 1},
		"krw": {Least: 50, Most: 99_999_999, Step: 1},
		"huf": {Least: 17_500, Most: 9_999_999_999, Step: 1},
		"czk": {Least: 1_500, Most: 99_999_999, Step: 1},
		"mxn": {Least: 1_000, Most: 99_999_999, Step: 1},
		"idr": {Least: 50, Most: 999_999_999_999, Step: 1},
		"cop": {Least: 50, Most: 9_999_999_999, Step: 1},
		"inr": {Least: 50, Most: 999_999_999, Step: 1},
		"lbp": {Least: 1, Most: 99_999_999_999, Step: 1},
		"kwd": {Least: 10, Most: 99_999_999, Step: 10},
		"isk": {Least: 100, Most: 99_999_999, Step: 100},
		"ugx": {Least: 100, Most: 99_999_999, Step: 100},
		"vnd": {Least: 1, Most: 99_999_999, Step: 1},
		"":    nil, "us": nil, "usdt": nil, "USD": nil, "xxx": nil, " us": nil, "d u": nil, "kp ": nil,
	} {
		got, known := billing.AmountLimitOf(currency)
		if want == nil {
			want = &billing.AmountLimit{}
		}
		if diff := cmp.Diff(*want, got); diff != "" || known != (want.Most != 0) {
			t.Errorf("%q: %t, (-want +got):\n%s", currency, known, diff)
		}
	}
}

func TestAmountRefusal(t *testing.T) {
	t.Parallel()
	const usd, kwd, isk = "usd", "kwd", "isk"
	for name, c := range map[string]struct {
		currency string
		amount   int64
		want     string
	}{
		"the least":       {usd, 50, ""},
		"the most":        {usd, 99_999_999, ""},
		"too little":      {usd, 49, "should be between 50 and 99999999"},
		"too much":        {usd, 100_000_000, "should be between 50 and 99999999"},
		"nothing":         {usd, 0, "should be between 50 and 99999999"},
		"less than that":  {usd, -50, "should be between 50 and 99999999"},
		"ten fils":        {kwd, 5_120, ""},
		"a fils":          {kwd, 5_124, "should be a multiple of 10"},
		"a whole krona":   {isk, 500, ""},
		"part of a krona": {isk, 550, "should be a multiple of 100"},
	} {
		limit, known := billing.AmountLimitOf(c.currency)
		if got := limit.Refusal(c.amount); got != c.want || !known {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
