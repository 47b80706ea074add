package contract_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"billhook/infra/local/story"
)

// place is as whom and on what an operation is tried.
type place struct {
	developer, user string // who call, by their subjects
	project         string
	key             string     // the id of the API key that the path names
	subscription    string     // Stripe's id of the one that the path names
	event           string     // Stripe's id of the one that the path names
	customer        string     // Stripe's id of the one that the request names
	session         string     // Stripe's id of the one that the path names
	payment         string     // the record's id of the one that the path names
	plan, feature   string     // billhook's id of a plan, and the key of a feature of it
	grant           string     // billhook's id of the one that the path names
	asked           url.Values // what the query must have
	hold, charge    string     // what the path names of the ledger
	pair            apiKey     // of the project, for backends
	stripeKey       string     // opens the project's account at Stripe
	secret          string     // of the project's webhooks
}

func (p place) developerToken(t *testing.T) string { return issued(t)(issuer().Developer(p.developer)) }

func (p place) userToken(t *testing.T) string {
	return issued(t)(issuer().EndUser(p.user, p.project))
}

func issued(t *testing.T) func(string, error) string {
	t.Helper()
	return func(token string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
}

// newSeller is a project that is ready to sell, as the story makes it, and a
// user of it who has bought nothing.
func newSeller(t *testing.T) place {
	t.Helper()
	shop, err := story.Setup(t.Context(), story.World{
		API: running.APIURL, Stripe: running.StripeURL,
		DeveloperToken: issuer().Developer, UserToken: issuer().EndUser,
	}, story.NewShop())
	if err != nil {
		t.Fatal(err)
	}
	p := place{developer: shop.Developer, user: shop.User, project: shop.Project, stripeKey: shop.StripeKey}
	p.pair = p.newKey(t, p.projectKeys())
	return p.sellPlans(t)
}

// newProject is a new developer's project, without a Stripe configuration.
func newProject(t *testing.T) place {
	t.Helper()
	p := place{developer: uuid.NewString(), user: uuid.NewString()}
	p.project = p.create(t, "/api/v1/projects/", `{"name": "Contract"}`)["id"].(string)
	return p
}

// configured is a new project with credentials for test mode, and plans. Nothing
// at Stripe sends it events.
func configured(t *testing.T) place {
	t.Helper()
	p := newProject(t)
	p.secret, p.stripeKey = "whsec_"+word(), "sk_test_"+word()
	p.call(t, http.MethodPut, "/api/v1/payments/stripe/projects/"+p.project+"/config",
		encode(t, map[string]string{"test_secret_key": p.stripeKey, "test_webhook_secret": p.secret}))
	p.pair = p.newKey(t, p.projectKeys())
	return p.sellPlans(t)
}

// word is text that nobody else has.
func word() string { return strings.ReplaceAll(uuid.NewString(), "-", "") }

// buyer is a new user of the project.
func (p place) buyer() place {
	p.user = uuid.NewString()
	return p
}

// subscriber is a new user of the project, who has a subscription.
func (p place) subscriber(t *testing.T) place {
	t.Helper()
	p = p.buyer()
	p.subscribe(t)
	return p
}

// subscribe has the user buy the document's example, and waits until the
// webhooks have arrived.
func (p place) subscribe(t *testing.T) {
	t.Helper()
	o := operationNamed(t, "createCheckoutSession")
	a := o.send(t, o.request(t, p))
	a.is(t, http.StatusOK)
	checkout, _ := a.decode(t).(map[string]any)
	pay(t, checkout["checkout_url"].(string))
	p.settle(t)
}

// pay fills in the hosted page as a buyer would, and answers where the buyer is
// sent.
func pay(t *testing.T, page string) string {
	t.Helper()
	return submit(t, page, url.Values{
		"card_number": {"4242 4242 4242 4242"}, "card_expiry": {"12 / 34"}, "card_cvc": {"123"},
		"name": {"Grace Buyer"}, "email": {"grace@example.com"},
	})
}

// submit sends the form of a page of Stripe's, and answers where that leads.
func submit(t *testing.T, page string, form url.Values) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, page, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	received, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = received.Body.Close() // only the redirect matters
	if received.StatusCode != http.StatusSeeOther {
		t.Fatalf("the form of %s: %s", page, received.Status)
	}
	return received.Header.Get("Location")
}

// settle waits until Stripe has delivered all events of the project.
func (p place) settle(t *testing.T) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, running.StripeURL+"/_sandbox/settle", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(p.stripeKey, "")
	received, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = received.Body.Close() // only the status matters
	if received.StatusCode != http.StatusOK {
		t.Fatalf("waiting for the webhooks: %s", received.Status)
	}
}

// call calls the API as the developer, which must succeed.
func (p place) call(t *testing.T, method, path, body string) answer {
	t.Helper()
	r := request{method: method, path: path, header: http.Header{"Content-Type": {"application/json"}}, body: body}
	r.bearer(p.developerToken(t))
	a := send(t, r)
	if a.status >= http.StatusMultipleChoices {
		t.Fatalf("preparing: %v", a)
	}
	return a
}

func (p place) create(t *testing.T, path, body string) map[string]any {
	t.Helper()
	created, _ := p.call(t, http.MethodPost, path, body).decode(t).(map[string]any)
	return created
}

// apiKey is an API key: its id, the key itself, and its secret part if it is a
// project's.
type apiKey struct{ id, key, secret string }

const developerKeys = "/api/v1/auth/developer-keys"

func (p place) projectKeys() string { return "/api/v1/projects/" + p.project + "/api-keys" }

// newKey creates a key under a path; revoke ends it.
func (p place) newKey(t *testing.T, path string) apiKey {
	t.Helper()
	created := p.create(t, path, `{}`)
	secret, _ := created["secret_key"].(string)
	return apiKey{created["id"].(string), created["key"].(string), secret}
}

func (p place) revoke(t *testing.T, path string, k apiKey) {
	t.Helper()
	p.call(t, http.MethodDelete, path+"/"+k.id, "")
}
