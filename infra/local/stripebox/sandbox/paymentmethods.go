package sandbox

import (
	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// paymentMethod is a payment method with the test card behind it.
type paymentMethod struct {
	object.PaymentMethod
	Number string `json:"number"`
	// Authenticated says that the card's holder has authenticated, so that the
	// next charge goes through.
	Authenticated bool `json:"authenticated"`
}

func (pm *paymentMethod) shown() any { return &pm.PaymentMethod }

// card is the test card behind a payment method.
func (pm *paymentMethod) card() testCard {
	card, _ := cardByNumber(pm.Number) // the number was looked up when the payment method was made
	return card
}

// newPaymentMethod stores a payment method that belongs to nobody yet.
func (a *account) newPaymentMethod(card testCard) *paymentMethod {
	expires := utc(a.now).AddDate(1, 0, 0)
	return a.PaymentMethods.add(&paymentMethod{
		Number: card.number,
		PaymentMethod: object.PaymentMethod{
			ID: a.newID("pm_"), Object: "payment_method", AllowRedisplay: "unspecified", Created: a.now, Livemode: a.Livemode, Type: "card",
			Card: object.Card{
				Brand: card.brand, Country: "US", DisplayBrand: card.brand,
				ExpMonth: int64(expires.Month()), ExpYear: int64(expires.Year()),
				Fingerprint: derive(16, a.server.options.Seed, "fingerprint", card.number), Funding: card.funding,
				Last4: card.number[len(card.number)-4:], Networks: object.CardNetworks{Available: object.Strings{card.brand}},
				ThreeDSecureUsage: object.ThreeDSecure{Supported: true},
			},
		},
	})
}

// usablePaymentMethod is the payment method with the id. An id that stands for
// a test card, such as pm_card_visa, makes a fresh one each time.
func (a *account) usablePaymentMethod(id, param string) (*paymentMethod, error) {
	if card, ok := cardByToken(id); ok {
		return a.newPaymentMethod(card), nil
	}
	return a.PaymentMethods.ref(id, param)
}

func (a *account) attach(pm *paymentMethod, customerID string) {
	pm.Customer = object.To(customerID)
	a.emit("payment_method.attached", pm.shown())
}

// detach also stops the customer and its subscriptions from paying with it.
func (a *account) detach(pm *paymentMethod) {
	for customer := range a.Customers.all {
		if customer.InvoiceSettings.DefaultPaymentMethod.ID == pm.ID {
			a.update("customer.updated", customer, func() { customer.InvoiceSettings.DefaultPaymentMethod = object.Ref{} })
		}
	}
	for sub := range a.Subscriptions.all {
		if sub.DefaultPaymentMethod.ID == pm.ID && !sub.over() {
			a.update(eventSubscriptionUpdated, sub.shown(), func() { sub.DefaultPaymentMethod = object.Ref{} })
		}
	}
	a.update("payment_method.detached", pm.shown(), func() { pm.Customer = object.Ref{} })
}

func retrievePaymentMethod(c *call, _ struct{}) (any, error) {
	pm, err := c.PaymentMethods.at(c.id)
	if err != nil {
		return nil, err
	}
	return pm.shown(), nil
}

type attachParams struct {
	Customer string `form:"customer,required"`
}

func attachPaymentMethod(c *call, p attachParams) (any, error) {
	card, isToken := cardByToken(c.id)
	var pm *paymentMethod
	if !isToken {
		found, err := c.PaymentMethods.at(c.id)
		if err != nil {
			return nil, err
		}
		pm, card = found, found.card()
	}
	customer, err := c.Customers.ref(p.Customer, "customer")
	if err != nil {
		return nil, err
	}
	if pm != nil && pm.Customer.ID != "" && pm.Customer.ID != customer.ID {
		return nil, invalid("", "payment_method_unexpected_state",
			"The payment method you provided has already been attached to a customer.")
	}
	if card.onAttach != nil {
		return nil, card.onAttach.err()
	}
	if pm == nil {
		pm = c.newPaymentMethod(card)
	}
	if pm.Customer.ID == "" {
		c.attach(pm, customer.ID)
	}
	return pm.shown(), nil
}

func detachPaymentMethod(c *call, _ struct{}) (any, error) {
	pm, err := c.PaymentMethods.at(c.id)
	if err != nil {
		return nil, err
	}
	if pm.Customer.ID == "" {
		return nil, invalid("payment_method", "payment_method_unexpected_state",
			"The payment method you provided is not attached to a customer so detachment is impossible.")
	}
	c.detach(pm)
	return pm.shown(), nil
}

type updatePaymentMethodParams struct {
	BillingDetails struct {
		Email *string `form:"email"`
		Name  *string `form:"name"`
		Phone *string `form:"phone"`
	} `form:"billing_details"`
	Card struct {
		ExpMonth *int64 `form:"exp_month"`
		ExpYear  *int64 `form:"exp_year"`
	} `form:"card"`
	Metadata form.Metadata `form:"metadata"`
}

func updatePaymentMethod(c *call, p updatePaymentMethodParams) (any, error) {
	pm, err := c.PaymentMethods.at(c.id)
	if err != nil {
		return nil, err
	}
	c.update("payment_method.updated", pm.shown(), func() {
		setText(&pm.BillingDetails.Email, p.BillingDetails.Email)
		setText(&pm.BillingDetails.Name, p.BillingDetails.Name)
		setText(&pm.BillingDetails.Phone, p.BillingDetails.Phone)
		if p.Card.ExpMonth != nil {
			pm.Card.ExpMonth = *p.Card.ExpMonth
		}
		if p.Card.ExpYear != nil {
			pm.Card.ExpYear = *p.Card.ExpYear
		}
		pm.Metadata = p.Metadata.Apply(pm.Metadata)
	})
	return pm.shown(), nil
}

type listPaymentMethodsParams struct {
	listParams
	Customer string `form:"customer"`
	Type     string `form:"type"`
}

func listPaymentMethods(c *call, p listPaymentMethodsParams) (any, error) {
	return list(c, &c.PaymentMethods, p.listParams, func(pm *paymentMethod) bool {
		return pm.Customer.ID != "" && matches(p.Customer, pm.Customer.ID) && matches(p.Type, pm.Type)
	})
}

// listCustomerPaymentMethods is the list under a customer's path.
func listCustomerPaymentMethods(c *call, p listPaymentMethodsParams) (any, error) {
	customer, err := c.Customers.at(c.id)
	if err != nil {
		return nil, err
	}
	p.Customer = customer.ID
	return listPaymentMethods(c, p)
}
