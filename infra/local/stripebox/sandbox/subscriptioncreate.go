package sandbox

import (
	"cmp"
	"strconv"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

type createSubscriptionParams struct {
	discountsParams
	subscriptionShareParams
	BillingMode          billingModeParams   `form:"billing_mode"`
	CancelAt             *int64              `form:"cancel_at"`
	CancelAtPeriodEnd    bool                `form:"cancel_at_period_end"`
	CollectionMethod     string              `form:"collection_method" enum:"charge_automatically"`
	Currency             string              `form:"currency"`
	Customer             string              `form:"customer,required"`
	DefaultPaymentMethod string              `form:"default_payment_method"`
	Description          string              `form:"description"`
	Items                []itemParams        `form:"items,required"`
	Metadata             form.Metadata       `form:"metadata"`
	OffSession           *bool               `form:"off_session"`
	PaymentBehavior      string              `form:"payment_behavior" enum:"allow_incomplete default_incomplete error_if_incomplete"`
	PaymentSettings      paymentSettings     `form:"payment_settings"`
	ProrationBehavior    string              `form:"proration_behavior" enum:"always_invoice create_prorations none"`
	TrialEnd             string              `form:"trial_end"`
	TrialFromPlan        bool                `form:"trial_from_plan"`
	TrialPeriodDays      *int64              `form:"trial_period_days"`
	TrialSettings        trialSettingsParams `form:"trial_settings"`
}

type paymentSettings struct {
	PaymentMethodTypes       []string `form:"payment_method_types"`
	SaveDefaultPaymentMethod string   `form:"save_default_payment_method" enum:"off on_subscription"`
}

type itemParams struct {
	ID        string        `form:"id"`
	Deleted   bool          `form:"deleted"`
	Metadata  form.Metadata `form:"metadata"`
	Plan      string        `form:"plan"` // the price's older name
	Price     string        `form:"price"`
	PriceData *priceParams  `form:"price_data"`
	Quantity  *int64        `form:"quantity"`
}

func createSubscription(c *call, p createSubscriptionParams) (any, error) {
	spec, err := p.spec(c.account)
	if err != nil {
		return nil, err
	}
	spec.flexible = p.BillingMode.flexible(c.version)
	method := c.PaymentMethods.get(spec.defaultMethod)
	if method == nil {
		method = c.PaymentMethods.get(spec.customer.InvoiceSettings.DefaultPaymentMethod.ID)
	}
	free := spec.trialEnd > c.now || c.dueAtStart(spec) == 0
	if method == nil && !free && p.PaymentBehavior != "default_incomplete" {
		return nil, invalid("", codeMissing, "%s", noMethodMessage)
	}
	if p.PaymentBehavior == errorIfIncomplete && !free && method.card().onCharge != nil {
		return nil, method.card().onCharge.err()
	}
	if p.PaymentBehavior == errorIfIncomplete && !free && method.needsChallenge() {
		return nil, refusal("subscription_payment_intent_requires_action", "", authenticationRequired).err()
	}
	sub := c.newSubscription(spec)
	// A decline is no error here: the subscription stays incomplete and its
	// invoice open, for which the caller looks at the status.
	c.startSubscription(sub, nil, p.PaymentBehavior != "default_incomplete")
	return sub.shown(), nil
}

func (p *createSubscriptionParams) spec(a *account) (subscriptionSpec, error) {
	spec := subscriptionSpec{
		metadata: p.Metadata.Apply(nil), description: p.Description, cancelAtPeriodEnd: p.CancelAtPeriodEnd,
		saveMethod: p.PaymentSettings.SaveDefaultPaymentMethod, trialSettings: p.TrialSettings,
	}
	if spec.saveMethod == "" {
		spec.saveMethod = "off"
	}
	var err error
	if spec.share, err = p.share(a, "", nil); err != nil {
		return spec, err
	}
	if spec.customer, err = a.Customers.ref(p.Customer, "customer"); err != nil {
		return spec, err
	}
	if p.DefaultPaymentMethod != "" {
		if spec.defaultMethod, err = a.ownedMethod(spec.customer.ID, p.DefaultPaymentMethod); err != nil {
			return spec, err
		}
	}
	for i, item := range p.Items {
		built, err := item.build(a, "items["+strconv.Itoa(i)+"]")
		if err != nil {
			return spec, err
		}
		spec.items = append(spec.items, built)
	}
	if err := sameCycle(spec.items); err != nil {
		return spec, err
	}
	what := purchase{spec.customer, total(spec.items), spec.items[0].price.Currency}
	if spec.offers, _, err = p.offers(a, nil, what); err != nil {
		return spec, err
	}
	if p.CancelAt != nil {
		if *p.CancelAt <= a.now {
			return spec, invalid("cancel_at", "", "The cancel_at date must be in the future.")
		}
		spec.cancelAt = *p.CancelAt
	}
	trialDays := p.TrialPeriodDays
	if trialDays == nil && p.TrialFromPlan {
		trialDays = spec.items[0].price.Recurring.TrialPeriodDays
	}
	spec.trialEnd, err = a.trialEnd("", p.TrialEnd, trialDays)
	return spec, err
}

// ownedMethod is the id of a payment method that must belong to the customer.
func (a *account) ownedMethod(customerID, id string) (string, error) {
	pm, err := a.PaymentMethods.ref(id, "default_payment_method")
	if err != nil {
		return "", err
	}
	if pm.Customer.ID != customerID {
		return "", invalid("default_payment_method", codeMissing, "The customer does not have a payment method with the ID %s. "+
			"The payment method must be attached to the customer.", id)
	}
	return pm.ID, nil
}

// build finds or makes the item's price, which must be a recurring one.
func (p *itemParams) build(a *account, path string) (itemSpec, error) {
	price, err := a.linePrice(cmp.Or(p.Price, p.Plan), p.PriceData, path)
	if err != nil {
		return itemSpec{}, err
	}
	if price.Recurring == nil {
		return itemSpec{}, invalid(under(path, "price"), "", "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.")
	}
	quantity, err := lineQuantity(p.Quantity, path)
	return itemSpec{price, quantity, p.Metadata.Apply(nil)}, err
}

// linePrice is the active price that a line names, or the one it describes.
func (a *account) linePrice(id string, data *priceParams, path string) (*object.Price, error) {
	if data != nil {
		price, err := data.build(a, path+"[price_data]", "")
		if err != nil {
			return nil, err
		}
		price.Active = false // a price of one line only cannot be used again
		return a.Prices.add(price), nil
	}
	if id == "" {
		return nil, missingParam(under(path, "price"))
	}
	price, err := a.Prices.ref(id, under(path, "price"))
	if err != nil {
		return nil, err
	}
	if !price.Active {
		return nil, invalid(under(path, "price"), "", "The price specified is inactive. This field only accepts active prices.")
	}
	return price, nil
}

func lineQuantity(quantity *int64, path string) (int64, error) {
	if quantity == nil {
		return 1, nil
	}
	if *quantity < 0 {
		return 0, invalid(under(path, "quantity"), codeInvalidInteger, "This value must be greater than or equal to 0.")
	}
	return *quantity, nil
}

// sameCycle refuses items that could not be billed together.
func sameCycle(items []itemSpec) error {
	first := items[0].price
	for _, item := range items[1:] {
		if item.price.Currency != first.Currency {
			return invalid("items", "", "All prices on a subscription must have the same currency.")
		}
		if !sameInterval(item.price.Recurring, first.Recurring) {
			return invalid("items", "", "Currently, all plans on a subscription must have the same interval. "+
				"If you are trying to bill at different intervals, create separate subscriptions.")
		}
	}
	return nil
}

func sameInterval(a, b *object.Recurring) bool {
	return a.Interval == b.Interval && a.IntervalCount == b.IntervalCount
}

func total(items []itemSpec) int64 {
	var sum int64
	for _, item := range items {
		sum += item.price.UnitAmount * item.quantity
	}
	return sum
}

// trialEnd is the end of a trial that is given as a time, as "now" or in days;
// 0 means no trial.
func (a *account) trialEnd(path, end string, days *int64) (int64, error) {
	switch {
	case end != "" && days != nil:
		return 0, invalid(under(path, "trial_end"), "", "You may only specify one of these parameters: trial_end, trial_period_days.")
	case end == "now":
		return 0, nil
	case end != "":
		at, err := strconv.ParseInt(end, 10, 64)
		if err != nil {
			return 0, invalid(under(path, "trial_end"), codeInvalidInteger, "Invalid timestamp: must be an integer Unix timestamp or `now`")
		}
		if at <= a.now {
			return 0, invalid(under(path, "trial_end"), "", "Invalid timestamp: trial_end must be in the future.")
		}
		return at, nil
	case days != nil && (*days < 0 || *days > maxTrialDays):
		return 0, invalid(under(path, "trial_period_days"), codeInvalidInteger, "This value must be between 0 and %d.", maxTrialDays)
	case days != nil && *days > 0:
		return a.now + *days*secondsPerDay, nil
	}
	return 0, nil
}

// maxTrialDays is Stripe's limit of two years.
const maxTrialDays = 730
