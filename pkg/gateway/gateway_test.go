package gateway_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

const secretKey = "sk_test_canarySecretKey4242"

// project is a project with its credentials, kept in memory.
type project struct {
	config  *billing.StripeConfig
	owner   string
	sw      billing.Switch
	lent    billing.Gateways
	others  map[string]uuid.UUID // whose the customers are in shared accounts
	read    []billing.Scope
	failure error
}

func (p *project) Project(context.Context, uuid.UUID) (billing.Project, *billing.StripeConfig, error) {
	return billing.Project{Owner: p.owner}, p.config, p.failure
}

func (p *project) Switch(_ context.Context, tenant string) (billing.Switch, error) {
	if tenant != p.owner {
		return billing.Switch{}, errors.New("not the owner's switch")
	}
	return p.sw, p.failure
}

func (p *project) ProjectOfCustomer(_ context.Context, r billing.Route, m billing.Mode, customer string) (uuid.UUID, error) {
	return p.others[r.String()+" "+string(m)+" "+customer], p.failure
}

func (p *project) Gateways(context.Context) (billing.Gateways, error) { return p.lent, p.failure }

func (p *project) Credentials(_ context.Context, s billing.Scope, version string) (billing.Credentials, error) {
	p.read = append(p.read, s)
	if version != p.config.Set(s.Mode).Version {
		return billing.Credentials{}, errors.New("not the version in force")
	}
	if s.Mode == billing.Live {
		return billing.Credentials{SecretKey: "sk_live_canarySecretKey4242"}, p.failure
	}
	return billing.Credentials{SecretKey: secretKey}, p.failure
}

func configured() *project {
	return &project{config: &billing.StripeConfig{
		Active: true, Test: billing.CredentialSet{Version: "v1", SecretKey: "sk_test_...4242"},
	}}
}

var scope = billing.Scope{Project: uuid.MustParse("2b6f8c1e-54d7-4a0b-9f3c-8e17d2a6b904"), Mode: billing.Test}

// account opens the scope's account at a Stripe.
func account(t *testing.T, base string) *gateway.Account {
	t.Helper()
	p := configured()
	a, err := gateway.New(p, p, base).Account(t.Context(), scope, billing.Project{}, p.config)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAccountNeedsUsableCredentials(t *testing.T) {
	t.Parallel()
	test := billing.CredentialSet{Version: "v1", SecretKey: "sk_test_...4242"}
	live := billing.CredentialSet{Version: "v2", SecretKey: "sk_live_...4242"}
	for name, c := range map[string]struct {
		config *billing.StripeConfig
		mode   billing.Mode
		opens  bool
	}{
		"no configuration":        {nil, billing.Test, false},
		"configured":              {&billing.StripeConfig{Active: true, Test: test}, billing.Test, true},
		"the other mode only":     {&billing.StripeConfig{Active: true, Test: test}, billing.Live, false},
		"both modes":              {&billing.StripeConfig{Active: true, Test: test, Live: live}, billing.Live, true},
		"deactivated":             {&billing.StripeConfig{Active: false, Test: test}, billing.Test, false},
		"only a webhook secret":   {&billing.StripeConfig{Active: true, Test: billing.CredentialSet{Version: "v1", WebhookSecret: "whsec_...4242"}}, billing.Test, false},
		"only a publishable key ": {&billing.StripeConfig{Active: true, Test: billing.CredentialSet{Version: "v1", PublishableKey: "pk_test_...4242"}}, billing.Test, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &project{config: c.config}
			s := billing.Scope{Project: scope.Project, Mode: c.mode}
			_, err := gateway.New(p, p, "").Account(t.Context(), s, billing.Project{}, c.config)
			if c.opens {
				if err != nil || !cmp.Equal([]billing.Scope{s}, p.read) {
					t.Errorf("err = %v, credentials read of %v", err, p.read)
				}
				return
			}
			var known *billing.Error
			if !errors.As(err, &known) || known.Kind != billing.NotFound || known.Code != "stripe_not_configured" || len(p.read) != 0 {
				t.Errorf("err = %v, credentials read of %v", err, p.read)
			}
			if !strings.Contains(err.Error(), string(c.mode)) {
				t.Errorf("err = %v does not name the mode", err)
			}
		})
	}
}

func TestAccountFailsWithItsCredentials(t *testing.T) {
	t.Parallel()
	p := configured()
	p.failure = errors.New("no secrets today")
	if _, err := gateway.New(p, p, "").Account(t.Context(), scope, billing.Project{}, p.config); !errors.Is(err, p.failure) {
		t.Errorf("err = %v", err)
	}
}

const customerJSON = `{"id": "cus_1", "object": "customer"}`

func TestCreateCustomer(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, customerJSON))
	a := account(t, stripe.URL)
	got, err := a.CreateCustomer(t.Context(), "developer-1", "user-1", "nora@example.com", "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(billing.Customer{ID: "cus_1", User: "user-1", Email: "nora@example.com", Own: true}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := a.CreateCustomer(t.Context(), "developer-1", "user-1", "", ""); err != nil {
		t.Fatal(err)
	}
	requests := stripe.Requests()
	for i := range requests {
		requests[i].IdempotencyKey = ""
	}
	want := []functiontest.StripeRequest{
		{Operation: "POST /v1/customers", Key: secretKey, Form: map[string][]string{
			"email":                {"nora@example.com"},
			"metadata[user_id]":    {"user-1"},
			"metadata[project_id]": {scope.Project.String()},
			"metadata[tenant_id]":  {"developer-1"},
		}},
		{Operation: "POST /v1/customers", Key: secretKey, Form: map[string][]string{
			"metadata[user_id]":    {"user-1"},
			"metadata[project_id]": {scope.Project.String()},
			"metadata[tenant_id]":  {"developer-1"},
		}},
	}
	if diff := cmp.Diff(want, requests); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// One user's customer is one operation, however often it is tried; anything
// that differs makes it another.
func TestCustomersHaveAnIdempotencyKeyOfTheirOwn(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, customerJSON))
	p := configured()
	p.config.Live = billing.CredentialSet{Version: "v2", SecretKey: "sk_live_...4242"}
	g := gateway.New(p, p, stripe.URL)
	create := func(s billing.Scope, user, email, deleted string) string {
		t.Helper()
		a, err := g.Account(t.Context(), s, billing.Project{}, p.config)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.CreateCustomer(t.Context(), "developer-1", user, email, deleted); err != nil {
			t.Fatal(err)
		}
		return stripe.Requests()[0].IdempotencyKey
	}
	key := create(scope, "user-1", "nora@example.com", "")
	if again := create(scope, "user-1", "nora@example.com", ""); again != key || !strings.HasPrefix(key, "billhook-") {
		t.Errorf("keys of one customer: %q and %q", key, again)
	}
	if len(key) > 255 {
		t.Errorf("Stripe takes keys of up to 255 characters: %q", key)
	}
	for name, other := range map[string]string{
		"another user":           create(scope, "user-2", "nora@example.com", ""),
		"another email":          create(scope, "user-1", "n@example.com", ""),
		"after a deletion":       create(scope, "user-1", "nora@example.com", "cus_0"),
		"shifted between fields": create(scope, "user-1n", "ora@example.com", ""),
		"the other mode":         create(billing.Scope{Project: scope.Project, Mode: billing.Live}, "user-1", "nora@example.com", ""),
		"another project":        create(billing.Scope{Project: uuid.New(), Mode: billing.Test}, "user-1", "nora@example.com", ""),
	} {
		if other == key || other == "" {
			t.Errorf("%s: key %q", name, other)
		}
	}
}

func TestCreateCheckoutSession(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		checkout gateway.Checkout
		form     map[string][]string
	}{
		"subscription": {
			gateway.Checkout{Recurring: true, Metadata: map[string]string{"campaign": "spring"}},
			map[string][]string{
				"mode":                                    {"subscription"},
				"metadata[campaign]":                      {"spring"},
				"subscription_data[metadata][campaign]":   {"spring"},
				"subscription_data[metadata][user_id]":    {"user-1"},
				"subscription_data[metadata][project_id]": {scope.Project.String()},
			},
		},
		"payment": {
			gateway.Checkout{},
			map[string][]string{
				"mode":                                   {"payment"},
				"payment_intent_data[metadata][user_id]": {"user-1"},
				"payment_intent_data[metadata][project_id]": {scope.Project.String()},
			},
		},
		"metadata that pretends": {
			gateway.Checkout{Metadata: map[string]string{"user_id": "user-2", "project_id": "another"}},
			map[string][]string{
				"mode":                                   {"payment"},
				"payment_intent_data[metadata][user_id]": {"user-1"},
				"payment_intent_data[metadata][project_id]": {scope.Project.String()},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK,
				`{"id": "cs_test_1", "object": "checkout.session", "url": "https://checkout.stripe.com/c/pay/cs_test_1"}`))
			c.checkout.Customer, c.checkout.User, c.checkout.Price, c.checkout.Quantity = "cus_1", "user-1", "price_1", 3
			c.checkout.SuccessURL, c.checkout.CancelURL = "https://a.example/?s={CHECKOUT_SESSION_ID}", "https://a.example/no"
			a := account(t, stripe.URL)
			got, err := a.CreateCheckoutSession(t.Context(), c.checkout)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(gateway.Session{ID: "cs_test_1", URL: "https://checkout.stripe.com/c/pay/cs_test_1"}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for name, value := range map[string]string{
				"customer": "cus_1", "client_reference_id": "user-1", "line_items[0][price]": "price_1", "line_items[0][quantity]": "3",
				"success_url": "https://a.example/?s={CHECKOUT_SESSION_ID}", "cancel_url": "https://a.example/no",
				"metadata[user_id]": "user-1", "metadata[project_id]": scope.Project.String(),
			} {
				c.form[name] = []string{value}
			}
			first := stripe.Requests()[0]
			if diff := cmp.Diff(c.form, map[string][]string(first.Form)); diff != "" {
				t.Errorf("form (-want +got):\n%s", diff)
			}
			if _, err := a.CreateCheckoutSession(t.Context(), c.checkout); err != nil {
				t.Fatal(err)
			}
			if second := stripe.Requests()[0]; first.IdempotencyKey == "" || second.IdempotencyKey == first.IdempotencyKey {
				t.Errorf("keys of two purchases: %q and %q", first.IdempotencyKey, second.IdempotencyKey)
			}
		})
	}
}

const subscriptionJSON = `{
  "id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active", "created": 1770110100,
  "metadata": {"user_id": "user-1"}, "current_period_start": 1770110100, "current_period_end": 1772529300,
  "items": {"object": "list", "data": [{"id": "si_1", "object": "subscription_item", "quantity": 2, "price": {"id": "price_1", "nickname": "Team"}}]}
}`

func TestSubscriptionIsReadAsItIsNow(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, subscriptionJSON))
	p := configured()
	got, _, err := gateway.New(p, p, stripe.URL).Subscription(t.Context(), scope, "sub_1")
	if err != nil {
		t.Fatal(err)
	}
	state := billing.SubscriptionState{
		Status: billing.StatusActive, Price: "price_1", Plan: "Team", Quantity: 2,
		CurrentPeriodStart: billing.At(1770110100), CurrentPeriodEnd: billing.At(1772529300),
	}
	want := billing.SubscriptionFact{
		ID: "sub_1", Customer: "cus_1", User: "user-1", CreatedAt: time.Date(2026, 2, 3, 9, 15, 0, 0, time.UTC), After: state, Before: state,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if requests := stripe.Requests(); len(requests) != 1 || requests[0].Operation != "GET /v1/subscriptions/sub_1" || requests[0].Key != secretKey {
		t.Errorf("requests: %+v", requests)
	}
}

func TestSubscriptionThatCannotBeRead(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, `{"id": "sub_1", "object": "subscription"}`))
	p := configured()
	g := gateway.New(p, p, stripe.URL)
	if got, _, err := g.Subscription(t.Context(), scope, "sub_1"); err == nil {
		t.Errorf("an incomplete subscription was read as %+v", got)
	}
	if got, _, err := g.Subscription(t.Context(), billing.Scope{Project: scope.Project, Mode: billing.Live}, "sub_1"); billing.KindOf(err) != billing.NotFound {
		t.Errorf("without credentials: %+v, %v", got, err)
	}
	p.failure = errors.New("no table today")
	if got, _, err := g.Subscription(t.Context(), scope, "sub_1"); !errors.Is(err, p.failure) {
		t.Errorf("without a table: %+v, %v", got, err)
	}
}
