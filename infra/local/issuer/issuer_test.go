package issuer

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const redirect = "http://127.0.0.1:1/console/callback"

// The verifier and the challenge of RFC 7636, appendix B.
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

func newIssuer(known ...string) *Issuer {
	i := New(Options{URL: "http://127.0.0.1:2", Redirect: redirect, Sign: func(subject string) (string, error) { return "token of " + subject, nil }})
	for _, subject := range known {
		i.Offer("The "+subject, "", subject)
	}
	return i
}

func authorize(t *testing.T, i *Issuer, change func(url.Values)) *httptest.ResponseRecorder {
	t.Helper()
	query := url.Values{
		"client_id": {ClientID}, "redirect_uri": {redirect}, "response_type": {"code"}, "state": {"s"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	change(query)
	w := httptest.NewRecorder()
	i.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/authorize?"+query.Encode(), http.NoBody))
	return w
}

// back is what the browser is sent back with.
func back(t *testing.T, w *httptest.ResponseRecorder) url.Values {
	t.Helper()
	to, query, _ := strings.Cut(w.Header().Get("Location"), "?")
	values, err := url.ParseQuery(query)
	if w.Code != http.StatusFound || to != redirect || err != nil {
		t.Fatalf("%d to %q, %v", w.Code, to, err)
	}
	return values
}

func redeem(t *testing.T, i *Issuer, code string, change func(url.Values)) (int, map[string]string) {
	t.Helper()
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {ClientID}, "redirect_uri": {redirect}, "code": {code}, "code_verifier": {verifier},
	}
	change(form)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	i.ServeHTTP(w, r)
	var body map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	return w.Code, body
}

func unchanged(url.Values) {}

func TestSignIn(t *testing.T) {
	t.Parallel()
	i := newIssuer("developer")
	answer := back(t, authorize(t, i, unchanged))
	if answer.Get("state") != "s" {
		t.Errorf("the state is %q", answer.Get("state"))
	}
	status, body := redeem(t, i, answer.Get("code"), unchanged)
	if diff := cmp.Diff(map[string]string{"access_token": "token of developer", "token_type": "Bearer"}, body); status != http.StatusOK || diff != "" {
		t.Errorf("%d (-want +got):\n%s", status, diff)
	}
	if status, _ := redeem(t, i, answer.Get("code"), unchanged); status != http.StatusBadRequest {
		t.Errorf("the code counts twice: %d", status)
	}
}

func TestChoice(t *testing.T) {
	t.Parallel()
	i := newIssuer("one", "two")
	i.Offer("Somebody new", "", "")
	page := authorize(t, i, unchanged).Body.String()
	for _, want := range []string{"The one", "login_hint=one", "login_hint=two", "login_hint=developer-"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	code := back(t, authorize(t, i, func(q url.Values) { q.Set("login_hint", "two") })).Get("code")
	if _, body := redeem(t, i, code, unchanged); body["access_token"] != "token of two" {
		t.Errorf("signed in: %v", body)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	i := newIssuer("developer")
	for name, change := range map[string]func(url.Values){
		"another client":   func(q url.Values) { q.Set("client_id", "other") },
		"another redirect": func(q url.Values) { q.Set("redirect_uri", "https://attacker.example") },
	} {
		if w := authorize(t, i, change); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	for name, change := range map[string]func(url.Values){
		"no code":         func(q url.Values) { q.Set("response_type", "token") },
		"no challenge":    func(q url.Values) { q.Del("code_challenge") },
		"plain challenge": func(q url.Values) { q.Set("code_challenge_method", "plain") },
	} {
		if got := back(t, authorize(t, i, change)).Get("error"); got != "invalid_request" {
			t.Errorf("%s: %q", name, got)
		}
	}
	for name, change := range map[string]func(url.Values){
		"another verifier": func(f url.Values) { f.Set("code_verifier", "guessed") },
		"another client":   func(f url.Values) { f.Set("client_id", "other") },
		"another redirect": func(f url.Values) { f.Set("redirect_uri", "https://attacker.example") },
		"another grant":    func(f url.Values) { f.Set("grant_type", "password") },
	} {
		code := back(t, authorize(t, i, unchanged)).Get("code")
		if status, body := redeem(t, i, code, change); status != http.StatusBadRequest || body["error"] != "invalid_grant" {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	newIssuer().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/.well-known/openid-configuration", http.NoBody))
	var found struct {
		Issuer string `json:"issuer"`
		Token  string `json:"token_endpoint"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &found); err != nil || found.Issuer != "http://127.0.0.1:2" || found.Token != "http://127.0.0.1:2/token" {
		t.Errorf("%+v, %v", found, err)
	}
	if w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Error("the console could not read it")
	}
}

// The shop's page gets tokens of end users; no other page does.
func TestUserToken(t *testing.T) {
	t.Parallel()
	const shop = "http://127.0.0.1:3"
	i := New(Options{Shop: shop, SignUser: func(subject, project string) (string, error) {
		if subject == "nobody" {
			return "", errors.New("no key")
		}
		return subject + " of " + project, nil
	}})
	for name, test := range map[string]struct {
		origin, user, project string
		status                int
		want                  map[string]string
	}{
		"the shop":       {shop, "ada", "p1", http.StatusOK, map[string]string{"access_token": "ada of p1", "token_type": "Bearer"}},
		"another page":   {"https://evil.example", "ada", "p1", http.StatusForbidden, map[string]string{"error": "access_denied"}},
		"no page":        {"", "ada", "p1", http.StatusForbidden, map[string]string{"error": "access_denied"}},
		"no user":        {shop, "", "p1", http.StatusBadRequest, map[string]string{"error": "invalid_request"}},
		"no project":     {shop, "ada", "", http.StatusBadRequest, map[string]string{"error": "invalid_request"}},
		"nobody to sign": {shop, "nobody", "p1", http.StatusInternalServerError, map[string]string{"error": "server_error"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form := url.Values{"user": {test.user}, "project_id": {test.project}}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/users/token", strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Origin", test.origin)
			w := httptest.NewRecorder()
			i.ServeHTTP(w, r)
			var got map[string]string
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); w.Code != test.status || diff != "" {
				t.Errorf("%d (-want +got):\n%s", w.Code, diff)
			}
		})
	}
}

// A new developer who comes back is offered to be the same again, whatever
// issuer runs by then.
func TestRemembered(t *testing.T) {
	t.Parallel()
	hint := func(subject string) func(url.Values) {
		return func(query url.Values) { query.Set("login_hint", subject) }
	}
	first := authorize(t, newIssuer("one", "two"), hint("developer-abcd2345"))
	cookies := first.Result().Cookies()
	if len(cookies) != 1 || cookies[0].Value != "developer-abcd2345" {
		t.Fatalf("the browser is told %v", cookies)
	}
	query := url.Values{"client_id": {ClientID}, "redirect_uri": {redirect}, "response_type": {"code"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"}}
	again := func(value string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/authorize?"+query.Encode(), http.NoBody)
		r.Header.Set("Cookie", rememberedCookie+"="+value)
		w := httptest.NewRecorder()
		newIssuer("one", "two").ServeHTTP(w, r)
		return w
	}
	if page := again(cookies[0].Value).Body.String(); !strings.Contains(page, "Developer abcd2345") || !strings.Contains(page, "login_hint=developer-abcd2345") {
		t.Errorf("the page is %s", page)
	}
	if page := again("developer-<script>.one").Body.String(); strings.Contains(page, "Signed in here before") {
		t.Errorf("the page takes whatever the cookie says: %s", page)
	}
	if got := authorize(t, newIssuer("one", "two"), hint("one")).Result().Cookies(); len(got) != 0 {
		t.Errorf("somebody who is offered anyway is remembered: %v", got)
	}
}
