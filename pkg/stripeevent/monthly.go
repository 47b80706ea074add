package stripeevent

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"billhook/pkg/billing"
)

// perMonth is how many of an interval there are in a month of 1/12 year.
var perMonth = map[string][2]int64{
	"day":   {365, 12},
	"week":  {52, 12},
	"month": {1, 1},
	"year":  {1, 12},
}

// Far beyond what Stripe allows, and far from overflow. A developer can sign
// whatever they like for their own project.
const (
	maxQuantity      = 1_000_000_000_000
	maxIntervalCount = 1_000_000
	maxDecimal       = 32 // characters of unit_amount_decimal
)

// monthly is what the item costs for a month, in minor units, rounded half up.
// It is nothing where the amount depends on use or on tiers.
func (i itemJSON) monthly() int64 {
	recurring := i.Price.Recurring
	times, known := perMonth[recurring.Interval]
	if !known || recurring.IntervalCount > maxIntervalCount {
		return 0
	}
	return i.cost(times[0], times[1]*max(recurring.IntervalCount, 1))
}

// each is what the item costs each time that it is paid, as monthly.
func (i itemJSON) each() int64 { return i.cost(1, 1) }

func (i itemJSON) cost(numerator, denominator int64) int64 {
	if i.Quantity == nil || *i.Quantity < 0 || *i.Quantity > maxQuantity || bool(i.Price.Recurring.Metered) {
		return 0
	}
	numerator *= *i.Quantity
	if i.Price.UnitAmount != nil {
		return scale(*i.Price.UnitAmount, numerator, denominator)
	}
	return scaleDecimal(i.Price.UnitAmountDecimal, numerator, denominator)
}

// interval is what the item is paid for, so many at once; empty where it is none
// that is known.
func (i itemJSON) interval() (billing.Interval, int64) {
	name := first(i.Price.Recurring.Interval, i.Plan.Interval)
	count := max(first(i.Price.Recurring.IntervalCount, i.Plan.IntervalCount), 1)
	if _, known := perMonth[name]; !known || count > maxIntervalCount {
		return "", 0
	}
	return billing.Interval(name), count
}

// scale is amount * numerator / denominator, rounded half up; nothing where
// that is negative or beyond 64 bits.
func scale(amount, numerator, denominator int64) int64 {
	if amount >= 0 && amount <= (math.MaxInt64-denominator)/max(numerator, 1) {
		return (amount*numerator + denominator/2) / denominator
	}
	return scaleDecimal(strconv.FormatInt(amount, 10), numerator, denominator)
}

// scaleDecimal scales an amount with fractions of a minor unit; empty: none is
// fixed.
func scaleDecimal(decimal string, numerator, denominator int64) int64 {
	if len(decimal) > maxDecimal || strings.Trim(decimal, "0123456789.") != "" {
		return 0
	}
	amount, ok := new(big.Rat).SetString(decimal)
	if !ok {
		return 0
	}
	amount.Mul(amount, big.NewRat(numerator, denominator))
	// floor(2x + 1) / 2 rounds half up.
	half := new(big.Int).Add(new(big.Int).Lsh(amount.Num(), 1), amount.Denom())
	half.Div(half, new(big.Int).Lsh(amount.Denom(), 1))
	if !half.IsInt64() {
		return 0
	}
	return half.Int64()
}
