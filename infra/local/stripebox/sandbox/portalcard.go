package sandbox

import (
	"cmp"
	"net/http"
	"strings"

	"billhook/infra/local/stripebox/object"
)

// portalCard is the form for another card.
type portalCard struct {
	Action, Current string
	Open            bool
	cardForm
}

// portalCard is the form with what was typed and what was wrong with it.
func (a *account) portalCard(portal *object.PortalSession, input pageInput, faults map[string]string) *portalCard {
	address := "/p/session/" + portal.ID
	card := &portalCard{
		Action: address + "/payment_method", Current: "There is no payment method yet.", Open: input != (pageInput{}),
		cardForm: newCardForm(address, input, faults),
	}
	for pm := range a.PaymentMethods.all {
		if pm.Customer.ID == portal.Customer {
			card.Current = words(pm.Card.Brand) + " ending in " + pm.Card.Last4 // the newest
		}
	}
	return card
}

// cardRefusal is a card form that is not accepted.
type cardRefusal struct {
	*apiError
	message string
	input   pageInput
	faults  map[string]string
}

func (r *cardRefusal) Unwrap() error { return r.apiError }

// payInPortal saves a card by a setup intent, with which the customer and its
// subscriptions pay from then on. Where the card's holder has to authenticate,
// that is next.
func payInPortal(a *account, portal *object.PortalSession, r *http.Request) (string, error) {
	if !a.PortalConfigurations.get(portal.Configuration.ID).Features.PaymentMethodUpdate.Enabled {
		return "", invalid("", "", "This portal does not let you change the payment method.")
	}
	customer := a.Customers.get(portal.Customer)
	input := readInput(r.PostForm)
	paying, faults := input.buyer(cmp.Or(string(customer.Email), customer.ID), a.now)
	paying.email = string(customer.Email)
	if len(faults) > 0 {
		refused := invalid("", "", "Please check the marked fields.")
		refused.status = http.StatusUnprocessableEntity
		return "", &cardRefusal{refused, refused.body.Message, input, faults}
	}
	card, declined := cardByNumber(input.number)
	if declined != nil {
		return "", &cardRefusal{declined.err(), declined.message, input, nil}
	}
	paying.card = card
	si := a.newSetupIntent(customer.ID)
	a.emit("setup_intent.created", si)
	if declined := a.setUp(si, a.methodOfBuyer(paying), a.backFromSetup(portal)); declined != nil {
		return "", &cardRefusal{declined.err(), declined.message, input, nil}
	}
	if si.Status == statusNeedsAction {
		a.PortalSetups[si.ID] = portal.ID
		return si.NextAction.RedirectToURL.URL, nil
	}
	a.payFromNowOn(si)
	return "", nil
}

// backFromSetup is where a session goes on once a card has been authenticated.
func (a *account) backFromSetup(portal *object.PortalSession) string {
	next := nextInPortal(portal, flowPaymentMethod)
	if strings.HasPrefix(next, "/") {
		return a.Origin + next
	}
	return next
}

// completeChallengedSetup saves a card whose holder has authenticated; in the
// portal it is then used.
func (a *account) completeChallengedSetup(si *object.SetupIntent) {
	a.completeSetup(si)
	if _, inPortal := a.PortalSetups[si.ID]; inPortal {
		delete(a.PortalSetups, si.ID)
		a.payFromNowOn(si)
	}
}

// payFromNowOn makes a saved card that of the customer and its subscriptions.
func (a *account) payFromNowOn(si *object.SetupIntent) {
	customer := a.Customers.get(si.Customer.ID)
	if customer == nil {
		return // deleted while its holder authenticated
	}
	a.update("customer.updated", customer, func() { customer.InvoiceSettings.DefaultPaymentMethod = si.PaymentMethod })
	for sub := range a.Subscriptions.all {
		if sub.Customer.ID == customer.ID && !sub.over() && sub.DefaultPaymentMethod.ID != "" {
			a.update(eventSubscriptionUpdated, sub.shown(), func() { sub.DefaultPaymentMethod = si.PaymentMethod })
		}
	}
}
