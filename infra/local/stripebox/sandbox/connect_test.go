package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/sandbox"
)

// listenConnect registers a webhook endpoint for the connected accounts' events.
func (b *box) listenConnect() *hook {
	b.t.Helper()
	h := newHook(b.t)
	endpoint, err := b.api.WebhookEndpoints.New(&stripe.WebhookEndpointParams{
		URL: stripe.String(h.URL), EnabledEvents: stripe.StringSlice([]string{"*"}), APIVersion: stripe.String(stripe.APIVersion),
		Connect: stripe.Bool(true),
	})
	b.must(err)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.secret = endpoint.Secret
	return h
}

// onboard opens an account link and submits its page, with other values than
// those it is filled in with.
func (b *box) onboard(account string, change url.Values) reply {
	b.t.Helper()
	link, err := b.api.AccountLinks.New(&stripe.AccountLinkParams{
		Account: &account, Type: stripe.String("account_onboarding"),
		RefreshURL: stripe.String("https://shop.example/again"), ReturnURL: stripe.String("https://shop.example/done"),
	})
	b.must(err)
	typed := url.Values{
		"action": {"complete"}, "name": {"Jenny's"}, "url": {"https://jenny.example"}, "business_type": {"individual"},
		"routing_number": {"110000000"}, "account_number": {"000123456789"},
	}
	for name, values := range change {
		typed[name] = values
	}
	return b.do(http.MethodPost, strings.TrimPrefix(link.URL, b.url), typed.Encode())
}

// seller makes an express account that has told everything.
func (b *box) seller() string {
	b.t.Helper()
	account, err := b.api.Accounts.New(&stripe.AccountParams{Type: stripe.String("express"), Email: stripe.String("seller@example.com")})
	b.must(err)
	if got := b.onboard(account.ID, nil); got.status != http.StatusSeeOther {
		b.t.Fatalf("onboarding = %d %s", got.status, got.body)
	}
	return account.ID
}

func TestConnectedAccountIsIsolated(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller, other := b.seller(), b.seller()
	params := &stripe.CustomerParams{Email: stripe.String("jenny@example.com")}
	params.SetStripeAccount(seller)
	customer, err := b.api.Customers.New(params)
	b.must(err)
	if got := customer.LastResponse.Header.Get("Stripe-Account"); got != seller {
		t.Errorf("Stripe-Account of the answer = %q", got)
	}
	for name, account := range map[string]string{"the platform": "", "another account": other} {
		get := &stripe.CustomerParams{}
		if account != "" {
			get.SetStripeAccount(account)
		}
		if _, err := b.api.Customers.Get(customer.ID, get); b.stripeError(err).Code != stripe.ErrorCodeResourceMissing {
			t.Errorf("%s: %v", name, err)
		}
	}
	get := &stripe.CustomerParams{}
	get.SetStripeAccount(seller)
	_, err = b.api.Customers.Get(customer.ID, get)
	b.must(err)
}

func TestNoAccessToAccounts(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	for name, test := range map[string]struct{ key, account string }{
		"unknown": {"sk_test_first", "acct_unknown"},
		"foreign": {"sk_test_second", seller},
	} {
		b.use(test.key)
		params := &stripe.BalanceParams{}
		params.SetStripeAccount(test.account)
		_, err := b.api.Balance.Get(params)
		refused := b.stripeError(err)
		if refused.HTTPStatusCode != http.StatusForbidden || refused.Code != stripe.ErrorCodeAccountInvalid ||
			refused.Type != stripe.ErrorTypeInvalidRequest || !strings.Contains(refused.Msg, test.account) {
			t.Errorf("%s: %+v", name, refused)
		}
		if _, err := b.api.Accounts.GetByID(test.account, nil); b.stripeError(err).Code != stripe.ErrorCodeAccountInvalid {
			t.Errorf("%s: reading it: %v", name, err)
		}
	}
}

func TestConnectedAccountSharesThePlatformsClock(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	b.advance(`{"days":10}`)
	params := &stripe.CustomerParams{}
	params.SetStripeAccount(seller)
	customer, err := b.api.Customers.New(params)
	b.must(err)
	if want := start.AddDate(0, 0, 10).Unix(); customer.Created != want {
		t.Errorf("created = %d, want %d", customer.Created, want)
	}
	var answer struct{ Now int64 }
	advanced := b.do(http.MethodPost, "/_sandbox/advance", `{"days":1}`, "Stripe-Account", seller)
	b.must(json.Unmarshal([]byte(advanced.body), &answer))
	if want := start.AddDate(0, 0, 11).Unix(); answer.Now != want {
		t.Errorf("the clock stands at %d, want %d", answer.Now, want)
	}
	own, err := b.api.Customers.New(nil)
	b.must(err)
	if own.Created != answer.Now {
		t.Errorf("the platform's clock stands at %d, want %d", own.Created, answer.Now)
	}
}

// What happens to a connected account is told to connect endpoints only.
func TestConnectWebhooks(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	ordinary, connect := b.listen(), b.listenConnect()
	account, err := b.api.Accounts.New(&stripe.AccountParams{Type: stripe.String("express")})
	b.must(err)
	b.onboard(account.ID, nil)
	params := &stripe.CustomerParams{}
	params.SetStripeAccount(account.ID)
	_, err = b.api.Customers.New(params)
	b.must(err)
	_, err = b.api.Products.New(&stripe.ProductParams{Name: stripe.String("Books")})
	b.must(err)
	b.settle()
	if diff := cmp.Diff([]string{"product.created"}, ordinary.types()); diff != "" {
		t.Errorf("ordinary endpoint (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"account.updated", "account.external_account.created", "customer.created"}, connect.types()); diff != "" {
		t.Errorf("connect endpoint (-want +got)\n%s", diff)
	}
	for _, event := range connect.received() {
		if event.Account != account.ID {
			t.Errorf("%s: account = %q, want %q", event.Type, event.Account, account.ID)
		}
	}
	if event := ordinary.received()[0]; event.Account != "" {
		t.Errorf("the platform's event names the account %q", event.Account)
	}
	before := len(connect.received())
	b.control(http.MethodPost, "/_sandbox/events/"+connect.received()[0].ID+"/resend", "", nil)
	if after := len(connect.received()); after != before+1 {
		t.Errorf("%d webhooks after a resend, want %d", after, before+1)
	}
}

func TestIdempotencyKeysAreOfOneAccount(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	seller := b.seller()
	create := func(account string) string {
		params := &stripe.CustomerParams{}
		params.SetIdempotencyKey("the-same")
		if account != "" {
			params.SetStripeAccount(account)
		}
		customer, err := b.api.Customers.New(params)
		b.must(err)
		return customer.ID
	}
	platform, connected := create(""), create(seller)
	if platform == connected {
		t.Error("the connected account was answered with the platform's customer")
	}
	if create("") != platform || create(seller) != connected {
		t.Error("a repeated request is answered anew")
	}
}

// The state file brings back connected accounts, their money and what had not
// been delivered to the platform.
func TestConnectedAccountsSurviveARestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	keep := func(o *sandbox.Options) { o.StateFile = file }
	h := newHook(t)
	h.refuse = 1000
	first := newBox(t, keep, func(o *sandbox.Options) { o.WebhookBackoff = []time.Duration{time.Hour} })
	endpoint, err := first.api.WebhookEndpoints.New(&stripe.WebhookEndpointParams{
		URL: stripe.String(h.URL), EnabledEvents: stripe.StringSlice([]string{"account.updated"}), Connect: stripe.Bool(true),
	})
	first.must(err)
	seller := first.seller()
	_, err = first.charge(5000, func(p *stripe.PaymentIntentParams) {
		p.TransferData = &stripe.PaymentIntentTransferDataParams{Destination: &seller}
	})
	first.must(err)
	token := first.connected()
	first.must(first.server.Close())
	h.mu.Lock()
	h.refuse, h.secret = 0, endpoint.Secret
	h.mu.Unlock()

	second := newBox(t, keep)
	second.settle()
	if diff := cmp.Diff([]string{"account.updated"}, h.types()); diff != "" {
		t.Errorf("webhooks after the restart (-want +got)\n%s", diff)
	}
	if got := second.available(seller); got != 5000 {
		t.Errorf("the seller has %d, want 5000", got)
	}
	own, err := second.client(token.AccessToken).Accounts.Get()
	second.must(err)
	if own.ID != token.StripeUserID {
		t.Errorf("the token opens %s, want %s", own.ID, token.StripeUserID)
	}
}
