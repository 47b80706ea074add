package sandbox

import (
	"math"
	"slices"

	"billhook/infra/local/stripebox/object"
)

// reducible is an amount in minor units that discounts may be taken off.
type reducible struct {
	amount  int64
	product string
}

// reduce takes a coupon off amounts and answers what it takes off each: a
// percentage is rounded half up on each, an amount is spread in proportion. It
// never takes off more than there is, and nothing off credits.
func reduce(of *object.Coupon, products []string, currency string, parts []reducible) []int64 {
	off := make([]int64, len(parts))
	var sum int64
	var eligible []int
	for i, part := range parts {
		if part.amount > 0 && (len(products) == 0 || slices.Contains(products, part.product)) {
			eligible = append(eligible, i)
			sum += part.amount
		}
	}
	switch {
	case of.PercentOff != nil:
		hundredths := int64(math.Round(*of.PercentOff * 100))
		for _, i := range eligible {
			off[i] = (parts[i].amount*hundredths + 5000) / 10000
		}
	case of.AmountOff != nil && string(of.Currency) == currency:
		rest := min(*of.AmountOff, sum)
		for _, i := range eligible {
			// Rounding up what is left over of what is left keeps the sum exact.
			off[i] = (rest*parts[i].amount + sum - 1) / max(1, sum)
			rest, sum = rest-off[i], sum-parts[i].amount
		}
	}
	return off
}

// taken is what one discount takes off each of several amounts.
type taken struct {
	discount *object.Discount
	off      []int64
}

func (t taken) sum() (sum int64) {
	for _, off := range t.off {
		sum += off
	}
	return sum
}

// reduceBy takes discounts off amounts, one after the other.
func (a *account) reduceBy(discounts []*object.Discount, currency string, parts []reducible) []taken {
	rest := slices.Clone(parts)
	var reductions []taken
	for _, discount := range discounts {
		var products []string
		if row := a.Coupons.get(discount.Coupon.ID); row != nil {
			products = row.Products
		}
		off := reduce(discount.Coupon, products, currency, rest)
		for i := range rest {
			rest[i].amount -= off[i]
		}
		reductions = append(reductions, taken{discount, off})
	}
	return reductions
}

// dueAtStart is what the first period of a subscription will cost.
func (a *account) dueAtStart(spec subscriptionSpec) int64 {
	parts := make([]reducible, len(spec.items))
	for i, item := range spec.items {
		parts[i] = reducible{item.price.UnitAmount * item.quantity, item.price.Product.ID}
	}
	due := total(spec.items)
	for _, one := range spec.offers {
		for i, off := range reduce(&one.coupon.Coupon, one.coupon.Products, spec.items[0].price.Currency, parts) {
			parts[i].amount -= off
			due -= off
		}
	}
	return due
}

// discountInvoice takes the discounts of a draft's subscription or customer off
// its lines and answers what that is together.
func (a *account) discountInvoice(invoice *object.Invoice) (sum int64) {
	invoice.Discount, invoice.Discounts, invoice.TotalDiscountAmounts = nil, nil, nil
	parts := make([]reducible, len(invoice.Lines.Data))
	for i, line := range invoice.Lines.Data {
		line.DiscountAmounts = nil
		if line.Discountable {
			parts[i] = reducible{line.Amount, line.Price.Product.ID}
		}
	}
	discounts := a.discountsOf(a.Subscriptions.get(invoice.Subscription.ID), invoice.Customer.ID)
	for _, reduction := range a.reduceBy(discounts, invoice.Currency, parts) {
		ref := object.To(reduction.discount.ID)
		for i, line := range invoice.Lines.Data {
			if line.Discountable {
				line.DiscountAmounts = append(line.DiscountAmounts, object.DiscountAmount{Amount: reduction.off[i], Discount: ref})
			}
		}
		if invoice.Discount == nil {
			invoice.Discount = reduction.discount
		}
		invoice.Discounts = append(invoice.Discounts, ref)
		invoice.TotalDiscountAmounts = append(invoice.TotalDiscountAmounts, object.DiscountAmount{Amount: reduction.sum(), Discount: ref})
		sum += reduction.sum()
	}
	return sum
}

// useUpDiscounts ends the discounts that are for one invoice only, once one has
// become cheaper by them.
func (a *account) useUpDiscounts(invoice *object.Invoice) {
	for _, used := range invoice.TotalDiscountAmounts {
		if discount := a.Discounts.get(used.Discount.ID); used.Amount > 0 && discount.Coupon.Duration == durationOnce {
			a.endDiscount(discount)
		}
	}
}

// discountedShares are the items' amounts of a whole period as the discounts
// leave them, by the id of the item: what a proration divides.
func (a *account) discountedShares(sub *subscription, items []*object.SubscriptionItem) map[string]int64 {
	parts := make([]reducible, len(items))
	for i, item := range items {
		parts[i] = reducible{item.Price.UnitAmount * item.Quantity, item.Price.Product.ID}
	}
	reductions := a.reduceBy(a.discountsOf(sub, sub.Customer.ID), sub.Currency, parts)
	net := map[string]int64{}
	for i, item := range items {
		net[item.ID] = parts[i].amount
		for _, reduction := range reductions {
			net[item.ID] -= reduction.off[i]
		}
	}
	return net
}
