package sandbox

import "billhook/infra/local/stripebox/object"

// portalLifetime is how long a portal session's page can be used; Stripe's is
// as short-lived once it has been visited.
const portalLifetime = 60 * 60

type createPortalSessionParams struct {
	Configuration string            `form:"configuration"`
	Customer      string            `form:"customer,required"`
	FlowData      *portalFlowParams `form:"flow_data"`
	Locale        string            `form:"locale"`
	ReturnURL     string            `form:"return_url"`
}

type portalFlowParams struct {
	AfterCompletion struct {
		HostedConfirmation *struct {
			CustomMessage string `form:"custom_message"`
		} `form:"hosted_confirmation"`
		Redirect *struct {
			ReturnURL string `form:"return_url,required"`
		} `form:"redirect"`
		Type string `form:"type" enum:"hosted_confirmation portal_homepage redirect"`
	} `form:"after_completion"`
	SubscriptionCancel *portalFlowOf      `form:"subscription_cancel"`
	SubscriptionUpdate *portalFlowOf      `form:"subscription_update"`
	UpdateConfirm      *portalFlowConfirm `form:"subscription_update_confirm"`
	Type               string             `form:"type,required" enum:"payment_method_update subscription_cancel subscription_update subscription_update_confirm"`
}

// portalFlowOf names the subscription that a flow is about.
type portalFlowOf struct {
	Subscription string `form:"subscription,required"`
}

func createPortalSession(c *call, p createPortalSessionParams) (any, error) {
	customer, err := c.Customers.ref(p.Customer, "customer")
	if err != nil {
		return nil, err
	}
	if p.Configuration == "" {
		p.Configuration = defaultPortal
	}
	configuration, err := c.PortalConfigurations.ref(p.Configuration, "configuration")
	if err != nil {
		return nil, err
	}
	if p.ReturnURL != "" {
		if err := checkURL("return_url", p.ReturnURL); err != nil {
			return nil, err
		}
	}
	if err := p.FlowData.check(c.account, customer.ID, configuration.Features); err != nil {
		return nil, err
	}
	id := c.newID("bps_")
	portal := c.Portals.add(&object.PortalSession{
		ID: id, Object: "billing_portal.session", Configuration: object.To(configuration.ID), Created: c.now, Customer: customer.ID,
		Flow: p.FlowData.object(), Livemode: c.Livemode, Locale: object.Text(p.Locale), ReturnURL: object.Text(p.ReturnURL),
		URL: c.origin + "/p/session/" + id,
	})
	if portal.ReturnURL == "" {
		portal.ReturnURL = configuration.DefaultReturnURL
	}
	c.emit("billing_portal.session.created", portal)
	return portal, nil
}

// check refuses a flow that lacks what its type is about, or is about another
// customer's subscription.
func (p *portalFlowParams) check(a *account, customerID string, features object.PortalFeatures) error {
	if p == nil {
		return nil
	}
	if !flowEnabled(p.Type, features) {
		return invalid("flow_data[type]", "", "The portal configuration does not have the feature that the flow `%s` needs.", p.Type)
	}
	for _, flow := range []struct {
		kind string
		of   *portalFlowOf
	}{{flowCancel, p.SubscriptionCancel}, {flowUpdate, p.SubscriptionUpdate}, {flowConfirm, p.UpdateConfirm.of()}} {
		param := "flow_data[" + flow.kind + "]"
		switch {
		case p.Type == flow.kind && flow.of == nil:
			return missingParam(param)
		case p.Type != flow.kind && flow.of != nil:
			return invalid(param, "", "You may only pass `%s` when `flow_data[type]` is `%s`.", param, flow.kind)
		case flow.of == nil:
			continue
		}
		sub, err := a.Subscriptions.ref(flow.of.Subscription, param+"[subscription]")
		if err != nil {
			return err
		}
		if sub.Customer.ID != customerID {
			return invalid(param+"[subscription]", "", "The subscription %s does not belong to the customer %s.", sub.ID, customerID)
		}
	}
	if err := p.UpdateConfirm.check(a, features.SubscriptionUpdate); err != nil {
		return err
	}
	if r := p.AfterCompletion.Redirect; r != nil {
		return checkURL("flow_data[after_completion][redirect][return_url]", r.ReturnURL)
	}
	return nil
}

func (p *portalFlowParams) object() *object.PortalFlow {
	if p == nil {
		return nil
	}
	flow := &object.PortalFlow{Type: p.Type, AfterCompletion: object.PortalAfterCompletion{Type: p.AfterCompletion.Type}}
	if flow.AfterCompletion.Type == "" {
		flow.AfterCompletion.Type = "portal_homepage"
	}
	if confirmation := p.AfterCompletion.HostedConfirmation; confirmation != nil {
		flow.AfterCompletion.HostedConfirmation = &object.PortalConfirmation{CustomMessage: object.Text(confirmation.CustomMessage)}
	}
	if redirect := p.AfterCompletion.Redirect; redirect != nil {
		flow.AfterCompletion.Redirect = &object.PortalRedirect{ReturnURL: redirect.ReturnURL}
	}
	if of := p.SubscriptionCancel; of != nil {
		flow.SubscriptionCancel = &object.PortalFlowCancel{Subscription: of.Subscription}
	}
	if of := p.SubscriptionUpdate; of != nil {
		flow.SubscriptionUpdate = &object.PortalFlowOfSubscription{Subscription: of.Subscription}
	}
	flow.SubscriptionUpdateConfirm = p.UpdateConfirm.object()
	return flow
}
