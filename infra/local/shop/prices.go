package shop

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// price is what the page offers.
type price struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Amount      int64  `json:"amount"` // in the currency's minor unit
	Currency    string `json:"currency"`
	Interval    string `json:"interval"` // empty: paid once
}

// stripePrice is a price as Stripe lists it, with its product.
type stripePrice struct {
	ID         string `json:"id"`
	Nickname   string `json:"nickname"`
	UnitAmount int64  `json:"unit_amount"`
	Currency   string `json:"currency"`
	Product    struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Active      bool   `json:"active"`
	} `json:"product"`
	Recurring *struct {
		Interval string `json:"interval"`
	} `json:"recurring"`
}

// pricesOf are the active prices of a project's account, the newest first, what
// is paid again and again before what is paid once.
func (s *Shop) pricesOf(ctx context.Context, project, mode string) ([]price, error) {
	key, err := s.options.StripeKey(ctx, project, mode)
	if err != nil || key == "" {
		return []price{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.options.Stripe+"/v1/prices?active=true&limit=100&expand[]=data.product", http.NoBody)
	if err != nil {
		return nil, err
	}
	r.SetBasicAuth(key, "")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("list the prices: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // it was read, or is not wanted
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("list the prices: Stripe answers %s", response.Status)
	}
	var list struct {
		Data []stripePrice `json:"data"`
	}
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil {
		return nil, fmt.Errorf("list the prices: %w", err)
	}
	prices := make([]price, 0, len(list.Data))
	for _, p := range list.Data {
		if p.Product.Active {
			prices = append(prices, p.offered())
		}
	}
	slices.SortStableFunc(prices, func(a, b price) int { return once(a) - once(b) })
	return prices, nil
}

func (p stripePrice) offered() price {
	offered := price{ID: p.ID, Name: p.Nickname, Description: p.Product.Description, Amount: p.UnitAmount, Currency: p.Currency}
	if offered.Name == "" {
		offered.Name = p.Product.Name
	}
	if p.Recurring != nil {
		offered.Interval = p.Recurring.Interval
	}
	return offered
}

func once(p price) int {
	if p.Interval == "" {
		return 1
	}
	return 0
}
