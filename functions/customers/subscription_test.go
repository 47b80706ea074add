package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/projector"
)

// subscribe gives a customer a subscription at Stripe.
func (f fixture) subscribe(t *testing.T, customer string) *stripe.Subscription {
	t.Helper()
	s, err := f.sandbox.API.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: stripe.String(customer), TrialPeriodDays: stripe.Int64(30),
		Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSubscriptionCheck(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	const none = `{"subscription": null}`
	check := func(b backend, email string) functiontest.Answer {
		return f.send(t, b, http.MethodGet, "/v1/customer/subscription?customerEmail="+email, "")
	}
	check(f.mine, "ada@example.com").Is(t, 200, none)
	f.create(t, f.mine, `{"email": "ada@example.com"}`)
	second := f.create(t, f.mine, `{"email": "ada@example.com"}`)
	f.create(t, f.mine, `{"email": "ada@example.com"}`)
	check(f.mine, "ada@example.com").Is(t, 200, none)
	bought := f.subscribe(t, second.ID)
	for _, email := range []string{"ada@example.com", "Ada@Example.com"} {
		var got api.SubscriptionCheck
		answer := check(f.mine, email)
		answer.Decode(t, &got)
		if got.Subscription == nil {
			t.Fatalf("%s: %s", email, answer.Body)
		}
		scope := billing.Scope{Project: f.mine.project.ID, Mode: billing.Test}
		if s := got.Subscription; s.StripeSubscriptionID != bought.ID || s.ID != scope.RecordID(bought.ID) || s.TenantID != "tenant-1" ||
			s.PlanID != "price_pro_monthly" || s.Status != "trialing" || s.CurrentPeriodEnd.Unix() != bought.CurrentPeriodEnd || s.CancelAtPeriodEnd {
			t.Errorf("%s: %+v", email, s)
		}
	}
	check(f.theirs, "ada@example.com").Is(t, 200, none)
	check(f.mine, "ada").Is(t, 400, refusal("customerEmail: Input should be an e-mail address", "invalid_input"))
}

// stripeCalls counts the product's calls to Stripe from now on.
func (f fixture) stripeCalls() *atomic.Int64 {
	var calls atomic.Int64
	f.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		calls.Add(1)
		next.ServeHTTP(w, r)
	})
	return &calls
}

// store writes a customer's subscription, as its events do.
func (f fixture) store(t *testing.T, b backend, customer, id string, status billing.SubscriptionStatus, end time.Time) {
	t.Helper()
	row := billing.Subscription{ID: id, Customer: customer, CreatedAt: f.Clock.Now(), SubscriptionState: billing.SubscriptionState{
		Status: status, Price: "price_pro_monthly", CurrentPeriodEnd: end,
	}}
	scope := billing.Scope{Project: b.project.ID, Mode: billing.Test}
	if err := f.Function.Table.Commit(t.Context(), scope, billing.Changes{Subscription: &row}); err != nil {
		t.Fatal(err)
	}
}

// What the table knows answers without a call to Stripe, however the address
// is written, and only for the project whose customer it is.
func TestSubscriptionCheckWithoutStripe(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	end := f.Clock.Now().Add(time.Hour)
	ada := f.create(t, f.mine, `{"email": "Ada@Example.com"}`)
	twin := f.create(t, f.mine, `{"email": "ada@example.com"}`)
	bo := f.create(t, f.mine, `{"email": "bo@example.com"}`)
	theirs := f.create(t, f.theirs, `{"email": "eve@example.com"}`)
	gone := f.create(t, f.mine, `{"email": "gone@example.com"}`)
	f.store(t, f.mine, ada.ID, "sub_ended", billing.StatusCanceled, end)
	f.store(t, f.mine, twin.ID, "sub_trial", billing.StatusTrialing, end.Add(time.Hour))
	f.store(t, f.mine, twin.ID, "sub_active", billing.StatusActive, end)
	f.store(t, f.mine, bo.ID, "sub_bo", billing.StatusActive, end)
	f.store(t, f.mine, theirs.ID, "sub_eve", billing.StatusActive, end) // of the same account, so its events come to both
	f.store(t, f.mine, gone.ID, "sub_gone", billing.StatusActive, end)
	f.send(t, f.mine, http.MethodPut, customers+"/"+bo.ID, `{"email": "robert@example.com"}`)
	f.send(t, f.mine, http.MethodDelete, customers+"/"+gone.ID, "")
	calls := f.stripeCalls()
	for name, c := range map[string]struct {
		by    backend
		email string
		found string // empty: none
	}{
		"as typed":             {f.mine, "Ada@Example.com", "sub_active"},
		"lower case":           {f.mine, "ada@example.com", "sub_active"},
		"other letters":        {f.mine, "aDA@eXAMPLE.com", "sub_active"},
		"the new address":      {f.mine, "Robert@example.com", "sub_bo"},
		"the former one":       {f.mine, "bo@example.com", ""},
		"another project's":    {f.mine, "eve@example.com", ""},
		"to the other, mine":   {f.theirs, "ada@example.com", ""},
		"a customer deleted":   {f.mine, "gone@example.com", ""},
		"an address unknown":   {f.mine, "nobody@example.com", ""},
		"a part of an address": {f.mine, "da@example.com", ""},
	} {
		calls.Store(0)
		answer := f.send(t, c.by, http.MethodGet, "/v1/customer/subscription?customerEmail="+c.email, "")
		var got api.SubscriptionCheck
		answer.Decode(t, &got)
		found := ""
		if got.Subscription != nil {
			found = got.Subscription.StripeSubscriptionID
		}
		if answer.Status != http.StatusOK || found != c.found || (calls.Load() == 0) != (c.found != "") {
			t.Errorf("%s: %d %s after %d calls to Stripe", name, answer.Status, answer.Body, calls.Load())
		}
	}
}

// Customers that were made at a checkout are found, too, and by an address that
// only an event tells; another project's are not, whoever tells of them.
func TestSubscriptionCheckKnowsWhatEventsTell(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	scope := billing.Scope{Project: f.mine.project.ID, Mode: billing.Test}
	linked := billing.Customer{ID: "cus_linked", User: "user-1", Email: "Ada@example.com", Own: true}
	if _, err := f.Function.Table.LinkCustomer(t.Context(), scope, linked, billing.Route{Gateway: billing.GatewayOwnKeys}, billing.Link{}); err != nil {
		t.Fatal(err)
	}
	events := projector.New(f.Function.Table, gateway.New(f.Function.Table, f.Function.Vault, f.sandbox.URL), f.Function.Now)
	tell := func(id string, after time.Duration, fact billing.CustomerFact) {
		e := billing.Event{ID: id, Type: "customer.updated", Object: fact.ID, Mode: billing.Test, Created: f.Clock.Now().Add(after), Fact: fact}
		if _, err := events.Apply(t.Context(), scope, e); err != nil {
			t.Fatal(err)
		}
	}
	mine := f.mine.project.ID.String()
	tell("evt_1", 0, billing.CustomerFact{ID: "cus_tagged", Project: mine, Email: "bo@example.com"})
	tell("evt_2", time.Second, billing.CustomerFact{ID: "cus_tagged", Project: mine, Email: "Bob@example.com"})
	tell("evt_3", 0, billing.CustomerFact{ID: "cus_theirs", Project: f.theirs.project.ID.String(), User: "user-1", Email: "eve@example.com"})
	for _, customer := range []string{"cus_linked", "cus_tagged", "cus_theirs"} {
		f.store(t, f.mine, customer, "sub_of_"+customer, billing.StatusActive, f.Clock.Now().Add(time.Hour))
	}
	for email, found := range map[string]string{
		"ada@example.com": "sub_of_cus_linked", "bob@example.com": "sub_of_cus_tagged", "bo@example.com": "", "eve@example.com": "",
	} {
		var got api.SubscriptionCheck
		f.send(t, f.mine, http.MethodGet, "/v1/customer/subscription?customerEmail="+email, "").Decode(t, &got)
		if (got.Subscription != nil) != (found != "") || found != "" && got.Subscription.StripeSubscriptionID != found {
			t.Errorf("%s: %+v, want %q", email, got.Subscription, found)
		}
	}
}

// A customer that could not be stored was made nevertheless, and Stripe finds
// it.
func TestACustomerIsMadeWithoutTheTable(t *testing.T) {
	t.Parallel()
	f := newFixture(t, plenty())
	f.Intercept(functiontest.Failing("TransactWriteItems", fmt.Errorf("no table")))
	made := f.create(t, f.mine, `{"email": "ada@example.com"}`)
	f.Intercept(nil)
	bought := f.subscribe(t, made.ID)
	if answer := f.send(t, f.mine, http.MethodGet, "/v1/customer/subscription?customerEmail=ada@example.com", ""); !strings.Contains(answer.Body, bought.ID) {
		t.Errorf("%d %s", answer.Status, answer.Body)
	}
}
