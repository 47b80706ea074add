package gateway_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// served is a project without keys, of a tenant with a gateway.
func served(g billing.Gateway) *project {
	keys := func(name string) billing.GatewayKeys {
		return billing.GatewayKeys{ClientID: "ca_1", SecretKey: billing.Secret("sk_test_" + name)}
	}
	return &project{
		owner: "tenant-1",
		sw:    billing.Switch{Enabled: true, Gateway: g, Test: billing.ConnectedAccount{ID: "acct_1"}},
		lent: billing.Gateways{
			Managed: keys("managed"), Platform: billing.ModeKeys{Test: keys("platform")}, Connect: billing.ModeKeys{Test: keys("connect")},
			FeeBasisPoints: 60,
		},
	}
}

// call is a request as Stripe sees it.
type call struct{ Key, Account string }

// Whatever is asked of an account, in whatever way, is asked with the key of its
// gateway, and for the connected account.
func TestCallsGoToTheAccount(t *testing.T) {
	t.Parallel()
	for g, want := range map[billing.Gateway]call{
		billing.GatewayOwnKeys:  {secretKey, ""},
		billing.GatewayManaged:  {"sk_test_managed", ""},
		billing.GatewayPlatform: {"sk_test_platform", ""},
		billing.GatewayConnect:  {"sk_test_connect", "acct_1"},
	} {
		t.Run(string(g), func(t *testing.T) {
			t.Parallel()
			var calls []call
			server := functiontest.NewStripe(t, func(w http.ResponseWriter, r *http.Request) {
				key, _, _ := r.BasicAuth()
				if key == "" {
					key = r.Header.Get("Authorization")[len("Bearer "):]
				}
				calls = append(calls, call{key, r.Header.Get("Stripe-Account")})
				functiontest.Answering(http.StatusOK, `{"id": "cus_1", "object": "list", "data": []}`)(w, r)
			})
			p := served(g)
			if g == billing.GatewayOwnKeys {
				p = configured()
			}
			a, err := gateway.New(p, p, server.URL).Account(t.Context(), scope, billing.Project{Owner: p.owner}, p.config)
			if err != nil {
				t.Fatal(err)
			}
			_, err = a.CreateCustomer(t.Context(), "tenant-1", "user-1", "", "")
			_, listErr := a.OpenSubscriptionSessions(t.Context(), "cus_1")
			_, rawErr := a.SubscriptionsAfter(t.Context(), "", 20)
			if err := errors.Join(err, listErr, rawErr); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]call{want, want, want}, calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGatewaysThatCannotServe(t *testing.T) {
	t.Parallel()
	empty := served(billing.GatewayManaged)
	empty.lent = billing.Gateways{}
	unconnected := served(billing.GatewayConnect)
	unconnected.sw.Test = billing.ConnectedAccount{}
	failing := served(billing.GatewayManaged)
	failing.failure = errors.New("no table today")
	for name, c := range map[string]struct {
		project *project
		mode    billing.Mode
		code    string // empty: the failure itself
	}{
		"managed in live mode": {served(billing.GatewayManaged), billing.Live, "gateway_test_mode_only"},
		"not connected":        {unconnected, billing.Test, "connect_account_required"},
		"nothing lent":         {empty, billing.Test, "gateway_not_configured"},
		"never switched on":    {&project{owner: "tenant-1"}, billing.Test, billing.CodeNotConfigured},
		"no table":             {failing, billing.Test, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := billing.Scope{Project: scope.Project, Mode: c.mode}
			_, err := gateway.New(c.project, c.project, "").Account(t.Context(), s, billing.Project{Owner: "tenant-1"}, nil)
			var known *billing.Error
			if c.code == "" && !errors.Is(err, c.project.failure) || c.code != "" && (!errors.As(err, &known) || known.Code != c.code) {
				t.Errorf("err = %v, want %q", err, c.code)
			}
		})
	}
}

func TestApplicationFees(t *testing.T) {
	t.Parallel()
	const answer = `{"id": "x_1", "object": "checkout.session", "active": true, "unit_amount": 1250}`
	item := &stripe.CheckoutSessionLineItemParams{Price: stripe.String("price_1"), Quantity: stripe.Int64(2)}
	adHoc := &stripe.CheckoutSessionLineItemParams{PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{UnitAmount: stripe.Int64(2500)}}
	for name, c := range map[string]struct {
		do   func(a *gateway.Account) error
		want map[string]string
	}{
		"a subscription": {func(a *gateway.Account) error {
			_, err := a.CreateCheckoutSession(t.Context(), gateway.Checkout{Recurring: true, Quantity: 1, Amount: 1250})
			return err
		}, map[string]string{"subscription_data[application_fee_percent]": "0.6000"}},
		"a payment": {func(a *gateway.Account) error {
			_, err := a.CreateCheckoutSession(t.Context(), gateway.Checkout{Quantity: 3, Amount: 1250})
			return err
		}, map[string]string{"payment_intent_data[application_fee_amount]": "23"}}, // 22.5
		"an intent": {func(a *gateway.Account) error {
			_, err := a.CreatePaymentIntent(t.Context(), gateway.Intent{Amount: 5000, Currency: "eur"})
			return err
		}, map[string]string{"application_fee_amount": "30"}},
		"an intent of so little that nothing is left": {func(a *gateway.Account) error {
			_, err := a.CreatePaymentIntent(t.Context(), gateway.Intent{Amount: 50, Currency: "eur"})
			return err
		}, map[string]string{}},
		"an intent at a higher fee": {func(a *gateway.Account) error {
			_, err := a.CreatePaymentIntent(t.Context(), gateway.Intent{Amount: 5000, Currency: "eur", Fee: stripe.Int64(250)})
			return err
		}, map[string]string{"application_fee_amount": "125"}},
		"an order": {func(a *gateway.Account) error {
			_, err := a.CreateOrder(t.Context(), gateway.Order{Mode: "payment", Items: []*stripe.CheckoutSessionLineItemParams{item, adHoc}})
			return err
		}, map[string]string{"payment_intent_data[application_fee_amount]": "30"}},
		"an order of a subscription": {func(a *gateway.Account) error {
			_, err := a.CreateOrder(t.Context(), gateway.Order{Mode: "subscription", Items: []*stripe.CheckoutSessionLineItemParams{item}})
			return err
		}, map[string]string{"subscription_data[application_fee_percent]": "0.6000"}},
		"an order of nothing yet": {func(a *gateway.Account) error {
			_, err := a.CreateOrder(t.Context(), gateway.Order{Mode: "setup"})
			return err
		}, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for g, want := range map[billing.Gateway]map[string]string{billing.GatewayConnect: c.want, billing.GatewayManaged: {}} {
				server := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, answer))
				p := served(g)
				a, err := gateway.New(p, p, server.URL).Account(t.Context(), scope, billing.Project{Owner: p.owner}, nil)
				if err == nil {
					err = c.do(a)
				}
				if err != nil {
					t.Fatal(err)
				}
				requests := server.Requests()
				got := map[string]string{}
				for _, field := range []string{"application_fee_amount", "payment_intent_data[application_fee_amount]", "subscription_data[application_fee_percent]"} {
					if v := requests[len(requests)-1].Form.Get(field); v != "" {
						got[field] = v
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", g, diff)
				}
			}
		})
	}
}

func TestScopeOf(t *testing.T) {
	t.Parallel()
	connected := billing.Route{Gateway: billing.GatewayConnect, Account: "acct_1"}
	mine := fmt.Sprintf(`{"project_id": %q}`, scope.Project)
	event := func(object string) string { return `{"livemode": false, "data": {"object": ` + object + `}}` }
	for name, c := range map[string]struct {
		from  billing.Route
		event string
		found bool
		fails bool
	}{
		"its metadata":                 {connected, event(`{"object": "subscription", "metadata": ` + mine + `}`), true, false},
		"a subscription's, of invoice": {connected, event(`{"object": "invoice", "metadata": {}, "subscription_details": {"metadata": ` + mine + `}}`), true, false},
		"as invoices are since basil":  {connected, event(`{"object": "invoice", "parent": {"subscription_details": {"metadata": ` + mine + `}}}`), true, false},
		"its customer":                 {connected, event(`{"object": "charge", "customer": "cus_1", "metadata": {}}`), true, false},
		"a customer":                   {connected, event(`{"object": "customer", "id": "cus_1"}`), true, false},
		"a charge of the customer's":   {connected, event(`{"object": "dispute", "charge": "ch_1"}`), true, false},
		"a charge that is gone":        {connected, event(`{"object": "dispute", "charge": "ch_gone"}`), false, false},
		"a charge that cannot be read": {connected, event(`{"object": "dispute", "charge": "ch_failing"}`), false, true},
		"an unknown customer":          {connected, event(`{"object": "charge", "customer": "cus_2"}`), false, false},
		"nobody":                       {connected, event(`{"object": "payout"}`), false, false},
		"a name that is no project":    {connected, event(`{"object": "charge", "customer": "cus_1", "metadata": {"project_id": "mine"}}`), true, false},
		"an account that names it":     {billing.Route{Gateway: billing.GatewayConnect, Account: "acct_2"}, event(`{"metadata": ` + mine + `}`), false, false},
		"another gateway":              {billing.Route{Gateway: billing.GatewayManaged}, event(`{"metadata": ` + mine + `}`), false, false},
		"the other mode":               {connected, `{"livemode": true, "data": {"object": {"metadata": ` + mine + `}}}`, false, false},
		"no JSON":                      {connected, `{`, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := functiontest.NewStripe(t, func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/v1/charges/ch_1":
					functiontest.Answering(http.StatusOK, `{"id": "ch_1", "object": "charge", "customer": "cus_1"}`)(w, r)
				case "/v1/charges/ch_gone":
					functiontest.Answering(http.StatusNotFound, `{"error": {"type": "invalid_request_error", "code": "resource_missing"}}`)(w, r)
				default:
					functiontest.Answering(http.StatusForbidden, `{"error": {"type": "invalid_request_error"}}`)(w, r)
				}
			})
			p := served(billing.GatewayConnect)
			p.others = map[string]uuid.UUID{"acct_1 test cus_1": scope.Project}
			got, err := gateway.New(p, p, server.URL).ScopeOf(t.Context(), c.from, []byte(c.event))
			want := billing.Scope{}
			if c.found {
				want = scope
			}
			if got != want || (err != nil) != c.fails {
				t.Errorf("ScopeOf = %v, %v, want %v, an error: %t", got, err, want, c.fails)
			}
		})
	}
}

// An event that the deployment's account has, but another project's, is none.
func TestEventsOfOthersAreNotRead(t *testing.T) {
	t.Parallel()
	for metadata, found := range map[string]bool{scope.Project.String(): true, uuid.NewString(): false, "": false} {
		p := served(billing.GatewayManaged)
		server := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, fmt.Sprintf(
			`{"id": "evt_1", "object": "event", "livemode": false, "data": {"object": {"metadata": {"project_id": %q}}}}`, metadata)))
		body, err := gateway.New(p, p, server.URL).Event(t.Context(), scope, "evt_1")
		if found != (err == nil) || !found && !errors.Is(err, gateway.ErrNoEvent) || found != (len(body) > 0) {
			t.Errorf("of %q: %s, %v", metadata, body, err)
		}
	}
}

func TestOAuth(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		body    string
		account string
		code    string // of the error
	}{
		"connected":      {200, `{"stripe_user_id": "acct_1", "livemode": false}`, "acct_1", ""},
		"the other mode": {200, `{"stripe_user_id": "acct_1", "livemode": true}`, "", "connect_failed"},
		"no account":     {200, `{"livemode": false}`, "", "connect_failed"},
		"used code":      {400, `{"error": "invalid_grant", "error_description": "This authorization code has already been used: ac_1"}`, "", "invalid_grant"},
		"rejected key":   {401, `{"error": "invalid_client", "error_description": "No such API key: sk_test_c***"}`, "", "stripe_credentials_rejected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := functiontest.NewStripe(t, functiontest.Answering(c.status, c.body))
			p := served(billing.GatewayConnect)
			got, err := gateway.New(p, p, server.URL).Connect(t.Context(), billing.Test, "ac_1")
			var known *billing.Error
			if got != c.account || c.code == "" && err != nil || c.code != "" && (!errors.As(err, &known) || known.Code != c.code) {
				t.Errorf("Connect = %q, %v, want %q, %q", got, err, c.account, c.code)
			}
			sent := server.Requests()[0]
			if sent.Operation != "POST /oauth/token" || sent.Form.Get("code") != "ac_1" || sent.Form.Get("grant_type") != "authorization_code" || sent.Key != "sk_test_connect" {
				t.Errorf("sent %+v", sent)
			}
		})
	}
	p := served(billing.GatewayConnect)
	if url, err := gateway.New(p, p, "").AuthorizeURL(t.Context(), billing.Live, "state", "https://api.example.com/"); billing.KindOf(err) != billing.PermissionDenied {
		t.Errorf("without an application: %q, %v", url, err)
	}
	url, err := gateway.New(p, p, "").AuthorizeURL(t.Context(), billing.Test, "state-1", "https://api.example.com/callback")
	const want = "https://connect.stripe.com/oauth/authorize?client_id=ca_1&redirect_uri=https%3A%2F%2Fapi.example.com%2Fcallback&response_type=code&scope=read_write&state=state-1"
	if url != want || err != nil {
		t.Errorf("AuthorizeURL = %q, %v", url, err)
	}
}
