package sandbox

import "billhook/infra/local/stripebox/object"

// statusInactive is a capability that waits for the account's details; with
// them it is active.
const statusInactive = "inactive"

// newProfile is an account of a type before anything is known of it.
func (a *account) newProfile(kind, country string) *object.Account {
	id := "acct_" + a.token("acct_", 16)
	return &object.Account{
		ID: id, Object: "account", Capabilities: map[string]string{}, Controller: controllerOf(kind), Country: country, Created: a.now,
		DefaultCurrency:  currencyOf(country),
		ExternalAccounts: object.NewList[*object.BankAccount]("/v1/accounts/"+id+"/external_accounts", nil),
		Settings: object.AccountSettings{
			Dashboard: object.DashboardSettings{Timezone: "Etc/UTC"},
			Payouts: object.PayoutSettings{
				DebitNegativeBalances: kind != accountCustom, Schedule: object.PayoutSchedule{DelayDays: 2, Interval: "manual"},
			},
		},
		Type: kind,
	}
}

// controllerOf says who answers for an account that a platform has made.
func controllerOf(kind string) object.Controller {
	controller := object.Controller{
		Fees: &object.ControllerFees{Payer: "application_" + kind}, IsController: true, Losses: &object.ControllerLosses{Payments: "application"},
		RequirementCollection: "stripe", StripeDashboard: &object.ControllerDashboard{Type: kind}, Type: "application",
	}
	switch kind {
	case accountCustom:
		controller.RequirementCollection, controller.StripeDashboard.Type = "application", "none"
	case accountStandard:
		controller.Fees.Payer, controller.Losses.Payments, controller.StripeDashboard.Type = "account", "stripe", "full"
	}
	return controller
}

// seedProfile makes the profile of a platform, which has told everything.
func (a *account) seedProfile() {
	a.Profile = a.newProfile(accountStandard, "US")
	a.Profile.ID, a.Profile.ExternalAccounts.URL = a.id, "/v1/accounts/"+a.id+"/external_accounts"
	a.Profile.Controller = object.Controller{Type: "account"}
	a.onboard(onboarding{name: "Stripebox", url: "https://stripebox.example", businessType: "company", number: testNumber, routing: testRouting})
}

// onboarding is what a person tells of an account on Stripe's own pages.
type onboarding struct {
	name, url, businessType, number, routing string
}

// onboard fills in an account's details, which accepts Stripe's terms.
func (a *account) onboard(o onboarding) {
	profile := a.Profile
	if o.name != "" {
		profile.BusinessProfile.Name = object.Text(o.name)
		profile.Settings.Dashboard.DisplayName = object.Text(o.name)
	}
	profile.BusinessProfile.URL, profile.BusinessType = object.Text(o.url), object.Text(o.businessType)
	profile.TOSAcceptance = object.TOSAcceptance{Date: object.Unix(a.now)}
	if len(profile.Capabilities) == 0 && profile.Type == accountStandard {
		profile.Capabilities["card_payments"], profile.Capabilities["transfers"] = statusInactive, statusInactive
	}
	if o.number != "" {
		a.addBank(bankDetails{number: o.number, routing: o.routing, country: profile.Country, currency: profile.DefaultCurrency, holder: o.name})
	}
	profile.DetailsSubmitted = true
	a.review()
}

// review finds out what the account has still to tell; with everything told it
// may do what it asked for. Of people the sandbox asks nothing.
func (a *account) review() {
	profile := a.Profile
	var due object.Strings
	if profile.BusinessProfile.URL == "" && profile.BusinessProfile.ProductDescription == "" {
		due = append(due, "business_profile.url")
	}
	if profile.BusinessType == "" {
		due = append(due, "business_type")
	}
	if len(profile.ExternalAccounts.Data) == 0 {
		due = append(due, "external_account")
	}
	if profile.TOSAcceptance.Date == 0 {
		due = append(due, "tos_acceptance.date", "tos_acceptance.ip")
	}
	profile.Requirements = object.AccountRequirements{CurrentlyDue: due, EventuallyDue: due, PastDue: due}
	status := statusActive
	if len(due) > 0 {
		profile.Requirements.DisabledReason, status = "requirements.past_due", statusInactive
	} else if profile.Type == accountCustom {
		profile.DetailsSubmitted = true
	}
	for name := range profile.Capabilities {
		profile.Capabilities[name] = status
	}
	profile.ChargesEnabled = profile.Capabilities["card_payments"] == statusActive
	profile.PayoutsEnabled = len(due) == 0
}
