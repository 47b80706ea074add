package sandbox

import (
	"cmp"
	"slices"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// draftLifetime is how long an invoice that advances by itself stays a draft.
const draftLifetime = 60 * 60

const (
	collectByCharge = "charge_automatically"
	collectBySend   = "send_invoice"
)

// editableParams are the parameters of a draft, new or not.
type editableParams struct {
	AutoAdvance          *bool         `form:"auto_advance"`
	CollectionMethod     string        `form:"collection_method" enum:"charge_automatically send_invoice"`
	DaysUntilDue         *int64        `form:"days_until_due"`
	DefaultPaymentMethod *string       `form:"default_payment_method"`
	Description          *string       `form:"description"`
	DueDate              *int64        `form:"due_date"`
	Footer               *string       `form:"footer"`
	Metadata             form.Metadata `form:"metadata"`
}

type createInvoiceParams struct {
	editableParams
	Currency             string `form:"currency"`
	Customer             string `form:"customer,required"`
	PendingItemsBehavior string `form:"pending_invoice_items_behavior" enum:"exclude include"`
	Subscription         string `form:"subscription"`
}

// createInvoice makes a draft by hand. It takes the items that wait when it is
// asked to, or when it is about a subscription.
func createInvoice(c *call, p createInvoiceParams) (any, error) {
	customer, err := c.Customers.ref(p.Customer, "customer")
	if err != nil {
		return nil, err
	}
	sub, err := p.subscriptionOf(c.account, customer)
	if err != nil {
		return nil, err
	}
	if err := p.check(c.account, customer.ID, cmp.Or(p.CollectionMethod, collectByCharge)); err != nil {
		return nil, err
	}
	var items []*object.InvoiceItem
	if sub != nil || p.PendingItemsBehavior == "include" {
		items = c.pendingItems(customer.ID, sub)
	}
	currency := cmp.Or(p.Currency, string(customer.Currency), "usd")
	if p.Currency == "" && len(items) > 0 {
		currency = items[0].Currency
	}
	items = slices.DeleteFunc(items, func(item *object.InvoiceItem) bool { return item.Currency != currency })
	invoice := c.newInvoice(customer, currency, reasonManual, object.Period{Start: c.now, End: c.now})
	if sub != nil {
		invoice.Subscription, invoice.SubscriptionDetails = object.To(sub.ID), &object.SubscriptionDetails{Metadata: sub.Metadata}
	}
	c.setLines(invoice, c.take(items, invoice))
	p.apply(invoice, c.now)
	c.scheduleDraft(invoice)
	c.emit("invoice.created", invoice)
	return invoice, nil
}

// subscriptionOf is the subscription that the invoice is to bill, or nil.
func (p *createInvoiceParams) subscriptionOf(a *account, customer *object.Customer) (*subscription, error) {
	if p.Subscription == "" {
		return nil, nil
	}
	sub, err := a.Subscriptions.ref(p.Subscription, "subscription")
	if err != nil {
		return nil, err
	}
	if sub.Customer.ID != customer.ID {
		return nil, invalid("subscription", "", "The subscription %s does not belong to the customer %s.", sub.ID, customer.ID)
	}
	if len(a.pendingItems(customer.ID, sub)) == 0 {
		return nil, invalid("", "invoice_no_subscription_line_items", "Nothing to invoice for subscription")
	}
	return sub, nil
}

// check refuses what does not go with the way in which the invoice is collected.
func (p *editableParams) check(a *account, customerID, method string) error {
	if method == collectByCharge && (p.DaysUntilDue != nil || p.DueDate != nil) {
		return invalid("due_date", "", "You can only specify `due_date` or `days_until_due` if `collection_method` is `send_invoice`.")
	}
	if method == collectBySend && p.CollectionMethod != "" && p.DaysUntilDue == nil && p.DueDate == nil {
		return invalid("", "", "If the invoice's collection_method is 'send_invoice', you must specify one of 'days_until_due' or 'due_date'.")
	}
	if p.DaysUntilDue != nil && p.DueDate != nil {
		return invalid("due_date", "", "You may only specify one of these parameters: due_date, days_until_due.")
	}
	if p.DueDate != nil && *p.DueDate <= a.now {
		return invalid("due_date", "", "The due_date must be in the future.")
	}
	if id := p.DefaultPaymentMethod; id != nil && *id != "" {
		_, err := a.ownedMethod(customerID, *id)
		return err
	}
	return nil
}

func (p *editableParams) apply(invoice *object.Invoice, now int64) {
	if p.AutoAdvance != nil {
		invoice.AutoAdvance = *p.AutoAdvance
	}
	if p.CollectionMethod != "" {
		invoice.CollectionMethod = p.CollectionMethod
	}
	if p.DaysUntilDue != nil {
		invoice.DueDate = object.Unix(now + *p.DaysUntilDue*secondsPerDay)
	}
	if p.DueDate != nil {
		invoice.DueDate = object.Unix(*p.DueDate)
	}
	if p.DefaultPaymentMethod != nil {
		invoice.DefaultPaymentMethod = object.To(*p.DefaultPaymentMethod)
	}
	setText(&invoice.Description, p.Description)
	setText(&invoice.Footer, p.Footer)
	invoice.Metadata = p.Metadata.Apply(invoice.Metadata)
}

// scheduleDraft has a draft finalized by itself, or not, as it now says.
func (a *account) scheduleDraft(invoice *object.Invoice) {
	a.AdvancingDrafts = slices.DeleteFunc(a.AdvancingDrafts, func(id string) bool { return id == invoice.ID })
	invoice.AutomaticallyFinalizesAt = 0
	if invoice.Status == statusDraft && invoice.AutoAdvance {
		invoice.AutomaticallyFinalizesAt = object.Unix(max(a.now, invoice.Created+draftLifetime))
		a.AdvancingDrafts = append(a.AdvancingDrafts, invoice.ID)
	}
}

// draftTask is the next draft that is finalized by itself.
func (a *account) draftTask() (next task, found bool) {
	for _, id := range a.AdvancingDrafts {
		invoice := a.Invoices.get(id)
		at := int64(invoice.AutomaticallyFinalizesAt)
		if invoice.TestClock.ID == a.onClock && (!found || at < next.at) {
			next, found = task{at, func() { a.finalizeDraft(invoice) }}, true
		}
	}
	return next, found
}

// finalizeDraft opens a draft and, if it advances by itself or nothing is due,
// goes on to collect it. A decline leaves it open.
func (a *account) finalizeDraft(invoice *object.Invoice) {
	a.finalize(invoice)
	a.scheduleDraft(invoice)
	if invoice.AmountDue == 0 || invoice.AutoAdvance && invoice.CollectionMethod == collectByCharge {
		a.payInvoice(invoice, a.methodOfInvoice(invoice))
	}
}

// methodOfInvoice is what an invoice is paid with, or nil.
func (a *account) methodOfInvoice(invoice *object.Invoice) *paymentMethod {
	if pm := a.PaymentMethods.get(invoice.DefaultPaymentMethod.ID); pm != nil {
		return pm
	}
	if sub := a.Subscriptions.get(invoice.Subscription.ID); sub != nil {
		return a.methodOf(sub)
	}
	customer := a.Customers.get(invoice.Customer.ID)
	if customer == nil {
		return nil
	}
	return a.PaymentMethods.get(customer.InvoiceSettings.DefaultPaymentMethod.ID)
}

// editable refuses an invoice that is no draft any more.
func editable(invoice *object.Invoice) error {
	if invoice.Status != statusDraft {
		return invalid("", "invoice_not_editable", "This invoice is no longer editable: its status is `%s`.", invoice.Status)
	}
	return nil
}

// changeDraft changes an invoice under its event.
func (a *account) changeDraft(invoice *object.Invoice, change func()) {
	a.update("invoice.updated", invoice, change)
}

func updateInvoice(c *call, p editableParams) (any, error) {
	invoice, err := c.Invoices.at(c.id)
	if err != nil {
		return nil, err
	}
	if p.changesBilling() {
		if err := editable(invoice); err != nil {
			return nil, err
		}
	}
	if err := p.check(c.account, invoice.Customer.ID, cmp.Or(p.CollectionMethod, invoice.CollectionMethod)); err != nil {
		return nil, err
	}
	c.changeDraft(invoice, func() {
		p.apply(invoice, c.now)
		c.scheduleDraft(invoice)
	})
	return invoice, nil
}

// changesBilling reports whether only a draft allows the change.
func (p *editableParams) changesBilling() bool {
	return p.CollectionMethod != "" || p.DaysUntilDue != nil || p.DueDate != nil || p.Description != nil || p.Footer != nil
}

// deleteInvoice deletes a draft that was made by hand; its items wait again.
func deleteInvoice(c *call, _ struct{}) (any, error) {
	invoice, err := c.Invoices.at(c.id)
	if err != nil {
		return nil, err
	}
	if invoice.Status != statusDraft || invoice.BillingReason != reasonManual {
		return nil, invalid("", "invoice_not_editable", "You can only delete draft invoices that no subscription has made. "+
			"Void the invoice instead once it is finalized.")
	}
	for item := range c.InvoiceItems.all {
		if item.Invoice.ID == invoice.ID {
			item.Invoice = object.Ref{}
		}
	}
	invoice.AutoAdvance = false
	c.scheduleDraft(invoice)
	c.Invoices.remove(invoice.ID)
	c.emit("invoice.deleted", invoice)
	return &object.Deleted{ID: invoice.ID, Object: "invoice", Deleted: true}, nil
}

// dropDrafts forgets what nobody can be billed for any more.
func (a *account) dropDrafts(customerID string) {
	for _, id := range slices.Clone(a.Invoices.order) {
		invoice := a.Invoices.get(id)
		if invoice.Customer.ID == customerID && invoice.Status == statusDraft {
			invoice.AutoAdvance = false
			a.scheduleDraft(invoice)
			a.Invoices.remove(id)
		}
	}
	for _, id := range slices.Clone(a.InvoiceItems.order) {
		item := a.InvoiceItems.get(id)
		if item.Customer.ID == customerID && a.Invoices.get(item.Invoice.ID) == nil {
			a.InvoiceItems.remove(id)
		}
	}
}

func finalizeInvoice(c *call, p struct {
	AutoAdvance *bool `form:"auto_advance"`
}) (any, error) {
	invoice, err := c.Invoices.at(c.id)
	if err != nil {
		return nil, err
	}
	if invoice.Status != statusDraft {
		return nil, invalid("", "invoice_not_editable", "This invoice is already finalized, you can't re-finalize a non-draft invoice.")
	}
	if p.AutoAdvance != nil {
		invoice.AutoAdvance = *p.AutoAdvance
	}
	c.finalizeDraft(invoice)
	return invoice, nil
}

// sendInvoice finalizes a draft first. No email is sent.
func sendInvoice(c *call, _ struct{}) (any, error) {
	invoice, err := c.Invoices.at(c.id)
	if err != nil {
		return nil, err
	}
	if invoice.CollectionMethod != collectBySend {
		return nil, invalid("", "", "You can only manually send an invoice if its collection method is 'send_invoice'.")
	}
	if invoice.Status == statusDraft {
		c.finalizeDraft(invoice)
	}
	if invoice.Status != statusOpen && invoice.Status != statusPaid {
		return nil, invalid("", "invoice_not_editable", "You can't send an invoice whose status is `%s`.", invoice.Status)
	}
	c.emit("invoice.sent", invoice)
	return invoice, nil
}

func markInvoiceUncollectible(c *call, _ struct{}) (any, error) {
	invoice, err := c.collectable(statusOpen)
	if err != nil {
		return nil, err
	}
	c.markUncollectible(invoice)
	c.release(invoice)
	return invoice, nil
}

func voidOpenInvoice(c *call, _ struct{}) (any, error) {
	invoice, err := c.collectable(statusOpen, statusUncollectible)
	if err != nil {
		return nil, err
	}
	c.voidInvoice(invoice)
	c.release(invoice)
	return invoice, nil
}

// collectable is the invoice that the path names, in one of the statuses.
func (c *call) collectable(statuses ...string) (*object.Invoice, error) {
	invoice, err := c.Invoices.at(c.id)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(statuses, invoice.Status) {
		return nil, invalid("", "invoice_not_editable", "You can only do this to an open invoice. This invoice has a status of `%s`.", invoice.Status)
	}
	return invoice, nil
}

// release lets a subscription go on that waited for an invoice which is not
// collected any more; a first invoice takes the subscription with it.
func (a *account) release(invoice *object.Invoice) {
	sub := a.Subscriptions.get(invoice.Subscription.ID)
	if sub == nil || sub.LatestInvoice.ID != invoice.ID {
		return
	}
	switch sub.Status {
	case statusIncomplete:
		a.endSubscription(sub, statusIncompleteExpired, "")
	case statusPastDue, statusUnpaid:
		a.update(eventSubscriptionUpdated, sub.shown(), func() { sub.Status = statusActive })
	}
}

// voidInvoice takes an open invoice back.
func (a *account) voidInvoice(invoice *object.Invoice) {
	if pi := a.PaymentIntents.get(invoice.PaymentIntent.ID); pi != nil && !finished(pi) {
		a.cancelIntent(pi, "void_invoice")
	}
	a.stopCollecting(invoice)
	invoice.Status, invoice.StatusTransitions.VoidedAt = statusVoid, object.Unix(a.now)
	a.cancelInvoicePayment(invoice)
	a.emit("invoice.voided", invoice)
}

// markUncollectible writes an open invoice off. It can still be paid.
func (a *account) markUncollectible(invoice *object.Invoice) {
	a.stopCollecting(invoice)
	invoice.Status, invoice.StatusTransitions.MarkedUncollectibleAt = statusUncollectible, object.Unix(a.now)
	a.emit("invoice.marked_uncollectible", invoice)
}

func (a *account) stopCollecting(invoice *object.Invoice) {
	invoice.AutoAdvance, invoice.NextPaymentAttempt = false, 0
	if sub := a.Subscriptions.get(invoice.Subscription.ID); sub != nil {
		sub.OpenInvoices = slices.DeleteFunc(sub.OpenInvoices, func(id string) bool { return id == invoice.ID })
	}
}
