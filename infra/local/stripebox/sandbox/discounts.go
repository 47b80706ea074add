package sandbox

import (
	"net/http"
	"slices"

	"billhook/infra/local/stripebox/object"
)

// newDiscount stores a discount that belongs to nobody yet; redeem gives it to
// somebody.
func (a *account) newDiscount(of *coupon, code *promotionCode) *object.Discount {
	discount := &object.Discount{ID: a.newID("di_"), Object: "discount", Coupon: &of.Coupon, Start: a.now}
	if code != nil {
		discount.PromotionCode = object.To(code.ID)
	}
	return a.Discounts.add(discount)
}

// redeem starts a discount of a customer, which may be empty, and counts it.
func (a *account) redeem(discount *object.Discount, customerID, subscriptionID string) {
	discount.Customer, discount.Subscription, discount.Start = object.To(customerID), object.Text(subscriptionID), a.now
	if months := discount.Coupon.DurationInMonths; months != nil && customerID != "" {
		discount.End = object.Unix(addIntervals(utc(a.now), "month", *months).Unix())
		a.EndingDiscounts = append(a.EndingDiscounts, discount.ID)
	}
	discount.Coupon.TimesRedeemed++
	if code := a.PromotionCodes.get(discount.PromotionCode.ID); code != nil {
		code.TimesRedeemed++
	}
	a.refreshOffers()
	if customerID != "" {
		a.emit("customer.discount.created", discount)
	}
}

// discountCustomer gives a customer a discount of its own, in place of the one
// it had.
func (a *account) discountCustomer(customer *object.Customer, of offer) {
	before := customer.Discount
	discount := a.newDiscount(of.coupon, of.code)
	customer.Discount = discount
	if before != nil {
		a.emit("customer.discount.deleted", before)
	}
	a.redeem(discount, customer.ID, "")
}

// offer is the coupon or promotion code that a customer is to be given, if any.
func (p *customerParams) offer(a *account, customer *object.Customer) (of offer, given bool, err error) {
	named := discountParams{PromotionCode: p.PromotionCode}
	if p.Coupon != nil {
		named.Coupon = *p.Coupon
	}
	if named.Coupon == "" && named.PromotionCode == "" {
		return offer{}, false, nil
	}
	of, err = a.offerOf(named, "", purchase{customer: customer})
	return of, true, err
}

// discountSubscription replaces a subscription's discounts. Those among them
// that it had before go on.
func (a *account) discountSubscription(sub *subscription, discounts []*object.Discount) {
	for _, ref := range sub.Discounts {
		if before := a.Discounts.get(ref.ID); !slices.Contains(discounts, before) {
			a.emit("customer.discount.deleted", before)
		}
	}
	had := sub.Discounts
	sub.Discount, sub.Discounts = nil, nil
	for i, discount := range discounts {
		if i == 0 {
			sub.Discount = discount
		}
		sub.Discounts = append(sub.Discounts, object.To(discount.ID))
		if !slices.ContainsFunc(had, func(ref object.Ref) bool { return ref.ID == discount.ID }) {
			a.redeem(discount, sub.Customer.ID, sub.ID)
		}
	}
}

// discountsOf are those that an invoice is made with: of its subscription, which
// may be nil, or else of its customer.
func (a *account) discountsOf(sub *subscription, customerID string) []*object.Discount {
	var discounts []*object.Discount
	if sub != nil {
		for _, ref := range sub.Discounts {
			discounts = append(discounts, a.Discounts.get(ref.ID))
		}
	}
	if customer := a.Customers.get(customerID); len(discounts) == 0 && customer != nil && customer.Discount != nil {
		discounts = append(discounts, customer.Discount)
	}
	return slices.DeleteFunc(discounts, func(discount *object.Discount) bool { return passed(discount.End, a.now) })
}

// endDiscount takes a discount away from whoever has it.
func (a *account) endDiscount(discount *object.Discount) {
	found := false
	a.EndingDiscounts = slices.DeleteFunc(a.EndingDiscounts, func(id string) bool { return id == discount.ID })
	for customer := range a.Customers.all {
		if customer.Discount != nil && customer.Discount.ID == discount.ID {
			customer.Discount, found = nil, true
		}
	}
	for sub := range a.Subscriptions.all {
		at := slices.IndexFunc(sub.Discounts, func(ref object.Ref) bool { return ref.ID == discount.ID })
		if at < 0 {
			continue
		}
		sub.Discounts, found = slices.Delete(slices.Clone(sub.Discounts), at, at+1), true
		sub.Discount = nil
		if len(sub.Discounts) > 0 {
			sub.Discount = a.Discounts.get(sub.Discounts[0].ID)
		}
	}
	if found {
		a.emit("customer.discount.deleted", discount)
	}
}

// discountTask is the next end of a discount.
func (a *account) discountTask() (next task, found bool) {
	for _, id := range a.EndingDiscounts {
		discount := a.Discounts.get(id)
		if at := int64(discount.End); a.onClockOf(discount.Customer.ID) && (!found || at < next.at) {
			next, found = task{at, func() { a.endDiscount(discount) }}, true
		}
	}
	return next, found
}

// relinkDiscounts makes the parts of a state that was read from a file share
// their coupons and discounts again.
func (a *account) relinkDiscounts() {
	current := func(copied *object.Coupon) *object.Coupon {
		if row := a.Coupons.get(copied.ID); row != nil {
			return &row.Coupon
		}
		return copied // of a deleted coupon
	}
	for code := range a.PromotionCodes.all {
		code.Coupon = current(code.Coupon)
	}
	for discount := range a.Discounts.all {
		discount.Coupon = current(discount.Coupon)
	}
	for customer := range a.Customers.all {
		if customer.Discount != nil {
			customer.Discount = a.Discounts.get(customer.Discount.ID)
		}
	}
	for sub := range a.Subscriptions.all {
		if sub.Discount != nil {
			sub.Discount = a.Discounts.get(sub.Discount.ID)
		}
	}
	for invoice := range a.Invoices.all {
		if invoice.Discount != nil {
			invoice.Discount = a.Discounts.get(invoice.Discount.ID)
		}
	}
}

func retrieveCustomerDiscount(c *call, _ struct{}) (any, error) {
	customer, err := c.Customers.at(c.id)
	if err != nil {
		return nil, err
	}
	if customer.Discount == nil {
		return nil, noDiscount("customer", c.id)
	}
	return customer.Discount, nil
}

func deleteCustomerDiscount(c *call, _ struct{}) (any, error) {
	customer, err := c.Customers.at(c.id)
	if err != nil {
		return nil, err
	}
	if customer.Discount == nil {
		return nil, noDiscount("customer", c.id)
	}
	return c.deleteDiscount(customer.Discount), nil
}

func deleteSubscriptionDiscount(c *call, _ struct{}) (any, error) {
	sub, err := c.Subscriptions.at(c.id)
	if err != nil {
		return nil, err
	}
	if sub.Discount == nil {
		return nil, noDiscount("subscription", c.id)
	}
	return c.deleteDiscount(sub.Discount), nil
}

func (a *account) deleteDiscount(discount *object.Discount) *object.DeletedDiscount {
	a.endDiscount(discount)
	return &object.DeletedDiscount{
		ID: discount.ID, Object: "discount", CheckoutSession: discount.CheckoutSession, Coupon: discount.Coupon, Customer: discount.Customer,
		Deleted: true, Invoice: discount.Invoice, InvoiceItem: discount.InvoiceItem, PromotionCode: discount.PromotionCode,
		Start: discount.Start, Subscription: discount.Subscription, SubscriptionItem: discount.SubscriptionItem,
	}
}

func noDiscount(kind, id string) *apiError {
	err := noSuch(http.StatusNotFound, "discount", id, "")
	err.body.Message = "No active discount for " + kind + ": " + id
	return err
}

// attachDiscounts fills what is left out of a discounted resource unless expand
// asks for it.
func (a *account) attachDiscounts(target any, property string) {
	switch target := target.(type) {
	case *object.Coupon:
		if row := a.Coupons.get(target.ID); property == "applies_to" && row != nil && len(row.Products) > 0 {
			target.AppliesTo = &object.CouponProducts{Products: row.Products}
		}
	case *object.LineItem:
		if property == "discounts" {
			discounts := a.lineDiscounts(target)
			target.Discounts = &discounts
		}
	case *object.CheckoutSession:
		if session := a.Sessions.get(target.ID); property == "total_details" && session != nil {
			target.TotalDetails.Breakdown = a.breakdown(session)
		}
	}
}
