package sandbox_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/stripebox/object"
)

// inClover calls the API in 2025-09-30.clover and decodes its answer.
func (b *box) inClover(path string, into any) {
	b.t.Helper()
	got := b.do(http.MethodGet, path, "", "Stripe-Version", object.CloverVersion)
	if got.status != http.StatusOK {
		b.t.Fatalf("%s = %d %s", path, got.status, got.body)
	}
	b.must(json.Unmarshal([]byte(got.body), into))
}

func TestInvoicePayments(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	paid := b.subscribe("price_pro_monthly", "4242424242424242")
	customer, err := b.api.Customers.New(&stripe.CustomerParams{PaymentMethod: stripe.String("pm_card_chargeCustomerFail")})
	b.must(err)
	failed, err := b.api.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: &customer.ID, Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_team_monthly")}},
		PaymentBehavior: stripe.String("default_incomplete"),
	})
	b.must(err)
	open := b.subscription(failed.ID)

	tests := map[string]struct {
		query string
		want  []string // statuses
	}{
		"all":                   {"", []string{"open", "paid"}},
		"of the paid invoice":   {"?invoice=" + paid.LatestInvoice.ID, []string{"paid"}},
		"of the payment intent": {"?payment[type]=payment_intent&payment[payment_intent]=" + open.LatestInvoice.PaymentIntent.ID, []string{"open"}},
		"open ones":             {"?status=open", []string{"open"}},
		"canceled ones":         {"?status=canceled", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var page struct{ Data []struct{ Status string } }
			b.inClover("/v1/invoice_payments"+test.query, &page)
			var got []string
			for _, payment := range page.Data {
				got = append(got, payment.Status)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("statuses (-want +got)\n%s", diff)
			}
		})
	}

	b.advance(`{"days":1}`) // the first invoice that is not paid in 23 hours is voided
	var voided struct{ Data []object.InvoicePayment }
	b.inClover("/v1/invoice_payments?invoice="+open.LatestInvoice.ID, &voided)
	if got := voided.Data[0]; got.Status != "canceled" || got.StatusTransitions.CanceledAt == 0 || got.AmountPaid != nil {
		t.Errorf("payment of a voided invoice = %+v", got)
	}
}

func TestInvoicePaymentsOfAnInvoice(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	var invoice struct {
		Payments struct{ Data []object.InvoicePayment }
	}
	b.inClover("/v1/invoices/"+sub.LatestInvoice.ID+"?expand[]=payments", &invoice)
	if len(invoice.Payments.Data) != 1 {
		t.Fatalf("payments = %+v", invoice.Payments)
	}
	amount := int64(2900)
	want := object.InvoicePayment{
		ID: invoice.Payments.Data[0].ID, Object: "invoice_payment", AmountPaid: &amount, AmountRequested: amount, Created: start.Unix(),
		Currency: "usd", Invoice: object.To(sub.LatestInvoice.ID), IsDefault: true, Status: "paid",
		Payment:           object.InvoicePaymentSource{PaymentIntent: object.To(sub.LatestInvoice.PaymentIntent.ID), Type: "payment_intent"},
		StatusTransitions: object.InvoicePaymentTransitions{PaidAt: object.Unix(start.Unix())},
	}
	if diff := cmp.Diff(want, invoice.Payments.Data[0]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := b.do(http.MethodGet, "/v1/invoices/"+sub.LatestInvoice.ID+"?expand[]=payments", ""); got.status != http.StatusBadRequest {
		t.Errorf("expanding payments in %s = %d", object.APIVersion, got.status)
	}
	if got := b.do(http.MethodGet, "/v1/invoice_payments", ""); got.status != http.StatusNotFound || !strings.Contains(got.body, "Unrecognized request URL") {
		t.Errorf("invoice payments in %s = %d %s", object.APIVersion, got.status, got.body)
	}
}

func TestInvoicePaymentEvents(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	before, after := b.listenIn(object.APIVersion), b.listenIn(object.CloverVersion)
	b.subscribe("price_pro_monthly", "4242424242424242")
	b.settle()
	count := func(v *versionHook) (found int) {
		v.mu.Lock()
		defer v.mu.Unlock()
		for _, body := range v.bodies {
			if strings.Contains(string(body), `"type": "invoice_payment.paid"`) {
				found++
			}
		}
		return found
	}
	if got := [2]int{count(before), count(after)}; got != [2]int{0, 1} {
		t.Errorf("invoice_payment.paid arrived %v times, want none in %s and one in %s", got, object.APIVersion, object.CloverVersion)
	}
	var events struct{ Data []struct{ ID string } }
	b.inClover("/v1/events?type=invoice_payment.paid", &events)
	if len(events.Data) != 1 {
		t.Fatalf("events = %v", events.Data)
	}
	if got := b.do(http.MethodGet, "/v1/events/"+events.Data[0].ID, ""); got.status != http.StatusNotFound {
		t.Errorf("the event in %s = %d", object.APIVersion, got.status)
	}
}

func TestInvoicePaymentHasTheFieldsOfStripesSample(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(strings.Replace(fixtures, object.APIVersion, object.CloverVersion, 1))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("Stripe's sample objects are not here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var samples struct{ Resources map[string]map[string]any }
	if err := json.Unmarshal(data, &samples); err != nil {
		t.Fatal(err)
	}
	b := newBox(t)
	b.subscribe("price_pro_monthly", "4242424242424242")
	var page struct{ Data []map[string]any }
	b.inClover("/v1/invoice_payments", &page)
	if diff := cmp.Diff(keys(samples.Resources["invoice_payment"]), keys(page.Data[0])); diff != "" {
		t.Errorf("fields (-Stripe +sandbox)\n%s", diff)
	}
}
