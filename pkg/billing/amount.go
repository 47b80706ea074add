package billing

import (
	"fmt"
	"strings"
)

// AmountLimit is what Stripe takes as the amount of a payment in a currency, in
// its minor units; see https://docs.stripe.com/currencies.
type AmountLimit struct {
	Least int64 // for an account that is paid in the same currency; in others Stripe converts and judges itself
	Most  int64 // the digits that Stripe documents; card networks and other methods may take less
	Step  int64 // amounts are multiples of it
}

// The currencies that Stripe charges in.
const chargedCurrencies = " aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd" +
	" cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf" +
	" idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr" +
	" mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp" +
	" sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw "

// AmountLimitOf is the limit of a currency in lower case; false if Stripe does
// not charge in it.
func AmountLimitOf(currency string) (AmountLimit, bool) {
	if len(currency) != 3 || !strings.Contains(chargedCurrencies, " "+currency+" ") {
		return AmountLimit{}, false
	}
	return AmountLimit{Least: leastAmount(currency), Most: mostAmount(currency), Step: amountStep(currency)}, true
}

func leastAmount(currency string) int64 {
	switch currency {
	case "ars", "aud", "brl", "cad", "chf", "cop", "eur", "idr", "ils", "inr", "jpy", "krw", "nzd", "php", "rub", "sgd", "usd", "zar":
		return 50
	case "gbp":
		return 30
	case "aed", "myr", "pln", "ron":
		return 2_00
	case "dkk":
		return 2_50
	case "nok", "sek":
		return 3_00
	case "hkd":
		return 4_00
	case "mxn", "thb":
		return 10_00
	case "czk":
		return 15_00
	case "huf":
		return 175_00
	default: // Stripe documents none
		return amountStep(currency)
	}
}

func mostAmount(currency string) int64 {
	switch currency {
	case "idr":
		return 999_999_999_999
	case "lbp":
		return 99_999_999_999
	case "cop", "huf", "jpy":
		return 9_999_999_999
	case "inr":
		return 999_999_999
	default:
		return 99_999_999
	}
}

// amountStep is more than 1 where Stripe counts decimals that payments do not
// have.
func amountStep(currency string) int64 {
	switch {
	case currency == "isk", currency == "ugx":
		return 100
	case exponent(currency) == 3:
		return 10
	default:
		return 1
	}
}

// Refusal says what an amount should be; empty if it is within the limit.
func (l AmountLimit) Refusal(amount int64) string {
	switch {
	case amount < l.Least || amount > l.Most:
		return fmt.Sprintf("should be between %d and %d", l.Least, l.Most)
	case amount%l.Step != 0:
		return fmt.Sprintf("should be a multiple of %d", l.Step)
	default:
		return ""
	}
}
