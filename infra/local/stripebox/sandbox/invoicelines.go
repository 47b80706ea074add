package sandbox

import (
	"fmt"
	"strconv"

	"billhook/infra/local/stripebox/object"
)

// periodLines bill every item of a subscription for a period; in a trial they
// are free.
func (a *account) periodLines(sub *subscription, period object.Period, trial bool) []*object.InvoiceLine {
	var lines []*object.InvoiceLine
	for _, item := range sub.Items.Data {
		amount, unit := item.Price.UnitAmount*item.Quantity, item.Price.UnitAmount
		name := a.productName(item.Price)
		description := fmt.Sprintf("%d × %s (at %s / %s)", item.Quantity, name, formatMoney(unit, item.Price.Currency), interval(item.Price.Recurring))
		if trial {
			amount, unit, description = 0, 0, "Trial period for "+name
		}
		line := a.newLine(sub, item.Price, item.Quantity, amount, period, description)
		line.SubscriptionItem, line.Type, line.UnitAmountExcludingTax = item.ID, "subscription", strconv.FormatInt(unit, 10)
		lines = append(lines, line)
	}
	return lines
}

func (a *account) newLine(sub *subscription, price *object.Price, quantity, amount int64, period object.Period, description string) *object.InvoiceLine {
	return &object.InvoiceLine{
		ID: a.newID("il_"), Object: "line_item", Amount: amount, AmountExcludingTax: amount, Currency: price.Currency,
		Description: object.Text(description), Discountable: true, Livemode: a.Livemode, Metadata: sub.Metadata, Period: period,
		Plan: price.Plan(), Price: price, Quantity: quantity, Subscription: object.To(sub.ID),
	}
}

func (a *account) productName(price *object.Price) string {
	if product := a.Products.get(price.Product.ID); product != nil {
		return product.Name
	}
	return price.ID
}

// interval is a billing interval for people: month, or every 3 months.
func interval(r *object.Recurring) string {
	if r.IntervalCount == 1 {
		return r.Interval
	}
	return fmt.Sprintf("every %d %ss", r.IntervalCount, r.Interval)
}

func listInvoiceLines(c *call, p listParams) (any, error) {
	invoice, err := c.Invoices.at(c.id)
	if err != nil {
		return nil, err
	}
	return listInOrder(c, p, invoice.Lines.Data)
}
