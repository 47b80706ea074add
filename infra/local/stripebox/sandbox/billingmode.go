package sandbox

import (
	"net/url"
	"slices"
	"strings"

	"billhook/infra/local/stripebox/object"
)

// billingFlexible is the billing mode of a subscription that is not classic.
const billingFlexible = "flexible"

type billingModeParams struct {
	Type string `form:"type" enum:"classic flexible"`
}

// flexible reports whether a subscription is to be billed flexibly, which is
// what 2025-09-30.clover does without being told.
func (p billingModeParams) flexible(version string) bool {
	if p.Type == "" {
		return version == object.CloverVersion
	}
	return p.Type == billingFlexible
}

// flexible is the billing mode of the subscription that a session will make.
func (p *createSessionParams) flexible(version string) bool {
	if p.SubscriptionData == nil {
		return billingModeParams{}.flexible(version)
	}
	return p.SubscriptionData.BillingMode.flexible(version)
}

// describedParams leaves out the parameters of a version that Stripe's
// description of the API is too old for; decoding has checked them.
func describedParams(encoded, version string) string {
	if version != object.CloverVersion {
		return encoded
	}
	pairs := slices.DeleteFunc(strings.Split(encoded, "&"), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		return err == nil && (strings.HasPrefix(name, "billing_mode[") || strings.HasPrefix(name, "subscription_data[billing_mode]["))
	})
	return strings.Join(pairs, "&")
}
