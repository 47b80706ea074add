package sandbox

import (
	"fmt"
	"slices"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// Billing reasons of invoices.
const (
	reasonCreate = "subscription_create"
	reasonCycle  = "subscription_cycle"
	reasonUpdate = "subscription_update"
	reasonManual = "manual"
)

const (
	statusDraft         = "draft"
	statusOpen          = "open" // of checkout sessions, too
	statusPaid          = "paid"
	statusUncollectible = "uncollectible"
	statusVoid          = "void"
)

// retryDays are the days from each failed attempt to collect a renewal to the
// next one. After the last one the account's settings decide.
var retryDays = []int64{3, 5, 7}

// draftInvoice stores a draft of the lines and of the invoice items that waited
// for an invoice of the subscription. Its event is the caller's.
func (a *account) draftInvoice(sub *subscription, reason string, period object.Period, lines []*object.InvoiceLine) *object.Invoice {
	invoice := a.newInvoice(a.Customers.get(sub.Customer.ID), sub.Currency, reason, period)
	invoice.AutoAdvance, invoice.CollectionMethod = true, sub.CollectionMethod
	invoice.Subscription, invoice.SubscriptionDetails = object.To(sub.ID), &object.SubscriptionDetails{Metadata: sub.Metadata}
	a.setLines(invoice, append(a.take(a.pendingItems(sub.Customer.ID, sub), invoice), lines...))
	return invoice
}

// newInvoice stores a draft without lines.
func (a *account) newInvoice(customer *object.Customer, currency, reason string, period object.Period) *object.Invoice {
	if customer.Currency == "" {
		a.update("customer.updated", customer, func() { customer.Currency = object.Text(currency) })
	}
	id := a.newID("in_")
	return a.Invoices.add(&object.Invoice{
		ID: id, Object: "invoice", AccountCountry: "US", AccountName: "Stripebox", Application: a.application(),
		BillingReason: reason, CollectionMethod: "charge_automatically", Created: a.now, Currency: currency,
		Customer: object.To(customer.ID), CustomerAddress: customer.Address, CustomerEmail: customer.Email, CustomerName: customer.Name,
		CustomerPhone: customer.Phone, CustomerTaxExempt: customer.TaxExempt, Issuer: object.Issuer{Type: "self"},
		Lines:    object.NewList[*object.InvoiceLine]("/v1/invoices/"+id+"/lines", nil),
		Livemode: a.Livemode, PeriodStart: period.Start, PeriodEnd: period.End, Status: statusDraft, TestClock: customer.TestClock,
	})
}

// setLines gives a draft its lines, takes the discounts off and sums it up.
func (a *account) setLines(invoice *object.Invoice, lines []*object.InvoiceLine) {
	invoice.Subtotal = 0
	for _, line := range lines {
		line.Invoice = invoice.ID
		invoice.Subtotal += line.Amount
	}
	invoice.Lines.Data = lines
	invoice.Total = invoice.Subtotal - a.discountInvoice(invoice)
	invoice.SubtotalExcludingTax, invoice.TotalExcludingTax = invoice.Subtotal, invoice.Total
	customer := a.Customers.get(invoice.Customer.ID)
	due, _ := settleBalance(customer.Balance, invoice.Total)
	invoice.AmountDue, invoice.AmountRemaining, invoice.StartingBalance = due, due, customer.Balance
}

// settleBalance is what remains to be paid of a total, and the customer's
// balance afterwards; a negative balance is credit.
func settleBalance(balance, total int64) (due, after int64) {
	if rest := balance + total; rest < 0 {
		return 0, rest
	}
	return balance + total, 0
}

// finalize opens a draft for payment: the customer's balance is applied, the
// invoice gets its number and, if anything is due, its payment intent.
func (a *account) finalize(invoice *object.Invoice) {
	defer a.useUpDiscounts(invoice)
	customer := a.Customers.get(invoice.Customer.ID)
	due, after := settleBalance(customer.Balance, invoice.Total)
	invoice.StartingBalance, invoice.EndingBalance = customer.Balance, &after
	invoice.AmountDue, invoice.AmountRemaining = due, due
	invoice.Number = object.Text(fmt.Sprintf("%s-%04d", customer.InvoicePrefix, customer.NextInvoiceSequence))
	customer.NextInvoiceSequence++ // Stripe makes no event of it
	invoice.Status, invoice.EffectiveAt, invoice.StatusTransitions.FinalizedAt = statusOpen, object.Unix(a.now), object.Unix(a.now)
	a.update("customer.updated", customer, func() { customer.Balance = after })
	if sub := a.Subscriptions.get(invoice.Subscription.ID); sub != nil {
		sub.OpenInvoices = append(sub.OpenInvoices, invoice.ID)
	}
	if due == 0 {
		a.emit("invoice.finalized", invoice)
		return
	}
	pi := a.newPaymentIntent(due, invoice.Currency, customer.ID)
	pi.Invoice, pi.Description = object.To(invoice.ID), object.Text(describeReason(invoice.BillingReason))
	invoice.PaymentIntent = object.To(pi.ID)
	a.shareInvoice(invoice, pi)
	a.newInvoicePayment(invoice)
	a.emit("invoice.finalized", invoice)
	a.emit("payment_intent.created", pi)
}

// describeReason is Stripe's description of an invoice's payment.
func describeReason(reason string) string {
	switch reason {
	case reasonCreate:
		return "Subscription creation"
	case reasonManual:
		return "Payment for Invoice"
	}
	return "Subscription update"
}

// payInvoice tries to collect an open invoice as its schedule wants it.
func (a *account) payInvoice(invoice *object.Invoice, pm *paymentMethod) *decline {
	invoice.Attempted = true
	if invoice.AmountDue == 0 {
		a.settleInvoice(invoice)
		return nil
	}
	invoice.AttemptCount++
	declined := a.collect(invoice, pm)
	if declined == nil {
		a.settleInvoice(invoice)
		return nil
	}
	sub := a.Subscriptions.get(invoice.Subscription.ID)
	retry := int(invoice.AttemptCount) - 1
	retries := sub != nil && invoice.BillingReason != reasonCreate && sub.Status != statusPaused
	invoice.NextPaymentAttempt = 0
	if retries && retry < len(retryDays) {
		invoice.NextPaymentAttempt = object.Unix(a.now + retryDays[retry]*secondsPerDay)
	}
	a.invoiceFailed(invoice, sub)
	if retries && retry >= len(retryDays) {
		a.giveUp(sub)
	}
	return declined
}

// collect charges a payment method for an invoice.
func (a *account) collect(invoice *object.Invoice, pm *paymentMethod) *decline {
	if pm == nil {
		return refusal(codeMissing, "", noMethodMessage)
	}
	pi := a.PaymentIntents.get(invoice.PaymentIntent.ID)
	declined := a.confirm(pi, pm, confirmation{})
	invoice.Charge = pi.LatestCharge
	if pi.Status == statusNeedsAction {
		return needsHolder()
	}
	return declined
}

const noMethodMessage = "This customer has no attached payment source or default payment method. " +
	"Please consider adding a default payment method."

func (a *account) invoiceFailed(invoice *object.Invoice, sub *subscription) {
	if pi := a.PaymentIntents.get(invoice.PaymentIntent.ID); pi != nil && pi.Status == statusNeedsAction {
		a.emit("invoice.payment_action_required", invoice)
	}
	a.emit("invoice.payment_failed", invoice)
	if sub == nil || sub.over() {
		return
	}
	if customer := a.Customers.get(invoice.Customer.ID); customer != nil && invoice.BillingReason != reasonCreate {
		a.update("customer.updated", customer, func() { customer.Delinquent = true })
	}
	if sub.LatestInvoice.ID == invoice.ID && sub.Status == statusActive {
		a.update(eventSubscriptionUpdated, sub.shown(), func() { sub.Status = statusPastDue })
	}
}

// settleInvoice marks an invoice paid and, if it is the subscription's latest,
// the subscription active.
func (a *account) settleInvoice(invoice *object.Invoice) {
	invoice.Status, invoice.Paid, invoice.AutoAdvance, invoice.NextPaymentAttempt = statusPaid, true, false, 0
	invoice.AmountPaid, invoice.AmountRemaining = invoice.AmountDue, 0
	invoice.StatusTransitions.PaidAt = object.Unix(a.now)
	if customer := a.Customers.get(invoice.Customer.ID); customer != nil {
		a.update("customer.updated", customer, func() { customer.Delinquent = false })
	}
	if sub := a.Subscriptions.get(invoice.Subscription.ID); sub != nil {
		sub.OpenInvoices = slices.DeleteFunc(sub.OpenInvoices, func(id string) bool { return id == invoice.ID })
		paused := sub.Status == statusPaused
		a.update(eventSubscriptionUpdated, sub.shown(), func() { a.activate(sub, invoice) })
		if paused && sub.Status == statusActive {
			a.emit("customer.subscription.resumed", sub.shown())
		}
	}
	a.emit("invoice.paid", invoice)
	a.emit("invoice.payment_succeeded", invoice)
	a.settleInvoicePayment(invoice)
	if charge := a.Charges.get(invoice.Charge.ID); charge != nil {
		a.disputeCharge(charge)
	}
}

func (a *account) activate(sub *subscription, invoice *object.Invoice) {
	if sub.LatestInvoice.ID == invoice.ID && sub.awaitsPayment() || sub.Status == statusUnpaid && a.newestFinalized(sub) == invoice {
		sub.Status = statusActive
	}
	pi := a.PaymentIntents.get(invoice.PaymentIntent.ID)
	if pi != nil && sub.PaymentSettings.SaveDefaultPaymentMethod == "on_subscription" && sub.DefaultPaymentMethod.ID == "" {
		sub.DefaultPaymentMethod = pi.PaymentMethod
	}
}

func retrieveInvoice(c *call, _ struct{}) (any, error) { return c.Invoices.at(c.id) }

type payInvoiceParams struct {
	OffSession    *bool  `form:"off_session"`
	PaidOutOfBand bool   `form:"paid_out_of_band"`
	PaymentMethod string `form:"payment_method"`
}

// payInvoiceNow collects an open invoice on request. A failure does not move
// the schedule of retries.
func payInvoiceNow(c *call, p payInvoiceParams) (any, error) {
	invoice, err := c.Invoices.at(c.id)
	if err != nil {
		return nil, err
	}
	if invoice.Status == statusDraft {
		c.finalize(invoice)
	}
	if invoice.Status != statusOpen && invoice.Status != statusUncollectible {
		return nil, invalid("", "invoice_not_editable", "Invoice is already %s", invoice.Status)
	}
	if p.PaidOutOfBand || invoice.AmountDue == 0 {
		invoice.PaidOutOfBand = p.PaidOutOfBand
		if pi := c.PaymentIntents.get(invoice.PaymentIntent.ID); pi != nil && !finished(pi) {
			c.cancelIntent(pi, "abandoned")
			c.cancelInvoicePayment(invoice)
		}
		c.settleInvoice(invoice)
		return invoice, nil
	}
	pm, err := c.methodFor(invoice.Customer.ID, p.PaymentMethod)
	if err != nil {
		return nil, err
	}
	sub := c.Subscriptions.get(invoice.Subscription.ID)
	if pm == nil {
		pm = c.methodOfInvoice(invoice)
	}
	if pm == nil {
		return nil, invalid("", codeMissing, "%s", noMethodMessage)
	}
	invoice.Attempted = true
	if declined := c.collect(invoice, pm); declined != nil {
		c.invoiceFailed(invoice, sub)
		failure := declined.err()
		failure.body.Charge, failure.body.PaymentIntent = invoice.Charge.ID, c.PaymentIntents.get(invoice.PaymentIntent.ID)
		return nil, failure
	}
	c.settleInvoice(invoice)
	return invoice, nil
}

type listInvoicesParams struct {
	listParams
	CollectionMethod string     `form:"collection_method"`
	Created          form.Range `form:"created"`
	Customer         string     `form:"customer"`
	Status           string     `form:"status" enum:"draft open paid uncollectible void"`
	Subscription     string     `form:"subscription"`
}

func listInvoices(c *call, p listInvoicesParams) (any, error) {
	return list(c, &c.Invoices, p.listParams, func(invoice *object.Invoice) bool {
		return matches(p.Customer, invoice.Customer.ID) && matches(p.Subscription, invoice.Subscription.ID) &&
			matches(p.Status, invoice.Status) && matches(p.CollectionMethod, invoice.CollectionMethod) && p.Created.Contains(invoice.Created)
	})
}
