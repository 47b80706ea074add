package contract_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/store"
)

// accountBilling are the drivers of the Account API's plan billing.
var accountBilling = map[string]driver{
	"getAccountBilling": {prepare: selling, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, withoutStripe: true},
	"listTiers": {
		prepare: asDeployed, foreign: []reach{nothingForeign}, withoutStripe: true,
		refused: map[string]int{"project_id=": http.StatusBadRequest}, // the header names another
	},
	"createTierCheckout": {
		prepare: withTier, foreign: []reach{nothingForeign}, newcomer: http.StatusBadRequest, sells: true, // newcomers' projects have no tiers
		texts:   map[string]func(int) string{"success_url": address, "cancel_url": address},
		refused: map[string]int{"tier ": http.StatusBadRequest}, // no such tier
	},
	"verifyTierCheckout": {
		prepare: withTierBought, foreign: []reach{nothingForeign, dataInQuery}, newcomer: http.StatusNotFound,
		unknown: "Checkout session not found", asked: map[string]func(place) string{"session_id": sessionOf},
	},
	"openBillingPortal":   {prepare: selling, foreign: []reach{nothingForeign}, newcomer: http.StatusNotFound},
	"receiveBillingEvent": {prepare: asDeployed, foreign: []reach{signed}, badBody: http.StatusBadRequest},
}

func sessionOf(p place) string { return p.session }

// withTier is a new user of the seller's, who sells the tier of the document's
// example.
func withTier(t *testing.T, seller place) place {
	t.Helper()
	seller.sellTier(t)
	return seller.buyer()
}

// sellTier has the project sell the tier, unless it does already.
func (p place) sellTier(t *testing.T) {
	t.Helper()
	r := request{
		method: http.MethodPost, path: "/v1/dashboard/apps/" + p.project + "/billing/plans", header: http.Header{"Content-Type": {"application/json"}},
		body: `{"key": "pro", "name": "Pro", "stripePriceMonthlyId": "price_pro_monthly", "stripePriceYearlyId": "price_pro_yearly"}`,
	}
	r.bearer(p.developerToken(t))
	if a := send(t, r); a.status != http.StatusCreated && a.status != http.StatusConflict {
		t.Fatalf("selling a tier: %v", a)
	}
}

// withTierBought is a new user of the seller's, who has bought the tier.
func withTierBought(t *testing.T, seller place) place {
	t.Helper()
	p := withTier(t, seller)
	o := operationNamed(t, "createTierCheckout")
	a := o.send(t, o.request(t, p))
	a.is(t, http.StatusOK)
	p.session = a.text(t, "session_id")
	pay(t, a.text(t, "url"))
	p.settle(t)
	return p
}

// standing is the deployment's default project, which the stack is started
// with and which the tests share.
var standing = struct {
	project string
	prepare sync.Once
	place   place
}{project: uuid.NewString()}

// asDeployed is the default project.
func asDeployed(t *testing.T, _ place) place { t.Helper(); return defaultProject(t) }

// defaultProject is the deployment's default project, with credentials for test
// mode and an endpoint at Stripe that sends to the path without a project.
func defaultProject(t *testing.T) place {
	t.Helper()
	standing.prepare.Do(func() {
		p := place{developer: uuid.NewString(), user: uuid.NewString(), project: standing.project, stripeKey: "sk_test_" + word()}
		err := store.Open(running.DynamoDB(), running.TableName).CreateProject(t.Context(), billing.Project{
			ID: uuid.MustParse(p.project), Owner: p.developer, Name: "Default", Active: true, CreatedAt: time.Now().UTC(),
		})
		if err != nil {
			t.Fatal(err)
		}
		p.secret = p.registerEndpoint(t, running.APIURL+"/api/billing/webhook",
			"checkout.session.completed", "customer.subscription.updated", "customer.subscription.deleted",
			"invoice.payment_succeeded", "invoice.payment_failed")
		p.call(t, http.MethodPut, "/api/v1/payments/stripe/projects/"+p.project+"/config",
			encode(t, map[string]string{"test_secret_key": p.stripeKey, "test_webhook_secret": p.secret}))
		standing.place = p
	})
	if standing.place.project == "" {
		t.Fatal("the default project could not be prepared")
	}
	return standing.place
}

// registerEndpoint has Stripe send events to a URL, and answers the secret that
// it signs them with.
func (p place) registerEndpoint(t *testing.T, target string, events ...string) string {
	t.Helper()
	form := url.Values{"url": {target}, "enabled_events[]": events}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, running.StripeURL+"/v1/webhook_endpoints", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(p.stripeKey, "")
	received, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = received.Body.Close() }() // it was read to its end
	var endpoint struct {
		Secret string `json:"secret"`
	}
	if err := json.NewDecoder(received.Body).Decode(&endpoint); err != nil || endpoint.Secret == "" {
		t.Fatalf("registering %s: %s, %v", target, received.Status, err)
	}
	return endpoint.Secret
}
