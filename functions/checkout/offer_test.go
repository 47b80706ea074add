package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

const managedKey = "sk_test_canaryManaged4242"

// tenantOf gives the deployment a managed account, and the fixture a project
// without keys, whose tenant's switch stands so.
func (f *fixture) tenantOf(t *testing.T, sw billing.Switch) {
	t.Helper()
	f.CreateSecret(t, "billhook-test/stripe/gateways", `{
		"managed": {"secret_key": "`+managedKey+`"}, "platform": {"test": {"secret_key": "sk_test_canaryPlatform4242"}}
	}`)
	f.project = f.CreateProject(t, "tenant-1").ID
	f.turn(t, func(now *billing.Switch) { sw.Tenant, sw.Revision = now.Tenant, now.Revision; *now = sw })
}

// turn changes the tenant's switch.
func (f *fixture) turn(t *testing.T, change func(*billing.Switch)) {
	t.Helper()
	sw, err := f.Function.Table.Switch(t.Context(), "tenant-1")
	if err != nil {
		t.Fatal(err)
	}
	change(&sw)
	if err := f.Function.Table.SaveSwitch(t.Context(), sw); err != nil {
		t.Fatal(err)
	}
}

const off = `{"detail": "Billing is not enabled: switch it on, or save Stripe keys for the project"}`

func TestSellingThroughAGateway(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.tenantOf(t, billing.Switch{Enabled: true, Gateway: billing.GatewayManaged})
	if answer := f.buy(t, "", body); answer.Status != http.StatusOK {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	for _, r := range f.stripe.Requests() {
		if r.Key != managedKey {
			t.Errorf("%s with the key of another account", r.Operation)
		}
	}
	route := billing.Route{Gateway: billing.GatewayManaged}
	if owner, err := f.Function.Table.ProjectOfCustomer(t.Context(), route, billing.Test, "cus_1"); owner != f.project || err != nil {
		t.Errorf("cus_1 is %s's, %v", owner, err)
	}
	f.buy(t, "?test_mode=false", body).Is(t, 403, `{"detail": "The managed gateway is for test mode only: pick another gateway, or save Stripe keys for the project"}`)
}

// While billing is off, or being switched, nothing is made at Stripe.
func TestNothingIsSoldWhileOff(t *testing.T) {
	t.Parallel()
	for name, sw := range map[string]billing.Switch{
		"off":     {Gateway: billing.GatewayManaged},
		"closing": {Enabled: true, Gateway: billing.GatewayManaged, ClosingUntil: time.Date(2101, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.tenantOf(t, sw)
			f.untouched(t, "", body).Is(t, 403, off)
		})
	}
}

// Billing may be switched off, or over, while a session is being made. Nobody
// hears of the session then, and it is expired.
func TestSwitchedOffMeanwhile(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*billing.Switch){
		"closing":         func(sw *billing.Switch) { sw.ClosingUntil = time.Date(2101, 1, 1, 0, 0, 0, 0, time.UTC) },
		"off":             func(sw *billing.Switch) { sw.Enabled = false },
		"another gateway": func(sw *billing.Switch) { sw.Gateway = billing.GatewayPlatform },
	} {
		for _, mode := range []string{"subscription", "payment"} {
			t.Run(name+"/"+mode, func(t *testing.T) {
				t.Parallel()
				f := newFixture(t)
				f.tenantOf(t, billing.Switch{Enabled: true, Gateway: billing.GatewayManaged})
				sells := selling()
				f.stripe.Answer(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodPost && r.URL.Path == "/v1/checkout/sessions" {
						f.turn(t, change)
					}
					sells(w, r)
				})
				wanted := body
				if mode == "payment" {
					wanted = strings.Replace(body, `"price_1"`, `"price_once", "mode": "payment"`, 1)
				}
				f.buy(t, "", wanted).Is(t, 403, off)
				if asked := f.operations(); !slices.Contains(asked, "POST /v1/checkout/sessions/cs_test_1/expire") {
					t.Errorf("asked: %v", asked)
				}
			})
		}
	}
}

// An account of another gateway does not know the customer of before. The user
// gets another, and keeps what was used of trials.
func TestCustomersOfTheFormerGateway(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.tenantOf(t, billing.Switch{Enabled: true, Gateway: billing.GatewayManaged})
	customers := func() []string {
		t.Helper()
		if answer := f.buy(t, "", body); answer.Status != http.StatusOK {
			t.Fatalf("%d %s", answer.Status, answer.Body)
		}
		var bought []string
		for _, r := range f.stripe.Requests() {
			if r.Operation == "POST /v1/checkout/sessions" {
				bought = append(bought, r.Form.Get("customer"))
			}
		}
		return bought
	}
	got := slices.Concat(customers(), customers())
	f.turn(t, func(sw *billing.Switch) { sw.Gateway = billing.GatewayPlatform })
	got = slices.Concat(got, customers(), customers())
	if diff := cmp.Diff([]string{"cus_1", "cus_1", "cus_2", "cus_2"}, got); diff != "" {
		t.Errorf("customers (-want +got):\n%s", diff)
	}
}

// A purchase under an Idempotency-Key that was refused because of the switch is
// made anew when it may be.
func TestKeyedPurchaseAfterTheSwitch(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.tenantOf(t, billing.Switch{Enabled: true, Gateway: billing.GatewayManaged})
	pay := strings.Replace(body, `"price_1"`, `"price_once", "mode": "payment"`, 1)
	keys := func() string {
		t.Helper()
		f.Do(t, f.handler, functiontest.Request{
			Method: http.MethodPost, Path: path, Token: f.EndUser(f.project, user), Body: pay, Header: http.Header{"Idempotency-Key": {"k1"}},
		})
		for _, r := range f.stripe.Requests() {
			if r.Operation == "POST /v1/checkout/sessions" {
				return r.IdempotencyKey
			}
		}
		t.Fatal("no session was made")
		return ""
	}
	sells := selling()
	f.stripe.Answer(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/checkout/sessions" {
			f.turn(t, func(sw *billing.Switch) { sw.Enabled = false })
		}
		sells(w, r)
	})
	first := keys()
	f.stripe.Answer(sells)
	f.turn(t, func(sw *billing.Switch) { sw.Enabled = true })
	if second := keys(); first == second {
		t.Errorf("both sessions have the key %s", first)
	}
}
