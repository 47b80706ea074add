package sandbox

import (
	"fmt"
	"strconv"
	"strings"
)

// minorDigits is the number of decimals of a currency's minor unit,
// https://docs.stripe.com/currencies#zero-decimal and #three-decimal.
func minorDigits(currency string) int {
	switch strings.ToLower(currency) {
	case "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf":
		return 0
	case "bhd", "jod", "kwd", "omr", "tnd":
		return 3
	}
	return 2
}

// formatMoney writes an amount in minor units for people: $29.00, ¥4,300,
// KWD 1.500.
func formatMoney(amount int64, currency string) string {
	sign := ""
	if amount < 0 {
		sign, amount = "-", -amount
	}
	digits := minorDigits(currency)
	text := fmt.Sprintf("%0*d", digits+1, amount)
	whole, fraction := text[:len(text)-digits], text[len(text)-digits:]
	units, _ := strconv.ParseInt(whole, 10, 64) // digits only, and no more of them than amount had
	formatted := group(units)
	if digits > 0 {
		formatted += "." + fraction
	}
	return sign + symbol(currency) + formatted
}

func symbol(currency string) string {
	switch strings.ToLower(currency) {
	case "usd":
		return "$"
	case "eur":
		return "€"
	case "gbp":
		return "£"
	case "jpy":
		return "¥"
	}
	return strings.ToUpper(currency) + "\u00a0"
}

// group separates thousands with commas.
func group(units int64) string {
	digits := strconv.FormatInt(units, 10)
	var b strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return b.String()
}
