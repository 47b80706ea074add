package sandbox

import (
	"net/http"
	"slices"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// Statuses of subscriptions, beside canceled.
const (
	statusActive            = "active"
	statusIncomplete        = "incomplete"
	statusIncompleteExpired = "incomplete_expired"
	statusPastDue           = "past_due"
	statusPaused            = "paused"
	statusTrialing          = "trialing"
	statusUnpaid            = "unpaid"
)

// Reasons for which a subscription ends.
const (
	reasonRequested     = "cancellation_requested"
	reasonPaymentFailed = "payment_failed"
)

const eventSubscriptionUpdated = "customer.subscription.updated"

// subscription is a subscription with what the API does not show of it.
type subscription struct {
	object.Subscription
	// OpenInvoices are the invoices that still wait to be paid.
	OpenInvoices []string `json:"open_invoices"`
	// TrialReminded says that the trial's coming end has been announced.
	TrialReminded bool `json:"trial_reminded"`
}

func (s *subscription) shown() any { return &s.Subscription }

// over reports whether the subscription has ended for good.
func (s *subscription) over() bool {
	return s.Status == statusCanceled || s.Status == statusIncompleteExpired
}

// recurring is the interval that all items of the subscription share.
func (s *subscription) recurring() *object.Recurring { return s.Items.Data[0].Price.Recurring }

// itemSpec is a price with a quantity, before it is part of a subscription.
type itemSpec struct {
	price    *object.Price
	quantity int64
	metadata map[string]string
}

// subscriptionSpec is what a subscription is made of.
type subscriptionSpec struct {
	customer          *object.Customer
	items             []itemSpec
	metadata          map[string]string
	description       string
	defaultMethod     string
	offers            []offer            // to make discounts of
	discounts         []*object.Discount // made already
	trialEnd          int64              // 0: no trial
	cancelAt          int64
	cancelAtPeriodEnd bool
	saveMethod        string // payment_settings[save_default_payment_method]
	share             subscriptionShare
	trialSettings     trialSettingsParams
	flexible          bool // the billing mode
}

// newSubscription stores a subscription as it is before its first invoice.
func (a *account) newSubscription(spec subscriptionSpec) *subscription {
	id := a.newID("sub_")
	anchor, periodEnd, status := a.now, nextBoundary(a.now, spec.items[0].price.Recurring, a.now), statusIncomplete
	sub := &subscription{Subscription: object.Subscription{
		ID: id, Object: "subscription", Application: a.application(), CollectionMethod: "charge_automatically", Created: a.now,
		Currency: spec.items[0].price.Currency, CurrentPeriodStart: a.now, Customer: object.To(spec.customer.ID),
		DefaultPaymentMethod: object.To(spec.defaultMethod), Description: object.Text(spec.description),
		InvoiceSettings: object.SubscriptionInvoices{Issuer: object.Issuer{Type: "self"}},
		Items:           object.NewList[*object.SubscriptionItem]("/v1/subscription_items?subscription="+id, nil),
		Livemode:        a.Livemode, Metadata: spec.metadata, StartDate: a.now,
		PaymentSettings: object.SubscriptionPayment{SaveDefaultPaymentMethod: object.Text(spec.saveMethod)},
		TestClock:       spec.customer.TestClock,
		TrialSettings:   object.TrialSettings{EndBehavior: object.TrialEndBehavior{MissingPaymentMethod: "create_invoice"}},
	}}
	if spec.trialEnd > a.now {
		anchor, periodEnd, status = spec.trialEnd, spec.trialEnd, statusTrialing
		sub.TrialStart, sub.TrialEnd = object.Unix(a.now), object.Unix(spec.trialEnd)
	}
	sub.BillingCycleAnchor, sub.CurrentPeriodEnd, sub.Status = anchor, periodEnd, status
	var items []*object.SubscriptionItem
	for _, item := range spec.items {
		items = append(items, a.newItem(id, item))
	}
	sub.SetItems(items)
	if spec.flexible {
		sub.BillingMode = &object.BillingMode{Type: billingFlexible}
	}
	spec.trialSettings.apply(&sub.TrialSettings)
	spec.share.apply(&sub.Subscription)
	sub.CancelAt = object.Unix(spec.cancelAt)
	a.scheduleCancellation(sub, spec.cancelAtPeriodEnd)
	a.Subscriptions.add(sub)
	a.discountSubscription(sub, a.discounts(spec.offers, spec.discounts))
	return sub
}

func (a *account) newItem(subscriptionID string, spec itemSpec) *object.SubscriptionItem {
	return &object.SubscriptionItem{
		ID: a.newID("si_"), Object: "subscription_item", Created: a.now, Metadata: spec.metadata, Plan: spec.price.Plan(),
		Price: spec.price, Quantity: spec.quantity, Subscription: subscriptionID,
	}
}

// startSubscription bills the first period: the subscription's and the
// invoice's events in Stripe's order, and why the first payment was declined.
// The extras are one-time prices. Without an attempt the invoice stays open and
// the subscription incomplete.
func (a *account) startSubscription(sub *subscription, extras []itemSpec, attempt bool) *decline {
	invoice := a.draftFirst(sub, extras)
	if sub.Status == statusIncomplete && invoice.AmountDue == 0 {
		sub.Status = statusActive
	}
	sub.LatestInvoice = object.To(invoice.ID)
	a.emit("customer.subscription.created", sub.shown())
	a.emit("invoice.created", invoice)
	a.finalize(invoice)
	method := a.methodOf(sub)
	if invoice.AmountDue > 0 && !attempt {
		return nil
	}
	return a.payInvoice(invoice, method)
}

// draftFirst drafts the invoice of a subscription's first period.
func (a *account) draftFirst(sub *subscription, extras []itemSpec) *object.Invoice {
	period := object.Period{Start: sub.CurrentPeriodStart, End: sub.CurrentPeriodEnd}
	lines := a.periodLines(sub, period, sub.Status == statusTrialing)
	for _, extra := range extras {
		a.addExtra(sub, extra)
	}
	return a.draftInvoice(sub, reasonCreate, object.Period{Start: a.now, End: a.now}, lines)
}

// methodOf is what the subscription is paid with, or nil.
func (a *account) methodOf(sub *subscription) *paymentMethod {
	if pm := a.PaymentMethods.get(sub.DefaultPaymentMethod.ID); pm != nil {
		return pm
	}
	customer := a.Customers.get(sub.Customer.ID)
	if customer == nil {
		return nil
	}
	return a.PaymentMethods.get(customer.InvoiceSettings.DefaultPaymentMethod.ID)
}

// scheduleCancellation sets or lifts the cancellation at the period's end.
func (a *account) scheduleCancellation(sub *subscription, atPeriodEnd bool) {
	switch {
	case atPeriodEnd:
		a.cancelLater(sub, sub.CurrentPeriodEnd)
	case sub.CancelAtPeriodEnd:
		sub.CancelAt, sub.CanceledAt, sub.CancellationDetails = 0, 0, object.CancellationDetails{}
	}
	sub.CancelAtPeriodEnd = atPeriodEnd
}

// cancelLater has a subscription end at a time.
func (a *account) cancelLater(sub *subscription, at int64) {
	sub.CancelAt, sub.CanceledAt = object.Unix(at), object.Unix(a.now)
	sub.CancellationDetails.Reason = reasonRequested
}

// endSubscription ends a subscription in a final status. Its open invoices are
// not collected any more.
func (a *account) endSubscription(sub *subscription, status, reason string) {
	end := func() {
		sub.Status, sub.EndedAt = status, object.Unix(a.now)
		if sub.CanceledAt == 0 {
			sub.CanceledAt = object.Unix(a.now)
		}
		sub.CancellationDetails.Reason = object.Text(reason)
	}
	open := slices.Clone(sub.OpenInvoices)
	sub.OpenInvoices = nil
	for _, id := range open {
		invoice := a.Invoices.get(id)
		if status == statusIncompleteExpired {
			a.voidInvoice(invoice)
			continue
		}
		a.update("invoice.updated", invoice, func() { invoice.AutoAdvance, invoice.NextPaymentAttempt = false, 0 })
	}
	if status == statusIncompleteExpired {
		a.update(eventSubscriptionUpdated, sub.shown(), end)
		return
	}
	end()
	a.emit("customer.subscription.deleted", sub.shown())
	if s := a.Schedules.get(sub.Schedule.ID); s != nil && s.live() {
		event := eventScheduleCanceled
		if reason == reasonPaymentFailed {
			event = "subscription_schedule.aborted"
		}
		a.endSchedule(s, event)
	}
}

func retrieveSubscription(c *call, _ struct{}) (any, error) {
	sub, err := c.Subscriptions.at(c.id)
	if err != nil {
		return nil, err
	}
	return sub.shown(), nil
}

type cancelSubscriptionParams struct {
	CancellationDetails cancellationParams `form:"cancellation_details"`
	// The sandbox settles nothing at a cancellation, which is Stripe's default.
	InvoiceNow bool `form:"invoice_now"`
	Prorate    bool `form:"prorate"`
}

type cancellationParams struct {
	Comment  *string `form:"comment"`
	Feedback *string `form:"feedback" enum:"customer_service low_quality missing_features other switched_service too_complex too_expensive unused"`
}

func (p cancellationParams) apply(details *object.CancellationDetails) {
	setText(&details.Comment, p.Comment)
	setText(&details.Feedback, p.Feedback)
}

func cancelSubscription(c *call, p cancelSubscriptionParams) (any, error) {
	sub, err := c.Subscriptions.at(c.id)
	if err != nil {
		return nil, err
	}
	if sub.over() { // Stripe knows an ended subscription only when it is read
		return nil, noSuch(http.StatusNotFound, "subscription", c.id, "id")
	}
	if p.InvoiceNow || p.Prorate {
		return nil, invalid("", "", "The sandbox does not settle unused time at a cancellation: leave out invoice_now and prorate.")
	}
	p.CancellationDetails.apply(&sub.CancellationDetails)
	c.endSubscription(sub, statusCanceled, reasonRequested)
	return sub.shown(), nil
}

type listSubscriptionsParams struct {
	listParams
	CollectionMethod   string     `form:"collection_method"`
	Created            form.Range `form:"created"`
	CurrentPeriodEnd   form.Range `form:"current_period_end"`
	CurrentPeriodStart form.Range `form:"current_period_start"`
	Customer           string     `form:"customer"`
	Price              string     `form:"price"`
	Status             string     `form:"status" enum:"active all canceled ended incomplete incomplete_expired past_due paused trialing unpaid"`
}

func listSubscriptions(c *call, p listSubscriptionsParams) (any, error) {
	return list(c, &c.Subscriptions, p.listParams, func(sub *subscription) bool {
		return p.wantsStatus(sub) && matches(p.Customer, sub.Customer.ID) && matches(p.CollectionMethod, sub.CollectionMethod) &&
			p.Created.Contains(sub.Created) && p.CurrentPeriodEnd.Contains(sub.CurrentPeriodEnd) &&
			p.CurrentPeriodStart.Contains(sub.CurrentPeriodStart) &&
			(p.Price == "" || slices.ContainsFunc(sub.Items.Data, func(item *object.SubscriptionItem) bool { return item.Price.ID == p.Price }))
	})
}

func (p *listSubscriptionsParams) wantsStatus(sub *subscription) bool {
	switch p.Status {
	case "":
		return sub.Status != statusCanceled
	case "all":
		return true
	case "ended":
		return sub.over()
	}
	return sub.Status == p.Status
}
