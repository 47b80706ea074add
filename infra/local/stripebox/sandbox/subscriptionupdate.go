package sandbox

import (
	"net/http"
	"slices"
	"strconv"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

type updateSubscriptionParams struct {
	discountsParams
	subscriptionShareParams
	CancelAt             *string                    `form:"cancel_at"` // a time, or empty to unset
	CancelAtPeriodEnd    *bool                      `form:"cancel_at_period_end"`
	CancellationDetails  cancellationParams         `form:"cancellation_details"`
	DefaultPaymentMethod *string                    `form:"default_payment_method"`
	Description          *string                    `form:"description"`
	Items                []itemParams               `form:"items"`
	Metadata             form.Metadata              `form:"metadata"`
	OffSession           *bool                      `form:"off_session"`
	PauseCollection      form.Optional[pauseParams] `form:"pause_collection"`
	PaymentBehavior      string                     `form:"payment_behavior" enum:"allow_incomplete error_if_incomplete"`
	PaymentSettings      paymentSettings            `form:"payment_settings"`
	ProrationBehavior    string                     `form:"proration_behavior" enum:"always_invoice create_prorations none"`
	ProrationDate        *int64                     `form:"proration_date"`
	TrialEnd             string                     `form:"trial_end"`
	TrialSettings        trialSettingsParams        `form:"trial_settings"`
}

// updateSubscription checks everything first, then changes the subscription
// under one event and, if the change calls for it, bills it at once.
func updateSubscription(c *call, p updateSubscriptionParams) (any, error) {
	sub, err := c.Subscriptions.at(c.id)
	if err != nil {
		return nil, err
	}
	update, err := p.check(c.account, sub)
	if err != nil {
		return nil, err
	}
	if p.PaymentBehavior == errorIfIncomplete {
		if err := p.refusedPayment(c.account, sub); err != nil {
			return nil, err
		}
	}
	var invoice *object.Invoice
	c.update(eventSubscriptionUpdated, sub.shown(), func() { invoice = update.apply(c.account, sub) })
	if invoice != nil {
		c.bill(sub, invoice)
	}
	return sub.shown(), nil
}

// subscriptionUpdate is an update that has been checked.
type subscriptionUpdate struct {
	updateSubscriptionParams
	cancelAt object.Unix
	trialEnd int64
	share    subscriptionShare
	items    []*object.SubscriptionItem // nil when they stay
	offers   []offer
	kept     []*object.Discount
}

func (p *updateSubscriptionParams) check(a *account, sub *subscription) (*subscriptionUpdate, error) {
	if sub.over() && p.changesBilling() {
		return nil, invalid("", "", "A canceled subscription can only update its cancellation_details and metadata.")
	}
	if sub.Schedule.ID != "" && (p.CancelAt != nil || p.CancelAtPeriodEnd != nil) {
		return nil, invalid("", "", "The subscription is managed by the subscription schedule `%s`, and updating any cancelation behavior "+
			"directly is not allowed. Please update the schedule instead.", sub.Schedule.ID)
	}
	if id := p.DefaultPaymentMethod; id != nil && *id != "" {
		if _, err := a.ownedMethod(sub.Customer.ID, *id); err != nil {
			return nil, err
		}
	}
	if err := p.checkProrationDate(sub); err != nil {
		return nil, err
	}
	if err := checkPause(a, p.PauseCollection); err != nil {
		return nil, err
	}
	cancelAt, err := p.cancelAt(a)
	if err != nil {
		return nil, err
	}
	trialEnd, err := a.trialEnd("", p.TrialEnd, nil)
	if err != nil {
		return nil, err
	}
	items, err := a.changedItems(sub, p.Items)
	if err != nil {
		return nil, err
	}
	shared, err := p.share(a, "", sub.TransferData)
	if err != nil {
		return nil, err
	}
	update := &subscriptionUpdate{updateSubscriptionParams: *p, cancelAt: cancelAt, trialEnd: trialEnd, share: shared, items: items}
	what := purchase{a.Customers.get(sub.Customer.ID), itemsTotal(sub.Items.Data), sub.Currency}
	update.offers, update.kept, err = p.offers(a, sub.Discounts, what)
	return update, err
}

// apply changes the subscription and drafts the invoice that is due at once, if
// any.
func (u *subscriptionUpdate) apply(a *account, sub *subscription) *object.Invoice {
	change := itemsChange{u.items, u.ProrationBehavior, a.now, a.discountedShares(sub, sub.Items.Data)}
	u.applyPlain(sub)
	u.share.apply(&sub.Subscription)
	if u.given() {
		a.discountSubscription(sub, a.discounts(u.offers, u.kept))
	}
	if u.CancelAt != nil {
		sub.CancelAt, sub.CancelAtPeriodEnd, sub.CanceledAt, sub.CancellationDetails.Reason = 0, false, 0, ""
		if u.cancelAt != 0 {
			a.cancelLater(sub, int64(u.cancelAt))
		}
	}
	if u.CancelAtPeriodEnd != nil {
		a.scheduleCancellation(sub, *u.CancelAtPeriodEnd)
	}
	trialEnded := u.TrialEnd == "now" && sub.Status == statusTrialing
	if u.TrialEnd != "" {
		a.moveTrial(sub, u.trialEnd)
	}
	if trialEnded && change.items != nil {
		sub.SetItems(change.items)
		change.items = nil // the new period bills them from its start
	}
	if u.ProrationDate != nil {
		change.from = *u.ProrationDate
	}
	invoice := a.changeItems(sub, change)
	if trialEnded {
		invoice = a.draftPeriod(sub, reasonUpdate)
	}
	if sub.CancelAtPeriodEnd {
		sub.CancelAt = object.Unix(sub.CurrentPeriodEnd)
	}
	return invoice
}

func itemsTotal(items []*object.SubscriptionItem) (sum int64) {
	for _, item := range items {
		sum += item.Price.UnitAmount * item.Quantity
	}
	return sum
}

func (p *updateSubscriptionParams) changesBilling() bool {
	return p.CancelAt != nil || p.CancelAtPeriodEnd != nil || p.DefaultPaymentMethod != nil || len(p.Items) > 0 || p.TrialEnd != "" ||
		p.PauseCollection.Given || p.given()
}

func (p *updateSubscriptionParams) checkProrationDate(sub *subscription) error {
	at := p.ProrationDate
	if at != nil && (*at < sub.CurrentPeriodStart || *at > sub.CurrentPeriodEnd) {
		return invalid("proration_date", "", "Cannot specify `proration_date` outside of current period (%d - %d)",
			sub.CurrentPeriodStart, sub.CurrentPeriodEnd)
	}
	return nil
}

// cancelAt is the time that the parameter gives; 0 unsets it.
func (p *updateSubscriptionParams) cancelAt(a *account) (object.Unix, error) {
	if p.CancelAt == nil || *p.CancelAt == "" {
		return 0, nil
	}
	if p.CancelAtPeriodEnd != nil {
		return 0, invalid("cancel_at", "", "You may only specify one of these parameters: cancel_at, cancel_at_period_end.")
	}
	at, err := strconv.ParseInt(*p.CancelAt, 10, 64)
	if err != nil {
		return 0, invalid("cancel_at", codeInvalidInteger, "Invalid integer: %s", *p.CancelAt)
	}
	if at <= a.now {
		return 0, invalid("cancel_at", "", "The cancel_at date must be in the future.")
	}
	return object.Unix(at), nil
}

func (p *updateSubscriptionParams) applyPlain(sub *subscription) {
	sub.Metadata = p.Metadata.Apply(sub.Metadata)
	setText(&sub.Description, p.Description)
	p.CancellationDetails.apply(&sub.CancellationDetails)
	p.TrialSettings.apply(&sub.TrialSettings)
	applyPause(sub, p.PauseCollection)
	if p.DefaultPaymentMethod != nil {
		sub.DefaultPaymentMethod = object.To(*p.DefaultPaymentMethod)
	}
	if save := p.PaymentSettings.SaveDefaultPaymentMethod; save != "" {
		sub.PaymentSettings.SaveDefaultPaymentMethod = object.Text(save)
	}
}

// moveTrial starts, extends or (with 0) ends a trial; the billing cycle follows
// its end.
func (a *account) moveTrial(sub *subscription, end int64) {
	if end == 0 {
		if sub.Status != statusTrialing {
			return
		}
		sub.Status, sub.TrialEnd, sub.BillingCycleAnchor, sub.CurrentPeriodStart = statusActive, object.Unix(a.now), a.now, a.now
		sub.CurrentPeriodEnd = nextBoundary(a.now, sub.recurring(), a.now)
		return
	}
	if sub.TrialStart == 0 {
		sub.TrialStart = object.Unix(a.now)
	}
	sub.Status, sub.TrialEnd, sub.BillingCycleAnchor, sub.CurrentPeriodEnd = statusTrialing, object.Unix(end), end, end
	sub.TrialReminded = false
}

// changedItems are the subscription's items after the update; nil when it
// changes none.
func (a *account) changedItems(sub *subscription, params []itemParams) ([]*object.SubscriptionItem, error) {
	if len(params) == 0 {
		return nil, nil
	}
	items := slices.Clone(sub.Items.Data)
	for i, p := range params {
		path := "items[" + strconv.Itoa(i) + "]"
		if p.ID == "" {
			built, err := p.build(a, path)
			if err != nil {
				return nil, err
			}
			items = append(items, a.newItem(sub.ID, built))
			continue
		}
		at := slices.IndexFunc(items, func(item *object.SubscriptionItem) bool { return item.ID == p.ID })
		if at < 0 {
			return nil, noSuch(http.StatusBadRequest, "subscription item", p.ID, path+"[id]")
		}
		if p.Deleted {
			items = slices.Delete(items, at, at+1)
			continue
		}
		changed, err := p.change(a, *items[at], path)
		if err != nil {
			return nil, err
		}
		items[at] = changed
	}
	if len(items) == 0 {
		return nil, invalid("items", "", "A subscription must have at least one item.")
	}
	specs := make([]itemSpec, 0, len(items))
	for _, item := range items {
		specs = append(specs, itemSpec{price: item.Price})
	}
	return items, sameCycle(specs)
}

// change is a copy of an item with another price, quantity or metadata.
func (p *itemParams) change(a *account, item object.SubscriptionItem, path string) (*object.SubscriptionItem, error) {
	if p.Price != "" || p.Plan != "" || p.PriceData != nil {
		if p.Quantity == nil {
			p.Quantity = new(item.Quantity)
		}
		built, err := p.build(a, path)
		if err != nil {
			return nil, err
		}
		if built.price.Currency != item.Price.Currency {
			return nil, invalid(under(path, "price"), "", "The currency of a subscription cannot be changed.")
		}
		item.Price, item.Plan = built.price, built.price.Plan()
	}
	quantity := item.Quantity
	if p.Quantity != nil {
		checked, err := lineQuantity(p.Quantity, path)
		if err != nil {
			return nil, err
		}
		quantity = checked
	}
	item.Quantity = quantity
	item.Metadata = p.Metadata.Apply(item.Metadata)
	return &item, nil
}
