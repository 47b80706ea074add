package sandbox

import (
	"cmp"
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// Types of accounts.
const (
	accountCustom   = "custom"
	accountExpress  = "express"
	accountStandard = "standard"
)

const eventAccountUpdated = "account.updated"

// accountParams are what both creating and updating an account take.
type accountParams struct {
	BusinessProfile struct {
		MCC                *string `form:"mcc"`
		Name               *string `form:"name"`
		ProductDescription *string `form:"product_description"`
		SupportEmail       *string `form:"support_email"`
		SupportPhone       *string `form:"support_phone"`
		SupportURL         *string `form:"support_url"`
		URL                *string `form:"url"`
	} `form:"business_profile"`
	BusinessType    *string                 `form:"business_type" enum:"company government_entity individual non_profit"`
	Capabilities    capabilitiesParams      `form:"capabilities"`
	DefaultCurrency string                  `form:"default_currency"`
	Email           *string                 `form:"email"`
	ExternalAccount form.Either[bankParams] `form:"external_account"`
	Metadata        form.Metadata           `form:"metadata"`
	Settings        struct {
		Payouts struct {
			Schedule struct {
				Interval string `form:"interval" enum:"manual"` // the sandbox has no other
			} `form:"schedule"`
		} `form:"payouts"`
	} `form:"settings"`
	TOSAcceptance struct {
		Date             int64  `form:"date"`
		IP               string `form:"ip"`
		ServiceAgreement string `form:"service_agreement" enum:"full"`
		UserAgent        string `form:"user_agent"`
	} `form:"tos_acceptance"`
}

type capabilitiesParams struct {
	CardPayments requestedParams `form:"card_payments"`
	Transfers    requestedParams `form:"transfers"`
}

type requestedParams struct {
	Requested *bool `form:"requested"`
}

type bankParams struct {
	Object            string `form:"object" enum:"bank_account"`
	AccountHolderName string `form:"account_holder_name"`
	AccountHolderType string `form:"account_holder_type" enum:"company individual"`
	AccountNumber     string `form:"account_number,required"`
	Country           string `form:"country,required"`
	Currency          string `form:"currency"`
	RoutingNumber     string `form:"routing_number"`
}

type createAccountParams struct {
	accountParams
	Country string `form:"country"`
	Type    string `form:"type,required" enum:"custom express standard"`
}

func createAccount(c *call, p createAccountParams) (any, error) {
	if c.isConnected() {
		return nil, invalid("", "", "You can only create new accounts if you've signed up for Connect, which this connected account has not.")
	}
	bank, err := p.bank()
	if err != nil {
		return nil, err
	}
	if (p.TOSAcceptance.Date != 0 || p.TOSAcceptance.IP != "") && p.Type != accountCustom {
		return nil, invalid("tos_acceptance", "", "You cannot accept the Terms of Service on behalf of %s connected accounts.",
			strings.ToUpper(p.Type[:1])+p.Type[1:])
	}
	profile := c.newProfile(p.Type, cmp.Or(p.Country, c.Profile.Country))
	for name, param := range p.Capabilities.all() {
		if p.Type != accountCustom || param.Requested != nil && *param.Requested {
			profile.Capabilities[name] = statusInactive
		}
	}
	member := c.server.connect(c.account, profile)
	p.apply(member, bank)
	member.review()
	return profile, nil
}

func (p *capabilitiesParams) all() map[string]requestedParams {
	return map[string]requestedParams{"card_payments": p.CardPayments, "transfers": p.Transfers}
}

// bank is the bank account that the parameters describe, or nil.
func (p *accountParams) bank() (*bankDetails, error) {
	if token := p.ExternalAccount.Text; token != "" {
		number, known := bankToken(token)
		if !known {
			return nil, invalid("external_account", codeMissing, "No such token: '%s'", token)
		}
		return &bankDetails{number: number, routing: testRouting, country: "US", currency: "usd"}, nil
	}
	hash := p.ExternalAccount.Hash
	if hash == nil {
		return nil, nil
	}
	if !validNumber(hash.AccountNumber) {
		return nil, invalid("external_account[account_number]", "account_number_invalid", "Invalid account number: it must be letters and digits.")
	}
	return &bankDetails{
		number: hash.AccountNumber, routing: hash.RoutingNumber, country: hash.Country, currency: cmp.Or(hash.Currency, currencyOf(hash.Country)),
		holder: hash.AccountHolderName, holderType: hash.AccountHolderType,
	}, nil
}

// apply changes the account's profile as the parameters ask; they are valid.
func (p *accountParams) apply(a *account, bank *bankDetails) {
	profile, business := a.Profile, &a.Profile.BusinessProfile
	setText(&business.MCC, p.BusinessProfile.MCC)
	setText(&business.Name, p.BusinessProfile.Name)
	setText(&business.ProductDescription, p.BusinessProfile.ProductDescription)
	setText(&business.SupportEmail, p.BusinessProfile.SupportEmail)
	setText(&business.SupportPhone, p.BusinessProfile.SupportPhone)
	setText(&business.SupportURL, p.BusinessProfile.SupportURL)
	setText(&business.URL, p.BusinessProfile.URL)
	setText(&profile.BusinessType, p.BusinessType)
	setText(&profile.Email, p.Email)
	if p.DefaultCurrency != "" {
		profile.DefaultCurrency = strings.ToLower(p.DefaultCurrency)
	}
	if p.TOSAcceptance.Date != 0 {
		profile.TOSAcceptance = object.TOSAcceptance{
			Date: object.Unix(p.TOSAcceptance.Date), IP: object.Text(p.TOSAcceptance.IP), UserAgent: object.Text(p.TOSAcceptance.UserAgent),
		}
	}
	profile.Metadata = p.Metadata.Apply(profile.Metadata)
	for name, param := range p.Capabilities.all() {
		_, has := profile.Capabilities[name]
		switch {
		case param.Requested == nil:
		case !*param.Requested:
			delete(profile.Capabilities, name)
		case !has:
			profile.Capabilities[name] = statusInactive
		}
	}
	if bank != nil {
		a.addBank(*bank)
	}
}

// accountAt is the account that an id names: the caller's own or a connected one.
func (c *call) accountAt(id string) (*account, error) {
	if id == c.account.id {
		return c.account, nil
	}
	if member := c.member(id); member != nil && !c.isConnected() {
		return member, nil
	}
	return nil, noAccess(c.key, id)
}

func retrieveAccount(c *call, _ struct{}) (any, error) {
	a, err := c.accountAt(c.id)
	if err != nil {
		return nil, err
	}
	return a.Profile, nil
}

func retrieveOwnAccount(c *call, _ struct{}) (any, error) { return c.Profile, nil }

func updateAccount(c *call, p accountParams) (any, error) {
	a, err := c.accountAt(c.id)
	if err != nil {
		return nil, err
	}
	bank, err := p.bank()
	if err != nil {
		return nil, err
	}
	if p.TOSAcceptance.Date != 0 && a.Profile.Type != accountCustom {
		return nil, invalid("tos_acceptance", "", "You cannot accept the Terms of Service on behalf of this connected account.")
	}
	a.update(eventAccountUpdated, a.Profile, func() {
		p.apply(a, bank)
		a.review()
	})
	return a.Profile, nil
}

// deleteAccount follows Stripe's rules: test accounts at any time, live ones
// when the platform is liable for them and their balance is zero.
func deleteAccount(c *call, _ struct{}) (any, error) {
	member := c.member(c.id)
	if member == nil || c.isConnected() {
		return nil, noAccess(c.key, c.id)
	}
	if member.Livemode && member.Profile.Type == accountStandard {
		return nil, invalid("", "", "Standard accounts in live mode cannot be deleted.")
	}
	for _, currency := range member.currencies() {
		if member.Livemode && member.available(currency) != 0 {
			return nil, invalid("", "", "Accounts in live mode can be deleted only while all their balances are zero.")
		}
	}
	c.server.disconnect(member)
	return &object.Deleted{ID: c.id, Object: "account", Deleted: true}, nil
}

type listAccountsParams struct {
	listParams
	Created form.Range `form:"created"`
}

func listAccounts(c *call, p listAccountsParams) (any, error) {
	accounts := newTable[*object.Account]("account", "id")
	if !c.isConnected() {
		for _, member := range c.connected {
			if !member.Revoked {
				accounts.add(member.Profile)
			}
		}
	}
	return list(c, &accounts, p.listParams, func(profile *object.Account) bool { return p.Created.Contains(profile.Created) })
}
