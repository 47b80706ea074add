package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

// portal opens a customer's portal.
func (b *box) portal(customer string, change ...func(*stripe.BillingPortalSessionParams)) *stripe.BillingPortalSession {
	b.t.Helper()
	params := &stripe.BillingPortalSessionParams{Customer: &customer, ReturnURL: stripe.String("https://shop.example/account")}
	for _, apply := range change {
		apply(params)
	}
	portal, err := b.api.BillingPortalSessions.New(params)
	b.must(err)
	return portal
}

// show is the portal's page.
func (b *box) show(portal *stripe.BillingPortalSession) string {
	b.t.Helper()
	page := b.do(http.MethodGet, strings.TrimPrefix(portal.URL, b.url), "")
	if page.status != http.StatusOK {
		b.t.Fatalf("the portal answers %d %s", page.status, page.body)
	}
	return page.body
}

// act submits one of the portal's forms.
func (b *box) act(portal *stripe.BillingPortalSession, subscription, action string, typed url.Values) reply {
	b.t.Helper()
	return b.do(http.MethodPost, "/p/session/"+portal.ID+"/subscriptions/"+subscription+"/"+action, typed.Encode())
}

// lastEvent is the newest event, and the subscription in it.
func (b *box) lastEvent() (*stripe.Event, stripe.Subscription) {
	b.t.Helper()
	events := b.eventsAfter("")
	event := events[len(events)-1]
	var sub stripe.Subscription
	b.must(json.Unmarshal(event.Data.Raw, &sub))
	return event, sub
}

func wants(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
}

func TestPortalSession(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	h := b.listen()
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	portal := b.portal(sub.Customer.ID, func(p *stripe.BillingPortalSessionParams) {
		p.AddExpand("configuration")
		p.FlowData = &stripe.BillingPortalSessionFlowDataParams{
			Type:               stripe.String("subscription_cancel"),
			SubscriptionCancel: &stripe.BillingPortalSessionFlowDataSubscriptionCancelParams{Subscription: &sub.ID},
		}
	})
	if !strings.HasPrefix(portal.ID, "bps_") || portal.URL != b.url+"/p/session/"+portal.ID || portal.Customer != sub.Customer.ID ||
		portal.ReturnURL != "https://shop.example/account" || !portal.Configuration.IsDefault {
		t.Errorf("session = %+v", portal)
	}
	if flow := portal.Flow; flow.Type != "subscription_cancel" || flow.SubscriptionCancel.Subscription != sub.ID || flow.AfterCompletion.Type != "portal_homepage" {
		t.Errorf("flow = %+v", flow)
	}
	b.settle()
	if types := h.types(); types[len(types)-1] != "billing_portal.session.created" {
		t.Errorf("webhooks = %v", types)
	}
}

func TestPortalSessionRefuses(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	other, err := b.api.Customers.New(nil)
	b.must(err)
	flow := func(kind string) *stripe.BillingPortalSessionFlowDataParams {
		return &stripe.BillingPortalSessionFlowDataParams{Type: &kind}
	}
	about := func(flow *stripe.BillingPortalSessionFlowDataParams) *stripe.BillingPortalSessionFlowDataParams {
		flow.SubscriptionCancel = &stripe.BillingPortalSessionFlowDataSubscriptionCancelParams{Subscription: &sub.ID}
		return flow
	}
	for name, test := range map[string]struct {
		params stripe.BillingPortalSessionParams
		param  string
		code   stripe.ErrorCode
	}{
		"no customer":           {stripe.BillingPortalSessionParams{}, "customer", stripe.ErrorCodeParameterMissing},
		"unknown customer":      {stripe.BillingPortalSessionParams{Customer: stripe.String("cus_x")}, "customer", stripe.ErrorCodeResourceMissing},
		"unknown configuration": {stripe.BillingPortalSessionParams{Customer: &other.ID, Configuration: stripe.String("bpc_x")}, "configuration", stripe.ErrorCodeResourceMissing},
		"relative URL":          {stripe.BillingPortalSessionParams{Customer: &other.ID, ReturnURL: stripe.String("/account")}, "return_url", stripe.ErrorCodeURLInvalid},
		"unknown flow":          {stripe.BillingPortalSessionParams{Customer: &other.ID, FlowData: flow("gift")}, "flow_data[type]", ""},
		"flow about nothing": {
			stripe.BillingPortalSessionParams{Customer: &other.ID, FlowData: flow("subscription_cancel")}, "flow_data[subscription_cancel]", stripe.ErrorCodeParameterMissing,
		},
		"flow about too much": {
			stripe.BillingPortalSessionParams{Customer: &sub.Customer.ID, FlowData: about(flow("payment_method_update"))}, "flow_data[subscription_cancel]", "",
		},
		"another's subscription": {
			stripe.BillingPortalSessionParams{Customer: &other.ID, FlowData: about(flow("subscription_cancel"))}, "flow_data[subscription_cancel][subscription]", "",
		},
	} {
		_, err := b.api.BillingPortalSessions.New(&test.params)
		if refused := b.stripeError(err); refused.HTTPStatusCode != http.StatusBadRequest || refused.Param != test.param || refused.Code != test.code {
			t.Errorf("%s: %v", name, refused)
		}
	}
}

func TestPortalCancelAndKeep(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	portal := b.portal(sub.Customer.ID)
	wants(t, b.show(portal), "1 × Pro", "$29.00 / month", "Active", "January 31, 2026 to February 28, 2026", "jenny@example.com",
		`href="https://shop.example/account"`, `value="too_expensive"`, "<label for=", `<td class="amount">$29.00</td>`, "Cancel the subscription")

	refused := b.act(portal, sub.ID, "cancel", url.Values{"feedback": {"bored"}})
	if refused.status != http.StatusBadRequest || !strings.Contains(refused.body, `role="alert">Invalid feedback`) {
		t.Errorf("an unknown feedback answers %d %s", refused.status, refused.body)
	}
	canceled := b.act(portal, sub.ID, "cancel", url.Values{"feedback": {"too_expensive"}, "comment": {"Next year & not before"}})
	if canceled.status != http.StatusSeeOther || canceled.header.Get("Location") != "/p/session/"+portal.ID {
		t.Fatalf("canceling answers %d to %q", canceled.status, canceled.header.Get("Location"))
	}
	event, shown := b.lastEvent()
	details := shown.CancellationDetails
	if event.Type != stripe.EventTypeCustomerSubscriptionUpdated || !shown.CancelAtPeriodEnd || shown.CancelAt != sub.CurrentPeriodEnd ||
		details.Feedback != "too_expensive" || details.Comment != "Next year & not before" || details.Reason != "cancellation_requested" {
		t.Errorf("%s: cancel at %d, details %+v", event.Type, shown.CancelAt, details)
	}
	page := b.show(portal)
	wants(t, page, "Will be canceled on February 28, 2026.", "Don't cancel")
	if strings.Contains(page, sub.ID+"/cancel") {
		t.Error("the page offers to cancel what is canceled already")
	}

	if kept := b.act(portal, sub.ID, "keep", nil); kept.status != http.StatusSeeOther {
		t.Fatalf("undoing answers %d %s", kept.status, kept.body)
	}
	event, shown = b.lastEvent()
	if event.Type != stripe.EventTypeCustomerSubscriptionUpdated || shown.CancelAtPeriodEnd || shown.CancelAt != 0 || shown.CancellationDetails.Reason != "" {
		t.Errorf("%s: cancel at %d, details %+v", event.Type, shown.CancelAt, shown.CancellationDetails)
	}

	// A date that the API has set can be undone as well.
	_, err := b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{CancelAt: stripe.Int64(start.AddDate(0, 0, 7).Unix())})
	b.must(err)
	wants(t, b.show(portal), "Will be canceled on February 7, 2026.")
	b.act(portal, sub.ID, "keep", nil)
	if kept := b.subscription(sub.ID); kept.CancelAt != 0 {
		t.Errorf("cancel_at = %d, want none", kept.CancelAt)
	}
}

func TestPortalConfiguration(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	configuration, err := b.api.BillingPortalConfigurations.New(&stripe.BillingPortalConfigurationParams{
		BusinessProfile: &stripe.BillingPortalConfigurationBusinessProfileParams{
			Headline: stripe.String("Your plan"), TermsOfServiceURL: stripe.String("https://shop.example/terms"),
		},
		DefaultReturnURL: stripe.String("https://shop.example/home"),
		Features: &stripe.BillingPortalConfigurationFeaturesParams{
			SubscriptionCancel: &stripe.BillingPortalConfigurationFeaturesSubscriptionCancelParams{
				Enabled: stripe.Bool(true), Mode: stripe.String("immediately"),
			},
		},
		Metadata: map[string]string{"project": "p1"},
	})
	b.must(err)
	read, err := b.api.BillingPortalConfigurations.Get(configuration.ID, nil)
	b.must(err)
	type view struct {
		Active, Default, Invoices bool
		Mode                      stripe.BillingPortalConfigurationFeaturesSubscriptionCancelMode
		Return, Headline          string
		Metadata                  map[string]string
	}
	want := view{true, false, false, "immediately", "https://shop.example/home", "Your plan", map[string]string{"project": "p1"}}
	got := view{
		read.Active, read.IsDefault, read.Features.InvoiceHistory.Enabled, read.Features.SubscriptionCancel.Mode, read.DefaultReturnURL,
		read.BusinessProfile.Headline, read.Metadata,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configuration (-want +got)\n%s", diff)
	}
	var listed []string
	for list := b.api.BillingPortalConfigurations.List(&stripe.BillingPortalConfigurationListParams{IsDefault: stripe.Bool(false)}); list.Next(); {
		listed = append(listed, list.BillingPortalConfiguration().ID)
	}
	if diff := cmp.Diff([]string{configuration.ID}, listed); diff != "" {
		t.Errorf("not the default (-want +got)\n%s", diff)
	}

	portal := b.portal(sub.Customer.ID, func(p *stripe.BillingPortalSessionParams) {
		p.Configuration, p.ReturnURL = &configuration.ID, nil
	})
	page := b.show(portal)
	wants(t, page, "<h1>Your plan</h1>", "https://shop.example/terms", `href="https://shop.example/home"`, "It ends at once.")
	for _, off := range []string{"Invoices", "<select"} {
		if strings.Contains(page, off) {
			t.Errorf("the page has %q, which the configuration leaves out", off)
		}
	}
	b.act(portal, sub.ID, "cancel", url.Values{"feedback": {"unused"}})
	event, shown := b.lastEvent()
	if event.Type != stripe.EventTypeCustomerSubscriptionDeleted || shown.Status != stripe.SubscriptionStatusCanceled || shown.CancellationDetails.Feedback != "" {
		t.Errorf("%s: %s %+v", event.Type, shown.Status, shown.CancellationDetails)
	}
	wants(t, b.show(portal), "Canceled", "Ended on January 31, 2026.")
	if again := b.act(portal, sub.ID, "cancel", nil); again.status != http.StatusNotFound || !strings.Contains(again.body, `role="alert">No such subscription`) {
		t.Errorf("canceling twice answers %d", again.status)
	}
	if kept := b.act(portal, sub.ID, "keep", nil); kept.status != http.StatusBadRequest {
		t.Errorf("keeping what has ended answers %d", kept.status)
	}
}

func TestPortalConfigurationRefuses(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	const cancel = "features[subscription_cancel]"
	const reasons = cancel + "[cancellation_reason]"
	for name, test := range map[string]struct{ body, param string }{
		"no features":        {"", "features"},
		"relative URL":       {"features[invoice_history][enabled]=true&default_return_url=/home", "default_return_url"},
		"no reasons":         {cancel + "[enabled]=true&" + reasons + "[enabled]=true", reasons + "[options]"},
		"an unknown reason":  {cancel + "[enabled]=true&" + reasons + "[enabled]=true&" + reasons + "[options][0]=bored", reasons + "[options]"},
		"changes of plans":   {"features[subscription_update][enabled]=true", "features[subscription_update][default_allowed_updates]"},
		"an open login page": {"features[invoice_history][enabled]=true&login_page[enabled]=true", "login_page[enabled]"},
	} {
		var answer struct{ Error stripe.Error }
		got := b.do(http.MethodPost, "/v1/billing_portal/configurations", "business_profile[headline]=Shop&"+test.body)
		b.must(json.Unmarshal([]byte(got.body), &answer))
		if got.status != http.StatusBadRequest || answer.Error.Param != test.param {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

func TestPortalIsOneCustomers(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	other, err := b.api.Customers.New(&stripe.CustomerParams{Email: stripe.String("other@example.com")})
	b.must(err)
	portal := b.portal(other.ID)
	wants(t, b.show(portal), "There are no subscriptions.", "There are no invoices.")
	if got := b.act(portal, sub.ID, "cancel", nil); got.status != http.StatusNotFound {
		t.Errorf("canceling another customer's subscription answers %d", got.status)
	}
	if got := b.subscription(sub.ID); got.CancelAtPeriodEnd {
		t.Error("the other customer's subscription is canceled")
	}
	if got := b.do(http.MethodGet, "/p/session/bps_unknown", ""); got.status != http.StatusNotFound {
		t.Errorf("an unknown session answers %d", got.status)
	}

	own := b.portal(sub.Customer.ID)
	b.advance(`{"seconds":3600}`)
	expired := b.do(http.MethodGet, "/p/session/"+own.ID, "")
	if expired.status != http.StatusGone || strings.Contains(expired.body, "Subscriptions") {
		t.Errorf("an hour later the session answers %d", expired.status)
	}
	wants(t, expired.body, "This link has expired.", `href="https://shop.example/account"`)
	if got := b.act(own, sub.ID, "cancel", nil); got.status != http.StatusGone {
		t.Errorf("an hour later canceling answers %d", got.status)
	}
}
