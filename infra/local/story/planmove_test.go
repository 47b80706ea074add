package story

import (
	"context"
	"errors"
	"net/http"
	"testing"
)

// aPlanMoves is a plan bought through one gateway after the other, in one
// project: each account has one price of it, which is sold again when the
// gateway comes back. The seller's Stripe key is that of stripe_connect.
func aPlanMoves(s *seller) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		if _, err := s.createProject(t.Context()); err != nil {
			t.Fatal(err)
		}
		sold := map[string]string{} // the price, by its gateway
		for _, gateway := range []string{"managed", "stripe_platform", "stripe_connect", "managed", "stripe_connect"} {
			s.gateway = gateway
			_, err := s.enable(t.Context())
			if err == nil && gateway == "stripe_connect" && s.account == "" {
				_, err = s.connect(t.Context())
			}
			if err == nil && len(sold) == 0 {
				gold := map[string]any{"key": "gold", "name": "Gold", "currency": "usd", "priceMonthlyCents": 2900}
				err = s.api(t.Context(), http.MethodPost, s.plansPath(), s.developerToken, gold, nil)
			}
			price, boughtErr := s.buyPlan(t.Context())
			if err := errors.Join(err, boughtErr); err != nil {
				t.Fatalf("through %s: %v", gateway, err)
			}
			for other, its := range sold {
				if (other == gateway) != (its == price) {
					t.Errorf("%s sells %s, and %s sold %s", gateway, price, other, its)
				}
			}
			sold[gateway] = price
		}
	}
}

func (s *seller) plansPath() string { return "/v1/dashboard/apps/" + s.Project + "/billing/plans" }

// buyPlan opens a checkout of the plan, and answers the price at which it is
// sold then.
func (s *seller) buyPlan(ctx context.Context) (price string, err error) {
	const page = "https://app.example.com/"
	send := map[string]string{"planKey": "gold", "successUrl": page, "cancelUrl": page}
	if err := s.api(ctx, http.MethodPost, "/v1/billing/checkout", s.userToken, send, nil); err != nil {
		return "", err
	}
	var list struct {
		Plans []struct {
			Price string `json:"stripePriceMonthlyId"`
		} `json:"plans"`
	}
	if err := s.api(ctx, http.MethodGet, s.plansPath(), s.developerToken, nil, &list); err != nil {
		return "", err
	}
	if len(list.Plans) != 1 || list.Plans[0].Price == "" {
		return "", errors.New("the plan is not sold")
	}
	return list.Plans[0].Price, nil
}
