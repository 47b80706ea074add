package sandbox_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"
)

func TestRefunds(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	last := b.eventsAfter("")
	refund, err := b.api.Refunds.New(&stripe.RefundParams{PaymentIntent: &sub.LatestInvoice.PaymentIntent.ID, Amount: stripe.Int64(900)})
	b.must(err)
	if refund.Amount != 900 || refund.Status != stripe.RefundStatusSucceeded || refund.Charge.ID != sub.LatestInvoice.Charge.ID {
		t.Errorf("refund = %d %s of %s", refund.Amount, refund.Status, refund.Charge.ID)
	}
	if _, err := b.api.Refunds.New(&stripe.RefundParams{Charge: &refund.Charge.ID, Amount: stripe.Int64(2001)}); b.stripeError(err).Param != "amount" {
		t.Errorf("refunding more than there is: %v", err)
	}
	if _, err := b.api.Refunds.New(&stripe.RefundParams{Charge: &refund.Charge.ID}); err != nil {
		t.Errorf("refunding the rest: %v", err)
	}
	if _, err := b.api.Refunds.New(&stripe.RefundParams{Charge: &refund.Charge.ID}); b.stripeError(err).Code != stripe.ErrorCodeChargeAlreadyRefunded {
		t.Errorf("refunding again: %v", err)
	}

	type change struct {
		Amount   int64
		Refunded bool
		Invoice  string
		Previous map[string]any
	}
	var got []change
	for _, event := range b.eventsAfter(last[len(last)-1].ID) {
		var charge stripe.Charge
		b.must(json.Unmarshal(event.Data.Raw, &charge))
		got = append(got, change{charge.AmountRefunded, charge.Refunded, charge.Invoice.ID, event.Data.PreviousAttributes})
	}
	want := []change{
		{900, false, sub.LatestInvoice.ID, map[string]any{"amount_refunded": 0.0}},
		{2900, true, sub.LatestInvoice.ID, map[string]any{"amount_refunded": 900.0, "refunded": false}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("charge.refunded (-want +got)\n%s", diff)
	}
	balance, err := b.api.Balance.Get(nil)
	b.must(err)
	if balance.Pending[0].Amount != 0 || balance.Pending[0].Currency != stripe.CurrencyUSD {
		t.Errorf("balance = %d %s", balance.Pending[0].Amount, balance.Pending[0].Currency)
	}
	params := &stripe.ChargeParams{}
	params.AddExpand("refunds")
	charge, err := b.api.Charges.Get(refund.Charge.ID, params)
	b.must(err)
	if len(charge.Refunds.Data) != 2 || charge.Refunds.Data[1].ID != refund.ID {
		t.Errorf("refunds of the charge = %v", charge.Refunds.Data)
	}
}

func TestPaymentIntents(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	pi, err := b.api.PaymentIntents.New(&stripe.PaymentIntentParams{
		Amount: stripe.Int64(500), Currency: stripe.String("KWD"), Metadata: map[string]string{"wallet": "w1"},
		AutomaticPaymentMethods: &stripe.PaymentIntentAutomaticPaymentMethodsParams{Enabled: stripe.Bool(true)},
	})
	b.must(err)
	if pi.Status != stripe.PaymentIntentStatusRequiresPaymentMethod || pi.Currency != "kwd" || !strings.HasPrefix(pi.ClientSecret, pi.ID+"_secret_") {
		t.Errorf("created: %s %s %s", pi.Status, pi.Currency, pi.ClientSecret)
	}
	for token, code := range map[string]stripe.DeclineCode{
		"pm_card_chargeDeclined":                       "generic_decline",
		"pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds",
		"pm_card_chargeDeclinedLostCard":               "lost_card",
	} {
		_, err := b.api.PaymentIntents.Confirm(pi.ID, &stripe.PaymentIntentConfirmParams{PaymentMethod: &token})
		refused := b.stripeError(err)
		if refused.Type != stripe.ErrorTypeCard || refused.Code != stripe.ErrorCodeCardDeclined || refused.DeclineCode != code ||
			refused.PaymentIntent.ID != pi.ID || refused.ChargeID == "" {
			t.Errorf("%s: %+v", token, refused)
		}
		if cause, ok := errors.AsType[*stripe.CardError](refused.Err); !ok || cause.DeclineCode != code {
			t.Errorf("%s: stripe-go does not see a card error", token)
		}
	}
	pi, err = b.api.PaymentIntents.Confirm(pi.ID, &stripe.PaymentIntentConfirmParams{PaymentMethod: stripe.String("pm_card_visa")})
	b.must(err)
	if pi.Status != stripe.PaymentIntentStatusSucceeded || pi.AmountReceived != 500 || pi.LastPaymentError != nil {
		t.Errorf("confirmed: %s %d", pi.Status, pi.AmountReceived)
	}
	if _, err := b.api.PaymentIntents.Cancel(pi.ID, nil); b.stripeError(err).Code != stripe.ErrorCodePaymentIntentUnexpectedState {
		t.Errorf("canceling a payment: %v", err)
	}
	charges := b.api.Charges.List(&stripe.ChargeListParams{PaymentIntent: &pi.ID})
	count := 0
	for charges.Next() {
		count++
	}
	if count != 4 {
		t.Errorf("%d charges, want 3 declined and 1 paid", count)
	}
	other, err := b.api.PaymentIntents.New(&stripe.PaymentIntentParams{Amount: stripe.Int64(500), Currency: stripe.String("usd")})
	b.must(err)
	other, err = b.api.PaymentIntents.Cancel(other.ID, &stripe.PaymentIntentCancelParams{CancellationReason: stripe.String("abandoned")})
	b.must(err)
	if other.Status != stripe.PaymentIntentStatusCanceled || other.CancellationReason != "abandoned" {
		t.Errorf("canceled: %s %s", other.Status, other.CancellationReason)
	}
}

func TestPaymentMethods(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	attach := &stripe.PaymentMethodAttachParams{Customer: &sub.Customer.ID}
	if _, err := b.api.PaymentMethods.Attach("pm_card_chargeDeclined", attach); b.stripeError(err).DeclineCode != "generic_decline" {
		t.Errorf("attaching a declined card: %v", err)
	}
	first, err := b.api.PaymentMethods.Attach("pm_card_visa", attach)
	b.must(err)
	second, err := b.api.PaymentMethods.Attach("pm_card_visa", attach)
	b.must(err)
	if first.ID == second.ID || first.Card.Fingerprint != second.Card.Fingerprint {
		t.Errorf("methods %s and %s, fingerprints %s and %s", first.ID, second.ID, first.Card.Fingerprint, second.Card.Fingerprint)
	}
	_, err = b.api.Customers.Update(sub.Customer.ID, &stripe.CustomerParams{
		InvoiceSettings: &stripe.CustomerInvoiceSettingsParams{DefaultPaymentMethod: &first.ID},
	})
	b.must(err)
	count := 0
	for list := b.api.PaymentMethods.List(&stripe.PaymentMethodListParams{Customer: &sub.Customer.ID}); list.Next(); {
		count++
	}
	if count != 3 {
		t.Errorf("%d payment methods, want 3", count)
	}
	detached, err := b.api.PaymentMethods.Detach(first.ID, nil)
	b.must(err)
	customer, err := b.api.Customers.Get(sub.Customer.ID, nil)
	b.must(err)
	if detached.Customer != nil || customer.InvoiceSettings.DefaultPaymentMethod != nil {
		t.Errorf("after detaching: customer %v, default %v", detached.Customer, customer.InvoiceSettings.DefaultPaymentMethod)
	}
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	product, err := b.api.Products.New(&stripe.ProductParams{Name: stripe.String("Books"), Metadata: map[string]string{"a": "1", "b": "2"}})
	b.must(err)
	price, err := b.api.Prices.New(&stripe.PriceParams{
		Product: &product.ID, Currency: stripe.String("eur"), UnitAmount: stripe.Int64(1000), LookupKey: stripe.String("books"),
		Recurring: &stripe.PriceRecurringParams{Interval: stripe.String("month"), IntervalCount: stripe.Int64(3)},
	})
	b.must(err)
	if price.Type != stripe.PriceTypeRecurring || price.Recurring.IntervalCount != 3 || price.Product.ID != product.ID {
		t.Errorf("price = %+v", price)
	}
	found := b.api.Prices.List(&stripe.PriceListParams{LookupKeys: stripe.StringSlice([]string{"books"})})
	if !found.Next() || found.Price().ID != price.ID || found.Next() {
		t.Error("the lookup key does not find its one price")
	}
	updated, err := b.api.Products.Update(product.ID, &stripe.ProductParams{Active: stripe.Bool(false), Metadata: map[string]string{"b": ""}})
	b.must(err)
	if diff := cmp.Diff(map[string]string{"a": "1"}, updated.Metadata); diff != "" || updated.Active {
		t.Errorf("active %v, metadata (-want +got)\n%s", updated.Active, diff)
	}
	if _, err := b.api.Prices.Update(price.ID, &stripe.PriceParams{Active: stripe.Bool(false)}); err != nil {
		t.Fatal(err)
	}
	_, err = b.api.CheckoutSessions.New(&stripe.CheckoutSessionParams{
		Mode: stripe.String("subscription"), SuccessURL: stripe.String("https://shop.example"),
		LineItems: []*stripe.CheckoutSessionLineItemParams{{Price: &price.ID, Quantity: stripe.Int64(1)}},
	})
	if refused := b.stripeError(err); !strings.Contains(refused.Msg, "inactive") {
		t.Errorf("selling an inactive price: %v", err)
	}
}

func TestDeletedCustomer(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	sub := b.subscribe("price_pro_monthly", "4242424242424242")
	deleted, err := b.api.Customers.Del(sub.Customer.ID, nil)
	b.must(err)
	read, err := b.api.Customers.Get(sub.Customer.ID, nil)
	b.must(err)
	if !deleted.Deleted || !read.Deleted {
		t.Errorf("deleted = %v, then %v", deleted.Deleted, read.Deleted)
	}
	if sub := b.subscription(sub.ID); sub.Status != stripe.SubscriptionStatusCanceled {
		t.Errorf("subscription = %s, want canceled", sub.Status)
	}
	if got := b.advance(`{"days":60}`); len(got) != 0 {
		t.Errorf("events afterwards: %v", got)
	}
	_, err = b.api.Customers.Update(sub.Customer.ID, &stripe.CustomerParams{Name: stripe.String("x")})
	if b.stripeError(err).Code != stripe.ErrorCodeResourceMissing {
		t.Errorf("updating a deleted customer: %v", err)
	}
}
