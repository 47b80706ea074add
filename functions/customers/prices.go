package main

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"billhook/pkg/api"
	"billhook/pkg/gateway"
)

// ListPrices answers a page of the prices that the project may sell at.
func (s *server) ListPrices(ctx context.Context, r ListPricesRequestObject) (ListPricesResponseObject, error) {
	kind, err := api.QueryWord("type", r.Params.Type, "recurring", "one_time")
	if err != nil {
		return nil, err
	}
	query := gateway.PriceQuery{Type: kind, Active: r.Params.Active}
	if query.Limit, err = api.QueryLimit(r.Params.Limit, 100); err != nil {
		return nil, err
	}
	if query.After, err = api.StartingAfter(r.Params.StartingAfter); err != nil {
		return nil, err
	}
	shop, err := s.shop(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	page, err := shop.account.Prices(ctx, query)
	if err != nil {
		return nil, err
	}
	answer := ListPrices200JSONResponse{Prices: []api.Price{}, HasMore: page.Next != "", NextCursor: api.Text(page.Next)}
	for _, p := range page.Prices {
		answer.Prices = append(answer.Prices, priceAnswer(p))
	}
	return answer, nil
}

func priceAnswer(p *stripe.Price) api.Price {
	answer := api.Price{
		ID: p.ID, Nickname: api.Text(p.Nickname), Active: p.Active, UnitAmount: p.UnitAmount, Currency: string(p.Currency),
		Metadata: entries(p.Metadata), Product: api.PriceProduct{Metadata: map[string]string{}},
	}
	if p.Product != nil {
		answer.Product = api.PriceProduct{ID: p.Product.ID, Name: p.Product.Name, Metadata: entries(p.Product.Metadata)}
	}
	if p.Recurring != nil {
		answer.Recurring = &struct {
			api.PriceRecurring `yaml:",inline"`
		}{api.PriceRecurring{Interval: string(p.Recurring.Interval), IntervalCount: p.Recurring.IntervalCount}}
	}
	return answer
}
