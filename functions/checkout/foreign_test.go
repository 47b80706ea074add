package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stripe/stripe-go/v79"

	"billhook/pkg/billing"
)

// In an account that projects share, one does not sell at the price of another's
// plan: it is as if the price were not there.
func TestAPriceOfAnotherProject(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.through(t, billing.GatewayManaged)
	header := s.backend(t)
	price := func(project string) string {
		p, err := s.sandbox.API.Prices.New(&stripe.PriceParams{
			Currency: stripe.String("usd"), UnitAmount: stripe.Int64(900), Recurring: &stripe.PriceRecurringParams{Interval: stripe.String("month")},
			ProductData: &stripe.PriceProductDataParams{Name: stripe.String("Gold")}, Metadata: map[string]string{"project_id": project},
		})
		if err != nil {
			t.Fatal(err)
		}
		return p.ID
	}
	order := func(price string) string {
		return fmt.Sprintf(`{"mode": "subscription", "line_items": [{"price": %q}], "success_url": "https://app.example.com/ok", "cancel_url": "https://app.example.com/no"}`, price)
	}
	session := func(price string) string {
		return fmt.Sprintf(`{"price_id": %q, "success_url": "https://app.example.com/ok", "cancel_url": "https://app.example.com/no"}`, price)
	}
	mine, theirs := price(s.project.String()), price("6f1d3b58-0a92-4e7c-b4d1-93c58e20a7f6")
	if answer := s.ask(t, "bo", session(theirs)); answer.Status != http.StatusBadRequest {
		t.Errorf("Payments API: %d %s", answer.Status, answer.Body)
	}
	refused(t, "Server API", s.server(t, header, "cy", http.MethodPost, sessions, order(theirs)), http.StatusBadRequest, "resource_missing")
	if answer := s.ask(t, "bo", session(mine)); answer.Status != http.StatusOK {
		t.Errorf("Payments API, the project's own: %d %s", answer.Status, answer.Body)
	}
	if answer := s.server(t, header, "cy", http.MethodPost, sessions, order(mine)); answer.Status != http.StatusOK {
		t.Errorf("Server API, the project's own: %d %s", answer.Status, answer.Body)
	}
}
