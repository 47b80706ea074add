package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/object"
	"billhook/infra/local/stripebox/openapi"
	"billhook/infra/local/stripebox/sandbox"
)

// answered is the set of the operations that were answered with 200.
type answered struct {
	mu       sync.Mutex
	patterns map[string]bool
}

func (a *answered) add(pattern string, status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if status == http.StatusOK {
		a.patterns[pattern] = true
	}
}

// missing are the operations that were not.
func (a *answered) missing() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.DeleteFunc(sandbox.Operations(), func(pattern string) bool { return a.patterns[pattern] })
}

// honest serves what the handler answers and holds every answer of the API
// against Stripe's own description of its version, whatever the test is about.
// Unknown paths are not described.
func honest(t *testing.T, handler http.Handler, seen *answered) http.Handler {
	t.Helper()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		seen.add(r.Pattern, answer.Code)
		if version := answer.Header().Get("Stripe-Version"); strings.HasPrefix(r.URL.Path, "/v1/") && version != "" {
			for version, body := range byVersion(t, version, answer.Body.Bytes()) {
				described, err := descriptionOf(version)
				if err != nil {
					t.Errorf("reading the description of %s: %v", version, err)
					return
				}
				if err := described.CheckAnswer(r.Method, r.URL.Path, answer.Code, body); err != nil {
					t.Errorf("%s %s = %d in %s, not as Stripe describes it:\n%v", r.Method, r.URL.Path, answer.Code, version, err)
				}
			}
		}
		header := w.Header()
		for name, values := range answer.Header() {
			header[name] = values
		}
		w.WriteHeader(answer.Code)
		if _, err := w.Write(answer.Body.Bytes()); err != nil {
			t.Logf("%s %s: the caller is gone: %v", r.Method, r.URL.Path, err)
		}
	})
}

// byVersion is an answer by the version it is in. Events keep the version that
// they were made in, so that a list of them is split.
func byVersion(t *testing.T, version string, body []byte) map[string][]byte {
	t.Helper()
	type event struct {
		Object     string `json:"object"`
		APIVersion string `json:"api_version"`
	}
	var answer struct {
		event
		URL string `json:"url"`
	}
	must := func(err error) {
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
	must(json.Unmarshal(body, &answer))
	switch {
	case answer.Object == "event":
		return map[string][]byte{answer.APIVersion: body}
	case answer.URL != "/v1/events":
		return map[string][]byte{version: body}
	}
	var list map[string]any
	must(json.Unmarshal(body, &list))
	events, split := list["data"].([]any), map[string][]byte{}
	for _, version := range []string{object.APIVersion, object.CloverVersion} {
		list["data"] = slices.DeleteFunc(slices.Clone(events), func(listed any) bool {
			return listed.(map[string]any)["api_version"] != version
		})
		part, err := json.Marshal(list)
		must(err)
		split[version] = part
	}
	return split
}

// descriptionOf is Stripe's description of a version that the sandbox renders.
func descriptionOf(version string) (*openapi.Description, error) {
	if version == object.CloverVersion {
		return openapi.LoadClover()
	}
	return openapi.Load()
}

// Every operation is called in both versions, so that honest sees an answer of
// each; the events and webhooks that this makes are described, too.
func TestEveryOperationAnswersAsDescribed(t *testing.T) {
	t.Parallel()
	for _, version := range []string{object.APIVersion, object.CloverVersion} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			b.version = version
			b.listen()
			told := b.listenIn(version)
			w := walk{b}
			w.catalog()
			w.discounts()
			w.payments()
			w.billing()
			w.invoicing()
			w.schedules()
			w.portals()
			w.testClocks()
			w.webhooks()
			connected := w.connect()
			if missing := b.answered.missing(); len(missing) > 0 {
				t.Errorf("never answered with 200:\n%s", strings.Join(missing, "\n"))
			}
			b.settle()
			described, err := descriptionOf(version)
			b.must(err)
			told.mu.Lock()
			defer told.mu.Unlock()
			connected.mu.Lock()
			defer connected.mu.Unlock()
			if len(told.bodies) == 0 || len(connected.bodies) == 0 {
				t.Fatalf("%d webhooks arrived, %d of connected accounts", len(told.bodies), len(connected.bodies))
			}
			for _, body := range told.bodies {
				if err := described.CheckResource(body); err != nil {
					t.Errorf("webhook %s\n%v", body, err)
				}
			}
			described, err = openapi.Load() // the connect endpoint has the account's version
			b.must(err)
			for _, body := range connected.bodies {
				if err := described.CheckResource(body); err != nil {
					t.Errorf("webhook of a connected account %s\n%v", body, err)
				}
			}
		})
	}
}

// walk calls the API with plain forms.
type walk struct{ *box }

// call expects 200 and returns the answer's id.
func (w walk) call(method, path, body string, headers ...string) string {
	w.t.Helper()
	got := w.do(method, path, body, headers...)
	if got.status != http.StatusOK {
		w.t.Fatalf("%s %s = %d %s", method, path, got.status, got.body)
	}
	var answer struct{ ID string }
	w.must(json.Unmarshal([]byte(got.body), &answer))
	return answer.ID
}

func (w walk) get(path string) { w.t.Helper(); w.call(http.MethodGet, path, "") }
func (w walk) post(path, body string) string {
	w.t.Helper()
	return w.call(http.MethodPost, path, body)
}
func (w walk) remove(path string) { w.t.Helper(); w.call(http.MethodDelete, path, "") }

// readAll reads a resource and the list that it is in.
func (w walk) readAll(collection, id string) {
	w.t.Helper()
	w.get(collection + "?limit=3")
	w.get(collection + "/" + id)
}

func (w walk) catalog() {
	w.t.Helper()
	product := w.post("/v1/products", "name=Books&metadata[shelf]=4")
	w.readAll("/v1/products", product)
	w.post("/v1/products/"+product, "description=Paper")
	price := w.post("/v1/prices", "currency=usd&unit_amount=900&recurring[interval]=month&product="+product)
	w.readAll("/v1/prices", price)
	w.post("/v1/prices/"+price, "nickname=Monthly")
	w.readAll("/v1/billing_portal/configurations", w.post("/v1/billing_portal/configurations",
		"business_profile[headline]=Shop&features[invoice_history][enabled]=true"))
}

func (w walk) discounts() {
	w.t.Helper()
	coupon := w.post("/v1/coupons", "percent_off=25.5&duration=repeating&duration_in_months=3&name=Quarter&max_redemptions=9&applies_to[products][]=prod_pro")
	w.readAll("/v1/coupons", coupon)
	w.get("/v1/coupons/" + coupon + "?expand[]=applies_to")
	w.post("/v1/coupons/"+coupon, "name=A quarter")
	code := w.post("/v1/promotion_codes", "code=FALL20&restrictions[minimum_amount]=100&restrictions[minimum_amount_currency]=usd&coupon="+coupon)
	w.readAll("/v1/promotion_codes", code)
	w.post("/v1/promotion_codes/"+code, "metadata[season]=fall")
	customer := w.post("/v1/customers", "payment_method=pm_card_visa&coupon="+coupon)
	w.get("/v1/customers/" + customer + "/discount")
	w.remove("/v1/customers/" + customer + "/discount")
	method := w.post("/v1/payment_methods/pm_card_visa/attach", "customer="+customer)
	sub := w.post("/v1/subscriptions", "items[0][price]=price_pro_monthly&discounts[0][promotion_code]="+code+"&default_payment_method="+method+"&customer="+customer)
	w.get("/v1/subscriptions/" + sub + "?expand[]=discounts.promotion_code&expand[]=latest_invoice.total_discount_amounts.discount")
	w.remove("/v1/subscriptions/" + sub + "/discount")
	session := w.session(stripe.CheckoutSessionModeSubscription, "price_pro_monthly", func(p *stripe.CheckoutSessionParams) {
		p.Discounts = []*stripe.CheckoutSessionDiscountParams{{Coupon: &coupon}}
	})
	w.get("/v1/checkout/sessions/" + session.ID + "?expand[]=total_details.breakdown&expand[]=line_items.data.discounts")
	w.paid(session, "4242424242424242")
	w.remove("/v1/coupons/" + coupon)
}

func (w walk) payments() {
	w.t.Helper()
	customer := w.post("/v1/customers", "email=jenny@example.com&name=Jenny&metadata[plan]=pro")
	w.readAll("/v1/customers", customer)
	w.post("/v1/customers/"+customer, "phone=555")
	method := w.post("/v1/payment_methods/pm_card_visa/attach", "customer="+customer)
	w.get("/v1/payment_methods/" + method)
	w.get("/v1/payment_methods?customer=" + customer)
	w.get("/v1/customers/" + customer + "/payment_methods")
	w.post("/v1/payment_methods/"+method, "metadata[kind]=first")
	intent := w.post("/v1/payment_intents", "amount=700&currency=usd&customer="+customer)
	w.readAll("/v1/payment_intents", intent)
	w.post("/v1/payment_intents/"+intent, "description=Books")
	w.post("/v1/payment_intents/"+intent+"/confirm", "payment_method="+method)
	w.post("/v1/payment_intents/"+w.post("/v1/payment_intents", "amount=700&currency=usd")+"/cancel", "")
	w.setups(customer, method)
	refund := w.post("/v1/refunds", "amount=100&payment_intent="+intent)
	w.readAll("/v1/refunds", refund)
	w.get("/v1/refunds/" + refund + "?expand[]=charge.refunds&expand[]=payment_intent.latest_charge")
	w.disputes()
	w.get("/v1/charges?expand[]=data.customer&payment_intent=" + intent)
	w.post("/v1/payment_methods/"+method+"/detach", "")
	w.remove("/v1/customers/" + customer)
	w.get("/v1/customers/" + customer)
	w.get("/v1/balance")
}

func (w walk) disputes() {
	w.t.Helper()
	w.post("/v1/payment_intents", "amount=700&currency=usd&confirm=true&payment_method=pm_card_createDisputeInquiry&return_url=https://shop.example/")
	intent := w.post("/v1/payment_intents", "amount=700&currency=usd&confirm=true&payment_method=pm_card_createDispute&return_url=https://shop.example/")
	var page struct{ Data []struct{ ID string } }
	w.must(json.Unmarshal([]byte(w.do(http.MethodGet, "/v1/disputes?payment_intent="+intent, "").body), &page))
	if len(page.Data) != 1 {
		w.t.Fatalf("disputes = %v", page.Data)
	}
	dispute := page.Data[0].ID
	w.readAll("/v1/disputes", dispute)
	w.get("/v1/disputes/" + dispute + "?expand[]=charge&expand[]=payment_intent")
	w.post("/v1/disputes/"+dispute, "evidence[product_description]=Books&submit=false")
	w.post("/v1/disputes/"+dispute+"/close", "")
}

func (w walk) setups(customer, method string) {
	w.t.Helper()
	intent := w.post("/v1/setup_intents", "usage=off_session&customer="+customer)
	w.readAll("/v1/setup_intents", intent)
	w.post("/v1/setup_intents/"+intent, "metadata[for]=later")
	w.post("/v1/setup_intents/"+intent+"/confirm", "payment_method="+method)
	w.post("/v1/setup_intents", "confirm=true&payment_method=pm_card_threeDSecure2Required&return_url=https://shop.example/")
	w.post("/v1/setup_intents/"+w.post("/v1/setup_intents", "")+"/cancel", "cancellation_reason=abandoned")
	w.post("/v1/payment_intents", "amount=700&currency=usd&confirm=true&payment_method=pm_card_threeDSecure2Required&return_url=https://shop.example/")
	w.do(http.MethodPost, "/v1/payment_intents", "amount=700&currency=usd&confirm=true&off_session=true&payment_method=pm_card_threeDSecure2Required")
	w.do(http.MethodPost, "/v1/setup_intents", "confirm=true&payment_method=pm_card_chargeDeclined")
	saving := w.post("/v1/checkout/sessions", "mode=setup&currency=usd&success_url=https://shop.example&customer="+customer)
	w.get("/v1/checkout/sessions/" + saving + "?expand[]=setup_intent")
	w.post("/v1/checkout/sessions/"+saving+"/expire", "")
}

func (w walk) billing() {
	w.t.Helper()
	session := w.session(stripe.CheckoutSessionModePayment, "price_credits_once")
	w.readAll("/v1/checkout/sessions", session.ID)
	w.get("/v1/checkout/sessions/" + session.ID + "/line_items")
	w.post("/v1/checkout/sessions/"+session.ID+"/expire", "")
	bought := w.subscribe("price_pro_monthly", "4242424242424242")
	w.get("/v1/charges/" + bought.LatestInvoice.Charge.ID + "?expand[]=invoice.subscription")
	w.readAll("/v1/subscriptions", bought.ID)
	w.get("/v1/subscriptions/" + bought.ID + "?expand[]=latest_invoice.payment_intent&expand[]=customer&expand[]=default_payment_method")
	w.post("/v1/subscriptions/"+bought.ID, "items[0][id]="+bought.Items.Data[0].ID+"&items[0][quantity]=2")
	w.readAll("/v1/invoices", bought.LatestInvoice.ID)
	w.get("/v1/invoices/" + bought.LatestInvoice.ID + "/lines")
	w.invoicePayments(bought.LatestInvoice.ID)
	w.post("/v1/billing_portal/sessions", "return_url=https://shop.example&customer="+bought.Customer.ID)
	w.post("/v1/subscriptions", "items[0][price]=price_pro_monthly&trial_period_days=3&customer="+bought.Customer.ID)
	w.payWith(bought, "pm_card_chargeCustomerFail")
	w.advance(`{"days":32}`)
	w.payWith(bought, "pm_card_visa")
	w.post("/v1/invoices/"+w.subscription(bought.ID).LatestInvoice.ID+"/pay", "")
	w.remove("/v1/subscriptions/" + bought.ID)
}

// invoicePayments are there in 2025-09-30.clover only.
func (w walk) invoicePayments(invoice string) {
	w.t.Helper()
	var page struct{ Data []struct{ ID string } }
	listed := w.do(http.MethodGet, "/v1/invoice_payments?invoice="+invoice, "", "Stripe-Version", object.CloverVersion)
	w.must(json.Unmarshal([]byte(listed.body), &page))
	if len(page.Data) != 1 {
		w.t.Fatalf("invoice payments = %s", listed.body)
	}
	w.call(http.MethodGet, "/v1/invoice_payments/"+page.Data[0].ID, "", "Stripe-Version", object.CloverVersion)
}

func (w walk) webhooks() {
	w.t.Helper()
	endpoint := w.post("/v1/webhook_endpoints", "url="+url.QueryEscape(w.hook.URL)+"&enabled_events[0]=charge.refunded")
	w.readAll("/v1/webhook_endpoints", endpoint)
	w.post("/v1/webhook_endpoints/"+endpoint, "disabled=true")
	w.remove("/v1/webhook_endpoints/" + endpoint)
	for _, event := range w.eventsAfter("") {
		w.get("/v1/events/" + event.ID)
	}
}
