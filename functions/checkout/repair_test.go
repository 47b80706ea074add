package main

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
)

// A checkout may be cut short at any of its calls, before or after the call is
// carried out, and by the end of the process too. The same request again goes
// through, and nothing is there twice.
func TestCheckoutIsRepairedByTryingAgain(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*testing.T, shop, string){
		"a new user": func(*testing.T, shop, string) {},
		"a returning user": func(t *testing.T, s shop, user string) {
			s.sandbox.Pay(t, s.get(t, user, wish("price_pro_trial", "")).ID)
			s.cancel(t, s.subscriptions(t, user)[0].ID)
			s.get(t, user, wish("price_starter_monthly", "")) // to be expired
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			body := wish("price_pro_trial", "")
			effects := s.Effects(s.sandbox)
			prepare(t, s, "user-0")
			effects.Fail(nil)
			s.get(t, "user-0", body)
			made := effects.Made()
			if !slices.Contains(made, "POST /v1/checkout/sessions") || !slices.Contains(made, "PutItem") {
				t.Fatalf("effects: %v", made)
			}
			for i, effect := range made {
				for _, fault := range []functiontest.Fault{{Effect: i}, {Effect: i, Lost: true}, {Effect: i, Crash: true}, {Effect: i, Lost: true, Crash: true}} {
					user := fmt.Sprintf("user-%d-%t-%t", i, fault.Lost, fault.Crash)
					effects.Fail(nil)
					prepare(t, s, user)
					effects.Fail(&fault)
					first := s.ask(t, user, body)
					effects.Fail(nil)
					s.Clock.Advance(leaseLife) // a lease that could not be given back is over
					again := s.get(t, user, body)
					if open := s.open(t, user); !cmp.Equal([]string{again.ID}, open) {
						t.Errorf("%s, %+v: got %s, open are %v", effect, fault, again.ID, open)
					}
					switch first.Status {
					case http.StatusOK:
						var got session
						if first.Decode(t, &got); !cmp.Equal(got, again) {
							t.Errorf("%s, %+v: %+v, then %+v", effect, fault, got, again)
						}
					case http.StatusInternalServerError, http.StatusBadGateway:
					default:
						t.Errorf("%s, %+v: %d %s", effect, fault, first.Status, first.Body)
					}
				}
			}
		})
	}
}
