package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// faults are the ways in which a call may go wrong: it is not made, or its reply
// is lost; the process goes on, or dies.
func faults(effect int) []functiontest.Fault {
	return []functiontest.Fault{
		{Effect: effect}, {Effect: effect, Lost: true}, {Effect: effect, Crash: true}, {Effect: effect, Lost: true, Crash: true},
	}
}

// settle runs the schedule until the payouts have ended. Days pass in which
// Stripe forgets idempotency keys.
func (f fixture) settle(t *testing.T) {
	t.Helper()
	for range 3 {
		f.pass(72 * time.Hour)
		if _, err := f.master.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// paidOnce fails the test unless a creator was paid 10.00 of 27.00, once.
func (f fixture) paidOnce(t *testing.T, creator, after string) {
	t.Helper()
	want := money{Earned: 1700, Paid: 1000, Transfers: 1, BankPayouts: 1, BalanceChanges: 2}
	if got := f.money(t, creator); got != want {
		t.Errorf("%s: %+v, want %+v", after, got, want)
	}
	if payouts := f.payouts(t, creator); len(payouts) != 1 || payouts[0].Status != billing.PayoutPaid {
		t.Errorf("%s: payouts %+v", after, payouts)
	}
}

// A request may be cut short at any of its calls, before or after the call is
// carried out, and by the end of the process too. Asked again, or left to the
// schedule, it comes to one transfer, one payout to the bank, and one posting of
// each kind.
func TestAPayoutCutShort(t *testing.T) {
	t.Parallel()
	for name, goesOn := range map[string]func(t *testing.T, f fixture, creator, key string){
		"and asked for again": func(t *testing.T, f fixture, creator, key string) {
			t.Helper()
			f.Clock.Advance(time.Minute) // the lease of the request that died is over
			f.pay(t, creator, `{"amount_cents": 1000}`, "Idempotency-Key", key)
		},
		"and left to the schedule": func(*testing.T, fixture, string, string) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			effects := f.Effects(f.sandbox)
			begin := func(creator string, fault *functiontest.Fault) functiontest.Answer {
				effects.Fail(nil)
				f.onboard(t, creator, testBank)
				f.earn(t, creator, 3000)
				effects.Fail(fault)
				return f.ask(t, creator, http.MethodPost, "/api/payouts", `{"amount_cents": 1000}`, "Idempotency-Key", "key-"+creator)
			}
			begin("whole", nil)
			made := effects.Made()
			for _, call := range []string{"POST /v1/transfers", "POST /v1/payouts", "TransactWriteItems"} {
				if !slices.Contains(made, call) {
					t.Fatalf("effects: %v", made)
				}
			}
			after := map[string]string{"whole": "not cut short"}
			for i, effect := range made {
				for j, fault := range faults(i) {
					creator := fmt.Sprintf("creator-%d-%d", i, j)
					first := begin(creator, &fault)
					effects.Fail(nil)
					goesOn(t, f, creator, "key-"+creator)
					if len(f.payouts(t, creator)) == 0 { // cut short before it began
						if first.Status < 500 {
							t.Errorf("%s, %+v: %d %s, and there is no payout", effect, fault, first.Status, first.Body)
						}
						continue
					}
					after[creator] = fmt.Sprintf("%s, %+v", effect, fault)
				}
			}
			f.settle(t)
			for creator, cut := range after {
				f.paidOnce(t, creator, cut)
			}
		})
	}
}

// The same for the schedule, which pays and takes back.
func TestTheScheduleCutShort(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bank   string
		needs  []string                                      // what is posted to Stripe
		before func(t *testing.T, f fixture, creator string) // the run that is cut short
		want   money
	}{
		"paying": {
			testBank, []string{"/v1/transfers", "/v1/payouts"},
			func(t *testing.T, f fixture, creator string) {
				t.Helper()
				f.ask(t, creator, http.MethodPut, "/api/payouts/settings", `{"frequency": "weekly"}`)
				f.pass(7 * 24 * time.Hour)
			},
			money{Paid: 2700, Transfers: 1, BankPayouts: 1, BalanceChanges: 2},
		},
		"taking back": {
			closedBank, []string{"/reversals"},
			func(t *testing.T, f fixture, creator string) {
				t.Helper()
				f.pay(t, creator, `{}`)
				f.pass(72 * time.Hour)
			},
			money{Earned: 2700, BalanceChanges: 4},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			effects := f.Effects(f.sandbox)
			cut := func(creator string, fault *functiontest.Fault) []string {
				effects.Fail(nil)
				f.onboard(t, creator, c.bank)
				f.earn(t, creator, 3000)
				c.before(t, f, creator)
				effects.Fail(fault)
				_, err := f.master.run(t.Context())
				if fault == nil && err != nil {
					t.Fatal(err)
				}
				return effects.Made()
			}
			made := cut("whole", nil)
			for _, call := range c.needs {
				if !slices.ContainsFunc(made, func(m string) bool { return strings.HasPrefix(m, "POST ") && strings.HasSuffix(m, call) }) {
					t.Fatalf("effects: %v", made)
				}
			}
			effects.Fail(nil)
			f.settle(t)
			f.has(t, "whole", c.want)
			for i, effect := range made {
				for j, fault := range faults(i) {
					creator := fmt.Sprintf("creator-%d-%d", i, j)
					cut(creator, &fault)
					effects.Fail(nil)
					f.settle(t)
					if got := f.money(t, creator); got != c.want {
						t.Errorf("%s, %+v: %+v, want %+v", effect, fault, got, c.want)
					}
					f.ask(t, creator, http.MethodPut, "/api/payouts/settings", `{"frequency": "manual"}`)
				}
			}
		})
	}
}
