package sandbox

import (
	"net/http"
	"slices"

	"billhook/infra/local/stripebox/object"
)

const reasonUpcoming = "upcoming"

// previewParams ask for the next invoice of a customer or a subscription, or
// for that which a change of the subscription would make.
type previewParams struct {
	Coupon              *string              `form:"coupon"`
	Currency            string               `form:"currency"`
	Customer            string               `form:"customer"`
	Discounts           []discountParams     `form:"discounts"`
	PreviewMode         string               `form:"preview_mode" enum:"next"`
	Subscription        string               `form:"subscription"`
	SubscriptionDetails *previewChangeParams `form:"subscription_details"`
}

type previewChangeParams struct {
	CancelAt          *string      `form:"cancel_at"`
	CancelAtPeriodEnd *bool        `form:"cancel_at_period_end"`
	Items             []itemParams `form:"items"`
	ProrationBehavior string       `form:"proration_behavior" enum:"always_invoice create_prorations none"`
	ProrationDate     *int64       `form:"proration_date"`
	TrialEnd          string       `form:"trial_end"`
}

// upcomingParams are those of GET /v1/invoices/upcoming, which names the change
// in an older way, too.
type upcomingParams struct {
	previewParams
	SubscriptionCancelAt          *string      `form:"subscription_cancel_at"`
	SubscriptionCancelAtPeriodEnd *bool        `form:"subscription_cancel_at_period_end"`
	SubscriptionItems             []itemParams `form:"subscription_items"`
	SubscriptionProrationBehavior string       `form:"subscription_proration_behavior" enum:"always_invoice create_prorations none"`
	SubscriptionProrationDate     *int64       `form:"subscription_proration_date"`
	SubscriptionTrialEnd          string       `form:"subscription_trial_end"`
}

func (p *upcomingParams) preview() previewParams {
	change := previewChangeParams{
		p.SubscriptionCancelAt, p.SubscriptionCancelAtPeriodEnd, p.SubscriptionItems, p.SubscriptionProrationBehavior,
		p.SubscriptionProrationDate, p.SubscriptionTrialEnd,
	}
	preview := p.previewParams
	if preview.SubscriptionDetails == nil && (change.CancelAt != nil || change.CancelAtPeriodEnd != nil || len(change.Items) > 0 ||
		change.ProrationDate != nil || change.ProrationBehavior+change.TrialEnd != "") {
		preview.SubscriptionDetails = &change
	}
	return preview
}

// upcomingInvoice is not there since 2025-03-31.basil.
func upcomingInvoice(c *call, p upcomingParams) (any, error) {
	preview := p.preview()
	invoice, err := preview.run(c.account)
	if err != nil {
		return nil, err
	}
	invoice.ID = ""
	invoice.Lines.URL = "/v1/invoices/upcoming/lines?customer=" + invoice.Customer.ID
	if invoice.Subscription.ID != "" {
		invoice.Lines.URL += "&subscription=" + invoice.Subscription.ID
	}
	return invoice, nil
}

type upcomingLinesParams struct {
	listParams
	upcomingParams
}

func upcomingInvoiceLines(c *call, p upcomingLinesParams) (any, error) {
	invoice, err := upcomingInvoice(c, p.upcomingParams)
	if err != nil {
		return nil, err
	}
	return listInOrder(c, p.listParams, invoice.(*object.Invoice).Lines.Data)
}

func createInvoicePreview(c *call, p previewParams) (any, error) {
	invoice, err := p.run(c.account)
	if err != nil {
		return nil, err
	}
	invoice.ID = "upcoming_" + invoice.ID
	invoice.Lines.URL = "/v1/invoices/" + invoice.ID + "/lines"
	for _, line := range invoice.Lines.Data {
		line.Invoice = invoice.ID
	}
	return invoice, nil
}

// run does on a copy of the account what is asked about, and answers the draft
// that comes of it.
func (p *previewParams) run(a *account) (*object.Invoice, error) {
	customer, sub, err := p.subject(a)
	if err != nil {
		return nil, err
	}
	rehearsal, err := a.rehearsal(customer)
	if err != nil {
		return nil, err
	}
	if p.discounts().given() {
		rehearsal.Customers.get(customer.ID).Discount = nil // it is not inherited
	}
	if sub == nil && p.SubscriptionDetails != nil {
		sub, err = p.begin(rehearsal)
		if err != nil {
			return nil, err
		}
		return upcoming(rehearsal.draftFirst(sub, nil)), nil
	}
	if sub == nil && p.discounts().given() {
		return nil, invalid("discounts", "", "The sandbox previews discounts for subscriptions only.")
	}
	if sub == nil {
		return rehearsal.draftItems(customer)
	}
	return p.next(rehearsal, rehearsal.Subscriptions.get(sub.ID))
}

// next is the next draft of a subscription, changed or not.
func (p *previewParams) next(rehearsal *account, sub *subscription) (*object.Invoice, error) {
	today := rehearsal.now
	invoice, err := p.change(rehearsal, sub)
	if err != nil {
		return nil, err
	}
	if invoice == nil && !sub.renews() {
		return nil, noUpcoming(sub.Customer.ID)
	}
	if invoice == nil {
		rehearsal.now = sub.CurrentPeriodEnd
		invoice = rehearsal.startPeriod(sub)
	}
	if details := p.SubscriptionDetails; details != nil && slices.ContainsFunc(invoice.Lines.Data, isProration) {
		invoice.SubscriptionProrationDate = today
		if details.ProrationDate != nil {
			invoice.SubscriptionProrationDate = *details.ProrationDate
		}
	}
	return upcoming(invoice), nil
}

func isProration(line *object.InvoiceLine) bool { return line.Proration }

func upcoming(invoice *object.Invoice) *object.Invoice {
	invoice.BillingReason, invoice.AutoAdvance = reasonUpcoming, false
	return invoice
}

// subject is the customer that the preview is for, and the subscription: the
// one that is named or, when no change is asked about, the one that is billed
// next. It is nil when there is none.
func (p *previewParams) subject(a *account) (*object.Customer, *subscription, error) {
	if p.Customer == "" && p.Subscription == "" {
		return nil, nil, invalid("", "", "You must either provide a `customer` or a `subscription` to the upcoming invoice endpoint.")
	}
	var sub *subscription
	if p.Subscription != "" {
		found, err := a.Subscriptions.ref(p.Subscription, "subscription")
		if err != nil {
			return nil, nil, err
		}
		if p.Customer != "" && found.Customer.ID != p.Customer {
			return nil, nil, invalid("subscription", "", "The subscription %s does not belong to the customer %s.", found.ID, p.Customer)
		}
		sub, p.Customer = found, found.Customer.ID
	}
	customer, err := a.Customers.ref(p.Customer, "customer")
	if err != nil {
		return nil, nil, err
	}
	if sub == nil && p.SubscriptionDetails == nil {
		sub = a.nextToRenew(func(sub *subscription) bool { return sub.Customer.ID == customer.ID })
	}
	return customer, sub, nil
}

// nextToRenew is the wanted subscription whose period ends first, of those that
// go on then; nil without one.
func (a *account) nextToRenew(wanted func(*subscription) bool) *subscription {
	var next *subscription
	for sub := range a.Subscriptions.all {
		if wanted(sub) && sub.renews() && (next == nil || sub.CurrentPeriodEnd < next.CurrentPeriodEnd) {
			next = sub
		}
	}
	return next
}

// renews reports whether a subscription will have another invoice.
func (s *subscription) renews() bool {
	ends := s.CancelAtPeriodEnd || s.CancelAt != 0 && int64(s.CancelAt) <= s.CurrentPeriodEnd
	return !s.over() && !ends && s.Status != statusPaused && s.Status != statusIncomplete
}

func noUpcoming(customerID string) *apiError {
	err := invalid("", "invoice_upcoming_none", "No upcoming invoices for customer: %s", customerID)
	err.status = http.StatusNotFound
	return err
}

// discounts are those that the preview has in place of the inherited ones.
func (p *previewParams) discounts() discountsParams {
	return discountsParams{Coupon: p.Coupon, Discounts: p.Discounts}
}

// change updates the subscription; the invoice that is due at once, if any, is
// what is previewed.
func (p *previewParams) change(a *account, sub *subscription) (*object.Invoice, error) {
	update := updateSubscriptionParams{discountsParams: p.discounts()}
	if details := p.SubscriptionDetails; details != nil {
		update.CancelAt, update.CancelAtPeriodEnd = details.CancelAt, details.CancelAtPeriodEnd
		update.Items, update.TrialEnd = details.Items, details.TrialEnd
		update.ProrationBehavior, update.ProrationDate = details.ProrationBehavior, details.ProrationDate
	}
	checked, err := update.check(a, sub)
	if err != nil {
		return nil, err
	}
	return checked.apply(a, sub), nil
}

// begin makes the subscription that is asked about.
func (p *previewParams) begin(a *account) (*subscription, error) {
	if len(p.SubscriptionDetails.Items) == 0 {
		return nil, missingParam("subscription_details[items]")
	}
	create := createSubscriptionParams{
		discountsParams: p.discounts(), Customer: p.Customer, Items: p.SubscriptionDetails.Items, TrialEnd: p.SubscriptionDetails.TrialEnd,
	}
	spec, err := create.spec(a)
	if err != nil {
		return nil, err
	}
	return a.newSubscription(spec), nil
}

// draftItems drafts the items of a customer that wait for no subscription.
func (a *account) draftItems(customer *object.Customer) (*object.Invoice, error) {
	items := a.pendingItems(customer.ID, nil)
	if len(items) == 0 {
		return nil, noUpcoming(customer.ID)
	}
	items = slices.DeleteFunc(items, func(item *object.InvoiceItem) bool { return item.Currency != items[0].Currency })
	invoice := a.newInvoice(a.Customers.get(customer.ID), items[0].Currency, reasonUpcoming, object.Period{Start: a.now, End: a.now})
	a.setLines(invoice, a.take(items, invoice))
	return upcoming(invoice), nil
}
