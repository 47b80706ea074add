package sandbox_test

import (
	"fmt"
	"net/http"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/object"
)

// payer is a customer with a card to pay with.
func (w walk) payer() string {
	w.t.Helper()
	customer := w.post("/v1/customers", "email=jenny@example.com")
	method := w.post("/v1/payment_methods/pm_card_visa/attach", "customer="+customer)
	w.post("/v1/customers/"+customer, "invoice_settings[default_payment_method]="+method)
	return customer
}

// invoicing calls what makes invoices by hand and what pauses subscriptions.
func (w walk) invoicing() {
	w.t.Helper()
	customer := w.payer()
	item := w.post("/v1/invoiceitems", "amount=500&currency=usd&description=Setup&customer="+customer)
	w.readAll("/v1/invoiceitems", item)
	w.post("/v1/invoiceitems/"+item, "amount=600")
	w.remove("/v1/invoiceitems/" + item)
	draft := func(parameters string) string {
		w.t.Helper()
		w.post("/v1/invoiceitems", "price=price_credits_once&quantity=2&customer="+customer)
		return w.post("/v1/invoices", "pending_invoice_items_behavior=include&customer="+customer+parameters)
	}
	w.remove("/v1/invoices/" + draft(""))
	invoice := draft("&collection_method=send_invoice&days_until_due=7")
	w.post("/v1/invoices/"+invoice, "description=Books")
	w.post("/v1/invoices/"+invoice+"/finalize", "")
	w.post("/v1/invoices/"+invoice+"/send", "")
	w.post("/v1/invoices/"+invoice+"/mark_uncollectible", "")
	w.post("/v1/invoices/"+invoice+"/void", "")
	w.post("/v1/invoices/"+draft("&auto_advance=true")+"/pay", "")
	sub := w.post("/v1/subscriptions", "items[0][price]=price_pro_monthly&customer="+customer)
	w.call(http.MethodGet, "/v1/invoices/upcoming?subscription="+sub, "", "Stripe-Version", object.APIVersion)
	w.call(http.MethodGet, "/v1/invoices/upcoming/lines?customer="+customer, "", "Stripe-Version", object.APIVersion)
	w.post("/v1/invoices/create_preview", "subscription="+sub+"&subscription_details[items][0][price]=price_team_monthly")
	w.post("/v1/subscriptions/"+sub, "pause_collection[behavior]=mark_uncollectible")
	other := w.post("/v1/customers", "email=jim@example.com")
	trial := w.post("/v1/subscriptions",
		"items[0][price]=price_pro_monthly&trial_period_days=1&trial_settings[end_behavior][missing_payment_method]=pause&customer="+other)
	w.advance(`{"days":31}`)
	w.payWith(&stripe.Subscription{ID: trial, Customer: &stripe.Customer{ID: other}}, "pm_card_visa")
	w.post("/v1/subscriptions/"+trial+"/resume", "")
}

// phase is the parameters of one phase of a schedule.
func phase(index int, rest string) string { return fmt.Sprintf("&phases[%d]%s", index, rest) }

func (w walk) schedules() {
	w.t.Helper()
	customer := w.payer()
	sub := w.post("/v1/subscriptions", "items[0][price]=price_pro_monthly&customer="+customer)
	schedule := w.post("/v1/subscription_schedules", "from_subscription="+sub)
	w.readAll("/v1/subscription_schedules", schedule)
	w.get("/v1/subscription_schedules/" + schedule + "?expand[]=subscription.customer&expand[]=phases.items.price")
	w.post("/v1/subscription_schedules/"+schedule, "metadata[kind]=first&end_behavior=cancel")
	w.post("/v1/subscription_schedules/"+schedule+"/release", "")
	later := w.post("/v1/subscription_schedules", "start_date=now&customer="+customer+
		phase(0, "[items][0][price]=price_pro_monthly")+phase(0, "[iterations]=2")+phase(1, "[items][0][price]=price_starter_monthly"))
	w.post("/v1/subscription_schedules/"+later+"/cancel", "")
}

// configuration is a portal configuration of these features.
func (w walk) configuration(features string) string {
	w.t.Helper()
	return w.post("/v1/billing_portal/configurations", "business_profile[headline]=Shop&"+features)
}

func (w walk) portals() {
	w.t.Helper()
	customer := w.payer()
	configuration := w.configuration(planFeature("price_pro_monthly", "none"))
	w.post("/v1/billing_portal/configurations/"+configuration, "active=true&features[payment_method_update][enabled]=true")
	sub := w.subscription(w.post("/v1/subscriptions", "items[0][price]=price_pro_monthly&customer="+customer))
	w.post("/v1/billing_portal/sessions", "flow_data[type]=subscription_update_confirm&configuration="+configuration+"&customer="+customer+
		"&flow_data[subscription_update_confirm][subscription]="+sub.ID+
		"&flow_data[subscription_update_confirm][items][0][quantity]=2&flow_data[subscription_update_confirm][items][0][id]="+sub.Items.Data[0].ID)
}

func (w walk) testClocks() {
	w.t.Helper()
	clock := w.post("/v1/test_helpers/test_clocks", fmt.Sprintf("name=Renewals&frozen_time=%d", start.Unix()))
	w.readAll("/v1/test_helpers/test_clocks", clock)
	customer := w.post("/v1/customers", "payment_method=pm_card_visa&test_clock="+clock)
	w.post("/v1/subscriptions", "items[0][price]=price_pro_monthly&trial_period_days=3&customer="+customer)
	w.post("/v1/test_helpers/test_clocks/"+clock+"/advance", fmt.Sprintf("frozen_time=%d", start.AddDate(0, 2, 0).Unix()))
	w.remove("/v1/test_helpers/test_clocks/" + clock)
}
