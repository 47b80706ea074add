package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

// authenticate decides a challenge: "complete" or "fail".
func (b *box) authenticate(id, outcome string) reply {
	b.t.Helper()
	return b.do(http.MethodPost, "/c/authenticate/"+id, "outcome="+outcome)
}

// confirmWith creates and confirms a payment intent.
func (b *box) confirmWith(token string, change ...func(*stripe.PaymentIntentParams)) (*stripe.PaymentIntent, error) {
	b.t.Helper()
	params := &stripe.PaymentIntentParams{
		Amount: stripe.Int64(700), Currency: stripe.String("usd"), Confirm: stripe.Bool(true), PaymentMethod: &token,
		ReturnURL: stripe.String("https://shop.example/done?order=1"),
	}
	for _, apply := range change {
		apply(params)
	}
	return b.api.PaymentIntents.New(params)
}

func TestPaymentThatMustBeAuthenticated(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		card, outcome string
		status        stripe.PaymentIntentStatus
		redirect      string
		event         string // the last one
		failure       stripe.ErrorCode
	}{
		"complete": {"pm_card_threeDSecure2Required", "complete", "succeeded", "succeeded", "payment_intent.succeeded", ""},
		"fail":     {"pm_card_threeDSecure2Required", "fail", "requires_payment_method", "failed", "payment_intent.payment_failed", "payment_intent_authentication_failure"},
		"declined": {
			"pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "complete", "requires_payment_method", "failed",
			"payment_intent.payment_failed", "card_declined",
		},
		"on setup": {"pm_card_authenticationRequiredOnSetup", "complete", "succeeded", "succeeded", "payment_intent.succeeded", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			pi, err := b.confirmWith(test.card)
			b.must(err)
			if pi.Status != stripe.PaymentIntentStatusRequiresAction || pi.NextAction.Type != "redirect_to_url" || pi.LatestCharge != nil {
				t.Fatalf("confirmed: %s, next action %v, charge %v", pi.Status, pi.NextAction, pi.LatestCharge)
			}
			page := strings.TrimPrefix(pi.NextAction.RedirectToURL.URL, b.url)
			if got := b.do(http.MethodGet, page, ""); got.status != http.StatusOK || !strings.Contains(got.body, "Payment of $7.00") {
				t.Errorf("the page = %d %s", got.status, got.body)
			}
			back := b.authenticate(pi.ID, test.outcome)
			want := "https://shop.example/done?order=1&payment_intent=" + pi.ID + "&payment_intent_client_secret=" + pi.ClientSecret +
				"&redirect_status=" + test.redirect
			if got := back.header.Get("Location"); back.status != http.StatusSeeOther || got != want {
				t.Errorf("back = %d to %s, want %s", back.status, got, want)
			}
			pi, err = b.api.PaymentIntents.Get(pi.ID, nil)
			b.must(err)
			var failure stripe.ErrorCode
			if pi.LastPaymentError != nil {
				failure = pi.LastPaymentError.Code
			}
			if pi.Status != test.status || failure != test.failure || pi.NextAction != nil {
				t.Errorf("afterwards: %s %q %v", pi.Status, failure, pi.NextAction)
			}
			events := b.eventTypes("")
			if got := events[len(events)-1]; events[1] != "payment_intent.requires_action" || got != test.event {
				t.Errorf("events = %v", events)
			}
			if got := b.authenticate(pi.ID, "complete"); got.status != http.StatusConflict {
				t.Errorf("authenticating again = %d", got.status)
			}
		})
	}
}

func TestOffSessionPaymentIsDeclinedWithoutAuthentication(t *testing.T) {
	t.Parallel()
	offSession := func(p *stripe.PaymentIntentParams) { p.OffSession = stripe.Bool(true) }
	for name, token := range map[string]string{
		"always": "pm_card_threeDSecure2Required", "until it is set up": "pm_card_authenticationRequiredOnSetup",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			_, err := b.confirmWith(token, offSession)
			failure := b.stripeError(err)
			if failure.HTTPStatusCode != http.StatusPaymentRequired || failure.Code != "authentication_required" ||
				failure.DeclineCode != "authentication_required" || failure.PaymentIntent.Status != "requires_payment_method" {
				t.Errorf("%v", failure)
			}
		})
	}
}

// A card that was set up can be charged off session, if it is of that kind.
func TestSetUpCardsOffSession(t *testing.T) {
	t.Parallel()
	for token, charged := range map[string]bool{"pm_card_authenticationRequiredOnSetup": true, "pm_card_threeDSecure2Required": false} {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			customer, err := b.api.Customers.New(&stripe.CustomerParams{})
			b.must(err)
			intent, err := b.api.SetupIntents.New(&stripe.SetupIntentParams{
				Customer: &customer.ID, PaymentMethod: &token, Confirm: stripe.Bool(true), ReturnURL: stripe.String("https://shop.example/"),
			})
			b.must(err)
			if intent.Status != stripe.SetupIntentStatusRequiresAction || intent.NextAction.RedirectToURL == nil {
				t.Fatalf("intent = %s %v", intent.Status, intent.NextAction)
			}
			b.authenticate(intent.ID, "complete")
			pi, err := b.confirmWith(intent.PaymentMethod.ID, func(p *stripe.PaymentIntentParams) {
				p.OffSession, p.Customer = stripe.Bool(true), &customer.ID
			})
			if charged {
				b.must(err)
				if pi.Status != stripe.PaymentIntentStatusSucceeded {
					t.Errorf("status = %s", pi.Status)
				}
			} else if failure := b.stripeError(err); failure.Code != "authentication_required" {
				t.Errorf("%v", failure)
			}
		})
	}
}

func TestInvoiceThatMustBeAuthenticated(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	customer := b.payingCustomer("pm_card_threeDSecure2Required")
	last := b.eventsAfter("")
	created, err := b.api.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: &customer.ID, Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_pro_monthly")}},
	})
	b.must(err)
	want := []string{
		"customer.updated", "customer.subscription.created", "invoice.created", "invoice.finalized", "payment_intent.created",
		"payment_intent.requires_action", "invoice.payment_action_required", "invoice.payment_failed",
	}
	if diff := cmp.Diff(want, b.eventTypes(last[len(last)-1].ID)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	first := b.subscription(created.ID)
	if first.Status != stripe.SubscriptionStatusIncomplete || first.LatestInvoice.PaymentIntent.Status != stripe.PaymentIntentStatusRequiresAction {
		t.Errorf("subscription = %s, intent %s", first.Status, first.LatestInvoice.PaymentIntent.Status)
	}
	if got := b.authenticate(first.LatestInvoice.PaymentIntent.ID, "complete"); got.status != http.StatusOK || !strings.Contains(got.body, "is complete") {
		t.Errorf("authenticating = %d %s", got.status, got.body)
	}
	if sub := b.subscription(created.ID); sub.Status != stripe.SubscriptionStatusActive || sub.LatestInvoice.Status != stripe.InvoiceStatusPaid {
		t.Errorf("subscription = %s, invoice %s", sub.Status, sub.LatestInvoice.Status)
	}

	b.advance(`{"days":28}`)
	renewed := b.subscription(created.ID)
	if renewed.Status != stripe.SubscriptionStatusPastDue || renewed.LatestInvoice.PaymentIntent.Status != stripe.PaymentIntentStatusRequiresAction {
		t.Errorf("renewed = %s, intent %s", renewed.Status, renewed.LatestInvoice.PaymentIntent.Status)
	}
	_, err = b.api.Invoices.Pay(renewed.LatestInvoice.ID, nil)
	if failure := b.stripeError(err); failure.HTTPStatusCode != http.StatusPaymentRequired || failure.Code != "invoice_payment_intent_requires_action" {
		t.Errorf("paying the invoice: %v", failure)
	}
	b.authenticate(renewed.LatestInvoice.PaymentIntent.ID, "complete")
	if sub := b.subscription(created.ID); sub.Status != stripe.SubscriptionStatusActive {
		t.Errorf("after authenticating: %s", sub.Status)
	}
}

func TestCheckoutThatMustBeAuthenticated(t *testing.T) {
	t.Parallel()
	for mode, start := range map[string]func(*box) *stripe.CheckoutSession{
		"payment": func(b *box) *stripe.CheckoutSession {
			return b.session(stripe.CheckoutSessionModePayment, "price_credits_once")
		},
		"subscription": func(b *box) *stripe.CheckoutSession {
			return b.session(stripe.CheckoutSessionModeSubscription, "price_pro_monthly")
		},
		"setup": func(b *box) *stripe.CheckoutSession {
			return b.setupSession(b.payingCustomer("pm_card_visa").ID)
		},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			session := start(b)
			submit := func() {
				t.Helper()
				if got := b.pay(session, "4000000000003220"); got.status != http.StatusSeeOther || got.header.Get("Location") != "/c/authenticate/"+session.ID {
					t.Fatalf("submitting = %d to %s", got.status, got.header.Get("Location"))
				}
			}
			submit()
			if got := b.authenticate(session.ID, "fail"); got.status != http.StatusPaymentRequired || !strings.Contains(got.body, "unable to authenticate") {
				t.Errorf("failing = %d %s", got.status, got.body)
			}
			submit()
			if got := b.authenticate(session.ID, "complete"); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "https://shop.example/") {
				t.Fatalf("completing = %d %s", got.status, got.body)
			}
			complete, err := b.api.CheckoutSessions.Get(session.ID, nil)
			b.must(err)
			if complete.Status != stripe.CheckoutSessionStatusComplete {
				t.Errorf("session = %s", complete.Status)
			}
			if complete.Subscription != nil && b.subscription(complete.Subscription.ID).Status != stripe.SubscriptionStatusActive {
				t.Errorf("subscription = %s", b.subscription(complete.Subscription.ID).Status)
			}
		})
	}
}
