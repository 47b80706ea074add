package history

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

// Truth is what Stripe's API answers about an account.
type Truth struct {
	Subscriptions map[string]billing.SubscriptionFact
	Payments      map[string]Payment
	Customers     map[string]Customer
}

// Payment is what billhook must know of a payment, whatever tells of it.
type Payment struct {
	Owner        string
	Subscription string
	Status       billing.TransactionStatus
	Amount       int64 // minor units of Currency
	Refunded     int64
	Currency     string
}

// Customer is what billhook must know of a customer.
type Customer struct {
	User    string // empty: nothing at Stripe tells
	Email   string
	Deleted bool
}

// invoiceJSON is what is needed to know of an invoice, in version 2024-06-20.
type invoiceJSON struct {
	ID            string `json:"id"`
	Customer      string `json:"customer"`
	Subscription  string `json:"subscription"`
	Status        string `json:"status"`
	Attempted     bool   `json:"attempted"`
	AmountDue     int64  `json:"amount_due"`
	AmountPaid    int64  `json:"amount_paid"`
	Currency      string `json:"currency"`
	PaymentIntent string `json:"payment_intent"`
}

func (i invoiceJSON) id() string { return i.ID }

type intentJSON struct {
	ID               string          `json:"id"`
	Customer         string          `json:"customer"`
	Invoice          string          `json:"invoice"`
	Status           string          `json:"status"`
	Amount           int64           `json:"amount"`
	AmountReceived   int64           `json:"amount_received"`
	Currency         string          `json:"currency"`
	LastPaymentError json.RawMessage `json:"last_payment_error"`
}

func (i intentJSON) id() string { return i.ID }

// subscriptionObject is a subscription as the API shows it, for the decoder.
type subscriptionObject struct{ json.RawMessage }

func (s *subscriptionObject) UnmarshalJSON(b []byte) error { return s.RawMessage.UnmarshalJSON(b) }

func (s subscriptionObject) id() string {
	var named subscriptionJSON
	_ = json.Unmarshal(s.RawMessage, &named) // an object of a list has an id
	return named.ID
}

// truth asks Stripe for everything, of the customers that there ever were.
func (b *Box) truth(ctx context.Context, customers []string) (Truth, error) {
	t := Truth{Subscriptions: map[string]billing.SubscriptionFact{}, Payments: map[string]Payment{}, Customers: map[string]Customer{}}
	if err := t.readCustomers(ctx, b, customers); err != nil {
		return t, err
	}
	if err := t.readSubscriptions(ctx, b); err != nil {
		return t, err
	}
	err := t.readPayments(ctx, b)
	return t, err
}

func (t *Truth) readCustomers(ctx context.Context, b *Box, ids []string) error {
	for _, id := range ids {
		answer, err := b.Get(ctx, "/v1/customers/"+id, url.Values{})
		if err != nil {
			return err
		}
		var c struct {
			Email    string
			Deleted  bool
			Metadata struct {
				User string `json:"user_id"`
			}
		}
		if err := json.Unmarshal(answer, &c); err != nil {
			return fmt.Errorf("read customer %s: %w", id, err)
		}
		t.Customers[id] = Customer{User: c.Metadata.User, Email: c.Email, Deleted: c.Deleted}
	}
	return nil
}

func (t *Truth) readSubscriptions(ctx context.Context, b *Box) error {
	objects, err := list[subscriptionObject](ctx, b, "/v1/subscriptions", url.Values{"status": {"all"}})
	if err != nil {
		return err
	}
	for _, object := range objects {
		f, err := stripeevent.Subscription(object.RawMessage)
		if err != nil {
			return err
		}
		t.Subscriptions[f.ID] = f
	}
	return nil
}

func (t *Truth) readPayments(ctx context.Context, b *Box) error {
	charges, err := list[chargeJSON](ctx, b, "/v1/charges", url.Values{})
	if err != nil {
		return err
	}
	refunded := map[string]int64{} // by payment intent
	for _, c := range charges {
		refunded[c.PaymentIntent] += c.AmountRefunded
	}
	invoices, err := list[invoiceJSON](ctx, b, "/v1/invoices", url.Values{})
	if err != nil {
		return err
	}
	for _, i := range invoices {
		p := Payment{Owner: i.Customer, Subscription: i.Subscription, Amount: i.AmountDue, Currency: i.Currency}
		if i.Status == "paid" {
			p.Amount, p.Refunded = i.AmountPaid, refunded[i.PaymentIntent]
		}
		p.Status = i.status(p)
		t.add(i.ID, p)
	}
	intents, err := list[intentJSON](ctx, b, "/v1/payment_intents", url.Values{})
	if err != nil {
		return err
	}
	for _, i := range intents {
		if i.Invoice != "" {
			continue // its invoice is the payment
		}
		p := Payment{Owner: billing.Owner(i.Customer, i.ID), Amount: i.Amount, Currency: i.Currency}
		if i.Status == "succeeded" {
			p.Amount, p.Refunded = i.AmountReceived, refunded[i.ID]
		}
		p.Status = i.status(p)
		t.add(i.ID, p)
	}
	return nil
}

// add keeps a payment. One that nobody was asked to make yet is none.
func (t *Truth) add(id string, p Payment) {
	if p.Status != "" {
		t.Payments[id] = p
	}
}

func (i invoiceJSON) status(p Payment) billing.TransactionStatus {
	switch {
	case i.Status == "paid" && p.Amount > 0:
		return received(p)
	case i.Status == "open" && i.Attempted:
		return billing.TransactionFailed
	case i.Status == "void":
		return billing.TransactionCanceled
	default:
		return ""
	}
}

func (i intentJSON) status(p Payment) billing.TransactionStatus {
	switch {
	case i.Status == "succeeded":
		return received(p)
	case i.Status == "canceled":
		return billing.TransactionCanceled
	case len(i.LastPaymentError) > 0 && string(i.LastPaymentError) != "null":
		return billing.TransactionFailed
	default:
		return ""
	}
}

// received is the status of a payment that brought money.
func received(p Payment) billing.TransactionStatus {
	switch p.Refunded {
	case 0:
		return billing.TransactionSucceeded
	case p.Amount:
		return billing.TransactionRefunded
	default:
		return billing.TransactionPartiallyRefunded
	}
}

// tally is what the counters must show. Which subscriptions were found to be
// duplicates, only the rows know.
func (t *Truth) tally(duplicateOf map[string]string) billing.Tally {
	sum := billing.Tally{}
	for id, f := range t.Subscriptions {
		sum.Subscription(nil, billing.Subscription{SubscriptionState: f.After, DuplicateOf: duplicateOf[id]})
	}
	for _, p := range t.Payments {
		sum.Transaction(nil, billing.Transaction{Status: p.Status, Amount: p.Amount, Refunded: p.Refunded, Currency: p.Currency})
	}
	return sum
}
