package gateway

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"billhook/pkg/billing"
)

// ErrSessionNotPaid refuses a checkout session that has not been paid, or not
// yet.
var ErrSessionNotPaid = billing.NewError(billing.Refused, "session_not_paid", "The checkout session is not paid")

// Bought reads the subscription that a user of the project has bought in a
// checkout session. One in which something else is bought is as if it were not
// there.
func (a *Account) Bought(ctx context.Context, id, user string) (Observed, error) {
	found, err := a.ReadSession(ctx, id, user)
	switch {
	case err != nil:
		return Observed{}, err
	case found.Mode != stripe.CheckoutSessionModeSubscription:
		return Observed{}, errNoSession
	case found.Subscription == nil || found.Status != stripe.CheckoutSessionStatusComplete ||
		found.PaymentStatus == stripe.CheckoutSessionPaymentStatusUnpaid: // a trial asks for no payment
		return Observed{}, ErrSessionNotPaid
	}
	return a.Observe(ctx, found.Subscription.ID)
}
