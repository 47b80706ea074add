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

// DepositLimits bound what can be paid into a wallet at once, in minor units of
// the currency. Stripe takes amounts of three decimals in tens only.
type DepositLimits struct{ Least, Most, Step int64 }

// WalletCurrencies are those that wallets can have, in the order of the alphabet.
func WalletCurrencies() []string {
	return []string{"aud", "cad", "chf", "eur", "gbp", "jpy", "kwd", "usd"}
}

// Deposits are the limits of a currency; false if wallets do not have it.
func Deposits(currency string) (DepositLimits, bool) {
	switch currency {
	case "usd", "eur", "gbp", "chf", "cad", "aud", "jpy":
		return DepositLimits{500, 50_000, 1}, true
	case "kwd":
		return DepositLimits{1_500, 150_000, 10}, true
	default:
		return DepositLimits{}, false
	}
}

// Allows reports whether an amount can be paid in.
func (l DepositLimits) Allows(amount int64) bool {
	return amount >= l.Least && amount <= l.Most && amount%l.Step == 0
}
