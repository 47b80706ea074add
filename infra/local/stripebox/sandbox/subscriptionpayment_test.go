package sandbox_test

import (
	"testing"

	"github.com/stripe/stripe-go/v79"
)

// An update that cannot be paid at once, and may not be incomplete, changes
// nothing.
func TestUpdateThatCannotBePaid(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		card, price string
		err         stripe.ErrorCode
	}{
		"paid":               {"pm_card_visa", "price_pro_yearly", ""},
		"declined":           {"pm_card_chargeCustomerFail", "price_pro_yearly", stripe.ErrorCodeCardDeclined},
		"to be confirmed":    {"pm_card_threeDSecure2Required", "price_pro_yearly", "subscription_payment_intent_requires_action"},
		"with nothing to do": {"pm_card_chargeCustomerFail", "price_starter_monthly", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			sub := b.subscribe("price_pro_monthly", "4242424242424242")
			b.payWith(sub, test.card)
			before, _ := b.lastEvent()
			_, err := b.api.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{
				Items:             []*stripe.SubscriptionItemsParams{{ID: &sub.Items.Data[0].ID, Price: &test.price}},
				ProrationBehavior: stripe.String("always_invoice"), PaymentBehavior: stripe.String("error_if_incomplete"),
			})
			want := test.price
			if test.err == "" {
				b.must(err)
			} else {
				want = "price_pro_monthly"
				if refused := b.stripeError(err); refused.Code != test.err || refused.HTTPStatusCode != 402 {
					t.Errorf("refused: %v", err)
				}
				if after, _ := b.lastEvent(); after.ID != before.ID {
					t.Errorf("told: %s", after.Type)
				}
			}
			if got := b.subscription(sub.ID); got.Items.Data[0].Price.ID != want || got.Status != stripe.SubscriptionStatusActive {
				t.Errorf("%s to %s, want %s", got.Status, got.Items.Data[0].Price.ID, want)
			}
		})
	}
}
