package sandbox

import (
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"billhook/infra/local/stripebox/object"
)

//go:embed assets/authorize.html
var authorizeHTML string

// authorizeTemplate is parsed once; a mistake in it shows when the program
// starts.
var authorizeTemplate = template.Must(template.New("authorize").Parse(authorizeHTML))

// codeLifetime is how long, in seconds, an authorization code can be exchanged.
const codeLifetime = 5 * 60

const (
	scopeReadOnly  = "read_only"
	scopeReadWrite = "read_write"
)

// oauthGrant is what an account's owner has allowed a platform.
type oauthGrant struct {
	Code    string `json:"code"`
	Account string `json:"account"`
	Scope   string `json:"scope"`
	Created int64  `json:"created"`
	Used    bool   `json:"used"`
	Refresh string `json:"refresh"` // the refresh token, once the code was exchanged
}

// ResourceID is the code.
func (g *oauthGrant) ResourceID() string { return g.Code }

// authorization is a request of a platform to be connected.
type authorization struct {
	platform             *account
	clientID, redirect   string
	scope, state         string
	kind                 string // of account
	businessName, action string
}

// authorizePage is what the page shows.
type authorizePage struct {
	Platform, Action, ClientID, RedirectURI, RedirectHost, Scope, State, BusinessName string
	Writes                                                                            bool
	Accounts                                                                          []string // that can be connected again
}

// authorization reads the request; without a platform to answer to, or an
// address to send the answer to, the answer has been written. The caller
// unlocks the platform.
func (s *Server) authorization(w http.ResponseWriter, r *http.Request) (authorization, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The request could not be read.", http.StatusBadRequest)
		return authorization{}, false
	}
	asked := authorization{
		clientID: r.Form.Get("client_id"), redirect: r.Form.Get("redirect_uri"), scope: r.Form.Get("scope"), state: r.Form.Get("state"),
		businessName: r.Form.Get("stripe_user[business_name]"), kind: accountStandard, action: r.URL.Path,
	}
	if asked.scope == "" {
		asked.scope = scopeReadOnly
	}
	if strings.HasPrefix(r.URL.Path, "/express/") {
		asked.kind, asked.scope = accountExpress, scopeReadWrite
	}
	asked.platform = s.accountThat(func(a *account) bool { return !a.isConnected() && a.clientID() == asked.clientID })
	if asked.platform == nil {
		http.Error(w, "No application matches the supplied client identifier. "+
			"GET /_sandbox/account with the platform's key tells it.", http.StatusBadRequest)
		return authorization{}, false
	}
	if err := checkURL("redirect_uri", asked.redirect); err != nil {
		http.Error(w, "Invalid redirect URI: an absolute http or https URL is needed.", http.StatusBadRequest)
		return authorization{}, false
	}
	asked.platform.begin()
	return asked, true
}

// fault is what is wrong with the request, in OAuth's words; empty if nothing.
func (asked *authorization) fault(responseType string) (code, description string) {
	switch {
	case responseType != "code":
		return "unsupported_response_type", "Only 'code' is a supported response type."
	case asked.scope != scopeReadOnly && asked.scope != scopeReadWrite:
		return "invalid_scope", "Invalid scope provided: " + asked.scope
	}
	return "", ""
}

// answer is the redirect URI with the answer in its query.
func (asked *authorization) answer(pairs ...string) string {
	target, err := url.Parse(asked.redirect)
	if err != nil {
		return asked.redirect // checkURL has parsed it
	}
	query := target.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	if asked.state != "" {
		query.Set("state", asked.state)
	}
	target.RawQuery = query.Encode()
	return target.String()
}

// redirectBack sends the person back to the platform with an answer.
func (asked *authorization) redirectBack(w http.ResponseWriter, r *http.Request, pairs ...string) {
	http.Redirect(w, r, asked.answer(pairs...), http.StatusSeeOther)
}

// serveAuthorize asks the person whether to connect an account.
func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	asked, ok := s.authorization(w, r)
	if !ok {
		return
	}
	defer asked.platform.mu.Unlock()
	if code, description := asked.fault(r.Form.Get("response_type")); code != "" {
		asked.redirectBack(w, r, "error", code, "error_description", description)
		return
	}
	page := authorizePage{
		Platform: asked.platform.id, Action: asked.action, ClientID: asked.clientID, RedirectURI: asked.redirect, Scope: asked.scope,
		State: asked.state, BusinessName: asked.businessName, Writes: asked.scope == scopeReadWrite,
	}
	if target, err := url.Parse(asked.redirect); err == nil {
		page.RedirectHost = target.Host
	}
	for _, member := range asked.platform.connected {
		if member.Profile.Type == asked.kind {
			page.Accounts = append(page.Accounts, member.id)
		}
	}
	s.writePage(w, http.StatusOK, authorizeTemplate, page, asked.redirect)
}

// decideAuthorize takes the person's answer: 303 to the redirect URI, with an
// authorization code or with access_denied.
func (s *Server) decideAuthorize(w http.ResponseWriter, r *http.Request) {
	asked, ok := s.authorization(w, r)
	if !ok {
		return
	}
	defer s.changed()
	defer asked.platform.mu.Unlock()
	if code, description := asked.fault(r.Form.Get("response_type")); code != "" {
		asked.redirectBack(w, r, "error", code, "error_description", description)
		return
	}
	if r.PostForm.Get("decision") != "connect" {
		asked.redirectBack(w, r, "error", "access_denied", "error_description", "The user denied your request")
		return
	}
	member := asked.owner(r.PostForm.Get("account"))
	if member == nil {
		http.Error(w, "There is no such account to connect.", http.StatusBadRequest)
		return
	}
	grant := asked.platform.Grants.add(&oauthGrant{
		Code: asked.platform.newID("ac_"), Account: member.id, Scope: asked.scope, Created: asked.platform.now,
	})
	asked.redirectBack(w, r, "scope", grant.Scope, "code", grant.Code)
}

// owner is the account with the id, known to the platform from before, or a new
// one that is ready to be used.
func (asked *authorization) owner(id string) *account {
	platform := asked.platform
	if id != "" {
		i := slices.IndexFunc(platform.connected, func(m *account) bool { return m.id == id && m.Profile.Type == asked.kind })
		if i < 0 {
			return nil
		}
		return platform.connected[i]
	}
	member := platform.server.connect(platform, platform.newProfile(asked.kind, platform.Profile.Country))
	member.Revoked = true // until the code is exchanged
	if asked.kind == accountExpress {
		member.Profile.Capabilities["card_payments"], member.Profile.Capabilities["transfers"] = statusInactive, statusInactive
	}
	name := asked.businessName
	if name == "" {
		name = "Connected business"
	}
	member.onboard(onboarding{
		name: name, url: "https://accessible.stripe.com", businessType: "individual", number: testNumber, routing: testRouting,
	})
	return member
}

// emitApplication tells the platform that an account's owner has connected or
// disconnected it.
func (a *account) emitApplication(eventType string) {
	a.emit(eventType, &object.Application{ID: a.clientID(), Object: "application"})
}
