package billing

// Gateways are the credentials of the deployment itself, for the gateways that
// tenants can pick. What is missing is empty.
type Gateways struct {
	Managed  GatewayKeys // of a test mode account
	Platform ModeKeys
	Connect  ModeKeys
	// FeeBasisPoints is the deployment's part of what connected accounts sell.
	FeeBasisPoints int64
}

// ModeKeys are the credentials of both modes.
type ModeKeys struct{ Test, Live GatewayKeys }

// Of are the credentials of a mode.
func (k *ModeKeys) Of(m Mode) *GatewayKeys {
	if m == Live {
		return &k.Live
	}
	return &k.Test
}

// GatewayKeys are the credentials of a Stripe account of the deployment's.
type GatewayKeys struct {
	ClientID       string // of the OAuth application; for Connect only
	SecretKey      Secret
	PublishableKey Secret
	WebhookSecret  Secret
}

// Of are the credentials that a gateway works with in a mode.
func (g *Gateways) Of(gateway Gateway, m Mode) GatewayKeys {
	switch {
	case gateway == GatewayManaged && m == Test:
		return g.Managed
	case gateway == GatewayPlatform:
		return *g.Platform.Of(m)
	case gateway == GatewayConnect:
		return *g.Connect.Of(m)
	}
	return GatewayKeys{}
}

// Lends reports whether a gateway has all that it needs in a mode.
func (g *Gateways) Lends(gateway Gateway, m Mode) bool {
	keys := g.Of(gateway, m)
	return keys.SecretKey != "" && (gateway != GatewayConnect || keys.ClientID != "")
}

// Fee is the deployment's part of what is sold through a gateway, in basis
// points: only accounts of somebody else's are charged one.
func (g *Gateways) Fee(gateway Gateway) int64 {
	if gateway != GatewayConnect {
		return 0
	}
	return g.FeeBasisPoints
}

// CodeNotLent is the code of NotLent.
const CodeNotLent = "gateway_not_configured"

// NotLent is the error of a gateway that the deployment has no credentials for.
func NotLent(g Gateway, m Mode) *Error {
	return NewError(PermissionDenied, CodeNotLent,
		"This deployment has no Stripe credentials for the gateway "+string(g)+" in "+string(m)+" mode")
}
