package contract_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// driver is what the tests know of an operation beyond the document.
type driver struct {
	// prepare makes a place where the operation succeeds once; seller is a
	// project that sells, with a subscribed user.
	prepare func(t *testing.T, seller place) place
	// foreign is what there may be in the request that is not the caller's.
	foreign []reach
	// newcomer is the answer to an end user who has bought nothing.
	newcomer int
	// sells: something is bought, which is 403 where billing is off.
	sells bool
	// twice makes a place with two rows to list, if it takes more than two
	// subscribers.
	twice func(t *testing.T, seller place) place
	// texts are members that must have a form, by the length that is wanted.
	texts map[string]func(n int) string
	// needed are members that the body must have though its schema cannot say so.
	needed []string
	// kept is a member that a body keeps which has no others: it must have some.
	kept string
	// named are members of the body that name something of the place.
	named map[string]func(place) string
	// asked are members of the query that name something of the place; of one
	// that has nothing, the document's example is sent.
	asked map[string]func(place) string
	// anything is the parameter in the path that may name what nobody knows.
	anything string
	// refused are right variants of the body or the query, by how their names
	// begin, that something speaks against which the document cannot say: the
	// status.
	refused map[string]int
	// unknown is what is said of data in the path that the project does not have.
	unknown string
	// badBody is the answer to a body that is no JSON object, if it is no 422.
	badBody int
	// unknownStatus is the status of such data, if it is no 404.
	unknownStatus int
	// judged are members of the body with no bounds but what the answer knows.
	judged []string
	// withoutStripe: it works in a mode that has no Stripe keys, too.
	withoutStripe bool
	// inLive is what it answers there, if that is no success: nothing was done there.
	inLive int
	// ledger: the ledger makes it happen once, and no answer is kept beside that.
	ledger bool
}

// reach says how far a request can reach for what is not the caller's.
type reach string

const (
	// nothingForeign: the request names nothing; callers meet their own only.
	nothingForeign reach = "nothing"
	// projectInPath: another tenant's project is forbidden, an unknown one is
	// not found.
	projectInPath reach = "the project in the path"
	// projectInQuery: another tenant's project is as an unknown one.
	projectInQuery reach = "the project in the query"
	// keyInPath: another's key is as an unknown one.
	keyInPath reach = "the key in the path"
	// dataInPath: what the path names, such as a subscription, is as unknown if it
	// is another's, or of the other mode.
	dataInPath reach = "data in the path"
	// dataInBody: so is what the body names.
	dataInBody reach = "data in the body"
	// dataInQuery: so is what the query names.
	dataInQuery reach = "data in the query"
	// projectNamed: the query names a project, as a path does.
	projectNamed reach = "the project named in the query"
	// stateInQuery: a connection is begun by its owner, and completed once.
	stateInQuery reach = "the state in the query"
	// signed: whoever signs with the project's secret is Stripe.
	signed reach = "the signature"
)

// drivers are by the operations' ids; those of other families are in files of
// their own.
var drivers = union(planDrivers, accountBilling, accountDrivers, map[string]driver{
	"listProjects":       {prepare: fresh(newProject), foreign: []reach{nothingForeign}},
	"createProject":      {prepare: fresh(newProject), foreign: []reach{nothingForeign}, texts: map[string]func(int) string{"redirect_origins": origin}},
	"getProject":         {prepare: fresh(newProject), foreign: []reach{projectInPath}},
	"updateProject":      {prepare: fresh(newProject), foreign: []reach{projectInPath}, texts: map[string]func(int) string{"redirect_origins": origin}},
	"deleteProject":      {prepare: fresh(newProject), foreign: []reach{projectInPath}},
	"listProjectKeys":    {prepare: fresh(withProjectKey), foreign: []reach{projectInPath}},
	"createProjectKey":   {prepare: fresh(newProject), foreign: []reach{projectInPath}},
	"revokeProjectKey":   {prepare: fresh(withProjectKey), foreign: []reach{projectInPath, keyInPath}},
	"listDeveloperKeys":  {prepare: fresh(withDeveloperKey), foreign: []reach{nothingForeign}},
	"createDeveloperKey": {prepare: fresh(newProject), foreign: []reach{nothingForeign}},
	"revokeDeveloperKey": {prepare: fresh(withDeveloperKey), foreign: []reach{keyInPath}},

	"getStripeConfig":      {prepare: fresh(configured), foreign: []reach{projectInPath}},
	"putStripeConfig":      {prepare: fresh(newProject), foreign: []reach{projectInPath}, texts: credentials},
	"deleteStripeConfig":   {prepare: fresh(configured), foreign: []reach{projectInPath}},
	"getWebhookURLs":       {prepare: fresh(newProject), foreign: []reach{projectInPath}},
	"getCredentialsStatus": {prepare: fresh(configured), foreign: []reach{projectInPath}},
	"validateCredentials": {
		prepare: fresh(newProject), foreign: []reach{projectInPath},
		texts: map[string]func(int) string{"secret_key": starting("sk_test_")},
	},

	"listProjectSubscriptions": {prepare: selling, foreign: []reach{projectInPath}},
	"listProjectPayments":      {prepare: selling, foreign: []reach{projectInPath}},
	"listSubscriptions":        {prepare: selling, foreign: []reach{nothingForeign, projectInQuery}},
	"listTransactions":         {prepare: selling, foreign: []reach{nothingForeign, projectInQuery}},
	"listPaymentProjects":      {prepare: selling, foreign: []reach{nothingForeign}},
	"getPaymentStats":          {prepare: selling, foreign: []reach{nothingForeign, projectInQuery}},
	"getDailyStats":            {prepare: selling, foreign: []reach{nothingForeign, projectInQuery}},

	"listEvents":  {prepare: selling, foreign: []reach{projectInPath}},
	"replayEvent": {prepare: withEvent, foreign: []reach{projectInPath, dataInPath}, unknown: "Event not found"},
	"getTimeline": {prepare: withSubscription, foreign: []reach{projectInPath, dataInPath}, unknown: "Subscription not found"},

	"createCheckoutSession": {
		prepare: buying, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, sells: true,
		texts:   map[string]func(int) string{"success_url": address, "cancel_url": address},
		refused: map[string]int{"price_id": http.StatusBadRequest, "mode payment": http.StatusBadRequest}, // no such price; the price is not for payments
	},
	"getMySubscription": {prepare: selling, foreign: []reach{nothingForeign}, newcomer: http.StatusOK},
	"listMyPayments":    {prepare: selling, foreign: []reach{nothingForeign}, newcomer: http.StatusOK},
	"createPortalSession": {
		prepare: selling, foreign: []reach{nothingForeign}, newcomer: http.StatusNotFound,
		texts: map[string]func(int) string{"return_url": address},
	},
	"cancelSubscription": {prepare: subscribing, foreign: []reach{nothingForeign}, newcomer: http.StatusNotFound},
	"updateSubscription": {
		prepare: subscribing, foreign: []reach{nothingForeign}, newcomer: http.StatusNotFound,
		refused: map[string]int{"new_price_id": http.StatusBadRequest}, // no such price
	},

	"receiveStripeEvent": {prepare: fresh(configured), foreign: []reach{projectInPath, signed}, badBody: http.StatusBadRequest},

	"listCustomers":  {prepare: selling, foreign: []reach{nothingForeign}},
	"createCustomer": {prepare: selling, foreign: []reach{nothingForeign}, texts: emails},
	"getCustomer":    {prepare: withCustomer, foreign: []reach{dataInPath}, unknown: noCustomer},
	"updateCustomer": {prepare: withCustomer, foreign: []reach{dataInPath}, unknown: noCustomer, texts: emails},
	"deleteCustomer": {prepare: withCustomer, foreign: []reach{dataInPath}, unknown: noCustomer},

	"checkCustomerSubscription": {prepare: selling, foreign: []reach{nothingForeign}},
	"listPrices":                {prepare: selling, foreign: []reach{nothingForeign}},
	"getUsage":                  {prepare: selling, foreign: []reach{nothingForeign}, withoutStripe: true},

	"createCustomerPortalSession": {
		prepare: withCustomer, foreign: []reach{dataInBody}, unknown: noCustomer,
		needed: []string{"customer"}, named: map[string]func(place) string{"customer": customerOf},
		texts:   map[string]func(int) string{"return_url": address, "customer_email": email},
		refused: map[string]int{"customer ": http.StatusNotFound}, // no such customer
	},
	"createServerCheckoutSession": {
		prepare: buying, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, sells: true,
		needed: []string{"line_items"},
		texts:  map[string]func(int) string{"success_url": address, "cancel_url": address, "customer_email": email},
		refused: map[string]int{ // the price is not for subscriptions; in setup mode nothing is sold; no such customer
			"mode subscription": http.StatusBadRequest, "mode setup": http.StatusBadRequest,
			"customer 1": http.StatusNotFound, "customer 2": http.StatusNotFound,
		},
	},
	"getServerCheckoutSession": {prepare: withSession, foreign: []reach{dataInPath}, unknown: "Checkout session not found"},
	"createPaymentIntent": {
		prepare: buying, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, sells: true,
		texts:   map[string]func(int) string{"currency": currency, "receipt_email": email},
		refused: map[string]int{"amount the ": http.StatusBadRequest}, // the currency has closer bounds
	},
	"receiveServerEvent": {prepare: fresh(configured), foreign: []reach{projectInPath, signed}, badBody: http.StatusBadRequest},

	"createPayment": {
		prepare: buying, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, sells: true,
		texts:   map[string]func(int) string{"currency": currency, "customerEmail": email},
		refused: map[string]int{"amountCents the ": http.StatusBadRequest}, // the currency has closer bounds
	},
	"refundPayment": {
		prepare: withPayment, foreign: []reach{dataInPath}, unknown: "Payment not found",
		refused: map[string]int{"amountCents the most": http.StatusBadRequest}, // more than was paid
	},
	"listPayments": {prepare: selling, foreign: []reach{nothingForeign}, newcomer: http.StatusOK, twice: withPayments},
})

// union are the drivers of all families.
func union(families ...map[string]driver) map[string]driver {
	all := map[string]driver{}
	for _, family := range families {
		maps.Copy(all, family)
	}
	return all
}

const noCustomer = "Customer not found"

// known is an operation with its driver.
type known struct {
	operation
	driver
}

// allKnown are all operations. One without a driver fails the test, and so does
// a driver without an operation.
func allKnown(t *testing.T) []known {
	t.Helper()
	var all []known
	for _, o := range operations(t) {
		d, ok := drivers[o.id]
		if !ok || d.prepare == nil || len(d.foreign) == 0 || d.ofNewcomers(o.scheme(t)) != (d.newcomer != 0) {
			t.Errorf("%s %s: %s needs a driver that says all there is to say", o.method, o.path, o.id)
			continue
		}
		all = append(all, known{o, d})
	}
	if len(all) != len(drivers) {
		t.Errorf("%d operations have a driver, and there are %d drivers", len(all), len(drivers))
	}
	return all
}

// ofNewcomers reports whether a user who has bought nothing may call.
func (d driver) ofNewcomers(s scheme) bool {
	return s.ofUser() && slices.Contains(d.foreign, nothingForeign)
}

// namesData reports whether the path names what somebody bought, or was told of.
func (k known) namesData() bool { return slices.Contains(k.foreign, dataInPath) }

func operationNamed(t *testing.T, id string) operation {
	t.Helper()
	for _, o := range operations(t) {
		if o.id == id {
			return o
		}
	}
	t.Fatalf("the document has no operation %s", id)
	return operation{}
}

// How places are prepared.

func fresh(prepare func(*testing.T) place) func(*testing.T, place) place {
	return func(t *testing.T, _ place) place { t.Helper(); return prepare(t) }
}

func selling(_ *testing.T, seller place) place { return seller }

func buying(_ *testing.T, seller place) place { return seller.buyer() }

func subscribing(t *testing.T, seller place) place { t.Helper(); return seller.subscriber(t) }

// withEvent is the seller with an event that was applied.
func withEvent(t *testing.T, seller place) place {
	t.Helper()
	seller.event = seller.first(t, "events?type=customer.subscription.created", "events", "event_id")
	return seller
}

// withSubscription is the seller with a subscription.
func withSubscription(t *testing.T, seller place) place {
	t.Helper()
	seller.subscription = seller.first(t, "subscriptions", "subscriptions", "subscription_id")
	return seller
}

// withCustomer is the seller with another customer, and a user of its own.
func withCustomer(t *testing.T, seller place) place {
	t.Helper()
	p := seller.buyer()
	o := operationNamed(t, "createCustomer")
	a := o.send(t, o.request(t, p))
	a.is(t, http.StatusOK)
	p.customer = a.text(t, "customer.id")
	return p
}

// withSession is a new user of the seller's, who has started a purchase.
func withSession(t *testing.T, seller place) place {
	t.Helper()
	p := seller.buyer()
	o := operationNamed(t, "createServerCheckoutSession")
	a := o.send(t, o.request(t, p))
	a.is(t, http.StatusOK)
	p.session = a.text(t, "session.id")
	return p
}

// withPayments is a new user with two payments that are not paid yet.
func withPayments(t *testing.T, seller place) place {
	t.Helper()
	p := seller.buyer()
	o := operationNamed(t, "createPayment")
	for range 2 {
		o.send(t, o.request(t, p)).is(t, http.StatusOK)
	}
	return p
}

// withPayment is a new user of the seller's, who has paid and may have it
// refunded.
func withPayment(t *testing.T, seller place) place {
	t.Helper()
	p := seller.buyer()
	p.call(t, http.MethodPut, "/api/v1/projects/"+p.project, `{"end_user_refunds": true}`)
	o := operationNamed(t, "createPayment")
	a := o.send(t, o.request(t, p))
	a.is(t, http.StatusOK)
	p.payment = a.text(t, "paymentId")
	form := url.Values{"payment_method": {"pm_card_visa"}, "return_url": {"https://app.example.com/"}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		running.StripeURL+"/v1/payment_intents/"+a.text(t, "intentId")+"/confirm", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(p.stripeKey, "")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	received, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = received.Body.Close() // only the status matters
	if received.StatusCode != http.StatusOK {
		t.Fatalf("paying: %s", received.Status)
	}
	p.settle(t)
	return p
}

func customerOf(p place) string { return p.customer }

// first is a member of the first row of a list of the project.
func (p place) first(t *testing.T, path, rows, member string) string {
	t.Helper()
	list, _ := p.call(t, http.MethodGet, "/api/v1/payments/stripe/projects/"+p.project+"/"+path, "").decode(t).(map[string]any)
	all, _ := list[rows].([]any)
	if len(all) == 0 {
		t.Fatalf("the project has no %s: %v", rows, list)
	}
	row, _ := all[0].(map[string]any)
	return row[member].(string)
}

func withProjectKey(t *testing.T) place {
	t.Helper()
	p := newProject(t)
	p.key = p.newKey(t, p.projectKeys()).id
	return p
}

func withDeveloperKey(t *testing.T) place {
	t.Helper()
	p := newProject(t)
	p.key = p.newKey(t, developerKeys).id
	return p
}
