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

// Prices reads a page of the account's prices with their products, newest first.
func (a *Account) Prices(ctx context.Context, q PriceQuery) (prices []*stripe.Price, more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.PriceListParams{Active: q.Active, Type: text(q.Type)}
	params.Context = ctx
	params.Limit = stripe.Int64(int64(q.Limit))
	params.StartingAfter = text(q.After)
	params.Single = true
	params.AddExpand("data.product")
	list := price.Client{B: a.backend, Key: a.key.Reveal()}.List(params)
	if err := list.Err(); err != nil {
		return nil, false, stripeError("list prices", err)
	}
	return list.PriceList().Data, list.PriceList().HasMore, nil
}
