package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// reload turns auto-reload on: below 500, 2000 are paid in.
func (f fixture) reload(t *testing.T) {
	t.Helper()
	answer := f.call(t, user, http.MethodPut, "/api/balance/auto-reload", "", `{"enabled": true, "threshold_cents": 500, "amount_cents": 2000}`)
	if answer.Status != http.StatusOK {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
}

// reloads are the payments at Stripe that reloaded a wallet, by their status.
func (f fixture) reloads(t *testing.T) map[string]int {
	t.Helper()
	by := map[string]int{}
	list := f.sandbox.API.PaymentIntents.List(&stripe.PaymentIntentListParams{ListParams: stripe.ListParams{Limit: stripe.Int64(100)}})
	for list.Next() {
		if pi := list.PaymentIntent(); pi.Metadata["billhook_wallet"] == "auto_reload" {
			by[string(pi.Status)]++
		}
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return by
}

func (f fixture) reloaded(t *testing.T, want map[string]int) {
	t.Helper()
	if got := f.reloads(t); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("Stripe has the reloads %v, want %v", got, want)
	}
}

func settings(enabled bool, failed int, problem string) string {
	return fmt.Sprintf(`"auto_reload":{"amount_cents":2000,"enabled":%t,"failed_attempts":%d,"in_progress":false,"problem":%s,"threshold_cents":500}`, enabled, failed, problem)
}

func TestAutoReload(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.deposited(t, user, 1000)
	f.reload(t)
	f.spend(t, user, "spend-1", 500)
	f.holdsMoney(t, user, 500) // not below
	f.reloaded(t, map[string]int{})
	f.spend(t, user, "spend-2", 1)
	f.holdsMoney(t, user, 2499)
	f.reloaded(t, map[string]int{"succeeded": 1})
	f.deliver(t, "payment_intent.succeeded", "charge.succeeded")
	f.holdsMoney(t, user, 2499)
	// What is more than there is is covered by the reload that it leads to.
	f.spend(t, user, "spend-3", 2100)
	f.holdsMoney(t, user, 2399)
	f.spend(t, user, "spend-4", 2399)
	f.holdsMoney(t, user, 2000)
	answer := f.call(t, user, http.MethodGet, "/api/balance", "", "")
	if !strings.Contains(answer.Body, settings(true, 0, "null")) {
		t.Errorf("balance = %s", answer.Body)
	}
	answer = f.call(t, user, http.MethodPut, "/api/balance/auto-reload", "", `{"enabled": false}`)
	if !strings.Contains(answer.Body, settings(false, 0, "null")) {
		t.Errorf("turned off: %s", answer.Body)
	}
	f.spend(t, user, "spend-5", 2000)
	f.holdsMoney(t, user, 0)
}

func TestAutoReloadRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := f.Stored(t)
	for body, message := range map[string]string{
		`{}`: "enabled: Field required",
		`{"enabled": true, "amount_cents": 2000}`:                        "threshold_cents: Field required",
		`{"enabled": true, "threshold_cents": 1}`:                        "amount_cents: Field required",
		`{"enabled": true, "threshold_cents": 0, "amount_cents": 2000}`:  "threshold_cents: Input should be between 1 and 99999999",
		`{"enabled": true, "threshold_cents": 1, "amount_cents": 499}`:   "amount_cents: Input should be between 500 and 50000",
		`{"enabled": true, "threshold_cents": 1, "amount_cents": 50001}`: "amount_cents: Input should be between 500 and 50000",
	} {
		f.call(t, user, http.MethodPut, "/api/balance/auto-reload", "", body).Is(t, 400,
			fmt.Sprintf(`{"error": {"code": "invalid_input", "message": %q}, "request_id": ""}`, message))
	}
	f.SameAs(t, before)
}

// What a request does not name stays as whoever was faster has set it.
func TestAutoReloadSetAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.reload(t)
	var faster atomic.Bool
	f.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		if operation == "UpdateItem" && !faster.Swap(true) {
			r := f.wallet(t, user).Reload.Set(true, 700, 3000)
			if err := f.Function.Table.SaveReload(ctx, f.scope(), "usd", user, r); err != nil {
				t.Error(err)
			}
		}
		return next(ctx, input)
	})
	f.call(t, user, http.MethodPut, "/api/balance/auto-reload", "", `{"enabled": false}`)
	if r := f.wallet(t, user).Reload; r.Enabled || r.Threshold != 700 || r.Amount != 3000 {
		t.Errorf("%+v", r)
	}
}

// After three failures in a row it is off, and says so. Turned on again, with a
// card that pays, it goes on.
func TestAutoReloadFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	session := f.started(t, user, 1000, "")
	f.payWith(t, session, "4242424242424242")
	f.verify(t, user, session)
	f.useCard(t, "pm_card_chargeCustomerFail")
	f.reload(t)
	for i, want := range []string{
		settings(true, 1, `"Your card was declined."`), settings(true, 2, `"Your card was declined."`),
		settings(false, 3, `"Your card was declined."`), settings(false, 3, `"Your card was declined."`),
	} {
		if answer := f.spend(t, user, fmt.Sprint("spend-", i), 150+int64(400*max(0, 1-i))); answer.Status != http.StatusOK {
			t.Fatalf("a reload that fails has a spending fail: %d %s", answer.Status, answer.Body)
		}
		if answer := f.call(t, user, http.MethodGet, "/api/balance", "", ""); !strings.Contains(answer.Body, want) {
			t.Errorf("after %d: %s", i+1, answer.Body)
		}
	}
	f.holdsMoney(t, user, 0)
	f.reloaded(t, map[string]int{"requires_payment_method": 3})
	f.sandbox.Clock.Advance(time.Second)
	f.useCard(t, "pm_card_visa")
	f.reload(t)
	f.holdsMoney(t, user, 2000)
}

// useCard has the user's customer save another card.
func (f fixture) useCard(t *testing.T, card string) {
	t.Helper()
	f.sandbox.Clock.Advance(time.Second)
	customer := f.sandbox.Customers(t, user)[0]
	if _, err := f.sandbox.API.PaymentMethods.Attach(card, &stripe.PaymentMethodAttachParams{Customer: &customer}); err != nil {
		t.Fatal(err)
	}
}

func TestAutoReloadWithoutACard(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.reload(t) // nothing was ever deposited
	answer := f.call(t, user, http.MethodGet, "/api/balance", "", "")
	if !strings.Contains(answer.Body, settings(true, 1, `"No card is saved: make a deposit first."`)) {
		t.Errorf("balance = %s", answer.Body)
	}
}

// A reload that was left before Stripe was asked, and that nobody wants any more
// or billing does not allow, is given up: the card is left alone, and it is no
// failure of the card's.
func TestAutoReloadGivenUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stop    func(*testing.T, fixture)
		enabled bool
	}{
		"turned off": {func(t *testing.T, f fixture) {
			t.Helper()
			f.call(t, user, http.MethodPut, "/api/balance/auto-reload", "", `{"enabled": false}`)
		}, false},
		"billing is off": {func(t *testing.T, f fixture) {
			t.Helper()
			f.turn(t, func(sw *billing.Switch) { sw.Enabled = false })
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := lent(t, managed())
			f.deposited(t, user, 1000)
			f.reload(t)
			if err := f.Function.Table.SaveReload(t.Context(), f.scope(), "usd", user, f.wallet(t, user).Reload.Begin(f.Clock.Now())); err != nil {
				t.Fatal(err)
			}
			c.stop(t, f)
			f.Clock.Advance(2 * time.Minute)
			if n, err := f.wallets.Resume(t.Context(), f.scope()); n != 1 || err != nil {
				t.Errorf("the schedule found %d, %v", n, err)
			}
			if r := f.wallet(t, user).Reload; r.Flying() || r.Failures != 0 || r.Enabled != c.enabled || r.Problem != "" {
				t.Errorf("%+v", r)
			}
			f.reloaded(t, map[string]int{})
			f.holdsMoney(t, user, 1000)
		})
	}
}

// A customer whom Stripe does not know, as after a change of the project's
// account, pays nothing: that ends a reload like a card that is declined.
func TestAutoReloadOfNobody(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]bool{"begun": false, "left by whoever began it": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if r.URL.Query().Get("customer") != "cus_gone" {
					next.ServeHTTP(w, r)
					return
				}
				w.WriteHeader(http.StatusNotFound)
				_, _ = w.Write([]byte(`{"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "No such customer: 'cus_gone'"}}`))
			})
			table, nobody := f.Function.Table, billing.Customer{ID: "cus_gone", User: user}
			if _, err := table.LinkCustomer(t.Context(), f.scope(), nobody, billing.Route{Gateway: billing.GatewayOwnKeys}, billing.Link{}); err != nil {
				t.Fatal(err)
			}
			reload := billing.AutoReload{}.Set(true, 500, 2000)
			if left {
				reload = reload.Begin(f.Clock.Now())
			}
			if err := table.SaveReload(t.Context(), f.scope(), "usd", user, reload); err != nil {
				t.Fatal(err)
			}
			f.Clock.Advance(2 * time.Minute)
			if _, err := f.wallets.Reload(t.Context(), f.scope(), "usd", user); err != nil {
				t.Error(err)
			}
			if w := f.wallet(t, user); w.Reload.Flying() || w.Reload.Failures != 1 || w.Reload.Problem != "No card is saved: make a deposit first." {
				t.Errorf("%+v", w.Reload)
			}
		})
	}
}

// A reload that was cut short anywhere, before or after a call to Stripe or to
// the table, is gone on with by the next spending, or by the schedule, and pays
// once.
func TestAutoReloadCutShort(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]func(*testing.T, fixture){
		"spending": func(t *testing.T, f fixture) { t.Helper(); f.spend(t, user, "spend-2", 1) },
		"schedule": func(t *testing.T, f fixture) {
			t.Helper()
			if _, err := f.wallets.Resume(t.Context(), f.scope()); err != nil {
				t.Errorf("the schedule: %v", err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for step := 0; ; step++ {
				f := newFixture(t)
				f.deposited(t, user, 1000)
				f.reload(t)
				cut := f.cutShort(step)
				f.spend(t, user, "spend-1", 900)
				f.uncut()
				if !cut() {
					if step < 10 {
						t.Errorf("a spending takes %d steps", step)
					}
					return
				}
				f.spend(t, user, "spend-1", 900) // as a client does that got no answer
				f.Clock.Advance(2 * time.Minute)
				again(t, f)
				balance := int64(2100)
				if name == "spending" {
					balance--
				}
				f.holdsMoney(t, user, balance)
				f.reloaded(t, map[string]int{"succeeded": 1})
				if w := f.wallet(t, user); w.Reload.Flying() || w.Reload.Failures != 0 || !w.Reload.Enabled {
					t.Errorf("cut at %d: %+v", step, w.Reload)
				}
			}
		})
	}
}
