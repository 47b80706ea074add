package sandbox

import (
	"net/http"

	"billhook/infra/local/stripebox/object"
)

// linkLifetime is how long, in seconds, account links and login links work.
const linkLifetime = 5 * 60

// accountLink is an address under which a connected account's owner tells or
// sees something.
type accountLink struct {
	Token      string `json:"token"`
	Account    string `json:"account"`
	Login      bool   `json:"login"` // to the dashboard, not to onboarding
	RefreshURL string `json:"refresh_url"`
	ReturnURL  string `json:"return_url"`
	ExpiresAt  int64  `json:"expires_at"`
	Used       bool   `json:"used"`
}

// ResourceID is the token in the address.
func (l *accountLink) ResourceID() string { return l.Token }

type createAccountLinkParams struct {
	Account           string `form:"account,required"`
	Collect           string `form:"collect" enum:"currently_due eventually_due"`
	CollectionOptions struct {
		Fields             string `form:"fields" enum:"currently_due eventually_due"`
		FutureRequirements string `form:"future_requirements" enum:"include omit"`
	} `form:"collection_options"`
	RefreshURL string `form:"refresh_url"`
	ReturnURL  string `form:"return_url"`
	Type       string `form:"type,required" enum:"account_onboarding account_update"`
}

func createAccountLink(c *call, p createAccountLinkParams) (any, error) {
	member := c.member(p.Account)
	if member == nil || c.isConnected() {
		return nil, noSuch(http.StatusBadRequest, "account", p.Account, "account")
	}
	if p.Type == "account_update" && member.Profile.Type != accountCustom {
		return nil, invalid("type", "", "You cannot create `account_update` type Account Links for this account.")
	}
	for _, param := range []struct{ name, value string }{{"refresh_url", p.RefreshURL}, {"return_url", p.ReturnURL}} {
		if param.value == "" {
			return nil, missingParam(param.name)
		}
		if err := checkURL(param.name, param.value); err != nil {
			return nil, err
		}
	}
	link := c.newLink(member, accountLink{RefreshURL: p.RefreshURL, ReturnURL: p.ReturnURL})
	return &object.AccountLink{
		Object: "account_link", Created: c.now, ExpiresAt: link.ExpiresAt, URL: c.origin + "/setup/" + member.id + "/" + link.Token,
	}, nil
}

// newLink completes a link and stores it with the platform.
func (a *account) newLink(member *account, link accountLink) *accountLink {
	link.Token, link.Account, link.ExpiresAt = a.token("link", idLength), member.id, a.now+linkLifetime
	return a.Links.add(&link)
}

func createLoginLink(c *call, _ struct{}) (any, error) {
	member := c.member(c.id)
	if member == nil || c.isConnected() {
		return nil, noAccess(c.key, c.id)
	}
	if member.Profile.Type != accountExpress {
		return nil, invalid("", "", "Cannot create a login link for an account that is not an Express account.")
	}
	if !member.Profile.DetailsSubmitted {
		return nil, invalid("", "", "Cannot create a login link for an account that has not completed onboarding.")
	}
	link := c.newLink(member, accountLink{Login: true})
	return &object.LoginLink{Object: "login_link", Created: c.now, URL: c.origin + "/express/" + member.id + "/" + link.Token}, nil
}
