package functiontest

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/client"

	"billhook/pkg/billing"
)

const (
	managedKey  = "sk_test_canaryManaged4242"
	platformKey = "sk_test_canaryPlatform4242"
)

// Lend gives the deployment an account for each gateway, in test mode. That of
// stripe_connect is the one that Sandbox.Connect makes connected accounts of.
func (w *World) Lend(t *testing.T) {
	t.Helper()
	w.CreateSecret(t, "billhook-test/stripe/gateways", `{
		"managed": {"secret_key": "`+managedKey+`"},
		"platform": {"test": {"secret_key": "`+platformKey+`"}},
		"connect": {"test": {"client_id": "ca_1", "secret_key": "`+Credentials(billing.Test).SecretKey.Reveal()+`"}}
	}`)
}

// Through has a project sell through a gateway from now on, in test mode: with
// keys of its own, or without, as its tenant has picked.
func (w *World) Through(t *testing.T, project uuid.UUID, r billing.Route) {
	t.Helper()
	p, config, err := w.Function.Table.Project(t.Context(), project)
	if err != nil {
		t.Fatal(err)
	}
	if r.Own() {
		w.Configure(t, project, billing.Test, Credentials(billing.Test))
		return
	}
	if config != nil {
		w.EditConfig(t, project, func(c *billing.StripeConfig) { c.Active = false })
	}
	sw, err := w.Function.Table.Switch(t.Context(), p.Owner)
	if err != nil {
		t.Fatal(err)
	}
	sw.Enabled, sw.Gateway, sw.Test.ID = true, r.Gateway, r.Account
	if err := w.Function.Table.SaveSwitch(t.Context(), sw); err != nil {
		t.Fatal(err)
	}
}

// at is the sandbox as a route's account opens it, and the account to name in
// the parameters of calls; nil for none.
func (s *Sandbox) at(r billing.Route) (*client.API, *string) {
	key := Credentials(billing.Test).SecretKey.Reveal()
	switch r.Gateway {
	case billing.GatewayManaged:
		key = managedKey
	case billing.GatewayPlatform:
		key = platformKey
	case billing.GatewayOwnKeys, billing.GatewayConnect:
	}
	api := client.New(key, s.backends)
	if r.Account == "" {
		return api, nil
	}
	return api, &r.Account
}

// Prices are those of a product in a route's account: whether each is active, by
// its id.
func (s *Sandbox) Prices(t *testing.T, r billing.Route, product string) map[string]bool {
	t.Helper()
	api, account := s.at(r)
	found := map[string]bool{}
	list := api.Prices.List(&stripe.PriceListParams{Product: &product, ListParams: stripe.ListParams{StripeAccount: account}})
	for list.Next() {
		found[list.Price().ID] = list.Price().Active
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// Product is one in a route's account.
func (s *Sandbox) Product(t *testing.T, r billing.Route, id string) *stripe.Product {
	t.Helper()
	api, account := s.at(r)
	product, err := api.Products.Get(id, &stripe.ProductParams{Params: stripe.Params{StripeAccount: account}})
	if err != nil {
		t.Fatal(err)
	}
	return product
}

// Session is a checkout session in a route's account, with what it sells.
func (s *Sandbox) Session(t *testing.T, r billing.Route, id string) *stripe.CheckoutSession {
	t.Helper()
	api, account := s.at(r)
	params := &stripe.CheckoutSessionParams{Params: stripe.Params{StripeAccount: account}}
	params.AddExpand("line_items")
	session, err := api.CheckoutSessions.Get(id, params)
	if err != nil {
		t.Fatal(err)
	}
	return session
}
