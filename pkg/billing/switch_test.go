package billing_test

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

var (
	switchNow = time.Date(2026, 5, 2, 9, 0, 0, 0, time.UTC)
	before    = switchNow.Add(-time.Hour)
	after     = switchNow.Add(time.Minute)
)

func ownKeys(savedAt time.Time) *billing.StripeConfig {
	return &billing.StripeConfig{Active: true, Test: billing.CredentialSet{SecretKey: "sk_test_...4242", ConfiguredAt: savedAt}}
}

func TestRouteAndSells(t *testing.T) {
	t.Parallel()
	own := billing.Route{Gateway: billing.GatewayOwnKeys}
	managed := billing.Route{Gateway: billing.GatewayManaged}
	connect := billing.Switch{Enabled: true, Gateway: billing.GatewayConnect, Test: billing.ConnectedAccount{ID: "acct_1"}}
	notConfigured := billing.NotConfigured(billing.Test)
	inactive := ownKeys(before)
	inactive.Active = false
	for name, c := range map[string]struct {
		config       *billing.StripeConfig
		sw           billing.Switch
		mode         billing.Mode
		route        billing.Route
		routed, sold error
	}{
		"nothing at all":                     {mode: billing.Test, routed: notConfigured, sold: billing.ErrBillingNotEnabled},
		"own keys":                           {config: ownKeys(before), mode: billing.Test, route: own},
		"own keys of the other mode":         {config: ownKeys(before), mode: billing.Live, routed: billing.NotConfigured(billing.Live), sold: billing.ErrBillingNotEnabled},
		"inactive keys":                      {config: inactive, mode: billing.Test, routed: notConfigured, sold: billing.ErrBillingNotEnabled},
		"inactive keys and a gateway":        {config: inactive, sw: billing.Switch{Enabled: true, Gateway: billing.GatewayManaged}, mode: billing.Test, route: managed},
		"own keys before a gateway":          {config: ownKeys(before), sw: billing.Switch{Enabled: true, Gateway: billing.GatewayManaged}, mode: billing.Test, route: own},
		"managed":                            {sw: billing.Switch{Enabled: true, Gateway: billing.GatewayManaged}, mode: billing.Test, route: managed},
		"managed, live":                      {sw: billing.Switch{Enabled: true, Gateway: billing.GatewayManaged}, mode: billing.Live, routed: billing.ErrGatewayTestModeOnly, sold: billing.ErrGatewayTestModeOnly},
		"platform, live":                     {sw: billing.Switch{Enabled: true, Gateway: billing.GatewayPlatform}, mode: billing.Live, route: billing.Route{Gateway: billing.GatewayPlatform}},
		"connected":                          {sw: connect, mode: billing.Test, route: billing.Route{Gateway: billing.GatewayConnect, Account: "acct_1"}},
		"connected in the other mode":        {sw: connect, mode: billing.Live, routed: billing.ErrConnectAccountRequired, sold: billing.ErrConnectAccountRequired},
		"off, with a gateway":                {sw: billing.Switch{Gateway: billing.GatewayManaged, DisabledAt: before}, mode: billing.Test, route: managed, sold: billing.ErrBillingNotEnabled},
		"off since the keys were saved":      {config: ownKeys(before), sw: billing.Switch{DisabledAt: switchNow}, mode: billing.Test, route: own, sold: billing.ErrBillingNotEnabled},
		"off in the moment they were saved":  {config: ownKeys(before), sw: billing.Switch{DisabledAt: before}, mode: billing.Test, route: own, sold: billing.ErrBillingNotEnabled},
		"off before the keys were saved":     {config: ownKeys(switchNow), sw: billing.Switch{DisabledAt: before}, mode: billing.Test, route: own},
		"on again, with keys of before":      {config: ownKeys(before), sw: billing.Switch{Enabled: true, Gateway: billing.GatewayManaged, DisabledAt: switchNow}, mode: billing.Test, route: own},
		"being closed":                       {sw: billing.Switch{Enabled: true, Gateway: billing.GatewayManaged, ClosingUntil: after}, mode: billing.Test, route: managed, sold: billing.ErrBillingNotEnabled},
		"own keys, being closed":             {config: ownKeys(before), sw: billing.Switch{ClosingUntil: after}, mode: billing.Test, route: own, sold: billing.ErrBillingNotEnabled},
		"being closed by somebody who died":  {sw: billing.Switch{Enabled: true, Gateway: billing.GatewayManaged, ClosingUntil: switchNow}, mode: billing.Test, route: managed},
		"closing has nothing to do with off": {sw: billing.Switch{Gateway: billing.GatewayManaged, ClosingUntil: before}, mode: billing.Test, route: managed, sold: billing.ErrBillingNotEnabled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			route, err := billing.RouteOf(c.config, c.sw, c.mode)
			if route != c.route || !sameCode(err, c.routed) {
				t.Errorf("RouteOf = %+v, %v, want %+v, %v", route, err, c.route, c.routed)
			}
			want := c.route
			if c.sold != nil {
				want = billing.Route{}
			}
			sells, err := billing.Sells(c.config, c.sw, c.mode, switchNow)
			if sells != want || !sameCode(err, c.sold) {
				t.Errorf("Sells = %+v, %v, want %+v, %v", sells, err, want, c.sold)
			}
		})
	}
}

func sameCode(got, want error) bool {
	var g, w *billing.Error
	if !errors.As(want, &w) {
		return got == nil
	}
	return errors.As(got, &g) && g.Code == w.Code && g.Kind == w.Kind
}

func TestRouteNames(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]billing.Route{
		"own_keys":        {Gateway: billing.GatewayOwnKeys},
		"managed":         {Gateway: billing.GatewayManaged},
		"stripe_platform": {Gateway: billing.GatewayPlatform},
		"acct_1":          {Gateway: billing.GatewayConnect, Account: "acct_1"},
	} {
		if got := r.String(); got != want {
			t.Errorf("%+v is %q, want %q", r, got, want)
		}
	}
	if billing.GatewayOwnKeys.Pickable() || billing.Gateway("paypal").Pickable() || !billing.GatewayManaged.Pickable() {
		t.Error("what can be picked")
	}
}

func TestGatewayKeys(t *testing.T) {
	t.Parallel()
	g := billing.Gateways{
		Managed:  billing.GatewayKeys{SecretKey: "managed"},
		Platform: billing.ModeKeys{Live: billing.GatewayKeys{SecretKey: "platform"}},
		Connect:  billing.ModeKeys{Test: billing.GatewayKeys{SecretKey: "connect"}},
	}
	for name, c := range map[string]struct {
		gateway billing.Gateway
		mode    billing.Mode
		want    string
	}{
		"managed":           {billing.GatewayManaged, billing.Test, "managed"},
		"managed live":      {billing.GatewayManaged, billing.Live, ""},
		"platform":          {billing.GatewayPlatform, billing.Live, "platform"},
		"platform in test":  {billing.GatewayPlatform, billing.Test, ""},
		"connect":           {billing.GatewayConnect, billing.Test, "connect"},
		"keys of a project": {billing.GatewayOwnKeys, billing.Test, ""},
	} {
		if got := g.Of(c.gateway, c.mode).SecretKey.Reveal(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestApplicationFee(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ amount, basisPoints, want int64 }{
		"documented":        {5000, 60, 30},
		"half a cent, up":   {1250, 60, 8}, // 7.5
		"less than half":    {1241, 60, 7}, // 7.446
		"nothing of little": {83, 60, 0},   // 0.498
		"of nothing":        {0, 60, 0},
		"no fee":            {5000, 0, 0},
		"negative fee":      {5000, -5, 0},
		"negative amount":   {-5000, 60, 0},
		"all":               {5000, 10_000, 5000},
		"more than all":     {5000, 20_000, 5000},
	} {
		if got := billing.ApplicationFee(c.amount, c.basisPoints); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// The fee is the exact share rounded half up, never above the amount, and never
// less for more.
func TestApplicationFeeProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(0, 1<<62).Draw(t, "amount")
		basisPoints := rapid.Int64Range(0, 2*billing.MaxFeeBasisPoints).Draw(t, "basis points")
		fee := billing.ApplicationFee(amount, basisPoints)
		if fee < 0 || fee > amount {
			t.Fatalf("fee %d of %d", fee, amount)
		}
		if basisPoints <= billing.MaxFeeBasisPoints {
			exact := new(big.Int).Mul(big.NewInt(amount), big.NewInt(basisPoints))
			exact.Add(exact, big.NewInt(billing.MaxFeeBasisPoints/2))
			if exact.Quo(exact, big.NewInt(billing.MaxFeeBasisPoints)); exact.Cmp(big.NewInt(fee)) != 0 {
				t.Fatalf("fee %d of %d at %d, exactly %s", fee, amount, basisPoints, exact)
			}
		}
		if less := billing.ApplicationFee(amount/2, basisPoints); less > fee {
			t.Fatalf("%d of half of it, %d of %d", less, fee, amount)
		}
	})
}

func TestFeePercent(t *testing.T) {
	t.Parallel()
	for basisPoints, want := range map[int64]float64{60: 0.6, 1: 0.01, 0: 0, 10_000: 100, 1234: 12.34} {
		if got := billing.FeePercent(basisPoints); got != want {
			t.Errorf("%d: %v, want %v", basisPoints, got, want)
		}
	}
}
