package sandbox_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

func TestSetupIntent(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	customer, err := b.api.Customers.New(&stripe.CustomerParams{})
	b.must(err)
	last := b.eventsAfter("")
	intent, err := b.api.SetupIntents.New(&stripe.SetupIntentParams{Customer: &customer.ID, PaymentMethodTypes: stripe.StringSlice([]string{"card"})})
	b.must(err)
	if intent.Status != stripe.SetupIntentStatusRequiresPaymentMethod || intent.Usage != "off_session" || intent.ClientSecret == "" {
		t.Errorf("created: %s %s %q", intent.Status, intent.Usage, intent.ClientSecret)
	}
	_, err = b.api.SetupIntents.Confirm(intent.ID, &stripe.SetupIntentConfirmParams{PaymentMethod: stripe.String("pm_card_chargeDeclined")})
	if failure := b.stripeError(err); failure.HTTPStatusCode != http.StatusPaymentRequired || failure.SetupIntent.ID != intent.ID {
		t.Errorf("a declined card: %v", failure)
	}
	intent, err = b.api.SetupIntents.Confirm(intent.ID, &stripe.SetupIntentConfirmParams{PaymentMethod: stripe.String("pm_card_visa")})
	b.must(err)
	pm, err := b.api.PaymentMethods.Get(intent.PaymentMethod.ID, nil)
	b.must(err)
	if intent.Status != stripe.SetupIntentStatusSucceeded || intent.LastSetupError != nil || pm.Customer.ID != customer.ID {
		t.Errorf("confirmed: %s, error %v, card of %v", intent.Status, intent.LastSetupError, pm.Customer)
	}
	want := []string{"setup_intent.created", "setup_intent.setup_failed", "payment_method.attached", "setup_intent.succeeded"}
	if diff := cmp.Diff(want, b.eventTypes(last[0].ID)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	for name, change := range map[string]func() error{
		"confirm": func() error { _, err := b.api.SetupIntents.Confirm(intent.ID, nil); return err },
		"cancel":  func() error { _, err := b.api.SetupIntents.Cancel(intent.ID, nil); return err },
	} {
		if failure := b.stripeError(change()); failure.Code != stripe.ErrorCodeSetupIntentUnexpectedState {
			t.Errorf("%s afterwards: %v", name, failure)
		}
	}
	canceled, err := b.api.SetupIntents.New(&stripe.SetupIntentParams{})
	b.must(err)
	canceled, err = b.api.SetupIntents.Cancel(canceled.ID, &stripe.SetupIntentCancelParams{CancellationReason: stripe.String("abandoned")})
	b.must(err)
	if canceled.Status != stripe.SetupIntentStatusCanceled || canceled.CancellationReason != "abandoned" {
		t.Errorf("canceled: %s %s", canceled.Status, canceled.CancellationReason)
	}
}

// setupSession creates a checkout session that saves a card.
func (b *box) setupSession(customer string) *stripe.CheckoutSession {
	b.t.Helper()
	session, err := b.api.CheckoutSessions.New(&stripe.CheckoutSessionParams{
		Mode: stripe.String("setup"), Currency: stripe.String("usd"), Customer: &customer,
		SuccessURL: stripe.String("https://shop.example/saved"), CancelURL: stripe.String("https://shop.example/account"),
		SetupIntentData: &stripe.CheckoutSessionSetupIntentDataParams{Metadata: map[string]string{"subscription": "sub_1"}},
	})
	b.must(err)
	return session
}

func TestSetupCheckout(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	customer, err := b.api.Customers.New(&stripe.CustomerParams{Email: stripe.String("jenny@example.com")})
	b.must(err)
	session := b.setupSession(customer.ID)
	if session.SetupIntent == nil || session.PaymentStatus != "no_payment_required" {
		t.Fatalf("session = %s with %v", session.PaymentStatus, session.SetupIntent)
	}
	if got := b.pay(session, "4000000000000002"); got.status != http.StatusPaymentRequired {
		t.Errorf("a declined card = %d", got.status)
	}
	last := b.eventsAfter("")
	complete := b.paid(session, "4242424242424242")
	want := []string{"payment_method.attached", "setup_intent.succeeded", "checkout.session.completed"}
	if diff := cmp.Diff(want, b.eventTypes(last[len(last)-1].ID)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	intent, err := b.api.SetupIntents.Get(complete.SetupIntent.ID, nil)
	b.must(err)
	if intent.Status != stripe.SetupIntentStatusSucceeded || intent.Customer.ID != customer.ID || intent.Metadata["subscription"] != "sub_1" {
		t.Errorf("intent = %s of %v with %v", intent.Status, intent.Customer, intent.Metadata)
	}

	abandoned := b.setupSession(customer.ID)
	_, err = b.api.CheckoutSessions.Expire(abandoned.ID, nil)
	b.must(err)
	intent, err = b.api.SetupIntents.Get(abandoned.SetupIntent.ID, nil)
	b.must(err)
	if intent.Status != stripe.SetupIntentStatusCanceled {
		t.Errorf("the intent of an expired session is %s", intent.Status)
	}
	if got := b.do(http.MethodPost, "/v1/checkout/sessions", "mode=setup&success_url=https://a.example&line_items[0][price]=price_pro_monthly&line_items[0][quantity]=1"); got.status != http.StatusBadRequest {
		t.Errorf("line items in setup mode = %d", got.status)
	}
}
