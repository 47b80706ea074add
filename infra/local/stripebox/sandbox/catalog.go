package sandbox

import (
	"strconv"

	"billhook/infra/local/stripebox/object"
)

// seedCatalog gives a fresh account products and prices with fixed ids, so that
// a price can be configured before the account is first used. It is no events.
func (a *account) seedCatalog() {
	monthly, yearly := "month", "year"
	for _, product := range []struct {
		id, name, description string
		prices                []seedPrice
	}{
		{"prod_starter", "Starter", "For one person getting going.", []seedPrice{
			{id: "price_starter_monthly", nickname: "Starter monthly", currency: "usd", amount: 900, interval: monthly},
		}},
		{"prod_pro", "Pro", "For people who earn with it.", []seedPrice{
			{id: "price_pro_monthly", nickname: "Pro monthly", currency: "usd", amount: 2900, interval: monthly},
			{id: "price_pro_yearly", nickname: "Pro yearly", currency: "usd", amount: 29000, interval: yearly},
			{id: "price_pro_trial", nickname: "Pro monthly with a trial", currency: "usd", amount: 2900, interval: monthly, trialDays: 14},
			{id: "price_pro_monthly_jpy", nickname: "Pro monthly (JPY)", currency: "jpy", amount: 4300, interval: monthly},
		}},
		{"prod_team", "Team", "Priced by the seat.", []seedPrice{
			{id: "price_team_monthly", nickname: "Team monthly, per seat", currency: "usd", amount: 1200, interval: monthly},
		}},
		{"prod_credits", "Credits", "A pack of 1,000 credits.", []seedPrice{
			{id: "price_credits_once", nickname: "1,000 credits", currency: "usd", amount: 1500},
		}},
	} {
		p := a.Products.add(a.newProduct(product.id, product.name))
		p.Description = object.Text(product.description)
		for _, price := range product.prices {
			a.Prices.add(price.object(a, product.id))
		}
		p.DefaultPrice = object.To(product.prices[0].id)
	}
}

// seedPrice is a price of the seeded catalog; without an interval it is paid
// once. The amount is in the currency's minor unit.
type seedPrice struct {
	id, nickname, currency string
	amount                 int64
	interval               string
	trialDays              int64
}

func (s seedPrice) object(a *account, product string) *object.Price {
	price := &object.Price{
		ID: s.id, Object: "price", Active: true, BillingScheme: "per_unit", Created: a.now, Currency: s.currency,
		Livemode: a.Livemode, Nickname: object.Text(s.nickname), Product: object.To(product), TaxBehavior: "unspecified",
		Type: "one_time", UnitAmount: s.amount, UnitAmountDecimal: strconv.FormatInt(s.amount, 10),
	}
	if s.interval != "" {
		price.Type = "recurring"
		price.Recurring = &object.Recurring{Interval: s.interval, IntervalCount: 1, UsageType: "licensed"}
		if s.trialDays > 0 {
			price.Recurring.TrialPeriodDays = new(s.trialDays)
		}
	}
	return price
}
