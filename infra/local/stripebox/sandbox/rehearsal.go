package sandbox

import (
	"errors"
	"maps"
	"slices"

	"billhook/infra/local/stripebox/object"
)

// rehearsal is a copy of the account that has one customer with its
// subscriptions, items and discounts. What happens to it happens to nobody and
// is told to no webhook endpoint, the platform's included.
func (a *account) rehearsal(customer *object.Customer) (*account, error) {
	r := newAccount(a.server, a.id)
	empty := r.state
	r.state, r.now, r.onClock = a.state, a.now, a.onClock
	r.Customers, r.Subscriptions, r.InvoiceItems = empty.Customers, empty.Subscriptions, empty.InvoiceItems
	r.Invoices, r.PaymentIntents, r.Charges = empty.Invoices, empty.PaymentIntents, empty.Charges
	r.Coupons, r.PromotionCodes, r.Discounts = empty.Coupons, empty.PromotionCodes, empty.Discounts
	r.Events, r.Endpoints, r.AdvancingDrafts = empty.Events, empty.Endpoints, nil
	r.Products, r.Prices = a.Products.copied(), a.Prices.copied()
	r.EndingDiscounts = slices.Clone(a.EndingDiscounts)
	if a.isConnected() {
		r.platform = newAccount(a.server, a.platform.id)
		r.platform.OffsetSeconds = a.platform.OffsetSeconds
	}
	err := errors.Join(
		copyRows(&r.Customers, &a.Customers, func(row *object.Customer) bool { return row == customer }),
		copyRows(&r.Subscriptions, &a.Subscriptions, func(sub *subscription) bool { return sub.Customer.ID == customer.ID }),
		copyRows(&r.InvoiceItems, &a.InvoiceItems, func(item *object.InvoiceItem) bool { return item.Customer.ID == customer.ID }),
		copyRows(&r.Coupons, &a.Coupons, func(*coupon) bool { return true }),
		copyRows(&r.PromotionCodes, &a.PromotionCodes, func(*promotionCode) bool { return true }),
		copyRows(&r.Discounts, &a.Discounts, func(discount *object.Discount) bool { return discount.Customer.ID == customer.ID }),
	)
	r.relinkDiscounts()
	return r, err
}

// copyRows adds copies of a table's rows to another.
func copyRows[T resource](into, from *table[T], wanted func(T) bool) error {
	for row := range from.all {
		if !wanted(row) {
			continue
		}
		copied, err := clone(row)
		if err != nil {
			return err
		}
		into.add(copied.(T))
	}
	return nil
}

// copied is a table of the same rows, which can be added to by itself.
func (t *table[T]) copied() table[T] {
	return table[T]{kind: t.kind, param: t.param, rows: maps.Clone(t.rows), order: slices.Clone(t.order)}
}
