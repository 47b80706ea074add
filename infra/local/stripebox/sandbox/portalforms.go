package sandbox

import (
	"net/http"
	"net/url"
	"slices"

	"billhook/infra/local/stripebox/object"
)

// portalUpdate is the form that changes a subscription's plan.
type portalUpdate struct {
	URL, Effect string
	Prices      []portalPrice // none when the price cannot be changed
	AskQuantity bool
	Quantity    int64
}

type portalPrice struct {
	ID, Label string
	Selected  bool
}

// portalUpdate is nil when the subscription cannot be changed in the portal:
// Stripe's, too, changes those of one item that no schedule manages.
func (a *account) portalUpdate(portal *object.PortalSession, sub *subscription, feature object.PortalSubscriptionUpdate) *portalUpdate {
	changeable := slices.Contains([]string{statusActive, statusTrialing, statusPastDue}, sub.Status)
	if !feature.Enabled || !changeable || len(sub.Items.Data) != 1 || sub.Schedule.ID != "" {
		return nil
	}
	current := sub.Items.Data[0]
	update := &portalUpdate{
		URL: "/p/session/" + portal.ID + "/subscriptions/" + sub.ID + "/update", Effect: prorationEffect(feature.ProrationBehavior),
		AskQuantity: slices.Contains(feature.DefaultAllowedUpdates, allowQuantity), Quantity: current.Quantity,
	}
	if !slices.Contains(feature.DefaultAllowedUpdates, allowPrice) {
		return update
	}
	if !offers(feature, current.Price.ID) {
		update.Prices = append(update.Prices, portalPrice{current.Price.ID, a.planLabel(current.Price, 1), true})
	}
	for _, product := range feature.Products {
		for _, id := range product.Prices {
			if price := a.Prices.get(id); price.Active && price.Currency == sub.Currency {
				update.Prices = append(update.Prices, portalPrice{id, a.planLabel(price, 1), id == current.Price.ID})
			}
		}
	}
	return update
}

func prorationEffect(behavior string) string {
	switch behavior {
	case prorateInvoice:
		return "The difference for the rest of the period is charged at once."
	case prorateNone:
		return "The new price is charged from the next period on."
	}
	return "The difference for the rest of the period is on your next invoice."
}

// portalDetails is the form for the customer's own details.
type portalDetails struct {
	Action string
	Fields []portalField
}

type portalField struct {
	Name, Label, Type, Value, Autocomplete string
	param, update                          string // of the API, and what must be allowed
}

// detailFields are the fields that a configuration can allow.
func detailFields(customer *object.Customer) []portalField {
	address := object.Address{}
	if customer.Address != nil {
		address = *customer.Address
	}
	return []portalField{
		{"email", "Email", "email", string(customer.Email), "email", "email", allowEmail},
		{"name", "Name", "text", string(customer.Name), "name", "name", allowName},
		{"line1", "Address", "text", string(address.Line1), "address-line1", "address[line1]", allowAddress},
		{"line2", "Address, second line", "text", string(address.Line2), "address-line2", "address[line2]", allowAddress},
		{"postal_code", "Postal code", "text", string(address.PostalCode), "postal-code", "address[postal_code]", allowAddress},
		{"city", "City", "text", string(address.City), "address-level2", "address[city]", allowAddress},
		{"state", "State", "text", string(address.State), "address-level1", "address[state]", allowAddress},
		{"country", "Country (two letters)", "text", string(address.Country), "country", "address[country]", allowAddress},
	}
}

// portalDetailsOf is nil when nothing is allowed that the page has.
func portalDetailsOf(portal *object.PortalSession, customer *object.Customer, allowed []string) *portalDetails {
	details := &portalDetails{Action: "/p/session/" + portal.ID + "/customer"}
	for _, field := range detailFields(customer) {
		if slices.Contains(allowed, field.update) {
			field.Name = "customer_" + field.Name // the card's form has a name, too
			details.Fields = append(details.Fields, field)
		}
	}
	if len(details.Fields) == 0 {
		return nil
	}
	return details
}

// describeInPortal changes the customer's details.
func describeInPortal(a *account, portal *object.PortalSession, r *http.Request) (string, error) {
	feature := a.PortalConfigurations.get(portal.Configuration.ID).Features.CustomerUpdate
	customer := a.Customers.get(portal.Customer)
	details := portalDetailsOf(portal, customer, feature.AllowedUpdates)
	if !feature.Enabled || details == nil {
		return "", invalid("", "", "This portal does not let you change your details.")
	}
	params := url.Values{}
	for _, field := range details.Fields {
		if r.PostForm.Has(field.Name) {
			params.Set(field.param, r.PostForm.Get(field.Name))
		}
	}
	if email := params.Get("email"); params.Has("email") && email == "" {
		return "", invalid("", "", "Enter your email address.")
	}
	return "", a.perform(with(updateCustomer), customer.ID, params)
}
