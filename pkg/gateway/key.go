package gateway

import (
	"context"
	"errors"
	"net/http"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/balance"

	"billhook/pkg/billing"
)

// KeyVerdict is what Stripe thinks of a secret key.
type KeyVerdict int

// The verdicts.
const (
	KeyRejected KeyVerdict = iota // unknown, expired or revoked
	KeyAccepted
	KeyRestricted // known, but not allowed to do what it was tried with
)

// CheckKey reads the balance with a secret key, which changes nothing. The
// error is of Stripe itself, such as one that cannot be reached; neither it nor
// the verdict holds the key.
func (g *Gateway) CheckKey(ctx context.Context, key billing.Secret) (KeyVerdict, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.BalanceParams{}
	params.Context = ctx
	_, err := balance.Client{B: g.backend, Key: key.Reveal()}.Get(params)
	var refused *stripe.Error
	switch {
	case err == nil:
		return KeyAccepted, nil
	case errors.As(err, &refused) && refused.HTTPStatusCode == http.StatusUnauthorized:
		return KeyRejected, nil
	case errors.As(err, &refused) && refused.HTTPStatusCode == http.StatusForbidden:
		return KeyRestricted, nil
	}
	return KeyRejected, stripeError("check key", err)
}
