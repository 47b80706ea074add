package billing

import (
	"slices"
	"time"
)

// Gateway is how a tenant's money reaches it.
type Gateway string

// The gateways. A tenant picks one of the last three; a project with Stripe
// keys of its own uses those, whatever its tenant has picked.
const (
	GatewayOwnKeys  Gateway = "own_keys"
	GatewayManaged  Gateway = "managed"         // the deployment's shared Stripe account, in test mode
	GatewayConnect  Gateway = "stripe_connect"  // the tenant's own account, connected by OAuth
	GatewayPlatform Gateway = "stripe_platform" // the deployment's own account, for deployments of one tenant
)

// Pickable reports whether a tenant can pick the gateway.
func (g Gateway) Pickable() bool {
	return slices.Contains([]Gateway{GatewayManaged, GatewayConnect, GatewayPlatform}, g)
}

// Switch says whether a tenant's projects sell, and through which gateway. The
// zero Switch is that of a tenant who never touched it.
type Switch struct {
	Tenant     string
	Enabled    bool
	EnabledAt  time.Time // for the first time; zero: never
	Gateway    Gateway   // picked last; empty: none yet
	DisabledAt time.Time // for the last time; zero: never
	// ClosingUntil is until when somebody is looking whether billing can be
	// switched off, or over to another gateway; zero: nobody. Nothing is sold
	// meanwhile. If the time passes, whoever looked has died, and nothing changed.
	ClosingUntil time.Time
	Test, Live   ConnectedAccount // for GatewayConnect
	Revision     int64            // grows by one with each write
}

// ConnectedAccount is a tenant's Stripe account that the deployment may act for.
type ConnectedAccount struct {
	ID       string // Stripe's; empty: none was connected, or it was disconnected
	LinkedAt time.Time
}

// Account is the connected account of a mode.
func (s *Switch) Account(m Mode) *ConnectedAccount {
	if m == Live {
		return &s.Live
	}
	return &s.Test
}

// Closing reports whether somebody is looking whether it can be switched.
func (s Switch) Closing(now time.Time) bool { return now.Before(s.ClosingUntil) }

// Route is the Stripe account that serves a scope.
type Route struct {
	Gateway Gateway
	Account string // the connected account, by Stripe's id; empty: none
}

// Own reports whether the account is opened with the project's own keys. All
// others are shared by projects.
func (r Route) Own() bool { return r.Gateway == GatewayOwnKeys }

// String names the account: a connected one by its id, others by their gateway.
func (r Route) String() string {
	if r.Account != "" {
		return r.Account
	}
	return string(r.Gateway)
}

// The errors of a scope that no account serves, or that may not sell.
var (
	ErrBillingNotEnabled      = NewError(PermissionDenied, "billing_not_enabled", "Billing is not enabled: switch it on, or save Stripe keys for the project")
	ErrGatewayTestModeOnly    = NewError(PermissionDenied, "gateway_test_mode_only", "The managed gateway is for test mode only: pick another gateway, or save Stripe keys for the project")
	ErrConnectAccountRequired = NewError(PermissionDenied, "connect_account_required", "No Stripe account is connected in this mode: connect one first")
)

// NotConfigured is the error of a project without usable Stripe credentials in
// a mode.
func NotConfigured(m Mode) *Error {
	return NewError(NotFound, CodeNotConfigured, "Stripe is not configured for "+string(m)+" mode")
}

// RouteOf is the one place that says which account serves a project in a mode:
// the one that the project has keys of, else the one of the tenant's gateway.
// That stays so while billing is switched off: what was sold can be looked at,
// and Stripe still has things to tell. What may be sold is Sells's to say.
func RouteOf(c *StripeConfig, s Switch, m Mode) (Route, error) {
	switch {
	case c.Usable(m):
		return Route{Gateway: GatewayOwnKeys}, nil
	case s.Gateway == "":
		return Route{}, NotConfigured(m)
	case s.Gateway == GatewayManaged && m == Live:
		return Route{}, ErrGatewayTestModeOnly
	case s.Gateway != GatewayConnect:
		return Route{Gateway: s.Gateway}, nil
	case s.Account(m).ID == "":
		return Route{}, ErrConnectAccountRequired
	}
	return Route{Gateway: GatewayConnect, Account: s.Account(m).ID}, nil
}

// Sells is the route on which something may be bought now; ErrBillingNotEnabled
// where nothing may. Saving keys of its own switches a project on, so keys count
// that were saved after the tenant switched everything off.
func Sells(c *StripeConfig, s Switch, m Mode, now time.Time) (Route, error) {
	byKeys := c.Usable(m) && savedAfter(*c.Set(m), s.DisabledAt)
	if s.Closing(now) || !s.Enabled && !byKeys {
		return Route{}, ErrBillingNotEnabled
	}
	return RouteOf(c, s, m)
}

func savedAfter(set CredentialSet, disabled time.Time) bool {
	return disabled.IsZero() || set.ConfiguredAt.After(disabled)
}

// MaxFeeBasisPoints is the whole amount.
const MaxFeeBasisPoints = 10_000

// ApplicationFee is the deployment's part of an amount, in minor units: so many
// basis points of it, rounded half up, and never more than all of it.
func ApplicationFee(amount, basisPoints int64) int64 {
	if amount <= 0 || basisPoints <= 0 {
		return 0
	}
	if basisPoints >= MaxFeeBasisPoints {
		return amount
	}
	// In two parts, so that no product overflows.
	whole, rest := amount/MaxFeeBasisPoints, amount%MaxFeeBasisPoints
	return whole*basisPoints + (rest*basisPoints+MaxFeeBasisPoints/2)/MaxFeeBasisPoints
}

// FeePercent is basis points in percent, which has two decimals at most.
func FeePercent(basisPoints int64) float64 { return float64(basisPoints) / 100 }
