package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

// planFeature lets a customer change to one price of Pro, and its quantity.
func planFeature(price, behavior string) string {
	const path = "features[subscription_update]"
	return path + "[enabled]=true&" + path + "[default_allowed_updates][0]=price&" + path + "[default_allowed_updates][1]=quantity&" +
		path + "[products][0][product]=prod_pro&" + path + "[products][0][prices][0]=" + price + "&" + path + "[proration_behavior]=" + behavior
}

func TestPortalChangesThePlan(t *testing.T) {
	t.Parallel()
	for behavior, test := range map[string]struct {
		effect string
		paid   int64 // by the latest invoice, at once
		next   []line
	}{
		"create_prorations": {"is on your next invoice", 900, []line{{-450, true, "price_starter_monthly"}, {2900, true, "price_pro_monthly"}, {5800, false, "price_pro_monthly"}}},
		"always_invoice":    {"is charged at once", 2450, []line{{5800, false, "price_pro_monthly"}}},
		"none":              {"from the next period on", 900, []line{{5800, false, "price_pro_monthly"}}},
	} {
		t.Run(behavior, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			sub := b.subscribe("price_starter_monthly", "4242424242424242")
			b.advance(`{"days":14}`)
			configuration := walk{b}.configuration(planFeature("price_pro_monthly", behavior))
			portal := b.portal(sub.Customer.ID, func(p *stripe.BillingPortalSessionParams) { p.Configuration = &configuration })
			wants(t, b.show(portal), "Change the plan", test.effect, `<option value="price_pro_monthly">Pro ($29.00 / month)</option>`,
				`<option value="price_starter_monthly" selected>`)
			changed := b.act(portal, sub.ID, "update", url.Values{"price": {"price_pro_monthly"}, "quantity": {"2"}})
			if changed.status != http.StatusSeeOther || changed.header.Get("Location") != "/p/session/"+portal.ID {
				t.Fatalf("changing answers %d %s", changed.status, changed.body)
			}
			got := b.subscription(sub.ID)
			if item := got.Items.Data[0]; item.Price.ID != "price_pro_monthly" || item.Quantity != 2 || got.LatestInvoice.AmountPaid != test.paid {
				t.Errorf("%d × %s, paid %d", item.Quantity, item.Price.ID, got.LatestInvoice.AmountPaid)
			}
			b.advance(`{"days":14}`)
			if diff := cmp.Diff(test.next, lines(b.subscription(sub.ID).LatestInvoice)); diff != "" {
				t.Errorf("the next invoice (-want +got)\n%s", diff)
			}
		})
	}
}

func TestPortalRefusesOtherPlans(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_starter_monthly", "4242424242424242")
	w := walk{b}
	configuration := w.configuration(planFeature("price_pro_monthly", "none"))
	portal := b.portal(sub.Customer.ID, func(p *stripe.BillingPortalSessionParams) { p.Configuration = &configuration })
	refused := func(why string, typed url.Values) {
		t.Helper()
		if got := b.act(portal, sub.ID, "update", typed); got.status != http.StatusBadRequest || !strings.Contains(got.body, `role="alert"`) {
			t.Errorf("%s answers %d", why, got.status)
		}
	}
	refused("a price that is not offered", url.Values{"price": {"price_team_monthly"}})
	refused("no quantity", url.Values{"quantity": {"0"}})
	w.post("/v1/billing_portal/configurations/"+configuration, "features[subscription_update][default_allowed_updates][0]=price")
	refused("a quantity that is not allowed", url.Values{"quantity": {"2"}})
	if strings.Contains(b.show(portal), `type="number"`) {
		t.Error("the page asks for a quantity that cannot be changed")
	}
	w.post("/v1/billing_portal/configurations/"+configuration, "features[subscription_update][enabled]=false")
	refused("the feature turned off", url.Values{"price": {"price_pro_monthly"}})
	if got := b.subscription(sub.ID); got.Items.Data[0].Price.ID != "price_starter_monthly" || got.Items.Data[0].Quantity != 1 {
		t.Errorf("changed all the same: %+v", got.Items.Data[0])
	}
	event := b.eventsAfter("")
	if kinds := event[len(event)-1]; kinds.Type != "billing_portal.configuration.updated" {
		t.Errorf("last event %s", kinds.Type)
	}
}

// form submits one of the portal's forms that are about no subscription.
func (b *box) form(portal *stripe.BillingPortalSession, action string, typed url.Values) reply {
	b.t.Helper()
	return b.do(http.MethodPost, "/p/session/"+portal.ID+"/"+action, typed.Encode())
}

func card(number string) url.Values {
	return url.Values{"card_number": {number}, "card_expiry": {"12 / 30"}, "card_cvc": {"123"}, "name": {"Jenny Rosen"}}
}

func TestPortalUpdatesTheCard(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	b.payWith(sub, "pm_card_chargeCustomerFail")
	b.advance(`{"days":28}`)
	portal := b.portal(sub.Customer.ID)
	wants(t, b.show(portal), "Visa ending in 0341", "Past due", "is declined")
	wants(t, b.do(http.MethodGet, "/p/session/"+portal.ID+"?card=5555555555554444", "").body, `value="5555 5555 5555 4444"`, "<details open>")

	if got := b.form(portal, "payment_method", url.Values{}); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "Enter the card number.") {
		t.Errorf("an empty form answers %d", got.status)
	}
	if got := b.form(portal, "payment_method", card("4000000000000002")); got.status != http.StatusPaymentRequired || !strings.Contains(got.body, "Your card was declined.") {
		t.Errorf("a declined card answers %d", got.status)
	}
	last, _ := b.lastEvent()
	if got := b.form(portal, "payment_method", card("5555 5555 5555 4444")); got.status != http.StatusSeeOther {
		t.Fatalf("another card answers %d %s", got.status, got.body)
	}
	want := []string{
		"setup_intent.created", "payment_method.attached", "setup_intent.succeeded", "customer.updated", "customer.subscription.updated",
	}
	if diff := cmp.Diff(want, eventsOf(b, last.ID)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	wants(t, b.show(portal), "Mastercard ending in 4444")
	b.advance(`{"days":3}`)
	if got := b.subscription(sub.ID); got.Status != stripe.SubscriptionStatusActive {
		t.Errorf("after the next retry the subscription is %s", got.Status)
	}
}

func TestPortalCardThatMustBeAuthenticated(t *testing.T) {
	t.Parallel()
	for outcome, test := range map[string]struct{ last4, says string }{
		"complete": {"3155", "Visa ending in 3155"},
		"fail":     {"4242", "We are unable to authenticate your payment method."},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			sub := b.subscribe("price_pro_monthly", "4242424242424242")
			portal := b.portal(sub.Customer.ID)
			asked := b.form(portal, "payment_method", card("4000002500003155"))
			challenge, found := strings.CutPrefix(asked.header.Get("Location"), b.url+"/c/authenticate/")
			if asked.status != http.StatusSeeOther || !found {
				t.Fatalf("the card answers %d and leads to %q", asked.status, asked.header.Get("Location"))
			}
			back := strings.TrimPrefix(b.authenticate(challenge, outcome).header.Get("Location"), b.url)
			wants(t, b.do(http.MethodGet, back, "").body, test.says)
			b.advance(`{"days":32}`)
			renewed := b.subscription(sub.ID)
			paid, err := b.api.Charges.Get(renewed.LatestInvoice.Charge.ID, nil)
			b.must(err)
			if last4 := paid.PaymentMethodDetails.Card.Last4; renewed.Status != stripe.SubscriptionStatusActive || last4 != test.last4 {
				t.Errorf("the renewal is %s, charged to %s", renewed.Status, last4)
			}
		})
	}
}

func TestPortalUpdatesTheCustomer(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	portal := b.portal(sub.Customer.ID)
	wants(t, b.show(portal), `<label for="customer_email">Email</label>`, `value="jenny@example.com"`)
	typed := url.Values{"customer_email": {"rosen@example.com"}, "customer_name": {"J. Rosen"}, "customer_city": {"Oslo"}, "customer_country": {"NO"}}
	if got := b.form(portal, "customer", typed); got.status != http.StatusSeeOther {
		t.Fatalf("new details answer %d %s", got.status, got.body)
	}
	customer, err := b.api.Customers.Get(sub.Customer.ID, nil)
	b.must(err)
	if event, _ := b.lastEvent(); customer.Email != "rosen@example.com" || customer.Name != "J. Rosen" || customer.Address.City != "Oslo" ||
		event.Type != stripe.EventTypeCustomerUpdated {
		t.Errorf("%s %s %+v after %s", customer.Email, customer.Name, customer.Address, event.Type)
	}
	if got := b.form(portal, "customer", url.Values{"customer_email": {""}}); got.status != http.StatusBadRequest {
		t.Errorf("no email answers %d", got.status)
	}

	w := walk{b}
	configuration := w.configuration("features[customer_update][enabled]=true&features[customer_update][allowed_updates][0]=name")
	portal = b.portal(sub.Customer.ID, func(p *stripe.BillingPortalSessionParams) { p.Configuration = &configuration })
	page := b.show(portal)
	if strings.Contains(page, "customer_email") || strings.Contains(page, "Payment method") {
		t.Error("the page has what the configuration leaves out")
	}
	b.form(portal, "customer", url.Values{"customer_email": {"other@example.com"}, "customer_name": {"Jenny"}})
	customer, err = b.api.Customers.Get(sub.Customer.ID, nil)
	b.must(err)
	if customer.Email != "rosen@example.com" || customer.Name != "Jenny" {
		t.Errorf("with the name allowed: %s, %s", customer.Email, customer.Name)
	}
	if got := b.form(portal, "payment_method", card("4242424242424242")); got.status != http.StatusBadRequest {
		t.Errorf("a card where it cannot be changed answers %d", got.status)
	}
	w.post("/v1/billing_portal/configurations/"+configuration, "features[customer_update][enabled]=false")
	if got := b.form(portal, "customer", url.Values{"customer_name": {"J."}}); got.status != http.StatusBadRequest {
		t.Errorf("details where they cannot be changed answer %d", got.status)
	}
}

func TestPortalFlows(t *testing.T) {
	t.Parallel()
	for flow, test := range map[string]struct {
		about  string // the rest of flow_data
		shows  string
		action string
		typed  url.Values
	}{
		"subscription_cancel":   {"[subscription_cancel][subscription]=SUB", "Cancel the subscription", "/subscriptions/SUB/cancel", nil},
		"subscription_update":   {"[subscription_update][subscription]=SUB", "Change the plan", "/subscriptions/SUB/update", url.Values{"quantity": {"2"}}},
		"payment_method_update": {"", "Use another card", "/payment_method", card("4242424242424242")},
		"subscription_update_confirm": {
			"[subscription_update_confirm][subscription]=SUB&flow_data[subscription_update_confirm][items][0][id]=ITEM" +
				"&flow_data[subscription_update_confirm][items][0][price]=price_pro_yearly",
			"<dd>Pro ($290.00 / year)</dd>", "/subscriptions/SUB/update", url.Values{"price": {"price_pro_yearly"}, "quantity": {"1"}},
		},
	} {
		t.Run(flow, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			sub := b.subscribe("price_pro_monthly", "4242424242424242")
			b.subscribe("price_starter_monthly", "4242424242424242", func(p *stripe.CheckoutSessionParams) { p.Customer = &sub.Customer.ID })
			ids := strings.NewReplacer("SUB", sub.ID, "ITEM", sub.Items.Data[0].ID)
			open := func(after string) (*stripe.BillingPortalSession, string) {
				t.Helper()
				body := "customer=" + sub.Customer.ID + "&flow_data[type]=" + flow + after
				if test.about != "" {
					body += "&flow_data" + ids.Replace(test.about)
				}
				id := walk{b}.post("/v1/billing_portal/sessions", body)
				return &stripe.BillingPortalSession{ID: id}, "/p/session/" + id
			}
			portal, address := open("&flow_data[after_completion][type]=redirect&flow_data[after_completion][redirect][return_url]=https://shop.example/done")
			page := b.do(http.MethodGet, address, "")
			wants(t, page.body, test.shows)
			if strings.Contains(page.body, "Starter") && flow != "subscription_update" || strings.Contains(page.body, "Invoices") {
				t.Errorf("the flow's page shows more than the flow:\n%s", page.body)
			}
			if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "https://shop.example") {
				t.Errorf("the form may not end on the destination: %s", policy)
			}
			done := b.form(portal, strings.TrimPrefix(ids.Replace(test.action), "/"), test.typed)
			if done.status != http.StatusSeeOther || done.header.Get("Location") != "https://shop.example/done" {
				t.Fatalf("the flow ends with %d at %q\n%s", done.status, done.header.Get("Location"), done.body)
			}

			if flow != "payment_method_update" {
				return
			}
			portal, address = open("&flow_data[after_completion][type]=hosted_confirmation&flow_data[after_completion][hosted_confirmation][custom_message]=Thanks")
			done = b.form(portal, "payment_method", test.typed)
			if got := done.header.Get("Location"); got != address+"?done=1" {
				t.Fatalf("the flow ends at %q", got)
			}
			wants(t, b.do(http.MethodGet, address+"?done=1", "").body, `<p role="status">Thanks</p>`)
			portal, address = open("")
			done = b.form(portal, "payment_method", test.typed)
			if got := done.header.Get("Location"); got != address+"?home=1" {
				t.Fatalf("the flow ends at %q", got)
			}
			wants(t, b.do(http.MethodGet, address+"?home=1", "").body, "Invoices", "Your details")
		})
	}
}

func TestPortalFlowRefuses(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	off := walk{b}.configuration("features[invoice_history][enabled]=true")
	const items = "flow_data[subscription_update_confirm][items]"
	about := "flow_data[type]=subscription_update_confirm&flow_data[subscription_update_confirm][subscription]=" + sub.ID
	item := "&" + items + "[0][id]=" + sub.Items.Data[0].ID
	for name, test := range map[string]struct{ body, param string }{
		"feature off":       {"flow_data[type]=payment_method_update&configuration=" + off, "flow_data[type]"},
		"unknown item":      {about + "&" + items + "[0][id]=si_x", items + "[0][id]"},
		"price not offered": {about + item + "&" + items + "[0][price]=price_credits_once", items + "[0][price]"},
		"no quantity":       {about + item + "&" + items + "[0][quantity]=0", items + "[0][quantity]"},
	} {
		var answer struct{ Error stripe.Error }
		got := b.do(http.MethodPost, "/v1/billing_portal/sessions", "customer="+sub.Customer.ID+"&"+test.body)
		b.must(json.Unmarshal([]byte(got.body), &answer))
		if got.status != http.StatusBadRequest || answer.Error.Param != test.param {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

func TestPortalConfigurationUpdate(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	configuration, err := b.api.BillingPortalConfigurations.Update("bpc_default", &stripe.BillingPortalConfigurationParams{
		BusinessProfile: &stripe.BillingPortalConfigurationBusinessProfileParams{Headline: stripe.String("Our plans")},
		Features: &stripe.BillingPortalConfigurationFeaturesParams{
			SubscriptionCancel: &stripe.BillingPortalConfigurationFeaturesSubscriptionCancelParams{Mode: stripe.String("immediately")},
		},
	})
	b.must(err)
	cancel := configuration.Features.SubscriptionCancel
	if configuration.BusinessProfile.Headline != "Our plans" || cancel.Mode != "immediately" || !cancel.Enabled || !cancel.CancellationReason.Enabled {
		t.Errorf("%q, cancel %+v", configuration.BusinessProfile.Headline, cancel)
	}
	for body, param := range map[string]string{
		"active=false": "active",
		"features[customer_update][allowed_updates]=":                      "features[customer_update][allowed_updates]",
		planFeature("price_team_monthly", "none"):                          "features[subscription_update][products][0][prices][0]",
		"features[subscription_update][products]=":                         "features[subscription_update][products]",
		"features[subscription_cancel][cancellation_reason][enabled]=true": "features[subscription_cancel][cancellation_reason][options]",
	} {
		var answer struct{ Error stripe.Error }
		got := b.do(http.MethodPost, "/v1/billing_portal/configurations/bpc_default", body)
		b.must(json.Unmarshal([]byte(got.body), &answer))
		if got.status != http.StatusBadRequest || answer.Error.Param != param {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	unchanged, err := b.api.BillingPortalConfigurations.Get("bpc_default", nil)
	b.must(err)
	if allowed := unchanged.Features.CustomerUpdate.AllowedUpdates; !slices.Contains(allowed, "email") {
		t.Errorf("a refused change took the allowed updates: %v", allowed)
	}
}
