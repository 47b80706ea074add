package sandbox

import (
	"fmt"
	"strconv"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// newInvoiceItem stores an item that waits for an invoice. Its event is the
// caller's.
func (a *account) newInvoiceItem(customer *object.Customer, price *object.Price, quantity, amount int64, period object.Period) *object.InvoiceItem {
	return a.InvoiceItems.add(&object.InvoiceItem{
		ID: a.newID("ii_"), Object: "invoiceitem", Amount: amount, Currency: price.Currency, Customer: object.To(customer.ID), Date: a.now,
		Description: object.Text(a.productName(price)), Discountable: true, Livemode: a.Livemode, Period: period, Plan: price.Plan(),
		Price: price, Quantity: quantity, TestClock: customer.TestClock,
		UnitAmount: price.UnitAmount, UnitAmountDecimal: price.UnitAmountDecimal,
	})
}

// addExtra adds a one-time price to a subscription's next invoice.
func (a *account) addExtra(sub *subscription, extra itemSpec) {
	now := object.Period{Start: a.now, End: a.now}
	item := a.newInvoiceItem(a.Customers.get(sub.Customer.ID), extra.price, extra.quantity, extra.price.UnitAmount*extra.quantity, now)
	item.Subscription, item.Metadata = object.To(sub.ID), sub.Metadata
	a.emit("invoiceitem.created", item)
}

// addProration credits (a negative amount) or bills the rest of a period after
// a change of an item on the subscription's next invoice.
func (a *account) addProration(sub *subscription, changed *object.SubscriptionItem, amount int64, period object.Period) {
	what := "Remaining time on"
	if amount < 0 {
		what = "Unused time on"
	}
	item := a.newInvoiceItem(a.Customers.get(sub.Customer.ID), changed.Price, changed.Quantity, amount, period)
	item.Description = object.Text(fmt.Sprintf("%s %d × %s after %s",
		what, changed.Quantity, a.productName(changed.Price), utc(period.Start).Format("02 Jan 2006")))
	item.Subscription, item.SubscriptionItem, item.Metadata = object.To(sub.ID), changed.ID, sub.Metadata
	item.Proration, item.Discountable = true, false
	item.UnitAmount = amount / max(1, changed.Quantity)
	item.UnitAmountDecimal = strconv.FormatInt(item.UnitAmount, 10)
	a.emit("invoiceitem.created", item)
}

// pendingItems are the customer's items that the next invoice of a subscription
// takes: those for it and those for no certain one. Without a subscription they
// are the latter.
func (a *account) pendingItems(customerID string, sub *subscription) []*object.InvoiceItem {
	var pending []*object.InvoiceItem
	for item := range a.InvoiceItems.all {
		if item.Invoice.ID != "" || item.Customer.ID != customerID {
			continue
		}
		if item.Subscription.ID == "" && (sub == nil || sub.Currency == item.Currency) || sub != nil && item.Subscription.ID == sub.ID {
			pending = append(pending, item)
		}
	}
	return pending
}

// take puts items on an invoice.
func (a *account) take(items []*object.InvoiceItem, invoice *object.Invoice) []*object.InvoiceLine {
	lines := make([]*object.InvoiceLine, 0, len(items))
	for _, item := range items {
		item.Invoice = object.To(invoice.ID)
		lines = append(lines, a.itemLine(item))
	}
	return lines
}

// itemLine is an item as its invoice shows it.
func (a *account) itemLine(item *object.InvoiceItem) *object.InvoiceLine {
	return &object.InvoiceLine{
		ID: a.newID("il_"), Object: "line_item", Amount: item.Amount, AmountExcludingTax: item.Amount, Currency: item.Currency,
		Description: item.Description, Discountable: item.Discountable, InvoiceItem: item.ID, Livemode: a.Livemode,
		Metadata: item.Metadata, Period: item.Period, Plan: item.Plan, Price: item.Price, Proration: item.Proration,
		Quantity: item.Quantity, Subscription: item.Subscription, SubscriptionItem: item.SubscriptionItem, Type: "invoiceitem",
		UnitAmountExcludingTax: strconv.FormatInt(item.Amount/max(1, item.Quantity), 10),
	}
}

// invoiceItemParams describe an item: an amount, or a price with a quantity.
type invoiceItemParams struct {
	Amount       *int64        `form:"amount"`
	Description  *string       `form:"description"`
	Discountable *bool         `form:"discountable"`
	Metadata     form.Metadata `form:"metadata"`
	Period       *struct {
		End   int64 `form:"end,required"`
		Start int64 `form:"start,required"`
	} `form:"period"`
	Price      string       `form:"price"`
	PriceData  *priceParams `form:"price_data"`
	Quantity   *int64       `form:"quantity"`
	UnitAmount *int64       `form:"unit_amount"`
}

type createInvoiceItemParams struct {
	invoiceItemParams
	Currency     string `form:"currency"`
	Customer     string `form:"customer,required"`
	Invoice      string `form:"invoice"`
	Subscription string `form:"subscription"`
}

func createInvoiceItem(c *call, p createInvoiceItemParams) (any, error) {
	customer, err := c.Customers.ref(p.Customer, "customer")
	if err != nil {
		return nil, err
	}
	invoice, err := p.draft(c.account, customer)
	if err != nil {
		return nil, err
	}
	if p.Subscription != "" {
		sub, err := c.Subscriptions.ref(p.Subscription, "subscription")
		if err != nil {
			return nil, err
		}
		if sub.Customer.ID != customer.ID {
			return nil, invalid("subscription", "", "The subscription %s does not belong to the customer %s.", sub.ID, customer.ID)
		}
	}
	price, err := p.price(c.account, p.Currency)
	if err != nil {
		return nil, err
	}
	quantity, err := lineQuantity(p.Quantity, "")
	if err != nil {
		return nil, err
	}
	item := c.newInvoiceItem(customer, price, quantity, price.UnitAmount*quantity, object.Period{Start: c.now, End: c.now})
	item.Subscription = object.To(p.Subscription)
	if p.Price == "" && p.PriceData == nil {
		item.Description = ""
	}
	p.apply(item)
	c.emit("invoiceitem.created", item)
	if invoice != nil {
		c.changeDraft(invoice, func() {
			c.setLines(invoice, append(invoice.Lines.Data, c.take([]*object.InvoiceItem{item}, invoice)...))
		})
	}
	return item, nil
}

// draft is the customer's draft that the item is meant for, or nil.
func (p *createInvoiceItemParams) draft(a *account, customer *object.Customer) (*object.Invoice, error) {
	if p.Invoice == "" {
		return nil, nil
	}
	invoice, err := a.Invoices.ref(p.Invoice, "invoice")
	if err != nil {
		return nil, err
	}
	if invoice.Customer.ID != customer.ID {
		return nil, invalid("invoice", "", "The invoice %s does not belong to the customer %s.", invoice.ID, customer.ID)
	}
	return invoice, editable(invoice)
}

// price is the one-time price that the parameters name or describe.
func (p *invoiceItemParams) price(a *account, currency string) (*object.Price, error) {
	given := 0
	for _, one := range []bool{p.Amount != nil, p.Price != "", p.PriceData != nil, p.UnitAmount != nil} {
		if one {
			given++
		}
	}
	switch {
	case given > 1:
		return nil, invalid("amount", "", "You may only specify one of these parameters: amount, price, price_data, unit_amount.")
	case given == 0:
		return nil, invalid("", codeMissing, "You must pass one of `amount`, `price`, `price_data` or `unit_amount`.")
	case p.Amount != nil && p.Quantity != nil:
		return nil, invalid("quantity", "", "You may only specify one of these parameters: amount, quantity.")
	case p.Price != "" || p.PriceData != nil:
		price, err := a.linePrice(p.Price, p.PriceData, "")
		if err == nil && price.Recurring != nil {
			err = invalid("price", "", "The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.")
		}
		return price, err
	}
	if len(currency) != 3 {
		return nil, missingParam("currency")
	}
	amount := p.Amount
	if amount == nil {
		amount = p.UnitAmount
	}
	return a.priceOfAmount(currency, *amount), nil
}

// priceOfAmount stores the price that Stripe makes for an item that has only an
// amount, which may be a credit.
func (a *account) priceOfAmount(currency string, amount int64) *object.Price {
	product := a.Products.add(a.newProduct(a.newID("prod_"), "Invoice item"))
	product.Active = false
	return a.Prices.add(&object.Price{
		ID: a.newID("price_"), Object: "price", BillingScheme: "per_unit", Created: a.now, Currency: currency, Livemode: a.Livemode,
		Product: object.To(product.ID), TaxBehavior: "unspecified", Type: "one_time",
		UnitAmount: amount, UnitAmountDecimal: strconv.FormatInt(amount, 10),
	})
}

func (p *invoiceItemParams) apply(item *object.InvoiceItem) {
	setText(&item.Description, p.Description)
	if p.Discountable != nil {
		item.Discountable = *p.Discountable
	}
	if p.Period != nil {
		item.Period = object.Period{Start: p.Period.Start, End: p.Period.End}
	}
	item.Metadata = p.Metadata.Apply(item.Metadata)
}

func retrieveInvoiceItem(c *call, _ struct{}) (any, error) {
	item, err := c.InvoiceItems.at(c.id)
	if err != nil {
		return nil, err
	}
	return item, nil
}

// updateInvoiceItem changes an item as long as its invoice, if it has one, is a
// draft. It is no event at Stripe either.
func updateInvoiceItem(c *call, p invoiceItemParams) (any, error) {
	item, invoice, err := c.editableItem()
	if err != nil {
		return nil, err
	}
	if p.Amount != nil || p.Price != "" || p.PriceData != nil || p.UnitAmount != nil {
		price, err := p.price(c.account, item.Currency)
		if err != nil {
			return nil, err
		}
		if price.Currency != item.Currency {
			return nil, invalid("price", "", "The currency of an invoice item cannot be changed.")
		}
		item.Price, item.UnitAmount, item.UnitAmountDecimal = price, price.UnitAmount, price.UnitAmountDecimal
	}
	if p.Quantity != nil {
		if item.Quantity, err = lineQuantity(p.Quantity, ""); err != nil {
			return nil, err
		}
	}
	if !item.Proration {
		item.Amount = item.UnitAmount * item.Quantity
	}
	p.apply(item)
	if invoice != nil {
		c.changeDraft(invoice, func() { c.replaceLine(invoice, item, c.itemLine(item)) })
	}
	return item, nil
}

// editableItem is the item that the path names with its invoice, which is nil
// while the item waits for one.
func (c *call) editableItem() (*object.InvoiceItem, *object.Invoice, error) {
	item, err := c.InvoiceItems.at(c.id)
	if err != nil || item.Invoice.ID == "" {
		return item, nil, err
	}
	invoice := c.Invoices.get(item.Invoice.ID)
	return item, invoice, editable(invoice)
}

// replaceLine puts a line, or none, in the place of the one that an item has on
// a draft.
func (a *account) replaceLine(invoice *object.Invoice, item *object.InvoiceItem, line *object.InvoiceLine) {
	var lines []*object.InvoiceLine
	for _, existing := range invoice.Lines.Data {
		switch {
		case existing.InvoiceItem != item.ID:
			lines = append(lines, existing)
		case line != nil:
			line.ID = existing.ID
			lines = append(lines, line)
		}
	}
	a.setLines(invoice, lines)
}

func deleteInvoiceItem(c *call, _ struct{}) (any, error) {
	item, invoice, err := c.editableItem()
	if err != nil {
		return nil, err
	}
	if invoice != nil {
		c.changeDraft(invoice, func() { c.replaceLine(invoice, item, nil) })
	}
	c.InvoiceItems.remove(item.ID)
	c.emit("invoiceitem.deleted", item)
	return &object.Deleted{ID: item.ID, Object: "invoiceitem", Deleted: true}, nil
}

type listInvoiceItemsParams struct {
	listParams
	Created  form.Range `form:"created"`
	Customer string     `form:"customer"`
	Invoice  string     `form:"invoice"`
	Pending  *bool      `form:"pending"`
}

func listInvoiceItems(c *call, p listInvoiceItemsParams) (any, error) {
	return list(c, &c.InvoiceItems, p.listParams, func(item *object.InvoiceItem) bool {
		return matches(p.Customer, item.Customer.ID) && matches(p.Invoice, item.Invoice.ID) && p.Created.Contains(item.Date) &&
			(p.Pending == nil || *p.Pending == (item.Invoice.ID == ""))
	})
}
