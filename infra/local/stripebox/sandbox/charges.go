package sandbox

import (
	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

func retrieveCharge(c *call, _ struct{}) (any, error) { return c.Charges.at(c.id) }

type listChargesParams struct {
	listParams
	Created       form.Range `form:"created"`
	Customer      string     `form:"customer"`
	PaymentIntent string     `form:"payment_intent"`
}

func listCharges(c *call, p listChargesParams) (any, error) {
	return list(c, &c.Charges, p.listParams, func(charge *object.Charge) bool {
		return matches(p.Customer, charge.Customer.ID) && matches(p.PaymentIntent, charge.PaymentIntent.ID) &&
			p.Created.Contains(charge.Created)
	})
}
