package sandbox

import (
	"fmt"
	"slices"
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// What the features customer_update and subscription_update can allow, as far
// as the page has it.
const (
	allowAddress  = "address"
	allowEmail    = "email"
	allowName     = "name"
	allowPrice    = "price"
	allowQuantity = "quantity"
)

// portalConfigurationParams are those of a new configuration and of a change.
type portalConfigurationParams struct {
	BusinessProfile struct {
		Headline          *string `form:"headline"`
		PrivacyPolicyURL  *string `form:"privacy_policy_url"`
		TermsOfServiceURL *string `form:"terms_of_service_url"`
	} `form:"business_profile"`
	DefaultReturnURL *string       `form:"default_return_url"`
	LoginPage        enabledParams `form:"login_page"`
	Metadata         form.Metadata `form:"metadata"`
}

type portalFeaturesParams struct {
	CustomerUpdate struct {
		AllowedUpdates []string `form:"allowed_updates"`
		Enabled        *bool    `form:"enabled"`
	} `form:"customer_update"`
	InvoiceHistory      *enabledParams `form:"invoice_history"`
	PaymentMethodUpdate *enabledParams `form:"payment_method_update"`
	SubscriptionCancel  struct {
		CancellationReason *struct {
			Enabled bool     `form:"enabled"`
			Options []string `form:"options"`
		} `form:"cancellation_reason"`
		Enabled           *bool  `form:"enabled"`
		Mode              string `form:"mode" enum:"at_period_end immediately"`
		ProrationBehavior string `form:"proration_behavior" enum:"none"`
	} `form:"subscription_cancel"`
	SubscriptionUpdate struct {
		DefaultAllowedUpdates []string `form:"default_allowed_updates"`
		Enabled               *bool    `form:"enabled"`
		Products              []struct {
			Prices  []string `form:"prices,required"`
			Product string   `form:"product,required"`
		} `form:"products"`
		ProrationBehavior string `form:"proration_behavior" enum:"always_invoice create_prorations none"`
	} `form:"subscription_update"`
}

func createPortalConfiguration(c *call, p struct {
	portalConfigurationParams
	Features portalFeaturesParams `form:"features,required"`
}) (any, error) {
	var features object.PortalFeatures
	if err := p.check(c.account, &p.Features, &features); err != nil {
		return nil, err
	}
	configuration := c.newPortalConfiguration(c.newID("bpc_"))
	p.Features.apply(&configuration.Features)
	p.apply(configuration)
	c.emit("billing_portal.configuration.created", configuration)
	return configuration, nil
}

func updatePortalConfiguration(c *call, p struct {
	portalConfigurationParams
	Active   *bool                `form:"active"`
	Features portalFeaturesParams `form:"features"`
}) (any, error) {
	configuration, err := c.PortalConfigurations.at(c.id)
	if err != nil {
		return nil, err
	}
	features := configuration.Features
	if err := p.check(c.account, &p.Features, &features); err != nil {
		return nil, err
	}
	if p.Active != nil && !*p.Active && configuration.IsDefault {
		return nil, invalid("active", "", "You cannot deactivate the default configuration.")
	}
	c.update("billing_portal.configuration.updated", configuration, func() {
		if p.Active != nil {
			configuration.Active = *p.Active
		}
		configuration.Features, configuration.Updated = features, c.now
		p.apply(configuration)
	})
	return configuration, nil
}

// check applies the features to a copy and looks at what comes of it.
func (p *portalConfigurationParams) check(a *account, params *portalFeaturesParams, features *object.PortalFeatures) error {
	for _, link := range []struct {
		param string
		url   *string
	}{
		{"business_profile[privacy_policy_url]", p.BusinessProfile.PrivacyPolicyURL},
		{"business_profile[terms_of_service_url]", p.BusinessProfile.TermsOfServiceURL},
		{"default_return_url", p.DefaultReturnURL},
	} {
		if link.url == nil || *link.url == "" {
			continue
		}
		if err := checkURL(link.param, *link.url); err != nil {
			return err
		}
	}
	if p.LoginPage.Enabled {
		return invalid("login_page[enabled]", "", "The sandbox's portal has no login page.")
	}
	params.apply(features)
	if features.CustomerUpdate.Enabled && len(features.CustomerUpdate.AllowedUpdates) == 0 {
		return missingParam("features[customer_update][allowed_updates]")
	}
	if err := checkReason(features.SubscriptionCancel.CancellationReason); err != nil {
		return err
	}
	return checkPlans(a, features.SubscriptionUpdate)
}

func checkReason(reason object.PortalReason) error {
	const param = "features[subscription_cancel][cancellation_reason][options]"
	if reason.Enabled && len(reason.Options) == 0 {
		return missingParam(param)
	}
	for _, option := range reason.Options {
		if !slices.Contains(cancellationReasons, option) {
			return invalid(param, "", "Invalid options: must be one of %s", strings.Join(cancellationReasons, ", "))
		}
	}
	return nil
}

// checkPlans refuses plans that a customer could not change to.
func checkPlans(a *account, update object.PortalSubscriptionUpdate) error {
	const path = "features[subscription_update]"
	if update.Enabled && len(update.DefaultAllowedUpdates) == 0 {
		return missingParam(path + "[default_allowed_updates]")
	}
	if update.Enabled && len(update.Products) == 0 {
		return missingParam(path + "[products]")
	}
	for i, product := range update.Products {
		at := fmt.Sprintf("%s[products][%d]", path, i)
		if _, err := a.Products.ref(product.Product, at+"[product]"); err != nil {
			return err
		}
		for j, id := range product.Prices {
			param := fmt.Sprintf("%s[prices][%d]", at, j)
			price, err := a.Prices.ref(id, param)
			if err != nil {
				return err
			}
			if price.Product.ID != product.Product || price.Recurring == nil {
				return invalid(param, "", "The price %s is no recurring price of the product %s.", id, product.Product)
			}
		}
	}
	return nil
}

func (p *portalConfigurationParams) apply(configuration *object.PortalConfiguration) {
	profile := &configuration.BusinessProfile
	setText(&profile.Headline, p.BusinessProfile.Headline)
	setText(&profile.PrivacyPolicyURL, p.BusinessProfile.PrivacyPolicyURL)
	setText(&profile.TermsOfServiceURL, p.BusinessProfile.TermsOfServiceURL)
	setText(&configuration.DefaultReturnURL, p.DefaultReturnURL)
	configuration.Metadata = p.Metadata.Apply(configuration.Metadata)
}

// apply sets what is given and leaves the rest.
func (p *portalFeaturesParams) apply(features *object.PortalFeatures) {
	setFlag(&features.CustomerUpdate.Enabled, p.CustomerUpdate.Enabled)
	setStrings(&features.CustomerUpdate.AllowedUpdates, p.CustomerUpdate.AllowedUpdates)
	if p.InvoiceHistory != nil {
		features.InvoiceHistory.Enabled = p.InvoiceHistory.Enabled
	}
	if p.PaymentMethodUpdate != nil {
		features.PaymentMethodUpdate.Enabled = p.PaymentMethodUpdate.Enabled
	}
	cancel, update := &features.SubscriptionCancel, &features.SubscriptionUpdate
	setFlag(&cancel.Enabled, p.SubscriptionCancel.Enabled)
	if reason := p.SubscriptionCancel.CancellationReason; reason != nil {
		cancel.CancellationReason = object.PortalReason{Enabled: reason.Enabled, Options: reason.Options}
	}
	if mode := p.SubscriptionCancel.Mode; mode != "" {
		cancel.Mode = mode
	}
	setFlag(&update.Enabled, p.SubscriptionUpdate.Enabled)
	setStrings(&update.DefaultAllowedUpdates, p.SubscriptionUpdate.DefaultAllowedUpdates)
	if behavior := p.SubscriptionUpdate.ProrationBehavior; behavior != "" {
		update.ProrationBehavior = behavior
	}
	if p.SubscriptionUpdate.Products != nil {
		update.Products = nil
		for _, product := range p.SubscriptionUpdate.Products {
			update.Products = append(update.Products, object.PortalProduct{Prices: product.Prices, Product: product.Product})
		}
	}
}

func setFlag(flag, given *bool) {
	if given != nil {
		*flag = *given
	}
}

func setStrings(list *object.Strings, given []string) {
	if given != nil {
		*list = given
	}
}
