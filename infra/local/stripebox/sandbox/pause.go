package sandbox

import (
	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// What pause_collection does with the invoices of a subscription.
const (
	pauseKeepDraft     = "keep_as_draft"
	pauseUncollectible = "mark_uncollectible"
	pauseVoid          = "void"
)

// What trial_settings does with a trial that ends without a payment method.
const (
	trialEndCancel  = "cancel"
	trialEndInvoice = "create_invoice"
	trialEndPause   = "pause"
)

type pauseParams struct {
	Behavior  string `form:"behavior,required" enum:"keep_as_draft mark_uncollectible void"`
	ResumesAt *int64 `form:"resumes_at"`
}

type trialSettingsParams struct {
	EndBehavior struct {
		MissingPaymentMethod string `form:"missing_payment_method" enum:"cancel create_invoice pause"`
	} `form:"end_behavior"`
}

func (p trialSettingsParams) apply(trial *object.TrialSettings) {
	if behavior := p.EndBehavior.MissingPaymentMethod; behavior != "" {
		trial.EndBehavior.MissingPaymentMethod = behavior
	}
}

func checkPause(a *account, pause form.Optional[pauseParams]) error {
	if p := pause.Value; p != nil && p.ResumesAt != nil && *p.ResumesAt <= a.now {
		return invalid("pause_collection[resumes_at]", "", "The resumes_at date must be in the future.")
	}
	return nil
}

func applyPause(sub *subscription, pause form.Optional[pauseParams]) {
	if !pause.Given {
		return
	}
	sub.PauseCollection = nil
	if p := pause.Value; p != nil {
		sub.PauseCollection = &object.PauseCollection{Behavior: p.Behavior}
		if p.ResumesAt != nil {
			sub.PauseCollection.ResumesAt = object.Unix(*p.ResumesAt)
		}
	}
}

func (a *account) resumeCollection(sub *subscription) {
	a.update(eventSubscriptionUpdated, sub.shown(), func() { sub.PauseCollection = nil })
}

// bill takes a subscription's new draft as far as its status and a pause of the
// collection let it. A decline shows in the status.
func (a *account) bill(sub *subscription, invoice *object.Invoice) {
	behavior := ""
	if sub.PauseCollection != nil {
		behavior = sub.PauseCollection.Behavior
	}
	if sub.Status == statusUnpaid || behavior == pauseKeepDraft {
		invoice.AutoAdvance = false
		a.emit("invoice.created", invoice)
		return
	}
	a.emit("invoice.created", invoice)
	a.finalize(invoice)
	switch {
	case invoice.AmountDue > 0 && behavior == pauseVoid:
		a.voidInvoice(invoice)
	case invoice.AmountDue > 0 && behavior == pauseUncollectible:
		a.markUncollectible(invoice)
	default:
		a.payInvoice(invoice, a.methodOf(sub))
	}
}

// endTrialUnpaid ends a trial that has no payment method as its settings say;
// false means that it is billed all the same.
func (a *account) endTrialUnpaid(sub *subscription) bool {
	if a.methodOf(sub) != nil {
		return false
	}
	switch sub.TrialSettings.EndBehavior.MissingPaymentMethod {
	case trialEndCancel:
		a.endSubscription(sub, statusCanceled, "")
		return true
	case trialEndPause:
		a.update(eventSubscriptionUpdated, sub.shown(), func() { sub.Status = statusPaused })
		a.emit("customer.subscription.paused", sub.shown())
		return true
	}
	return false
}

// pausedTask is what happens to a paused subscription by itself: the invoice of
// an attempt to resume it is void after 23 hours. Nothing else comes due.
func (a *account) pausedTask(sub *subscription) task {
	for _, id := range sub.OpenInvoices {
		if invoice := a.Invoices.get(id); id == sub.LatestInvoice.ID {
			return task{invoice.Created + incompleteLifetime, func() { a.voidInvoice(invoice) }}
		}
	}
	return task{never, func() {}}
}

type resumeParams struct {
	BillingCycleAnchor string `form:"billing_cycle_anchor" enum:"now unchanged"`
	ProrationBehavior  string `form:"proration_behavior" enum:"always_invoice create_prorations none"`
}

// resumeSubscription starts a paused subscription again. It stays paused until
// the invoice of its new period, if there is one, is paid.
func resumeSubscription(c *call, p resumeParams) (any, error) {
	sub, err := c.Subscriptions.at(c.id)
	if err != nil {
		return nil, err
	}
	if sub.Status != statusPaused {
		return nil, invalid("", "", "Only subscriptions with a status of `paused` can be resumed. This subscription has a status of `%s`.", sub.Status)
	}
	var invoice *object.Invoice
	c.update(eventSubscriptionUpdated, sub.shown(), func() { invoice = c.resume(sub, p) })
	if invoice == nil {
		c.emit("customer.subscription.resumed", sub.shown())
		return sub.shown(), nil
	}
	c.bill(sub, invoice)
	return sub.shown(), nil
}

// resume moves a subscription into the period that it resumes in and drafts
// what that costs; without costs it is active at once.
func (a *account) resume(sub *subscription, p resumeParams) *object.Invoice {
	if p.BillingCycleAnchor != "unchanged" {
		sub.BillingCycleAnchor = a.now
	}
	period := object.Period{Start: a.now, End: nextBoundary(sub.BillingCycleAnchor, sub.recurring(), a.now)}
	if sub.BillingCycleAnchor == a.now {
		sub.CurrentPeriodStart, sub.CurrentPeriodEnd = period.Start, period.End
		return a.draftPeriod(sub, reasonUpdate)
	}
	sub.CurrentPeriodStart = lastBoundary(sub.BillingCycleAnchor, sub.recurring(), a.now)
	sub.CurrentPeriodEnd = period.End
	if p.ProrationBehavior == prorateNone {
		sub.Status = statusActive
		return nil
	}
	shares := a.discountedShares(sub, sub.Items.Data)
	for _, item := range sub.Items.Data {
		a.addProration(sub, item, share(shares[item.ID], period, sub.CurrentPeriodEnd-sub.CurrentPeriodStart), period)
	}
	invoice := a.draftInvoice(sub, reasonUpdate, object.Period{Start: a.now, End: a.now}, nil)
	sub.LatestInvoice = object.To(invoice.ID)
	return invoice
}
