package sandbox

import (
	"slices"

	"billhook/infra/local/stripebox/object"
)

// retrieveBalance adds up what was charged less what was refunded. The sandbox
// takes no fees and pays nothing out, so all of it is pending.
func retrieveBalance(c *call, _ struct{}) (any, error) {
	sums := map[string]int64{}
	currencies := []string{"usd"}
	for charge := range c.Charges.all {
		if !slices.Contains(currencies, charge.Currency) {
			currencies = append(currencies, charge.Currency)
		}
		sums[charge.Currency] += charge.AmountCaptured - charge.AmountRefunded
	}
	balance := &object.Balance{Object: "balance", Livemode: c.Livemode}
	for _, currency := range currencies {
		amount := sums[currency]
		balance.Available = append(balance.Available, object.BalanceAmount{Currency: currency})
		balance.Pending = append(balance.Pending,
			object.BalanceAmount{Amount: amount, Currency: currency, SourceTypes: object.SourceTypes{Card: amount}})
	}
	return balance, nil
}
