package sandbox

import (
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

type customerParams struct {
	Address *struct {
		City       string `form:"city"`
		Country    string `form:"country"`
		Line1      string `form:"line1"`
		Line2      string `form:"line2"`
		PostalCode string `form:"postal_code"`
		State      string `form:"state"`
	} `form:"address"`
	Balance         *int64  `form:"balance"`
	Coupon          *string `form:"coupon"`
	Description     *string `form:"description"`
	Email           *string `form:"email"`
	InvoiceSettings struct {
		DefaultPaymentMethod *string `form:"default_payment_method"`
	} `form:"invoice_settings"`
	Metadata         form.Metadata `form:"metadata"`
	Name             *string       `form:"name"`
	Phone            *string       `form:"phone"`
	PreferredLocales []string      `form:"preferred_locales"`
	PromotionCode    string        `form:"promotion_code"`
	TaxExempt        string        `form:"tax_exempt" enum:"exempt none reverse"`
}

type createCustomerParams struct {
	customerParams
	PaymentMethod string `form:"payment_method"`
	TestClock     string `form:"test_clock"`
}

func createCustomer(c *call, p createCustomerParams) (any, error) {
	if err := p.check(c.account, ""); err != nil {
		return nil, err
	}
	var pm *paymentMethod
	if p.PaymentMethod != "" {
		found, err := c.usablePaymentMethod(p.PaymentMethod, "payment_method")
		if err != nil {
			return nil, err
		}
		if d := found.card().onAttach; d != nil {
			return nil, d.err()
		}
		pm = found
	}
	if p.TestClock != "" {
		if _, err := c.TestClocks.ref(p.TestClock, "test_clock"); err != nil {
			return nil, err
		}
	}
	of, discounted, err := p.offer(c.account, nil)
	if err != nil {
		return nil, err
	}
	customer := c.newCustomer()
	customer.TestClock = object.To(p.TestClock)
	p.apply(customer)
	c.emit("customer.created", customer)
	if discounted {
		c.discountCustomer(customer, of)
	}
	if pm != nil {
		c.attach(pm, customer.ID)
	}
	return customer, nil
}

// newCustomer stores a customer without properties. Its event is the caller's.
func (a *account) newCustomer() *object.Customer {
	return a.Customers.add(&object.Customer{
		ID: a.newID("cus_"), Object: "customer", Created: a.now, Livemode: a.Livemode,
		InvoicePrefix: strings.ToUpper(a.token("invoice prefix", 8)), NextInvoiceSequence: 1, TaxExempt: "none",
	})
}

// check refuses a default payment method that the customer does not have.
func (p *customerParams) check(a *account, customerID string) error {
	const param = "invoice_settings[default_payment_method]"
	id := p.InvoiceSettings.DefaultPaymentMethod
	if p.Email != nil && *p.Email != "" && !strings.Contains(*p.Email, "@") {
		return invalid("email", "email_invalid", "Invalid email address: %s", *p.Email)
	}
	if id == nil || *id == "" {
		return nil
	}
	pm, err := a.PaymentMethods.ref(*id, param)
	if err != nil {
		return err
	}
	if customerID == "" || pm.Customer.ID != customerID {
		return invalid(param, codeMissing, "The customer does not have a payment method with the ID %s. "+
			"The payment method must be attached to the customer.", *id)
	}
	return nil
}

func (p *customerParams) apply(customer *object.Customer) {
	if p.Address != nil {
		customer.Address = &object.Address{
			City: object.Text(p.Address.City), Country: object.Text(p.Address.Country),
			Line1: object.Text(p.Address.Line1), Line2: object.Text(p.Address.Line2),
			PostalCode: object.Text(p.Address.PostalCode), State: object.Text(p.Address.State),
		}
	}
	if p.Balance != nil {
		customer.Balance = *p.Balance
	}
	setText(&customer.Description, p.Description)
	setText(&customer.Email, p.Email)
	setText(&customer.Name, p.Name)
	setText(&customer.Phone, p.Phone)
	if id := p.InvoiceSettings.DefaultPaymentMethod; id != nil {
		customer.InvoiceSettings.DefaultPaymentMethod = object.To(*id)
	}
	if p.PreferredLocales != nil {
		customer.PreferredLocales = p.PreferredLocales
	}
	if p.TaxExempt != "" {
		customer.TaxExempt = p.TaxExempt
	}
	customer.Metadata = p.Metadata.Apply(customer.Metadata)
}

func retrieveCustomer(c *call, _ struct{}) (any, error) {
	if deleted := c.Deleted[c.id]; deleted != nil && deleted.Object == "customer" {
		return deleted, nil
	}
	return c.Customers.at(c.id)
}

func updateCustomer(c *call, p customerParams) (any, error) {
	customer, err := c.Customers.at(c.id)
	if err != nil {
		return nil, err
	}
	if err := p.check(c.account, customer.ID); err != nil {
		return nil, err
	}
	of, discounted, err := p.offer(c.account, customer)
	if err != nil {
		return nil, err
	}
	c.update("customer.updated", customer, func() {
		p.apply(customer)
		switch {
		case discounted:
			c.discountCustomer(customer, of)
		case p.Coupon != nil && customer.Discount != nil:
			c.endDiscount(customer.Discount) // the coupon was sent empty
		}
	})
	return customer, nil
}

// deleteCustomer cancels the customer's subscriptions, as Stripe does.
func deleteCustomer(c *call, _ struct{}) (any, error) {
	customer, err := c.Customers.at(c.id)
	if err != nil {
		return nil, err
	}
	c.removeCustomer(customer)
	return c.Deleted[customer.ID], nil
}

func (a *account) removeCustomer(customer *object.Customer) {
	for sub := range a.Subscriptions.all {
		if sub.Customer.ID == customer.ID && !sub.over() {
			a.endSubscription(sub, statusCanceled, reasonRequested)
		}
	}
	for s := range a.Schedules.all {
		if s.Customer.ID == customer.ID && s.live() {
			a.endSchedule(s, eventScheduleCanceled)
		}
	}
	for pm := range a.PaymentMethods.all {
		if pm.Customer.ID == customer.ID {
			a.detach(pm)
		}
	}
	a.dropDrafts(customer.ID)
	a.Customers.remove(customer.ID)
	a.Deleted[customer.ID] = &object.Deleted{ID: customer.ID, Object: "customer", Deleted: true}
	a.emit("customer.deleted", customer)
}

type listCustomersParams struct {
	listParams
	Created form.Range `form:"created"`
	Email   string     `form:"email"`
}

func listCustomers(c *call, p listCustomersParams) (any, error) {
	return list(c, &c.Customers, p.listParams, func(customer *object.Customer) bool {
		return matches(p.Email, string(customer.Email)) && p.Created.Contains(customer.Created)
	})
}
