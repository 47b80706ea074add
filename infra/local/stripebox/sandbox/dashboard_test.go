package sandbox_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/sandbox"
)

// visitDashboard follows a link to Stripe's dashboard.
func (b *box) visitDashboard(path string) (browser, reply) {
	b.t.Helper()
	jar, err := cookiejar.New(nil)
	b.must(err)
	visitor := browser{b, http.Client{Jar: jar}}
	return visitor, visitor.open(http.MethodGet, b.server.DashboardURL("")+path, nil)
}

// value is what a page shows to be copied, by what it begins with.
func (r reply) value(t *testing.T, prefix string) string {
	t.Helper()
	found := regexp.MustCompile(`class="value"[^>]*>(` + prefix + `[^<]+)<`).FindStringSubmatch(r.body)
	if found == nil {
		t.Fatalf("no %s in %s", prefix, r.body)
	}
	return found[1]
}

func (v browser) dashboard(path string, form url.Values) reply {
	v.t.Helper()
	if form == nil {
		return v.open(http.MethodGet, "/_sandbox/dashboard"+path, nil)
	}
	return v.open(http.MethodPost, "/_sandbox/dashboard"+path, form)
}

// A developer who has nothing gets keys, an endpoint with its secret, and a
// product; an app works with them.
func TestDashboard(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	developer, first := b.visitDashboard("/test/apikeys")
	if first.status != http.StatusOK || !strings.Contains(first.body, "Create a test account") {
		t.Fatalf("the first visit answers %d %s", first.status, first.body)
	}
	keys := developer.dashboard("/test/accounts", url.Values{"name": {"Harbor Tools"}})
	if !strings.Contains(keys.body, "Harbor Tools") || !strings.HasPrefix(keys.value(t, "pk_"), "pk_test_") {
		t.Errorf("the page of keys is %s", keys.body)
	}
	b.use(keys.value(t, "sk_test_"))
	b.hook = newHook(t)

	made := developer.dashboard("/test/webhooks", url.Values{"url": {b.hook.URL}, "events": {"product.created\nprice.*"}})
	b.hook.secret = made.value(t, "whsec_")
	if again := developer.dashboard("/test/webhooks", nil); strings.Contains(again.body, b.hook.secret) || !strings.Contains(again.body, "product.created, price.*") {
		t.Errorf("the endpoint is listed as %s", again.body)
	}

	page := developer.dashboard("/test/products", url.Values{"name": {"Gold"}, "amount": {"29.5"}, "currency": {"eur"}, "interval": {"year"}})
	price, err := b.api.Prices.Get(page.value(t, "price_"), nil)
	b.must(err)
	if price.UnitAmount != 2950 || price.Currency != stripe.CurrencyEUR || price.Recurring.Interval != stripe.PriceRecurringIntervalYear {
		t.Errorf("the price is %+v", price)
	}
	b.settle()
	if got := b.hook.types(); strings.Join(got, " ") != "product.created price.created" {
		t.Errorf("the endpoint was sent %v", got)
	}

	object := developer.dashboard("/test/prices/"+price.ID, nil)
	for _, part := range []string{price.ID, "€29.50", "price.created", "/test/objects/" + price.Product.ID} {
		if !strings.Contains(object.body, part) {
			t.Errorf("the price's page lacks %q: %s", part, object.body)
		}
	}
}

// An account that the dashboard made shows its key after a restart, too; one that
// a key opened does not.
func TestDashboardKeepsKeys(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.do(http.MethodGet, "/v1/balance", "")
	developer, _ := b.visitDashboard("/test/apikeys")
	key := developer.dashboard("/test/accounts", url.Values{"name": {"Harbor Tools"}}).value(t, "sk_test_")
	state := filepath.Join(t.TempDir(), "state.json")
	b.must(b.server.Save(state))
	again := newBox(t, func(o *sandbox.Options) { o.StateFile = state })
	developer, choice := again.visitDashboard("/test/apikeys")
	accounts := regexp.MustCompile(`apikeys\?account=(acct_[0-9a-f]+)">([^<]*)<`).FindAllStringSubmatch(choice.body, -1)
	if len(accounts) != 2 || accounts[0][2] != "Harbor Tools" {
		t.Fatalf("the accounts to choose from are %q", accounts)
	}
	if got := developer.dashboard("/test/apikeys?account="+accounts[0][1], nil).value(t, "sk_test_"); got != key {
		t.Errorf("the key %s has become %s", key, got)
	}
	if page := developer.dashboard("/test/apikeys?account="+accounts[1][1], nil); strings.Contains(page.body, "sk_test_") || !strings.Contains(page.body, "has not kept") {
		t.Errorf("the other account's page is %s", page.body)
	}
	if page := developer.dashboard("/test/webhooks", nil); !strings.Contains(page.body, accounts[1][1]) {
		t.Errorf("the choice is forgotten: %s", page.body)
	}
}

// What a link to Stripe's dashboard names is found in whatever account has it.
func TestDashboardShowsObjects(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	for path, want := range map[string][]string{
		"/test/subscriptions/" + sub.ID:           {"Subscription", "active", "customer.subscription.created"},
		"/test/customers/" + sub.Customer.ID:      {"Customer", "customer.created"},
		"/test/invoices/" + sub.LatestInvoice.ID:  {"Invoice", "$29.00", "/test/objects/" + sub.ID, "invoice.paid"},
		"/test/events/" + b.eventsAfter("")[0].ID: {"Events and deliveries", b.eventsAfter("")[0].ID},
		"/test/products":                          {"Existing accounts"},
		"/subscriptions/" + sub.ID:                {"active"},
		"/test/subscriptions/sub_1":               {"no such object"},
	} {
		_, page := b.visitDashboard(path)
		for _, part := range want {
			if !strings.Contains(page.body, part) {
				t.Errorf("%s lacks %q: %s", path, part, page.body)
			}
		}
	}
}

func TestDashboardRefuses(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	stranger := browser{b, http.Client{}}
	for _, path := range []string{"/_sandbox/open/guessed/test/apikeys", "/_sandbox/dashboard/test/apikeys", "/_sandbox/dashboard/test/prices/price_pro_monthly"} {
		if got := stranger.open(http.MethodGet, path, nil); got.status != http.StatusUnauthorized {
			t.Errorf("a stranger's GET %s = %d", path, got.status)
		}
	}
	developer, _ := b.visitDashboard("/test/apikeys")
	developer.dashboard("/test/accounts", url.Values{"name": {"Harbor Tools"}})
	if live := developer.dashboard("/apikeys", nil); !strings.Contains(live.body, "Create a live account") {
		t.Errorf("live mode has the account of test mode: %s", live.body)
	}
	product := func(name, amount, currency string) url.Values {
		return url.Values{"name": {name}, "amount": {amount}, "currency": {currency}, "interval": {"month"}}
	}
	for name, test := range map[string]struct {
		path string
		form url.Values
		want string
	}{
		"no URL":            {"/test/webhooks", url.Values{"url": {"nonsense"}, "events": {"*"}}, "Not a valid URL"},
		"no events":         {"/test/webhooks", url.Values{"url": {"https://a.example/"}}, "Name the events"},
		"no name":           {"/test/products", product(" ", "29", "usd"), "needs a name"},
		"no amount":         {"/test/products", product("Gold", "", "usd"), "at most 2 decimals"},
		"nothing":           {"/test/products", product("Gold", "0.00", "usd"), "more than nothing"},
		"too many decimals": {"/test/products", product("Gold", "29.5", "jpy"), "at most 0 decimals"},
		"no currency":       {"/test/products", url.Values{"name": {"Gold"}, "amount": {"1"}, "currency": {"u"}}, "Invalid currency"},
	} {
		if got := developer.dashboard(test.path, test.form); got.status != http.StatusBadRequest || !strings.Contains(got.body, test.want) {
			t.Errorf("%s: %d, without %q: %s", name, got.status, test.want, got.body)
		}
	}
}
