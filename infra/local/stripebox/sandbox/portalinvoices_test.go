package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestPortalPaysAnInvoice(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	b.payWith(sub, "pm_card_chargeCustomerFail")
	b.advance(`{"days":32}`)
	open := b.subscription(sub.ID).LatestInvoice.ID
	portal := b.portal(sub.Customer.ID)
	wants(t, b.show(portal), "/invoices/"+open+"/pay", "Pay</button>")

	if got := b.form(portal, "invoices/"+open+"/pay", nil); got.status != http.StatusPaymentRequired || !strings.Contains(got.body, "Your card was declined.") {
		t.Errorf("a declined card answers %d", got.status)
	}
	stranger := b.subscribe("price_pro_monthly", "4242424242424242")
	if got := b.form(portal, "invoices/"+stranger.LatestInvoice.ID+"/pay", nil); got.status != http.StatusNotFound {
		t.Errorf("another customer's invoice answers %d", got.status)
	}
	b.payWith(sub, "pm_card_visa")
	if got := b.form(portal, "invoices/"+open+"/pay", nil); got.status != http.StatusSeeOther {
		t.Fatalf("paying answers %d %s", got.status, got.body)
	}
	if got := b.subscription(sub.ID); got.Status != "active" || !got.LatestInvoice.Paid {
		t.Errorf("the subscription is %s", got.Status)
	}
	if strings.Contains(b.show(portal), "Pay</button>") {
		t.Error("a paid invoice can be paid again")
	}
}

func TestPortalLeadsToTheAuthenticationOfAnInvoice(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	b.payWith(sub, "pm_card_chargeCustomerFail")
	b.advance(`{"days":32}`)
	b.payWith(sub, "pm_card_threeDSecure2Required")
	invoice := b.subscription(sub.ID).LatestInvoice
	portal := b.portal(sub.Customer.ID)
	got := b.form(portal, "invoices/"+invoice.ID+"/pay", nil)
	if at := got.header.Get("Location"); got.status != http.StatusSeeOther || at != b.url+"/c/authenticate/"+invoice.PaymentIntent.ID {
		t.Errorf("paying answers %d and leads to %q", got.status, at)
	}
	wants(t, b.show(portal), "/c/authenticate/"+invoice.PaymentIntent.ID, "Authenticate</a>")
	back := b.authenticate(invoice.PaymentIntent.ID, "complete")
	if at := back.header.Get("Location"); back.status != http.StatusSeeOther || !strings.HasPrefix(at, portal.URL) {
		t.Errorf("authenticating answers %d and leads to %q", back.status, at)
	}
	if got := b.subscription(sub.ID); got.Status != "active" {
		t.Errorf("the subscription is %s", got.Status)
	}
}
