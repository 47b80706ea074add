package gateway

import (
	"cmp"
	"context"
	"net/url"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/charge"
	"github.com/stripe/stripe-go/v79/oauth"

	"billhook/pkg/billing"
)

// AuthorizeURL is Stripe's page on which an account's owner allows the
// deployment to act for it. The answer goes to the callback, with the state.
func (g *Gateway) AuthorizeURL(ctx context.Context, m billing.Mode, state billing.Secret, callback string) (string, error) {
	keys, err := g.application(ctx, m)
	if err != nil {
		return "", err
	}
	query := url.Values{
		"response_type": {"code"}, "client_id": {keys.ClientID}, "scope": {"read_write"},
		"state": {state.Reveal()}, "redirect_uri": {callback},
	}
	return cmp.Or(g.base, stripe.ConnectURL) + "/oauth/authorize?" + query.Encode(), nil
}

// Connect exchanges what Stripe's page answered with for the account's id.
func (g *Gateway) Connect(ctx context.Context, m billing.Mode, code string) (account string, err error) {
	keys, err := g.application(ctx, m)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.OAuthTokenParams{
		ClientSecret: stripe.String(keys.SecretKey.Reveal()), Code: stripe.String(code), GrantType: stripe.String("authorization_code"),
	}
	params.Context = ctx
	token, err := oauth.Client{B: g.connect, Key: keys.SecretKey.Reveal()}.New(params)
	switch {
	case err != nil:
		return "", stripeError("connect account", err)
	case token.StripeUserID == "" || billing.ModeOf(token.Livemode) != m:
		return "", billing.NewError(billing.Refused, "connect_failed", "Stripe connected no account in "+string(m)+" mode")
	}
	return token.StripeUserID, nil
}

// Disconnect ends the deployment's acting for an account.
func (g *Gateway) Disconnect(ctx context.Context, m billing.Mode, account string) error {
	keys, err := g.application(ctx, m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.DeauthorizeParams{ClientID: stripe.String(keys.ClientID), StripeUserID: stripe.String(account)}
	params.Context = ctx
	if _, err := (oauth.Client{B: g.connect, Key: keys.SecretKey.Reveal()}).Del(params); err != nil {
		return stripeError("disconnect account", err)
	}
	return nil
}

// application are the credentials of the deployment's OAuth application.
func (g *Gateway) application(ctx context.Context, m billing.Mode) (billing.GatewayKeys, error) {
	lent, err := g.credentials.Gateways(ctx)
	if err != nil {
		return billing.GatewayKeys{}, err
	}
	keys := lent.Of(billing.GatewayConnect, m)
	if keys.SecretKey == "" || keys.ClientID == "" {
		return billing.GatewayKeys{}, billing.NotLent(billing.GatewayConnect, m)
	}
	return keys, nil
}

// chargeOwner is whose a charge is in an account that projects share: the
// project that its metadata names, and the customer. Both may be empty.
func (g *Gateway) chargeOwner(ctx context.Context, r billing.Route, m billing.Mode, id string) (project, customer string, err error) {
	a, err := g.On(ctx, billing.Scope{Mode: m}, r, nil)
	if err != nil {
		return "", "", err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	params := &stripe.ChargeParams{}
	params.Context = ctx
	c, err := charge.Client{B: a.backend, Key: a.key.Reveal()}.Get(id, params)
	switch {
	case isCode(err, stripe.ErrorCodeResourceMissing):
		return "", "", nil
	case err != nil:
		return "", "", stripeError(readCharge, err)
	case c.Customer != nil:
		customer = c.Customer.ID
	}
	return c.Metadata[metadataProject], customer, nil
}
