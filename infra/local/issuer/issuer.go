// Package issuer stands in for the identity provider that developers sign in to
// the console with: OpenID Connect's discovery document, and the code flow with
// PKCE for one public client. It asks for no password, so it is for the local
// stack and the tests only. It signs with the stack's own key. For the local shop
// it stands in for the identity provider of end users, too.
package issuer

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"sync"
)

// ClientID is the one client's.
const ClientID = "console"

// Options say where an issuer is, and whom it serves.
type Options struct {
	URL      string                               // its own, without a final slash
	Redirect string                               // the one redirect URI of the client
	Sign     func(subject string) (string, error) // makes access tokens

	Shop     string                                        // the origin that may ask for end users' tokens
	SignUser func(subject, project string) (string, error) // makes those
}

// Issuer is an http.Handler.
type Issuer struct {
	options Options
	mux     *http.ServeMux

	mu    sync.Mutex
	known []identity
	codes map[string]grant
}

// identity is somebody who may sign in; without a subject, somebody new.
type identity struct{ Name, About, Subject string }

// grant is what a code stands for, until it is redeemed.
type grant struct{ subject, challenge string }

// New makes an issuer that knows nobody.
func New(options Options) *Issuer {
	i := &Issuer{options: options, mux: http.NewServeMux(), codes: map[string]grant{}}
	i.mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	i.mux.HandleFunc("GET /authorize", i.authorize)
	i.mux.HandleFunc("POST /token", i.token)
	i.mux.HandleFunc("POST /users/token", i.userToken)
	return i
}

// Offer has the sign-in page offer an identity. An empty subject stands for
// somebody who has not been here before.
func (i *Issuer) Offer(name, about, subject string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.known = append(i.known, identity{name, about, subject})
}

// ServeHTTP lets pages of any origin call, as the console's has to.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cache-Control", "no-store")
	i.mux.ServeHTTP(w, r)
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"issuer":                                i.options.URL,
		"authorization_endpoint":                i.options.URL + "/authorize",
		"token_endpoint":                        i.options.URL + "/token",
		"response_types_supported":              []string{"code"},
		"code_challenge_methods_supported":      []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{"none"},
	})
}

// authorize asks who is there, and sends the browser back with a code for whom
// was chosen. A single identity needs no choice.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	switch {
	case query.Get("client_id") != ClientID, query.Get("redirect_uri") != i.options.Redirect:
		http.Error(w, "The client or its redirect URI is not known", http.StatusBadRequest)
		return
	case query.Get("response_type") != "code", query.Get("code_challenge_method") != "S256", query.Get("code_challenge") == "":
		i.back(w, r, url.Values{"error": {"invalid_request"}})
		return
	}
	i.mu.Lock()
	known := slices.Concat(remembered(r), i.known)
	i.mu.Unlock()
	subject := query.Get("login_hint")
	if subject == "" && len(known) == 1 {
		subject = known[0].Subject
	}
	if subject == "" {
		i.choose(w, r, known)
		return
	}
	i.remember(w, r, subject)
	code := rand.Text()
	i.mu.Lock()
	i.codes[code] = grant{subject, query.Get("code_challenge")}
	i.mu.Unlock()
	i.back(w, r, url.Values{"code": {code}})
}

// back sends the browser back to the client.
func (i *Issuer) back(w http.ResponseWriter, r *http.Request, answer url.Values) {
	answer.Set("state", r.URL.Query().Get("state"))
	http.Redirect(w, r, i.options.Redirect+"?"+answer.Encode(), http.StatusFound)
}

// token redeems a code, once, for whoever knows the verifier.
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	granted, known := i.codes[r.PostFormValue("code")]
	delete(i.codes, r.PostFormValue("code"))
	i.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	if !known || r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("client_id") != ClientID ||
		r.PostFormValue("redirect_uri") != i.options.Redirect || subtle.ConstantTimeCompare([]byte(challenge), []byte(granted.challenge)) != 1 {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	token, err := i.options.Sign(granted.subject)
	if err != nil {
		answer(w, http.StatusInternalServerError, map[string]any{"error": "server_error"})
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": token, "token_type": "Bearer"})
}

// userToken answers the token of an end user of a project, to the shop's page
// and to no other.
func (i *Issuer) userToken(w http.ResponseWriter, r *http.Request) {
	if i.options.Shop == "" || r.Header.Get("Origin") != i.options.Shop {
		answer(w, http.StatusForbidden, map[string]any{"error": "access_denied"})
		return
	}
	user, project := r.PostFormValue("user"), r.PostFormValue("project_id")
	if user == "" || project == "" {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_request"})
		return
	}
	token, err := i.options.SignUser(user, project)
	if err != nil {
		answer(w, http.StatusInternalServerError, map[string]any{"error": "server_error"})
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": token, "token_type": "Bearer"})
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that has gone needs no answer
}
