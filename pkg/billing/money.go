package billing

import (
	"fmt"
	"strings"
)

// The currencies whose amounts Stripe does not count in hundredths; see
// https://docs.stripe.com/currencies. It counts isk and ugx in hundredths,
// although they have none.
const (
	wholeCurrencies      = " bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf "
	thousandthCurrencies = " bhd jod kwd omr tnd "
)

// exponent is how many digits of an amount in minor units are decimals.
func exponent(currency string) int {
	name := " " + currency + " "
	switch {
	case strings.Contains(wholeCurrencies, name):
		return 0
	case strings.Contains(thousandthCurrencies, name):
		return 3
	default:
		return 2
	}
}

// FormatAmount is an amount, in minor units of its currency, for people:
// 29.00 usd, 500 jpy.
func FormatAmount(amount int64, currency string) string {
	sign, digits := "", fmt.Sprint(amount)
	if amount < 0 {
		sign, digits = "-", digits[1:]
	}
	decimals := exponent(currency)
	if decimals > 0 {
		digits = fmt.Sprintf("%0*s", decimals+1, digits)
		digits = digits[:len(digits)-decimals] + "." + digits[len(digits)-decimals:]
	}
	return sign + digits + " " + currency
}
