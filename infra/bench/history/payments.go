package history

import (
	"context"
	"fmt"
	"net/url"
	"slices"
)

// changeCard has a customer pay with another test card from now on.
func changeCard(ctx context.Context, l *life, s Step) error {
	c, err := l.customer(ctx, s.Customer)
	if err != nil {
		return err
	}
	return l.payWith(ctx, c, s.Card)
}

// changeEmail gives a customer an e-mail address that nobody had before, in a
// second of its own: of two addresses of one second nobody can tell the newer.
func changeEmail(ctx context.Context, l *life, s Step) error {
	c, err := l.customer(ctx, s.Customer)
	if err != nil {
		return err
	}
	if err := l.Advance(ctx, 1); err != nil {
		return err
	}
	l.emails++
	return l.post(ctx, "/v1/customers/"+c.id, url.Values{"email": {fmt.Sprintf("address%d@example.com", l.emails)}}, nil)
}

// deleteCustomer deletes a customer; who lives on is another one at Stripe.
func deleteCustomer(ctx context.Context, l *life, s Step) error {
	c := l.customers[s.Customer]
	if c == nil {
		return nil
	}
	delete(l.customers, s.Customer)
	return l.Delete(ctx, "/v1/customers/"+c.id)
}

// buy pays once on the hosted page. How is "declined first", "guest", which
// leaves the session without a customer, "unmarked", which leaves out what
// billhook's checkout says, or empty.
func buy(ctx context.Context, l *life, s Step) error {
	c, err := l.customer(ctx, s.Customer)
	if err != nil {
		return err
	}
	form := url.Values{"mode": {"payment"}, "line_items[0][price]": {"price_credits_once"}, "line_items[0][quantity]": {decimal(max(s.Number, 1))}}
	if s.How != guest {
		form.Set("customer", c.id)
	}
	if s.How != unmarked && s.How != guest {
		c.mark(form, "metadata")
		c.mark(form, "payment_intent_data[metadata]")
	}
	return l.paid(ctx, form, s.How)
}

// Payments that billhook's own checkout does not make.
const (
	guest    = "guest"
	unmarked = "unmarked"
)

// payOnce collects Number minor units by a payment intent. How is "declined
// first", "declined", "canceled" or empty.
func payOnce(ctx context.Context, l *life, s Step) error {
	c, err := l.customer(ctx, s.Customer)
	if err != nil {
		return err
	}
	form := url.Values{"amount": {decimal(max(s.Number, 1))}, "currency": {"usd"}, "customer": {c.id}}
	c.mark(form, "metadata")
	var intent struct{ ID string }
	if err := l.post(ctx, "/v1/payment_intents", form, &intent); err != nil {
		return err
	}
	confirm := func(card string) error {
		return l.post(ctx, "/v1/payment_intents/"+intent.ID+"/confirm", url.Values{"payment_method": {card}}, nil)
	}
	if s.How != "" {
		if err := confirm("pm_card_chargeCustomerFail"); !isDeclined(err) {
			return err
		}
	}
	switch s.How {
	case "", declinedFirst:
		return confirm("pm_card_visa")
	case canceled:
		return l.post(ctx, "/v1/payment_intents/"+intent.ID+"/cancel", url.Values{}, nil)
	default:
		return nil
	}
}

// canceled gives a payment up after a card was declined.
const canceled = "canceled"

// chargeJSON is what is needed to know of a charge.
type chargeJSON struct {
	ID             string `json:"id"`
	Customer       string `json:"customer"`
	Paid           bool   `json:"paid"`
	PaymentIntent  string `json:"payment_intent"`
	AmountCaptured int64  `json:"amount_captured"`
	AmountRefunded int64  `json:"amount_refunded"`
}

func (c chargeJSON) id() string { return c.ID }

// refund gives back Number minor units of a charge, or the rest of it.
func refund(ctx context.Context, l *life, s Step) error {
	charges, err := list[chargeJSON](ctx, l.Box, "/v1/charges", url.Values{})
	if err != nil {
		return err
	}
	charges = slices.DeleteFunc(charges, func(c chargeJSON) bool { return !c.Paid || c.AmountRefunded == c.AmountCaptured })
	charge, found := pick(charges, s.Pick)
	if !found {
		return nil
	}
	form := url.Values{"charge": {charge.ID}}
	if s.Number > 0 && s.Number < charge.AmountCaptured-charge.AmountRefunded {
		form.Set("amount", decimal(s.Number))
	}
	return l.post(ctx, "/v1/refunds", form, nil)
}

// payInvoice has an open invoice paid now, with the card that there is.
func payInvoice(ctx context.Context, l *life, s Step) error {
	c := l.customers[s.Customer]
	if c == nil {
		return nil
	}
	invoices, err := list[invoiceJSON](ctx, l.Box, "/v1/invoices", url.Values{"customer": {c.id}, "status": {"open"}})
	if err != nil {
		return err
	}
	invoice, found := pick(invoices, s.Pick)
	if !found {
		return nil
	}
	return l.post(ctx, "/v1/invoices/"+invoice.ID+"/pay", url.Values{}, nil)
}
