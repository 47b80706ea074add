package sandbox_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

func TestErrors(t *testing.T) {
	t.Parallel()
	const session = "mode=subscription&success_url=https://shop.example/&line_items[0][quantity]=1&line_items[0][price]="
	tests := map[string]struct {
		method, path, body string
		status             int
		want               stripe.Error // message: a part of it
	}{
		"unknown path":     {"GET", "/v1/foo", "", 404, stripe.Error{Msg: "Unrecognized request URL (GET: /v1/foo)."}},
		"unknown method":   {"DELETE", "/v1/invoices", "", 404, stripe.Error{Msg: "Unrecognized request URL (DELETE: /v1/invoices)."}},
		"missing customer": {"GET", "/v1/customers/cus_x", "", 404, stripe.Error{Code: "resource_missing", Param: "id", Msg: "No such customer: 'cus_x'"}},
		"missing intent":   {"GET", "/v1/payment_intents/pi_x", "", 404, stripe.Error{Code: "resource_missing", Param: "intent", Msg: "No such payment_intent: 'pi_x'"}},
		"missing method": {"POST", "/v1/payment_methods/pm_x/attach", "customer=cus_x", 404, stripe.Error{
			Code: "resource_missing", Param: "payment_method", Msg: "No such PaymentMethod: 'pm_x'",
		}},
		"missing price": {"POST", "/v1/checkout/sessions", session + "price_x", 400, stripe.Error{
			Code: "resource_missing", Param: "line_items[0][price]", Msg: "No such price: 'price_x'",
		}},
		"missing parameter": {"POST", "/v1/payment_intents", "currency=usd", 400, stripe.Error{
			Code: "parameter_missing", Param: "amount", Msg: "Missing required param: amount.",
		}},
		"unknown parameter": {"POST", "/v1/customers", "emial=a", 400, stripe.Error{
			Code: "parameter_unknown", Param: "emial", Msg: "Received unknown parameter: emial",
		}},
		"bad integer": {"POST", "/v1/payment_intents", "currency=usd&amount=many", 400, stripe.Error{
			Code: "parameter_invalid_integer", Param: "amount", Msg: "Invalid integer: many",
		}},
		"zero amount": {"POST", "/v1/payment_intents", "currency=usd&amount=0", 400, stripe.Error{
			Code: "parameter_invalid_integer", Param: "amount", Msg: "greater than or equal to 1",
		}},
		"bad mode":          {"POST", "/v1/checkout/sessions", "mode=gift&line_items[0][price]=a&success_url=https://a.example", 400, stripe.Error{Param: "mode", Msg: "Invalid mode"}},
		"one-time price":    {"POST", "/v1/checkout/sessions", session + "price_credits_once", 400, stripe.Error{Param: "mode", Msg: "at least one recurring price"}},
		"recurring price":   {"POST", "/v1/checkout/sessions", strings.Replace(session, "subscription", "payment", 1) + "price_pro_monthly", 400, stripe.Error{Param: "line_items[0][price]", Msg: "passed a recurring price"}},
		"relative URL":      {"POST", "/v1/checkout/sessions", strings.Replace(session, "https://shop.example", "", 1) + "price_pro_monthly", 400, stripe.Error{Code: "url_invalid", Param: "success_url", Msg: "Not a valid URL"}},
		"bad expansion":     {"GET", "/v1/prices/price_pro_monthly?expand[]=nickname", "", 400, stripe.Error{Param: "expand", Msg: "This property cannot be expanded (nickname)."}},
		"bad page":          {"GET", "/v1/prices?limit=101", "", 400, stripe.Error{Code: "parameter_invalid_integer", Param: "limit", Msg: "less than or equal to 100"}},
		"bad cursor":        {"GET", "/v1/prices?starting_after=x", "", 400, stripe.Error{Code: "resource_missing", Param: "starting_after", Msg: "No such price: 'x'"}},
		"bad email":         {"POST", "/v1/customers", "email=nobody", 400, stripe.Error{Code: "email_invalid", Param: "email", Msg: "Invalid email address"}},
		"other API version": {"POST", "/v1/webhook_endpoints", "url=https://a.example&enabled_events[]=*&api_version=2020-08-27", 400, stripe.Error{Param: "api_version", Msg: "Invalid Stripe API version"}},
		"bad escape":        {"POST", "/v1/customers", "email=%zz", 400, stripe.Error{Msg: "Invalid request"}},
	}
	b := newBox(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			response := b.do(test.method, test.path, test.body)
			var answer struct{ Error stripe.Error }
			if err := json.Unmarshal([]byte(response.body), &answer); err != nil {
				t.Fatalf("%v in %s", err, response.body)
			}
			got := answer.Error
			if response.status != test.status || got.Type != stripe.ErrorTypeInvalidRequest || got.Code != test.want.Code ||
				got.Param != test.want.Param || !strings.Contains(got.Msg, test.want.Msg) {
				t.Errorf("%d %s", response.status, response.body)
			}
			if id := response.header.Get("Request-Id"); !strings.HasPrefix(id, "req_") {
				t.Errorf("Request-Id = %q", id)
			}
		})
	}
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	tests := map[string]struct {
		header  string
		status  int
		message string
	}{
		"none":        {"", 401, "You did not provide an API key."},
		"test":        {"Bearer sk_test_a", 200, `"livemode": false`},
		"live":        {"Bearer sk_live_a", 200, `"livemode": true`},
		"restricted":  {"Bearer rk_live_a", 200, `"livemode": true`},
		"basic":       {"Basic c2tfdGVzdF9hOg==", 200, `"livemode": false`}, // sk_test_a:
		"publishable": {"Bearer pk_test_aaaaaaaaabcd", 401, "Invalid API Key provided: pk_test_********abcd"},
		"rejected":    {"Bearer sk_test_invalid123456abcd", 401, "Invalid API Key provided: sk_test_*************abcd"},
		"short":       {"Bearer sk_test_", 401, "Invalid API Key provided: sk_test_"},
		"garbage":     {"Bearer letmein", 401, "Invalid API Key provided: *******"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/v1/balance", nil)
			b.must(err)
			if test.header != "" {
				request.Header.Set("Authorization", test.header)
			}
			response, err := http.DefaultClient.Do(request)
			b.must(err)
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			b.must(err)
			if response.StatusCode != test.status || !strings.Contains(string(body), test.message) {
				t.Errorf("%d %s, want %d with %q", response.StatusCode, body, test.status, test.message)
			}
		})
	}
}

func TestAccountsAreIsolated(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	h := b.listen()
	customer, err := b.api.Customers.New(&stripe.CustomerParams{Email: stripe.String("a@example.com")})
	b.must(err)
	b.settle()
	seen := len(h.received())

	b.use("sk_live_second")
	if _, err := b.api.Customers.Get(customer.ID, nil); b.stripeError(err).Code != stripe.ErrorCodeResourceMissing {
		t.Errorf("another account reads the customer: %v", err)
	}
	other, err := b.api.Customers.New(&stripe.CustomerParams{Email: stripe.String("a@example.com")})
	b.must(err)
	if !other.Livemode || other.ID == customer.ID {
		t.Errorf("customer = %s, livemode %v", other.ID, other.Livemode)
	}
	if session := b.session(stripe.CheckoutSessionModePayment, "price_credits_once"); !strings.HasPrefix(session.ID, "cs_live_") {
		t.Errorf("session = %s", session.ID)
	}
	b.advance(`{"days":10}`)
	b.settle()
	b.use("sk_test_first")
	b.settle()
	if got := len(h.received()); got != seen {
		t.Errorf("%d webhooks of another account", got-seen)
	}
	third, err := b.api.Customers.New(nil)
	b.must(err)
	if third.Created != start.Unix() {
		t.Errorf("the other account's clock moved this one's to %d", third.Created)
	}
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	first := b.do("POST", "/v1/customers", "email=a@example.com&name=A", "Idempotency-Key", "k1")
	again := b.do("POST", "/v1/customers", "name=A&email=a@example.com", "Idempotency-Key", "k1")
	if diff := cmp.Diff(first.body, again.body); diff != "" {
		t.Errorf("(-first +again)\n%s", diff)
	}
	if first.header.Get("Idempotent-Replayed") != "" || again.header.Get("Idempotent-Replayed") != "true" ||
		again.header.Get("Original-Request") != first.header.Get("Request-Id") {
		t.Errorf("headers = %v, then %v", first.header, again.header)
	}

	params := &stripe.CustomerParams{Email: stripe.String("b@example.com")}
	params.SetIdempotencyKey("k1")
	_, err := b.api.Customers.New(params)
	if refused := b.stripeError(err); refused.Type != stripe.ErrorTypeIdempotency || refused.HTTPStatusCode != 400 {
		t.Errorf("the same key with other parameters: %v", err)
	}

	// A refused request leaves its key free; a decline is an answer.
	b.do("POST", "/v1/customers", "emial=a", "Idempotency-Key", "k2")
	if got := b.do("POST", "/v1/customers", "email=a@example.com", "Idempotency-Key", "k2"); got.status != http.StatusOK {
		t.Errorf("the key of a refused request answers %d", got.status)
	}
	const declined = "amount=100&currency=usd&confirm=true&payment_method=pm_card_chargeDeclined"
	b.do("POST", "/v1/payment_intents", declined, "Idempotency-Key", "k3")
	decline := b.do("POST", "/v1/payment_intents", declined, "Idempotency-Key", "k3")
	if decline.status != http.StatusPaymentRequired || decline.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("a decline again: %d, replayed %q", decline.status, decline.header.Get("Idempotent-Replayed"))
	}

	b.advance(`{"seconds":86401}`)
	if got := b.do("POST", "/v1/customers", "email=b@example.com", "Idempotency-Key", "k1"); got.status != http.StatusOK {
		t.Errorf("a day later the key answers %d", got.status)
	}
}

func TestIdempotentTwinsRunOnce(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	var wg sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		wg.Go(func() {
			params := &stripe.CustomerParams{Email: stripe.String("a@example.com")}
			params.SetIdempotencyKey("twin")
			customer, err := b.client(b.key).Customers.New(params)
			if err != nil {
				t.Errorf("New: %v", err)
				return
			}
			ids[i] = customer.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("ids = %v, want one", ids)
		}
	}
}

func TestPagination(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	var want []string
	for i := range 7 {
		customer, err := b.api.Customers.New(&stripe.CustomerParams{Email: stripe.String(fmt.Sprintf("c%d@example.com", i))})
		b.must(err)
		want = append([]string{customer.ID}, want...)
	}
	var got []string
	list := b.api.Customers.List(&stripe.CustomerListParams{ListParams: stripe.ListParams{Limit: stripe.Int64(3)}})
	for list.Next() {
		got = append(got, list.Customer().ID)
	}
	b.must(list.Err())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("page by page (-want +got)\n%s", diff)
	}
	page := func(params stripe.ListParams) ([]string, bool) {
		t.Helper()
		params.Single, params.Limit = true, stripe.Int64(2)
		var ids []string
		list := b.api.Customers.List(&stripe.CustomerListParams{ListParams: params})
		for list.Next() {
			ids = append(ids, list.Customer().ID)
		}
		b.must(list.Err())
		return ids, list.CustomerList().HasMore
	}
	for name, test := range map[string]struct {
		params  stripe.ListParams
		want    []string
		hasMore bool
	}{
		"first": {stripe.ListParams{}, want[:2], true},
		"after": {stripe.ListParams{StartingAfter: &want[1]}, want[2:4], true},
		"last":  {stripe.ListParams{StartingAfter: &want[4]}, want[5:], false},
		// stripe-go walks such pages backwards, from the cursor on.
		"before":        {stripe.ListParams{EndingBefore: &want[4]}, []string{want[3], want[2]}, true},
		"before, first": {stripe.ListParams{EndingBefore: &want[2]}, []string{want[1], want[0]}, false},
	} {
		ids, hasMore := page(test.params)
		if diff := cmp.Diff(test.want, ids); diff != "" || hasMore != test.hasMore {
			t.Errorf("%s: has_more %v, want %v (-want +got)\n%s", name, hasMore, test.hasMore, diff)
		}
	}
	filtered := b.api.Customers.List(&stripe.CustomerListParams{Email: stripe.String("c3@example.com")})
	if !filtered.Next() || filtered.Customer().ID != want[3] || filtered.Next() {
		t.Error("the filter by email does not find its one customer")
	}
}

func TestExpansion(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	params := &stripe.SubscriptionListParams{Customer: &sub.Customer.ID}
	params.AddExpand("data.customer.invoice_settings.default_payment_method")
	params.AddExpand("data.latest_invoice.payment_intent")
	params.AddExpand("data.items.data.price.product")
	list := b.api.Subscriptions.List(params)
	if list.Next() {
		t.Fatal("five levels of expansion are accepted")
	}
	if refused := b.stripeError(list.Err()); !strings.Contains(refused.Msg, "more than 4 levels") {
		t.Errorf("error = %v", refused)
	}
	params = &stripe.SubscriptionListParams{Customer: &sub.Customer.ID}
	params.AddExpand("data.customer")
	params.AddExpand("data.latest_invoice.payment_intent.latest_charge")
	params.AddExpand("data.default_payment_method")
	list = b.api.Subscriptions.List(params)
	if !list.Next() {
		t.Fatal(list.Err())
	}
	got := list.Subscription()
	if got.Customer.Email != "jenny@example.com" || got.LatestInvoice.PaymentIntent.LatestCharge.Amount != 2900 || got.DefaultPaymentMethod.Card.Last4 != "4242" {
		t.Errorf("customer %q, charge %d, card %s", got.Customer.Email, got.LatestInvoice.PaymentIntent.LatestCharge.Amount, got.DefaultPaymentMethod.Card.Last4)
	}
	price := &stripe.PriceParams{}
	price.AddExpand("product")
	if p, err := b.api.Prices.Get("price_pro_monthly", price); err != nil || p.Product.Name != "Pro" || p.Nickname != "Pro monthly" {
		t.Errorf("price = %v, %v", p, err)
	}
}
