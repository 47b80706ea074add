package sandbox

import (
	"net/http"

	"billhook/infra/local/stripebox/object"
)

// oauthError is an error in OAuth's form.
type oauthError struct {
	status int
	body   object.OAuthError
}

func (e *oauthError) Error() string { return e.body.Description }

func refuseOAuth(code, description string) *oauthError {
	status := http.StatusBadRequest
	if code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	return &oauthError{status, object.OAuthError{Error: code, Description: description}}
}

// serveOAuth answers a platform's request, which carries its secret key as on
// the API or as client_secret.
func (s *Server) serveOAuth(run func(platform *account, r *http.Request) (any, *oauthError)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.identify(w)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		result, refused := any(nil), refuseOAuth("invalid_request", "The request could not be read.")
		if err := r.ParseForm(); err == nil {
			result, refused = s.runOAuth(r, run)
		}
		if refused != nil {
			writeAnswer(w, jsonAnswer(refused.status, refused.body))
			return
		}
		s.changed()
		writeAnswer(w, jsonAnswer(http.StatusOK, result))
	}
}

func (s *Server) runOAuth(r *http.Request, run func(platform *account, r *http.Request) (any, *oauthError)) (any, *oauthError) {
	key := r.PostForm.Get("client_secret")
	if key == "" {
		key, _ = secretKey(r)
	}
	livemode, valid := keyMode(key)
	if !valid {
		return nil, refuseOAuth("invalid_client", "No such API key: "+maskKey(key))
	}
	platform, err := s.account(key, livemode)
	if err != nil || platform.isConnected() {
		return nil, refuseOAuth("invalid_client", "This API key belongs to no platform: "+maskKey(key))
	}
	platform.begin()
	defer platform.mu.Unlock()
	return run(platform, r)
}

// exchangeToken answers POST /oauth/token.
func exchangeToken(platform *account, r *http.Request) (any, *oauthError) {
	switch kind := r.PostForm.Get("grant_type"); kind {
	case "authorization_code":
		return platform.exchangeCode(r.PostForm.Get("code"))
	case "refresh_token":
		return platform.refreshToken(r.PostForm.Get("refresh_token"), r.PostForm.Get("scope"))
	case "":
		return nil, refuseOAuth("invalid_request", "No grant type specified")
	default:
		return nil, refuseOAuth("unsupported_grant_type", "Unsupported grant type: "+kind)
	}
}

func (a *account) exchangeCode(code string) (any, *oauthError) {
	if code == "" {
		return nil, refuseOAuth("invalid_request", "No authorization code specified")
	}
	grant := a.Grants.get(code)
	member := a.granted(grant)
	switch {
	case member == nil:
		return nil, refuseOAuth("invalid_grant", "Authorization code does not exist: "+code)
	case grant.Used:
		return nil, refuseOAuth("invalid_grant", "This authorization code has already been used: "+code)
	case a.now >= grant.Created+codeLifetime:
		return nil, refuseOAuth("invalid_grant", "Authorization code expired: "+code)
	}
	grant.Used, grant.Refresh = true, "rt_"+a.token("rt_", 48)
	member.Revoked = false
	member.emitApplication("account.application.authorized")
	return member.accessToken(grant), nil
}

func (a *account) refreshToken(token, scope string) (any, *oauthError) {
	for grant := range a.Grants.all {
		member := a.granted(grant)
		if token == "" || grant.Refresh != token || member == nil || member.Revoked {
			continue
		}
		narrowed := *grant
		switch {
		case scope == scopeReadWrite && grant.Scope == scopeReadOnly:
			return nil, refuseOAuth("invalid_scope", "Requested scope is larger than the refresh token's scope.")
		case scope == scopeReadOnly || scope == scopeReadWrite:
			narrowed.Scope = scope
		case scope != "":
			return nil, refuseOAuth("invalid_scope", "Invalid scope provided: "+scope)
		}
		return member.accessToken(&narrowed), nil
	}
	return nil, refuseOAuth("invalid_grant", "Refresh token does not exist: "+token)
}

// granted is the account that a grant is about, or nil.
func (a *account) granted(grant *oauthGrant) *account {
	if grant == nil {
		return nil
	}
	for _, member := range a.connected {
		if member.id == grant.Account {
			return member
		}
	}
	return nil
}

// accessToken makes the account's own key, which opens it like the platform's
// key with Stripe-Account does.
func (a *account) accessToken(grant *oauthGrant) *object.OAuthToken {
	mode := a.modeName()
	token := "sk_" + mode + "_" + derive(24, a.server.options.Seed, a.id, "access")
	a.AccessKey = keyAccount(token)
	a.server.mu.Lock()
	a.server.tokens[a.AccessKey] = a
	a.server.mu.Unlock()
	return &object.OAuthToken{
		AccessToken: token, Livemode: a.Livemode, RefreshToken: grant.Refresh, Scope: grant.Scope, StripeUserID: a.id,
		StripePublishableKey: "pk_" + mode + "_" + derive(24, a.server.options.Seed, a.id, "publishable"), TokenType: "bearer",
	}
}

// byToken is the connected account whose own key was used.
func (a *account) byToken(key string) (*account, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.Revoked {
		return a, nil
	}
	expired := unauthorized("Expired API Key provided: %s", maskKey(key))
	expired.body.Code = "platform_api_key_expired"
	return nil, expired
}

// deauthorize answers POST /oauth/deauthorize.
func deauthorize(platform *account, r *http.Request) (any, *oauthError) {
	id, client := r.PostForm.Get("stripe_user_id"), r.PostForm.Get("client_id")
	if client != platform.clientID() {
		return nil, refuseOAuth("invalid_client", "No such application: '"+client+"'")
	}
	if id == "" {
		return nil, refuseOAuth("invalid_request", "No stripe_user_id specified")
	}
	member := platform.member(id)
	if member == nil || member.Profile.Type == accountCustom {
		return nil, refuseOAuth("invalid_client",
			"This application is not connected to stripe account "+id+", or that account does not exist.")
	}
	member.emitApplication("account.application.deauthorized")
	member.Revoked = true
	return &object.Deauthorized{StripeUserID: id}, nil
}
