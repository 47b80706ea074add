package sandbox

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"billhook/infra/local/stripebox/object"
)

// Flows: the one thing that a portal session can be for.
const (
	flowCancel        = "subscription_cancel"
	flowConfirm       = "subscription_update_confirm"
	flowPaymentMethod = "payment_method_update"
	flowUpdate        = "subscription_update"
)

// Views of a portal's page beside those of its flow.
const (
	viewHome = ""
	viewDone = "done"
)

// viewOf is what a session's page shows: its flow, until that is done.
func viewOf(portal *object.PortalSession, r *http.Request) string {
	switch query := r.URL.Query(); {
	case portal.Flow == nil || query.Has("home"):
		return viewHome
	case query.Has("done"):
		return viewDone
	}
	return portal.Flow.Type
}

// nextInPortal is where a session goes on after a form that may have completed
// its flow.
func nextInPortal(portal *object.PortalSession, flow string) string {
	address := "/p/session/" + portal.ID
	if portal.Flow == nil || portal.Flow.Type != flow && (portal.Flow.Type != flowConfirm || flow != flowUpdate) {
		return address
	}
	switch after := portal.Flow.AfterCompletion; after.Type {
	case "redirect":
		return after.Redirect.ReturnURL
	case "hosted_confirmation":
		return address + "?done=1"
	}
	return address + "?home=1"
}

// afterFlow is the URL that the session's flow ends on outside of the portal.
func afterFlow(portal *object.PortalSession) string {
	if portal.Flow == nil || portal.Flow.AfterCompletion.Redirect == nil {
		return ""
	}
	return portal.Flow.AfterCompletion.Redirect.ReturnURL
}

func (s *Server) writePortal(w http.ResponseWriter, status int, portal *object.PortalSession, page portalPage) {
	s.writePage(w, status, portalTemplate, page, afterFlow(portal))
}

func doneMessage(portal *object.PortalSession) string {
	if confirmation := portal.Flow.AfterCompletion.HostedConfirmation; confirmation != nil && confirmation.CustomMessage != "" {
		return string(confirmation.CustomMessage)
	}
	return "Your change has been saved."
}

// flowEnabled reports whether a configuration has the feature of a flow.
func flowEnabled(flow string, features object.PortalFeatures) bool {
	switch flow {
	case flowCancel:
		return features.SubscriptionCancel.Enabled
	case flowPaymentMethod:
		return features.PaymentMethodUpdate.Enabled
	}
	return features.SubscriptionUpdate.Enabled
}

// narrow leaves on the page what its flow is about.
func (a *account) narrow(page *portalPage, portal *object.PortalSession) {
	flow := portal.Flow
	page.Details, page.ShowInvoices, page.Invoices = nil, false, nil
	subject := ""
	switch {
	case flow.SubscriptionCancel != nil:
		subject = flow.SubscriptionCancel.Subscription
	case flow.SubscriptionUpdate != nil:
		subject = flow.SubscriptionUpdate.Subscription
	case flow.SubscriptionUpdateConfirm != nil:
		page.Confirm = a.portalConfirm(portal)
	}
	if flow.Type == flowPaymentMethod {
		page.Card.Open = true
	} else {
		page.Card = nil
	}
	page.Subscriptions = slices.DeleteFunc(page.Subscriptions, func(sub portalSubscription) bool { return sub.ID != subject })
	for i := range page.Subscriptions {
		if flow.Type == flowCancel {
			page.Subscriptions[i].Update = nil
		} else {
			page.Subscriptions[i].Cancel = nil
		}
	}
}

// portalFlowConfirm is a change that the customer only has to confirm.
type portalFlowConfirm struct {
	Items []struct {
		ID       string `form:"id,required"`
		Price    string `form:"price"`
		Quantity *int64 `form:"quantity"`
	} `form:"items,required"`
	Subscription string `form:"subscription,required"`
}

func (p *portalFlowConfirm) of() *portalFlowOf {
	if p == nil {
		return nil
	}
	return &portalFlowOf{p.Subscription}
}

// check refuses a change that the customer could not make in the portal.
func (p *portalFlowConfirm) check(a *account, feature object.PortalSubscriptionUpdate) error {
	if p == nil {
		return nil
	}
	const path = "flow_data[subscription_update_confirm][items]"
	sub := a.Subscriptions.get(p.Subscription) // it was found before
	if len(p.Items) != 1 || len(sub.Items.Data) != 1 {
		return invalid(path, "", "The portal changes subscriptions of one item.")
	}
	item, current := p.Items[0], sub.Items.Data[0]
	if item.ID != current.ID {
		return noSuch(http.StatusBadRequest, "subscription item", item.ID, path+"[0][id]")
	}
	if item.Quantity != nil && *item.Quantity < 1 {
		return invalid(path+"[0][quantity]", codeInvalidInteger, "This value must be greater than or equal to 1.")
	}
	if item.Price != "" && item.Price != current.Price.ID && !offers(feature, item.Price) {
		return invalid(path+"[0][price]", "", "The price %s is not one that the portal configuration allows to change to.", item.Price)
	}
	return nil
}

func (p *portalFlowConfirm) object() *object.PortalFlowConfirm {
	if p == nil {
		return nil
	}
	confirm := &object.PortalFlowConfirm{Subscription: p.Subscription}
	for _, item := range p.Items {
		confirm.Items = append(confirm.Items, object.PortalConfirmItem{ID: object.Text(item.ID), Price: object.Text(item.Price), Quantity: item.Quantity})
	}
	return confirm
}

// portalConfirm shows a change with what it costs.
type portalConfirm struct {
	URL, From, To, DueLabel, Due, Price string
	Quantity                            int64
}

// portalConfirm describes the change that a session's flow asks to confirm; nil
// when the subscription does not allow it any more.
func (a *account) portalConfirm(portal *object.PortalSession) *portalConfirm {
	asked := portal.Flow.SubscriptionUpdateConfirm
	sub := a.Subscriptions.get(asked.Subscription)
	feature := a.PortalConfigurations.get(portal.Configuration.ID).Features.SubscriptionUpdate
	if a.portalUpdate(portal, sub, feature) == nil {
		return nil
	}
	current := sub.Items.Data[0]
	price := a.Prices.get(cmp.Or(string(asked.Items[0].Price), current.Price.ID))
	quantity := current.Quantity
	if asked.Items[0].Quantity != nil {
		quantity = *asked.Items[0].Quantity
	}
	shown := &portalConfirm{
		URL: "/p/session/" + portal.ID + "/subscriptions/" + sub.ID + "/update", Price: price.ID, Quantity: quantity,
		From: a.planLabel(current.Price, current.Quantity), To: a.planLabel(price, quantity), DueLabel: "Next invoice",
	}
	preview := previewParams{Subscription: sub.ID, SubscriptionDetails: &previewChangeParams{
		Items: []itemParams{{ID: current.ID, Price: price.ID, Quantity: &quantity}}, ProrationBehavior: feature.ProrationBehavior,
	}}
	invoice, err := preview.run(a)
	if err != nil {
		shown.Due = "Nothing"
		return shown
	}
	shown.Due = formatMoney(invoice.AmountDue, invoice.Currency)
	if invoice.Created == a.now {
		shown.DueLabel = "Due today"
	}
	return shown
}

// planLabel is a price with a quantity for people.
func (a *account) planLabel(price *object.Price, quantity int64) string {
	label := a.productName(price) + " (" + formatMoney(price.UnitAmount, price.Currency) + " / " + interval(price.Recurring) + ")"
	if quantity == 1 {
		return label
	}
	return strconv.FormatInt(quantity, 10) + " × " + label
}

// changeInPortal changes the price and the quantity as far as the session's
// configuration lets it.
func changeInPortal(a *account, portal *object.PortalSession, sub *subscription, typed url.Values) error {
	feature := a.PortalConfigurations.get(portal.Configuration.ID).Features.SubscriptionUpdate
	if a.portalUpdate(portal, sub, feature) == nil {
		return invalid("", "", "This portal does not let you change the subscription.")
	}
	current := sub.Items.Data[0]
	params := url.Values{"items[0][id]": {current.ID}, "proration_behavior": {feature.ProrationBehavior}}
	if price := typed.Get("price"); price != "" && price != current.Price.ID {
		if !slices.Contains(feature.DefaultAllowedUpdates, allowPrice) || !offers(feature, price) {
			return invalid("", "", "This portal does not let you change to that plan.")
		}
		params.Set("items[0][price]", price)
	}
	if quantity := typed.Get("quantity"); quantity != "" && quantity != strconv.FormatInt(current.Quantity, 10) {
		count, err := strconv.ParseInt(quantity, 10, 64)
		if err != nil || count < 1 {
			return invalid("", "", "Enter a quantity of at least 1.")
		}
		if !slices.Contains(feature.DefaultAllowedUpdates, allowQuantity) {
			return invalid("", "", "This portal does not let you change the quantity.")
		}
		params.Set("items[0][quantity]", quantity)
	}
	if sub.CancelAt != 0 { // a customer that changes the plan means to stay
		if err := keepInPortal(a, portal, sub, nil); err != nil {
			return err
		}
	}
	return a.perform(with(updateSubscription), sub.ID, params)
}

func offers(feature object.PortalSubscriptionUpdate, price string) bool {
	return slices.ContainsFunc(feature.Products, func(product object.PortalProduct) bool { return slices.Contains(product.Prices, price) })
}
