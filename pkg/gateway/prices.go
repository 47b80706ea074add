package gateway

import (
	"context"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/price"
)

// PriceQuery asks for a part of an account's prices.
type PriceQuery struct {
	Type   string // recurring or one_time; empty: both
	Active *bool  // nil: active and inactive ones
	After  string // Stripe's id of the last price of the page before
	Limit  int
}

// PricePage is a part of a list of prices.
type PricePage struct {
	Prices []*stripe.Price
	Next   string // the price to go on after; empty on the last page
}

// Prices reads a page of the account's prices with their products, newest first,
// without those that billhook made for other projects. It walks through the
// account's list as Customers.List does.
func (a *Account) Prices(ctx context.Context, q PriceQuery) (PricePage, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PriceListParams{Active: q.Active, Type: text(q.Type)}
	params.Context = ctx
	params.Limit = stripe.Int64(listPage)
	params.StartingAfter = text(q.After)
	params.AddExpand("data.product")
	var page PricePage
	list := price.Client{B: a.backend, Key: a.key.Reveal()}.List(params)
	last := ""
	for looked := 0; list.Next(); looked++ {
		if looked == mostLooked {
			page.Next = last
			return page, nil
		}
		found := list.Price()
		if a.foreign(found) == nil {
			if len(page.Prices) == q.Limit {
				page.Next = page.Prices[q.Limit-1].ID
				return page, nil
			}
			page.Prices = append(page.Prices, found)
		}
		last = found.ID
	}
	if err := list.Err(); err != nil {
		return PricePage{}, stripeError("list prices", err)
	}
	return page, nil
}
