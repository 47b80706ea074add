package stripeevent

import "math/big"

// perMonth is how many of an interval there are in a month of 1/12 year.
var perMonth = map[string][2]int64{
	"day":   {365, 12},
	"week":  {52, 12},
	"month": {1, 1},
	"year":  {1, 12},
}

// monthly is what the item costs for a month, in minor units, rounded half up.
// It is nothing where the amount depends on use or on tiers.
func (i itemJSON) monthly() int64 {
	times, known := perMonth[i.Price.Recurring.Interval]
	if !known || i.Quantity == nil || i.Price.Recurring.UsageType == "metered" {
		return 0
	}
	amount := new(big.Rat)
	switch {
	case i.Price.UnitAmount != nil:
		amount.SetInt64(*i.Price.UnitAmount)
	case i.Price.UnitAmountDecimal != "": // fractions of a minor unit
		if _, ok := amount.SetString(i.Price.UnitAmountDecimal); !ok {
			return 0
		}
	default:
		return 0
	}
	amount.Mul(amount, big.NewRat(*i.Quantity*times[0], times[1]*max(i.Price.Recurring.IntervalCount, 1)))
	// floor(2x + 1) / 2 rounds half up.
	half := new(big.Int).Add(new(big.Int).Lsh(amount.Num(), 1), amount.Denom())
	return half.Div(half, new(big.Int).Lsh(amount.Denom(), 1)).Int64()
}
