package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

const redirectURI = "https://shop.example/connected"

// clientID is the platform's id in OAuth.
func (b *box) clientID() string {
	b.t.Helper()
	var answer struct {
		Account  string
		ClientID string `json:"client_id"`
	}
	b.control(http.MethodGet, "/_sandbox/account", "", &answer)
	if !strings.HasPrefix(answer.Account, "acct_") || !strings.HasPrefix(answer.ClientID, "ca_") {
		b.t.Fatalf("account = %+v", answer)
	}
	return answer.ClientID
}

// authorize submits the OAuth page and answers the query of the redirect.
func (b *box) authorize(decision, account string) url.Values {
	b.t.Helper()
	form := url.Values{
		"response_type": {"code"}, "client_id": {b.clientID()}, "redirect_uri": {redirectURI + "?tenant=7"}, "scope": {"read_write"},
		"state": {"s1"}, "decision": {decision}, "account": {account},
	}
	got := b.do(http.MethodPost, "/oauth/authorize", form.Encode())
	target, err := url.Parse(got.header.Get("Location"))
	b.must(err)
	query := target.Query()
	if got.status != http.StatusSeeOther || !strings.HasPrefix(target.String(), redirectURI) || query.Get("state") != "s1" || query.Get("tenant") != "7" {
		b.t.Fatalf("%s = %d %s to %s", decision, got.status, got.body, target)
	}
	return query
}

// exchange asks for the token of a code.
func (b *box) exchange(code string) (*stripe.OAuthToken, error) {
	b.t.Helper()
	return b.api.OAuth.New(&stripe.OAuthTokenParams{
		ClientSecret: &b.key, Code: &code, GrantType: stripe.String("authorization_code"),
	})
}

// connected is the token of a new account that its owner has connected.
func (b *box) connected() *stripe.OAuthToken {
	b.t.Helper()
	token, err := b.exchange(b.authorize("connect", "").Get("code"))
	b.must(err)
	return token
}

func TestOAuth(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	h := b.listenConnect()
	query := b.authorize("connect", "")
	if query.Get("scope") != "read_write" || !strings.HasPrefix(query.Get("code"), "ac_") {
		t.Fatalf("answer = %v", query)
	}
	token, err := b.exchange(query.Get("code"))
	b.must(err)
	if token.TokenType != "bearer" || token.Scope != "read_write" || token.Livemode || !strings.HasPrefix(token.RefreshToken, "rt_") ||
		!strings.HasPrefix(token.StripePublishableKey, "pk_test_") {
		t.Errorf("token = %+v", token)
	}
	account, err := b.api.Accounts.GetByID(token.StripeUserID, nil)
	b.must(err)
	if account.Type != stripe.AccountTypeStandard || !account.ChargesEnabled || !account.PayoutsEnabled || !account.DetailsSubmitted {
		t.Errorf("account = %+v", account)
	}
	own, err := b.client(token.AccessToken).Accounts.Get()
	b.must(err)
	if own.ID != token.StripeUserID {
		t.Errorf("the access token opens %s, want %s", own.ID, token.StripeUserID)
	}
	again, err := b.api.OAuth.New(&stripe.OAuthTokenParams{
		ClientSecret: &b.key, GrantType: stripe.String("refresh_token"), RefreshToken: &token.RefreshToken, Scope: stripe.String("read_only"),
	})
	b.must(err)
	if again.StripeUserID != token.StripeUserID || again.Scope != "read_only" {
		t.Errorf("refreshed = %+v", again)
	}
	gone, err := b.api.OAuth.Del(&stripe.DeauthorizeParams{ClientID: stripe.String(b.clientID()), StripeUserID: &token.StripeUserID})
	b.must(err)
	if gone.StripeUserID != token.StripeUserID {
		t.Errorf("deauthorized = %+v", gone)
	}
	params := &stripe.BalanceParams{}
	params.SetStripeAccount(token.StripeUserID)
	if _, err := b.api.Balance.Get(params); b.stripeError(err).Code != stripe.ErrorCodeAccountInvalid {
		t.Errorf("after deauthorization: %v", err)
	}
	_, err = b.client(token.AccessToken).Balance.Get(nil)
	if refused := b.stripeError(err); refused.HTTPStatusCode != http.StatusUnauthorized || refused.Code != stripe.ErrorCodePlatformAPIKeyExpired {
		t.Errorf("the access token after deauthorization: %+v", refused)
	}
	b.settle()
	if diff := cmp.Diff([]string{"account.application.authorized", "account.application.deauthorized"}, h.types()); diff != "" {
		t.Errorf("webhooks (-want +got)\n%s", diff)
	}
	for _, event := range h.received() {
		if event.Account != token.StripeUserID || event.Data.Object["id"] != b.clientID() {
			t.Errorf("%s: account %s, object %v", event.Type, event.Account, event.Data.Object)
		}
	}
}

// An account that was disconnected can be connected again, with all it holds.
func TestOAuthConnectsAgain(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	token := b.connected()
	_, err := b.charge(900, func(p *stripe.PaymentIntentParams) { p.SetStripeAccount(token.StripeUserID) })
	b.must(err)
	_, err = b.api.OAuth.Del(&stripe.DeauthorizeParams{ClientID: stripe.String(b.clientID()), StripeUserID: &token.StripeUserID})
	b.must(err)
	again, err := b.exchange(b.authorize("connect", token.StripeUserID).Get("code"))
	b.must(err)
	if again.StripeUserID != token.StripeUserID || b.available(token.StripeUserID) != 900 {
		t.Errorf("connected again = %+v", again)
	}
}

func TestOAuthDenied(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	if query := b.authorize("deny", ""); query.Get("error") != "access_denied" || query.Get("error_description") == "" || query.Has("code") {
		t.Errorf("answer = %v", query)
	}
}

func TestOAuthPage(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	page := func(change ...string) reply {
		query := url.Values{"response_type": {"code"}, "client_id": {b.clientID()}, "redirect_uri": {redirectURI}, "state": {"s1"},
			"scope": {"read_write"}, "stripe_landing": {"login"}}
		for i := 0; i+1 < len(change); i += 2 {
			query.Set(change[i], change[i+1])
		}
		return b.do(http.MethodGet, "/oauth/authorize?"+query.Encode(), "")
	}
	shown := page("stripe_user[business_name]", "Jenny's <b>")
	if shown.status != http.StatusOK {
		t.Fatalf("the page answers %d %s", shown.status, shown.body)
	}
	wants(t, shown.body, "Sandbox.", "shop.example", "see and change", `value="s1"`, "Jenny&#39;s &lt;b&gt;", ">Connect</button>", ">Deny</button>")
	for name, test := range map[string]struct {
		param, value string
		status       int
		location     string
	}{
		"unknown client":  {"client_id", "ca_x", http.StatusBadRequest, ""},
		"no address":      {"redirect_uri", "/connected", http.StatusBadRequest, ""},
		"another type":    {"response_type", "token", http.StatusSeeOther, "error=unsupported_response_type"},
		"unknown scope":   {"scope", "all", http.StatusSeeOther, "error=invalid_scope"},
		"state is passed": {"scope", "all", http.StatusSeeOther, "state=s1"},
	} {
		got := page(test.param, test.value)
		if got.status != test.status || !strings.Contains(got.header.Get("Location"), test.location) {
			t.Errorf("%s: %d to %q %s", name, got.status, got.header.Get("Location"), got.body)
		}
	}
}

func TestOAuthRefuses(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	used := b.authorize("connect", "").Get("code")
	_, err := b.exchange(used)
	b.must(err)
	foreign := b.authorize("connect", "").Get("code")
	old := b.authorize("connect", "").Get("code")
	b.use("sk_test_second")
	own := b.clientID()
	b.use("sk_test_first")
	b.advance(`{"seconds":300}`)
	for name, test := range map[string]struct {
		key, path, body string
		status          int
		want            string
	}{
		"used":             {"sk_test_first", "token", "grant_type=authorization_code&code=" + used, 400, "invalid_grant"},
		"expired":          {"sk_test_first", "token", "grant_type=authorization_code&code=" + old, 400, "invalid_grant"},
		"another's":        {"sk_test_second", "token", "grant_type=authorization_code&code=" + foreign, 400, "invalid_grant"},
		"unknown":          {"sk_test_first", "token", "grant_type=authorization_code&code=ac_x", 400, "invalid_grant"},
		"no code":          {"sk_test_first", "token", "grant_type=authorization_code", 400, "invalid_request"},
		"no grant type":    {"sk_test_first", "token", "", 400, "invalid_request"},
		"other grant type": {"sk_test_first", "token", "grant_type=password", 400, "unsupported_grant_type"},
		"unknown refresh":  {"sk_test_first", "token", "grant_type=refresh_token&refresh_token=rt_x", 400, "invalid_grant"},
		"invalid key":      {"sk_test_invalid", "token", "grant_type=authorization_code&code=" + old, 401, "invalid_client"},
		"not connected":    {"sk_test_second", "deauthorize", "stripe_user_id=acct_x&client_id=" + own, 401, "invalid_client"},
		"another's client": {"sk_test_first", "deauthorize", "stripe_user_id=acct_x&client_id=" + own, 401, "invalid_client"},
		"no account":       {"sk_test_second", "deauthorize", "client_id=" + own, 400, "invalid_request"},
	} {
		b.use(test.key)
		got := b.do(http.MethodPost, "/oauth/"+test.path, test.body)
		var answer map[string]string
		b.must(json.Unmarshal([]byte(got.body), &answer))
		if got.status != test.status || answer["error"] != test.want || answer["error_description"] == "" || len(answer) != 2 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	b.use("sk_test_first")
	_, err = b.exchange(used)
	if refused := b.stripeError(err); refused.OAuthError != "invalid_grant" || refused.OAuthErrorDescription == "" {
		t.Errorf("stripe-go reads %+v", refused)
	}
}

// The Express flow makes an express account, which has a dashboard.
func TestOAuthExpress(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	form := url.Values{
		"response_type": {"code"}, "client_id": {b.clientID()}, "redirect_uri": {redirectURI}, "decision": {"connect"},
		"stripe_user[business_name]": {"Jenny's"},
	}
	got := b.do(http.MethodPost, "/express/oauth/authorize", form.Encode())
	target, err := url.Parse(got.header.Get("Location"))
	b.must(err)
	token, err := b.exchange(target.Query().Get("code"))
	b.must(err)
	account, err := b.api.Accounts.GetByID(token.StripeUserID, nil)
	b.must(err)
	if account.Type != stripe.AccountTypeExpress || !account.ChargesEnabled || account.BusinessProfile.Name != "Jenny's" {
		t.Errorf("account = %+v", account)
	}
	_, err = b.api.LoginLinks.New(&stripe.LoginLinkParams{Account: &account.ID})
	b.must(err)
}
