package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

const (
	depositing = `{"amount_cents": 2500, "success_url": "https://app.example.com/ok", "cancel_url": "https://app.example.com/no"}`
	off        = `{"error": {"code": "billing_not_enabled", "message": "Billing is not enabled: switch it on, or save Stripe keys for the project"}, "request_id": ""}`
)

// lent is the function with the sandbox as the deployment's managed account, and
// a project without keys whose tenant's switch stands so.
func lent(t *testing.T, sw billing.Switch) fixture {
	t.Helper()
	f := newFixture(t)
	f.CreateSecret(t, "billhook-test/stripe/gateways", `{
		"managed": {"secret_key": "`+functiontest.Credentials(billing.Test).SecretKey.Reveal()+`"}
	}`)
	f.project = f.CreateProject(t, "tenant-1")
	f.turn(t, func(now *billing.Switch) { sw.Tenant, sw.Revision = now.Tenant, now.Revision; *now = sw })
	return f
}

// turn changes the tenant's switch.
func (f fixture) turn(t *testing.T, change func(*billing.Switch)) {
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

func managed() billing.Switch { return billing.Switch{Enabled: true, Gateway: billing.GatewayManaged} }

// A deposit in an account that projects share is its project's, by the customer,
// too: events that name nothing else find it.
func TestDepositThroughAGateway(t *testing.T) {
	t.Parallel()
	f := lent(t, managed())
	session := f.deposited(t, user, 2500)
	f.holdsMoney(t, user, 2500)
	made, err := f.sandbox.API.CheckoutSessions.Get(session, nil)
	if err != nil {
		t.Fatal(err)
	}
	route := billing.Route{Gateway: billing.GatewayManaged}
	if owner, err := f.Function.Table.ProjectOfCustomer(t.Context(), route, billing.Test, made.Customer.ID); owner != f.project.ID || err != nil {
		t.Errorf("%s is %s's, %v", made.Customer.ID, owner, err)
	}
	f.call(t, user, http.MethodPost, "/api/balance/deposit?test_mode=false", "", depositing).Is(t, 403, `{"error": {
		"code": "gateway_test_mode_only", "message": "The managed gateway is for test mode only: pick another gateway, or save Stripe keys for the project"
	}, "request_id": ""}`)
}

// While billing is off, or being switched, nothing is made at Stripe. What is in
// the wallet can be spent, and the card is left alone.
func TestNoDepositWhileOff(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*billing.Switch){
		"off":     func(sw *billing.Switch) { sw.Enabled = false },
		"closing": func(sw *billing.Switch) { sw.ClosingUntil = time.Date(2101, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := lent(t, managed())
			f.deposited(t, user, 2500)
			f.call(t, user, http.MethodPut, "/api/balance/auto-reload", "", `{"enabled": true, "threshold_cents": 2000, "amount_cents": 5000}`)
			f.turn(t, change)
			f.sandbox.Intercept(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
				t.Errorf("Stripe was asked: %s %s", r.Method, r.URL.Path)
			})
			f.call(t, user, http.MethodPost, "/api/balance/deposit", "", depositing).Is(t, 403, off)
			if answer := f.spend(t, user, "key-1", 1000); answer.Status != http.StatusOK {
				t.Errorf("spend: %d %s", answer.Status, answer.Body)
			}
			if w := f.wallet(t, user); w.Balance != 1500 || w.Reload.Flying() || w.Reload.Failures != 0 {
				t.Errorf("%+v", w)
			}
			f.sandbox.Intercept(nil)
			f.turn(t, func(sw *billing.Switch) {
				*sw = billing.Switch{Tenant: sw.Tenant, Revision: sw.Revision, Enabled: true, Gateway: sw.Gateway}
			})
			f.spend(t, user, "key-2", 500)
			f.holdsMoney(t, user, 6000)
		})
	}
}

// Billing may be switched off while a session is being made. Nobody hears of the
// session then, and it is expired.
func TestSwitchedOffDuringADeposit(t *testing.T) {
	t.Parallel()
	f := lent(t, managed())
	f.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPost && r.URL.Path == "/v1/checkout/sessions" {
			f.turn(t, func(sw *billing.Switch) { sw.Enabled = false })
		}
		next.ServeHTTP(w, r)
	})
	f.call(t, user, http.MethodPost, "/api/balance/deposit", "key-1", depositing).Is(t, 403, off)
	list := f.sandbox.API.CheckoutSessions.List(&stripe.CheckoutSessionListParams{})
	made := 0
	for list.Next() {
		made++
		if s := list.CheckoutSession(); s.Status != stripe.CheckoutSessionStatusExpired {
			t.Errorf("%s is %s", s.ID, s.Status)
		}
	}
	if made != 1 || list.Err() != nil {
		t.Errorf("%d sessions, %v", made, list.Err())
	}
	// Under the same key the deposit is made anew when it may be.
	f.sandbox.Intercept(nil)
	f.turn(t, func(sw *billing.Switch) { sw.Enabled = true })
	answer := f.call(t, user, http.MethodPost, "/api/balance/deposit", "key-1", depositing)
	if answer.Status != http.StatusOK || !strings.Contains(answer.Body, "cs_test_") {
		t.Errorf("%d %s", answer.Status, answer.Body)
	}
}
