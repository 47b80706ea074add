package billing_test

import (
	"math"
	"testing"

	"billhook/pkg/billing"
)

func TestFormatAmount(t *testing.T) {
	t.Parallel()
	for want, money := range map[string]struct {
		amount   int64
		currency string
	}{
		"29.00 usd":                 {2900, "usd"},
		"0.05 eur":                  {5, "eur"},
		"0.00 usd":                  {0, "usd"},
		"500 jpy":                   {500, "jpy"},
		"0 krw":                     {0, "krw"},
		"1.250 kwd":                 {1250, "kwd"},
		"0.001 bhd":                 {1, "bhd"},
		"5.00 isk":                  {500, "isk"},
		"-0.07 usd":                 {-7, "usd"},
		"-12.34 usd":                {-1234, "usd"},
		"-3 jpy":                    {-3, "jpy"},
		"-92233720368547758.08 usd": {math.MinInt64, "usd"},
	} {
		if got := billing.FormatAmount(money.amount, money.currency); got != want {
			t.Errorf("FormatAmount(%d, %q) = %q, want %q", money.amount, money.currency, got, want)
		}
	}
}
