package sandbox

import "billhook/infra/local/stripebox/object"

const (
	// defaultPortal is the configuration that every account starts with.
	defaultPortal = "bpc_default"

	cancelAtPeriodEnd = "at_period_end"
	cancelImmediately = "immediately"
)

// cancellationReasons are the reasons that a portal can offer, in the order in
// which the page shows them.
var cancellationReasons = []string{
	"too_expensive", "missing_features", "switched_service", "unused", "customer_service", "too_complex", "low_quality", "other",
}

// seedPortal gives an account the default configuration, which a Stripe account
// gets by saving the portal's settings in the dashboard. It is no event.
func (a *account) seedPortal() {
	if a.PortalConfigurations.get(defaultPortal) != nil {
		return
	}
	configuration := a.newPortalConfiguration(defaultPortal)
	configuration.IsDefault = true
	configuration.Features.InvoiceHistory.Enabled = true
	configuration.Features.PaymentMethodUpdate.Enabled = true
	configuration.Features.CustomerUpdate = object.PortalCustomerUpdate{
		AllowedUpdates: object.Strings{allowAddress, allowEmail, allowName}, Enabled: true,
	}
	configuration.Features.SubscriptionUpdate = object.PortalSubscriptionUpdate{
		DefaultAllowedUpdates: object.Strings{allowPrice, allowQuantity}, Enabled: true, ProrationBehavior: "create_prorations",
		Products: []object.PortalProduct{
			{Product: "prod_starter", Prices: object.Strings{"price_starter_monthly"}},
			{Product: "prod_pro", Prices: object.Strings{"price_pro_monthly", "price_pro_yearly"}},
			{Product: "prod_team", Prices: object.Strings{"price_team_monthly"}},
		},
	}
	configuration.Features.SubscriptionCancel.Enabled = true
	configuration.Features.SubscriptionCancel.CancellationReason = object.PortalReason{Enabled: true, Options: cancellationReasons}
}

// newPortalConfiguration stores a configuration with every feature off.
func (a *account) newPortalConfiguration(id string) *object.PortalConfiguration {
	return a.PortalConfigurations.add(&object.PortalConfiguration{
		ID: id, Object: "billing_portal.configuration", Active: true, Created: a.now, Livemode: a.Livemode, Updated: a.now,
		Features: object.PortalFeatures{
			SubscriptionCancel: object.PortalSubscriptionCancel{Mode: cancelAtPeriodEnd, ProrationBehavior: "none"},
			SubscriptionUpdate: object.PortalSubscriptionUpdate{ProrationBehavior: "none"},
		},
	})
}

func retrievePortalConfiguration(c *call, _ struct{}) (any, error) {
	return c.PortalConfigurations.at(c.id)
}

type listPortalConfigurationsParams struct {
	listParams
	Active    *bool `form:"active"`
	IsDefault *bool `form:"is_default"`
}

func listPortalConfigurations(c *call, p listPortalConfigurationsParams) (any, error) {
	return list(c, &c.PortalConfigurations, p.listParams, func(configuration *object.PortalConfiguration) bool {
		return (p.Active == nil || *p.Active == configuration.Active) && (p.IsDefault == nil || *p.IsDefault == configuration.IsDefault)
	})
}
