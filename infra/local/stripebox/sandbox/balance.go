package sandbox

import "billhook/infra/local/stripebox/object"

// retrieveBalance adds up the balance transactions. What is booked is available
// at once, so that nothing is pending.
func retrieveBalance(c *call, _ struct{}) (any, error) {
	balance := &object.Balance{Object: "balance", Livemode: c.Livemode}
	for _, currency := range c.currencies() {
		amount := c.available(currency)
		balance.Available = append(balance.Available,
			object.BalanceAmount{Amount: amount, Currency: currency, SourceTypes: object.SourceTypes{Card: amount}})
		balance.Pending = append(balance.Pending, object.BalanceAmount{Currency: currency})
	}
	return balance, nil
}
