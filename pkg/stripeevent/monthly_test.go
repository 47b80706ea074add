package stripeevent_test

import (
	"encoding/json"
	"testing"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

func TestDecodeMonthly(t *testing.T) {
	t.Parallel()
	price := func(amount any, interval string, count int64) object {
		return object{
			"id": "price_1", "currency": "usd", "unit_amount": amount,
			"recurring": object{"interval": interval, "interval_count": count, "usage_type": "licensed"},
		}
	}
	item := func(price object, quantity any) object {
		return newItem(object{"price": price, "quantity": quantity})
	}
	tests := map[string]struct {
		items []object
		want  int64
	}{
		"a month":                       {[]object{item(price(2900, "month", 1), 1)}, 2900},
		"seats":                         {[]object{item(price(2900, "month", 1), 7)}, 20300},
		"a quarter":                     {[]object{item(price(9000, "month", 3), 1)}, 3000},
		"a year, rounded half up":       {[]object{item(price(10006, "year", 1), 1)}, 834}, // 833.83
		"a year, exactly half":          {[]object{item(price(18, "year", 1), 1)}, 2},      // 1.5
		"two years":                     {[]object{item(price(24000, "year", 2), 1)}, 1000},
		"a week is 52 a year":           {[]object{item(price(300, "week", 1), 1)}, 1300},
		"a day is 365 a year":           {[]object{item(price(12, "day", 1), 1)}, 365},
		"whole yen":                     {[]object{item(price(3000, "month", 1), 2)}, 6000},
		"several items":                 {[]object{item(price(2900, "month", 1), 1), item(price(12000, "year", 1), 2)}, 4900},
		"free":                          {[]object{item(price(0, "month", 1), 1)}, 0},
		"tiers have no fixed amount":    {[]object{item(price(nil, "month", 1), 1)}, 0},
		"a metered item has no amount":  {[]object{item(price(5, "month", 1), nil)}, 0},
		"an interval nobody has met":    {[]object{item(price(500, "fortnight", 1), 1)}, 0},
		"fractions of a minor unit":     {[]object{item(with(price(nil, "month", 1), object{"unit_amount_decimal": "0.5"}), 1001)}, 501},
		"a fraction that is no number":  {[]object{item(with(price(nil, "month", 1), object{"unit_amount_decimal": "?"}), 1)}, 0},
		"metered, with a unit amount":   {[]object{item(with(price(5, "month", 1), object{"recurring": object{"interval": "month", "interval_count": 1, "usage_type": "metered"}}), 3)}, 0},
		"no interval count is one":      {[]object{item(price(700, "month", 0), 1)}, 700},
		"no price is negative":          {[]object{item(price(-500, "month", 1), 1)}, 0},
		"nor a quantity":                {[]object{item(price(500, "month", 1), -1)}, 0},
		"an amount beyond 64 bits":      {[]object{item(price(int64(1)<<62, "day", 1), 1000)}, 0},
		"an interval beyond all time":   {[]object{item(price(500, "year", 1<<62), 1)}, 0},
		"a quantity beyond all seats":   {[]object{item(price(500, "day", 1), int64(1)<<62)}, 0},
		"a decimal beyond 64 bits":      {[]object{item(with(price(nil, "day", 1), object{"unit_amount_decimal": "99999999999999999999"}), 1)}, 0},
		"a decimal of a thousand zeros": {[]object{item(with(price(nil, "month", 1), object{"unit_amount_decimal": "1e1000"}), 1)}, 0},
		"a large amount does not break": {[]object{item(price(999_999_999_999, "month", 1), 1000)}, 999_999_999_999_000},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(with(newSubscription(), object{"items": items(test.items...)}))
			if err != nil {
				t.Fatal(err)
			}
			fact, err := stripeevent.Subscription(body)
			if err != nil {
				t.Fatal(err)
			}
			if fact.After.Monthly != test.want || test.want != 0 && fact.After.Currency != "usd" {
				t.Errorf("monthly %d %s, want %d", fact.After.Monthly, fact.After.Currency, test.want)
			}
		})
	}
}

// What is paid, and how often, is told of the items that are paid for together
// with the first one.
func TestDecodeInterval(t *testing.T) {
	t.Parallel()
	item := func(amount any, recurring object) object {
		return newItem(object{"price": object{"id": "price_1", "currency": "usd", "unit_amount": amount, "recurring": recurring}, "quantity": 2})
	}
	month, year := object{"interval": "month", "interval_count": 1}, object{"interval": "year", "interval_count": 1}
	type told struct {
		interval billing.Interval
		count    int64
		amount   int64
	}
	for name, c := range map[string]struct {
		items []object
		want  told
	}{
		"a month":                    {[]object{item(2900, month)}, told{billing.Month, 1, 5800}},
		"a year":                     {[]object{item(29000, year)}, told{billing.Year, 1, 58000}},
		"a quarter":                  {[]object{item(9000, object{"interval": "month", "interval_count": 3})}, told{billing.Month, 3, 18000}},
		"a week, without a count":    {[]object{item(300, object{"interval": "week"})}, told{"week", 1, 600}},
		"two items":                  {[]object{item(2900, month), item(100, month)}, told{billing.Month, 1, 6000}},
		"another item for a year":    {[]object{item(2900, month), item(29000, year)}, told{billing.Month, 1, 5800}},
		"no fixed amount":            {[]object{item(nil, month)}, told{billing.Month, 1, 0}},
		"an interval nobody has met": {[]object{item(2900, object{"interval": "fortnight", "interval_count": 1})}, told{}},
		"beyond all time":            {[]object{item(2900, object{"interval": "year", "interval_count": 1 << 62})}, told{}},
		"a plan, from before prices": {[]object{newItem(object{
			"price": nil, "plan": object{"id": "gold", "interval": "year", "interval_count": 2}, "quantity": 1,
		})}, told{billing.Year, 2, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(with(newSubscription(), object{"items": items(c.items...)}))
			if err != nil {
				t.Fatal(err)
			}
			fact, err := stripeevent.Subscription(body)
			if err != nil {
				t.Fatal(err)
			}
			if got := (told{fact.After.Interval, fact.After.IntervalCount, fact.After.Amount}); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
