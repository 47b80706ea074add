package sandbox

import (
	"slices"
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

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

type createPortalConfigurationParams struct {
	BusinessProfile struct {
		Headline          string `form:"headline"`
		PrivacyPolicyURL  string `form:"privacy_policy_url"`
		TermsOfServiceURL string `form:"terms_of_service_url"`
	} `form:"business_profile"`
	DefaultReturnURL string               `form:"default_return_url"`
	Features         portalFeaturesParams `form:"features,required"`
	LoginPage        enabledParams        `form:"login_page"`
	Metadata         form.Metadata        `form:"metadata"`
}

type portalFeaturesParams struct {
	CustomerUpdate struct {
		AllowedUpdates []string `form:"allowed_updates"`
		Enabled        bool     `form:"enabled"`
	} `form:"customer_update"`
	InvoiceHistory      enabledParams `form:"invoice_history"`
	PaymentMethodUpdate enabledParams `form:"payment_method_update"`
	SubscriptionCancel  struct {
		CancellationReason struct {
			Enabled bool     `form:"enabled"`
			Options []string `form:"options"`
		} `form:"cancellation_reason"`
		Enabled           bool   `form:"enabled"`
		Mode              string `form:"mode" enum:"at_period_end immediately"`
		ProrationBehavior string `form:"proration_behavior" enum:"none"`
	} `form:"subscription_cancel"`
	SubscriptionUpdate enabledParams `form:"subscription_update"`
}

func createPortalConfiguration(c *call, p createPortalConfigurationParams) (any, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	configuration := c.newPortalConfiguration(c.newID("bpc_"))
	configuration.BusinessProfile = object.PortalProfile{
		Headline: object.Text(p.BusinessProfile.Headline), PrivacyPolicyURL: object.Text(p.BusinessProfile.PrivacyPolicyURL),
		TermsOfServiceURL: object.Text(p.BusinessProfile.TermsOfServiceURL),
	}
	configuration.DefaultReturnURL = object.Text(p.DefaultReturnURL)
	configuration.Metadata = p.Metadata.Apply(nil)
	p.Features.apply(&configuration.Features)
	c.emit("billing_portal.configuration.created", configuration)
	return configuration, nil
}

func (p *createPortalConfigurationParams) check() error {
	for _, link := range []struct{ param, url string }{
		{"business_profile[privacy_policy_url]", p.BusinessProfile.PrivacyPolicyURL},
		{"business_profile[terms_of_service_url]", p.BusinessProfile.TermsOfServiceURL},
		{"default_return_url", p.DefaultReturnURL},
	} {
		if link.url == "" {
			continue
		}
		if err := checkURL(link.param, link.url); err != nil {
			return err
		}
	}
	if p.LoginPage.Enabled {
		return invalid("login_page[enabled]", "", "The sandbox's portal has no login page.")
	}
	if p.Features.SubscriptionUpdate.Enabled {
		return invalid("features[subscription_update][enabled]", "", "The sandbox's portal does not change plans.")
	}
	reason := p.Features.SubscriptionCancel.CancellationReason
	if reason.Enabled && len(reason.Options) == 0 {
		return missingParam("features[subscription_cancel][cancellation_reason][options]")
	}
	for _, option := range reason.Options {
		if !slices.Contains(cancellationReasons, option) {
			return invalid("features[subscription_cancel][cancellation_reason][options]", "",
				"Invalid options: must be one of %s", strings.Join(cancellationReasons, ", "))
		}
	}
	return nil
}

func (p *portalFeaturesParams) apply(features *object.PortalFeatures) {
	features.CustomerUpdate = object.PortalCustomerUpdate{AllowedUpdates: p.CustomerUpdate.AllowedUpdates, Enabled: p.CustomerUpdate.Enabled}
	features.InvoiceHistory.Enabled = p.InvoiceHistory.Enabled
	features.PaymentMethodUpdate.Enabled = p.PaymentMethodUpdate.Enabled
	cancel, reason := &features.SubscriptionCancel, p.SubscriptionCancel.CancellationReason
	cancel.Enabled = p.SubscriptionCancel.Enabled
	cancel.CancellationReason = object.PortalReason{Enabled: reason.Enabled, Options: reason.Options}
	if mode := p.SubscriptionCancel.Mode; mode != "" {
		cancel.Mode = mode
	}
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
