package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

func TestSubscriptionCheckout(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	h := b.listen()
	session := b.session(stripe.CheckoutSessionModeSubscription, "price_pro_monthly", func(p *stripe.CheckoutSessionParams) {
		p.ClientReferenceID = stripe.String("user_1")
		p.AddMetadata("project", "p1")
		p.SubscriptionData = &stripe.CheckoutSessionSubscriptionDataParams{Metadata: map[string]string{"user": "user_1"}}
	})
	if session.Status != stripe.CheckoutSessionStatusOpen || session.AmountTotal != 2900 || !strings.HasPrefix(session.URL, b.url+"/c/pay/cs_test_") {
		t.Fatalf("session = %s %d %s", session.Status, session.AmountTotal, session.URL)
	}
	paying := b.pay(session, "4242 4242 4242 4242")
	if got, want := paying.header.Get("Location"), "https://shop.example/thanks?session="+session.ID; paying.status != http.StatusSeeOther || got != want {
		t.Fatalf("paying = %d to %q: %s", paying.status, got, paying.body)
	}
	b.settle()

	want := []string{
		"customer.created", "payment_method.attached", "customer.updated", "customer.subscription.created",
		"invoice.created", "invoice.finalized", "payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
		"customer.subscription.updated", "invoice.paid", "invoice.payment_succeeded", "checkout.session.completed",
	}
	if diff := cmp.Diff(want, h.types()); diff != "" {
		t.Errorf("webhooks (-want +got)\n%s", diff)
	}
	for _, event := range h.received() {
		if event.Created != start.Unix() || event.Livemode {
			t.Errorf("%s: created %d livemode %v", event.Type, event.Created, event.Livemode)
		}
		checkSubscriptionEvent(t, event)
	}

	complete, err := b.api.CheckoutSessions.Get(session.ID, nil)
	b.must(err)
	sub := b.subscription(complete.Subscription.ID)
	type view struct {
		SessionStatus stripe.CheckoutSessionStatus
		PaymentStatus stripe.CheckoutSessionPaymentStatus
		Reference     string
		Email         string
		Status        stripe.SubscriptionStatus
		Start, End    int64
		Metadata      map[string]string
		Invoice       stripe.InvoiceStatus
		Reason        stripe.InvoiceBillingReason
		Paid          int64
		Intent        stripe.PaymentIntentStatus
		Line          string
		Price         string
	}
	got := view{
		complete.Status, complete.PaymentStatus, complete.ClientReferenceID, complete.CustomerDetails.Email, sub.Status,
		sub.CurrentPeriodStart, sub.CurrentPeriodEnd, sub.Metadata, sub.LatestInvoice.Status, sub.LatestInvoice.BillingReason,
		sub.LatestInvoice.AmountPaid, sub.LatestInvoice.PaymentIntent.Status, sub.LatestInvoice.Lines.Data[0].Description,
		sub.Items.Data[0].Price.ID,
	}
	wantView := view{
		"complete", "paid", "user_1", "jenny@example.com", "active", start.Unix(),
		time.Date(2026, time.February, 28, 10, 0, 0, 0, time.UTC).Unix(), map[string]string{"user": "user_1"}, "paid",
		"subscription_create", 2900, "succeeded", "1 × Pro (at $29.00 / month)", "price_pro_monthly",
	}
	if diff := cmp.Diff(wantView, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// checkSubscriptionEvent looks into the payloads that the status hangs on.
func checkSubscriptionEvent(t *testing.T, event stripe.Event) {
	t.Helper()
	switch event.Type {
	case "customer.subscription.created", "customer.subscription.updated":
		var sub stripe.Subscription
		if err := json.Unmarshal(event.Data.Raw, &sub); err != nil {
			t.Fatal(err)
		}
		want := stripe.SubscriptionStatusIncomplete
		if event.Type == "customer.subscription.updated" {
			want = stripe.SubscriptionStatusActive
			if diff := cmp.Diff(map[string]any{"status": "incomplete"}, event.Data.PreviousAttributes); diff != "" {
				t.Errorf("previous_attributes (-want +got)\n%s", diff)
			}
		}
		if sub.Status != want || sub.LatestInvoice == nil {
			t.Errorf("%s: status %s, invoice %v", event.Type, sub.Status, sub.LatestInvoice)
		}
	case "invoice.created", "invoice.finalized", "invoice.paid":
		var invoice stripe.Invoice
		if err := json.Unmarshal(event.Data.Raw, &invoice); err != nil {
			t.Fatal(err)
		}
		want := map[stripe.EventType]stripe.InvoiceStatus{"invoice.created": "draft", "invoice.finalized": "open", "invoice.paid": "paid"}[event.Type]
		if invoice.Status != want || invoice.Subscription == nil {
			t.Errorf("%s: status %s, subscription %v", event.Type, invoice.Status, invoice.Subscription)
		}
	default: // no status hangs on the others
	}
}

func TestSubscriptionCheckoutWithTrial(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	session := b.session(stripe.CheckoutSessionModeSubscription, "price_pro_trial", func(p *stripe.CheckoutSessionParams) {
		p.SubscriptionData = &stripe.CheckoutSessionSubscriptionDataParams{TrialPeriodDays: stripe.Int64(14)}
	})
	if session.AmountTotal != 0 {
		t.Errorf("amount_total = %d, want 0", session.AmountTotal)
	}
	complete := b.paid(session, "4000 0000 0000 0341")
	sub := b.subscription(complete.Subscription.ID)
	trialEnd := start.AddDate(0, 0, 14).Unix()
	if sub.Status != stripe.SubscriptionStatusTrialing || sub.TrialEnd != trialEnd || sub.CurrentPeriodEnd != trialEnd {
		t.Errorf("subscription = %s until %d, period until %d, want trialing until %d", sub.Status, sub.TrialEnd, sub.CurrentPeriodEnd, trialEnd)
	}
	if complete.PaymentStatus != stripe.CheckoutSessionPaymentStatusNoPaymentRequired {
		t.Errorf("payment_status = %s", complete.PaymentStatus)
	}
	if invoice := sub.LatestInvoice; invoice.Status != stripe.InvoiceStatusPaid || invoice.AmountPaid != 0 || invoice.PaymentIntent != nil {
		t.Errorf("invoice = %s %d %v", invoice.Status, invoice.AmountPaid, invoice.PaymentIntent)
	}
	want := []string{
		"customer.subscription.trial_will_end",
		"customer.subscription.updated", "invoice.created", "invoice.finalized", "payment_intent.created", "charge.failed",
		"payment_intent.payment_failed", "invoice.payment_failed", "customer.updated", "customer.subscription.updated",
	}
	if diff := cmp.Diff(want, b.advance(`{"days":14}`)); diff != "" {
		t.Errorf("events at the trial's end (-want +got)\n%s", diff)
	}
	if sub := b.subscription(sub.ID); sub.Status != stripe.SubscriptionStatusPastDue {
		t.Errorf("status = %s, want past_due", sub.Status)
	}
}

func TestPaymentCheckout(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	h := b.listen()
	session := b.session(stripe.CheckoutSessionModePayment, "price_credits_once", func(p *stripe.CheckoutSessionParams) {
		p.PaymentIntentData = &stripe.CheckoutSessionPaymentIntentDataParams{
			Description: stripe.String("1,000 credits"), Metadata: map[string]string{"wallet": "w1"},
		}
	})
	complete := b.paid(session, "5555 5555 5555 4444")
	b.settle()
	want := []string{"payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"}
	if diff := cmp.Diff(want, h.types()); diff != "" {
		t.Errorf("webhooks (-want +got)\n%s", diff)
	}
	params := &stripe.PaymentIntentParams{}
	params.AddExpand("latest_charge")
	pi, err := b.api.PaymentIntents.Get(complete.PaymentIntent.ID, params)
	b.must(err)
	if pi.Amount != 1500 || pi.Metadata["wallet"] != "w1" || pi.LatestCharge.PaymentMethodDetails.Card.Brand != "mastercard" {
		t.Errorf("payment intent = %d %v %v", pi.Amount, pi.Metadata, pi.LatestCharge.PaymentMethodDetails.Card.Brand)
	}
	if complete.PaymentStatus != "paid" || complete.Customer != nil {
		t.Errorf("session = %s, customer %v", complete.PaymentStatus, complete.Customer)
	}
}

func TestCheckoutDeclines(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ card, message string }{
		"declined":           {"4000 0000 0000 0002", "Your card was declined."},
		"insufficient funds": {"4000000000009995", "Your card has insufficient funds."},
		"expired":            {"4000 0000 0000 0069", "Your card has expired."},
		"charge fails":       {"4000 0000 0000 0341", "Your card was declined."},
		"wrong check digit":  {"4242 4242 4242 4241", "Your card number is incorrect."},
		"a real card":        {"4111 1111 1111 1111", "Your request was in test mode, but used a non test card."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			for _, session := range []*stripe.CheckoutSession{
				b.session(stripe.CheckoutSessionModeSubscription, "price_pro_monthly"),
				b.session(stripe.CheckoutSessionModePayment, "price_credits_once"),
			} {
				got := b.pay(session, test.card)
				if got.status != http.StatusPaymentRequired || !strings.Contains(got.body, `role="alert">`) || !strings.Contains(got.body, test.message) {
					t.Errorf("%s: %d, want 402 with %q", session.Mode, got.status, test.message)
				}
				// The session stays open and the next card pays it.
				if complete := b.paid(session, "4242424242424242"); complete.Status != stripe.CheckoutSessionStatusComplete {
					t.Errorf("%s: status %s after another card", session.Mode, complete.Status)
				}
			}
			subs := b.api.Subscriptions.List(&stripe.SubscriptionListParams{Status: stripe.String("all")})
			count := 0
			for subs.Next() {
				count++
			}
			if count != 1 {
				t.Errorf("%d subscriptions, want 1", count)
			}
		})
	}
}

func TestCheckoutPage(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	session := b.session(stripe.CheckoutSessionModeSubscription, "price_pro_monthly_jpy", func(p *stripe.CheckoutSessionParams) {
		p.CustomerEmail = stripe.String("jenny@example.com")
	})
	page := b.do(http.MethodGet, "/c/pay/"+session.ID+"?card=4242424242424242", "")
	for _, want := range []string{
		"Sandbox.", "¥4,300 / month", "Pay ¥4,300", `value="4242 4242 4242 4242"`, "4000 0000 0000 0002", "jenny@example.com",
		`href="https://shop.example/pricing"`, `<label for="card_number">`,
	} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page.body, `name="email"`) {
		t.Error("the page asks for an email address that is known")
	}
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") ||
		!strings.Contains(policy, "form-action 'self' https://shop.example;") {
		t.Errorf("Content-Security-Policy = %q", policy)
	}

	page = b.do(http.MethodPost, "/c/pay/"+session.ID, url.Values{"card_number": {"4242424242424242"}, "card_expiry": {"01 / 20"}}.Encode())
	if page.status != http.StatusUnprocessableEntity {
		t.Errorf("an incomplete form answers %d, want 422", page.status)
	}
	for _, want := range []string{"expiry date is in the past", "security code", `aria-invalid="true"`, `aria-describedby="card_cvc-error"`} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}

	b.paid(session, "4242424242424242")
	if page := b.do(http.MethodGet, "/c/pay/"+session.ID, ""); !strings.Contains(page.body, "This checkout has been completed.") ||
		strings.Contains(page.body, "<form") {
		t.Errorf("the page of a complete session: %s", page.body)
	}
	if got := b.pay(session, "4242424242424242"); got.status != http.StatusConflict {
		t.Errorf("paying twice answers %d, want 409", got.status)
	}
	if got := b.do(http.MethodGet, "/c/pay/cs_test_unknown", ""); got.status != http.StatusNotFound {
		t.Errorf("an unknown session answers %d, want 404", got.status)
	}
	if css := b.do(http.MethodGet, "/_sandbox/assets/page.css", ""); css.status != http.StatusOK || css.body == "" {
		t.Errorf("the stylesheet answers %d", css.status)
	}
}

func TestCheckoutExpires(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	byClock := b.session(stripe.CheckoutSessionModePayment, "price_credits_once")
	byCall := b.session(stripe.CheckoutSessionModePayment, "price_credits_once")
	expired, err := b.api.CheckoutSessions.Expire(byCall.ID, nil)
	b.must(err)
	if expired.Status != stripe.CheckoutSessionStatusExpired || expired.URL != "" {
		t.Errorf("session = %s %q", expired.Status, expired.URL)
	}
	if diff := cmp.Diff([]string{"checkout.session.expired"}, b.advance(`{"days":1}`)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	if page := b.do(http.MethodGet, "/c/pay/"+byClock.ID, ""); !strings.Contains(page.body, "has expired") {
		t.Error("the page does not say that the session has expired")
	}
	if got := b.pay(byClock, "4242424242424242"); got.status != http.StatusConflict {
		t.Errorf("paying an expired session answers %d, want 409", got.status)
	}
	if _, err := b.api.CheckoutSessions.Expire(byCall.ID, nil); b.stripeError(err).HTTPStatusCode != http.StatusBadRequest {
		t.Errorf("expiring twice: %v", err)
	}
}

func TestCheckoutLineItems(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	customer, err := b.api.Customers.New(&stripe.CustomerParams{Email: stripe.String("a@example.com")})
	b.must(err)
	session := b.session(stripe.CheckoutSessionModeSubscription, "price_team_monthly", func(p *stripe.CheckoutSessionParams) {
		p.Customer = &customer.ID
		p.LineItems[0].Quantity = stripe.Int64(3)
		p.LineItems = append(p.LineItems, &stripe.CheckoutSessionLineItemParams{
			Quantity: stripe.Int64(1),
			PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{
				Currency: stripe.String("usd"), UnitAmount: stripe.Int64(5000),
				ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripe.String("Setup")},
			},
		})
		p.AddExpand("line_items")
	})
	if session.AmountTotal != 3*1200+5000 || len(session.LineItems.Data) != 2 || session.LineItems.Data[1].Description != "Setup" {
		t.Errorf("session = %d, line items %v", session.AmountTotal, session.LineItems.Data)
	}
	complete := b.paid(session, "4242424242424242")
	sub := b.subscription(complete.Subscription.ID)
	if sub.Customer.ID != customer.ID || sub.Items.Data[0].Quantity != 3 || len(sub.Items.Data) != 1 {
		t.Errorf("subscription of %s with %d items", sub.Customer.ID, len(sub.Items.Data))
	}
	if sub.LatestInvoice.AmountPaid != 8600 {
		t.Errorf("first invoice = %d, want 8600", sub.LatestInvoice.AmountPaid)
	}
	b.advance(`{"days":28}`)
	if renewed := b.subscription(sub.ID); renewed.LatestInvoice.AmountPaid != 3600 {
		t.Errorf("second invoice = %d, want 3600: the setup is paid once", renewed.LatestInvoice.AmountPaid)
	}
}

func TestCheckoutSettings(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	session := b.session(stripe.CheckoutSessionModeSubscription, "price_pro_monthly", func(p *stripe.CheckoutSessionParams) {
		p.AllowPromotionCodes = stripe.Bool(true)
		p.AutomaticTax = &stripe.CheckoutSessionAutomaticTaxParams{Enabled: stripe.Bool(true)}
		p.PaymentMethodCollection = stripe.String("if_required")
		p.SubscriptionData = &stripe.CheckoutSessionSubscriptionDataParams{TrialPeriodDays: stripe.Int64(7)}
	})
	if !session.AllowPromotionCodes || !session.AutomaticTax.Enabled || session.PaymentMethodCollection != "if_required" || session.AmountTotal != 0 {
		t.Errorf("session = promotion codes %v, tax %v, collection %s, total %d",
			session.AllowPromotionCodes, session.AutomaticTax.Enabled, session.PaymentMethodCollection, session.AmountTotal)
	}
	if plain := b.session(stripe.CheckoutSessionModeSubscription, "price_pro_monthly"); plain.AllowPromotionCodes || plain.PaymentMethodCollection != "always" {
		t.Errorf("without settings: promotion codes %v, collection %s", plain.AllowPromotionCodes, plain.PaymentMethodCollection)
	}
	sub := b.subscription(b.paid(session, "4242424242424242").Subscription.ID)
	if sub.Status != stripe.SubscriptionStatusTrialing || sub.TrialEnd != start.AddDate(0, 0, 7).Unix() {
		t.Errorf("subscription = %s until %d", sub.Status, sub.TrialEnd)
	}
	_, err := b.api.CheckoutSessions.New(&stripe.CheckoutSessionParams{
		Mode: stripe.String("payment"), SuccessURL: stripe.String("https://shop.example"), PaymentMethodCollection: stripe.String("always"),
		LineItems: []*stripe.CheckoutSessionLineItemParams{{Price: stripe.String("price_credits_once"), Quantity: stripe.Int64(1)}},
	})
	if refused := b.stripeError(err); refused.Param != "payment_method_collection" {
		t.Errorf("collection in payment mode: %v", refused)
	}
}

func TestCheckoutFilters(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	customer, err := b.api.Customers.New(nil)
	b.must(err)
	mine := func(p *stripe.CheckoutSessionParams) { p.Customer = &customer.ID }
	complete := b.paid(b.session(stripe.CheckoutSessionModeSubscription, "price_pro_monthly", mine), "4242424242424242")
	open := b.session(stripe.CheckoutSessionModeSubscription, "price_pro_monthly", mine)
	expired, err := b.api.CheckoutSessions.Expire(b.session(stripe.CheckoutSessionModePayment, "price_credits_once").ID, nil)
	b.must(err)
	if event, _ := b.lastEvent(); event.Type != stripe.EventTypeCheckoutSessionExpired || event.GetObjectValue("id") != expired.ID ||
		event.GetObjectValue("status") != "expired" {
		t.Errorf("event = %s of %s", event.Type, event.GetObjectValue("id"))
	}
	for name, test := range map[string]struct {
		params stripe.CheckoutSessionListParams
		want   []string
	}{
		"all":                       {stripe.CheckoutSessionListParams{}, []string{expired.ID, open.ID, complete.ID}},
		"of the customer":           {stripe.CheckoutSessionListParams{Customer: &customer.ID}, []string{open.ID, complete.ID}},
		"open":                      {stripe.CheckoutSessionListParams{Status: stripe.String("open")}, []string{open.ID}},
		"expired":                   {stripe.CheckoutSessionListParams{Status: stripe.String("expired")}, []string{expired.ID}},
		"of the subscription":       {stripe.CheckoutSessionListParams{Subscription: &complete.Subscription.ID}, []string{complete.ID}},
		"of the customer, complete": {stripe.CheckoutSessionListParams{Customer: &customer.ID, Status: stripe.String("complete")}, []string{complete.ID}},
		"of nobody":                 {stripe.CheckoutSessionListParams{Customer: stripe.String("cus_x")}, nil},
	} {
		var got []string
		list := b.api.CheckoutSessions.List(&test.params)
		for list.Next() {
			got = append(got, list.CheckoutSession().ID)
		}
		b.must(list.Err())
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}
