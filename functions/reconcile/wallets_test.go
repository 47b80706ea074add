package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// The schedule frees what was held for too long, and finishes a reload whose
// function died after it had asked Stripe, or before.
func TestWalletsAreResumed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	table, now := f.Function.Table, f.Clock.Now()
	cause := func(id string) billing.Cause { return billing.Cause{ID: id, At: now, Currency: "usd"} }
	if _, _, err := table.Post(t.Context(), f.scope(), billing.Deposit(cause("pi_1"), billing.PostDeposit, "ann", 1000)); err != nil {
		t.Fatal(err)
	}
	hold := billing.Hold{ID: "hold_usd_1", User: "ann", Currency: "usd", Amount: 400, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
	if _, err := table.PlaceHold(t.Context(), f.scope(), hold); err != nil {
		t.Fatal(err)
	}
	f.saveCard(t, "bob")
	reload := billing.AutoReload{}.Set(true, 500, 2000).Begin(now)
	if err := table.SaveReload(t.Context(), f.scope(), "usd", "bob", reload); err != nil {
		t.Fatal(err)
	}
	f.run(t, &report{Visited: 1}) // somebody may be at it
	f.pass(2 * time.Hour)
	f.run(t, &report{Visited: 1, Resumed: 2})
	f.run(t, &report{Visited: 1})
	for user, want := range map[string]billing.Wallet{
		"ann": {User: "ann", Currency: "usd", Balance: 1000, Deposited: 1000, Postings: 3},
		"bob": {User: "bob", Currency: "usd", Balance: 2000, Deposited: 2000, Postings: 1},
	} {
		got, err := table.Wallet(t.Context(), f.scope(), "usd", user)
		if got.Reload.Flying() {
			t.Errorf("%s: a reload is under way", user)
		}
		got.Reload = billing.AutoReload{}
		if err != nil || got != want {
			t.Errorf("%+v, want %+v; %v", got, want, err)
		}
	}
}

// saveCard gives a user a customer with a card that pays.
func (f fixture) saveCard(t *testing.T, user string) {
	t.Helper()
	customer, err := f.sandbox.API.Customers.New(&stripe.CustomerParams{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.sandbox.API.PaymentMethods.Attach("pm_card_visa", &stripe.PaymentMethodAttachParams{Customer: &customer.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Function.Table.LinkCustomer(t.Context(), f.scope(), billing.Customer{ID: customer.ID, User: user}, billing.Route{Gateway: billing.GatewayOwnKeys}, billing.Link{}); err != nil {
		t.Fatal(err)
	}
}

// What cannot be gone on with is counted, and is there the next time.
func TestWalletsThatFail(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.saveCard(t, "bob")
	reload := billing.AutoReload{}.Set(true, 500, 2000).Begin(f.Clock.Now())
	if err := f.Function.Table.SaveReload(t.Context(), f.scope(), "usd", "bob", reload); err != nil {
		t.Fatal(err)
	}
	f.pass(time.Hour)
	f.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/v1/payment_intents" {
			functiontest.Answering(http.StatusInternalServerError, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false")(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
	f.run(t, &report{Visited: 1, Resumed: 1, Failures: 1})
	f.sandbox.Intercept(nil)
	f.pass(time.Hour)
	f.run(t, &report{Visited: 1, Resumed: 1})
	if w, err := f.Function.Table.Wallet(t.Context(), f.scope(), "usd", "bob"); err != nil || w.Balance != 2000 {
		t.Errorf("%+v, %v", w, err)
	}
}
