package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/projector"
)

// held is a subscription to two seats at price_1 as Stripe may answer it.
func held(schedule string) gateway.Observed {
	return gateway.Observed{
		Observation: projector.Observation{Fact: billing.SubscriptionFact{ID: "sub_1", After: billing.SubscriptionState{
			Status: billing.StatusActive, Price: "price_1", Quantity: 2, CurrentPeriodEnd: billing.At(1772529300),
		}}},
		Item: "si_1", Interval: billing.Month, Schedule: schedule,
	}
}

func offer(price string, quantity int64) billing.Offer {
	return billing.Offer{
		Plan:     billing.Plan{ID: "plan_gold", Key: "gold", Name: "Gold", Currency: "usd"},
		Price:    billing.PlanPrice{ID: price, Interval: billing.Month, Amount: 2900},
		Quantity: quantity,
	}
}

// A schedule's first phase is what was there, with all that belongs to it; its
// second is the offer, for one period.
func TestPhasesOfAScheduledChange(t *testing.T) {
	t.Parallel()
	const schedule = `{"id": "sub_sched_1", "object": "subscription_schedule", "current_phase": {"start_date": 1770110100, "end_date": 1780000000}, "phases": [
		{"start_date": 1760000000, "end_date": 1770110100, "items": [{"price": "price_0", "quantity": 9}]},
		{"start_date": 1770110100, "end_date": 1780000000, "trial_end": 1771000000, "application_fee_percent": 0.6, "default_payment_method": "pm_1",
			"description": "Team of Ada", "automatic_tax": {"enabled": true}, "default_tax_rates": [{"id": "txr_1"}], "metadata": {"user_id": "ada", "plan_key": "silver"},
			"discounts": [{"discount": "di_1"}, {"coupon": "half"}],
			"items": [{"price": "price_extra", "quantity": 1}, {"price": "price_1", "quantity": 2, "metadata": {"seat": "all"}, "tax_rates": [{"id": "txr_2"}]}]}]}`
	stripe := functiontest.NewStripe(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1/subscription_schedules") {
			functiontest.Answering(http.StatusOK, schedule)(w, r)
			return
		}
		functiontest.Answering(http.StatusOK, subscriptionJSON)(w, r)
	})
	if _, err := account(t, stripe.URL).ChangeAtPeriodEnd(t.Context(), held("sub_sched_1"), offer("price_2", 5)); err != nil {
		t.Fatal(err)
	}
	requests := stripe.Requests()
	var asked []string
	for _, r := range requests {
		asked = append(asked, r.Operation)
	}
	want := []string{"GET /v1/subscription_schedules/sub_sched_1", "POST /v1/subscription_schedules/sub_sched_1", "GET /v1/subscriptions/sub_1"}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Fatalf("requests (-want +got):\n%s", diff)
	}
	got := map[string]string{}
	for name, values := range requests[1].Form {
		got[name] = values[0]
	}
	fields := map[string]string{"end_behavior": "release", "proration_behavior": "none"}
	for place, phase := range map[string]map[string]string{
		"phases[0]": {
			"[start_date]": "1770110100", "[end_date]": "1772529300", "[trial_end]": "1771000000",
			"[items][1][price]": "price_1", "[items][1][quantity]": "2", "[metadata][plan_key]": "silver",
		},
		"phases[1]": {
			"[iterations]": "1", "[proration_behavior]": "none",
			"[items][1][price]": "price_2", "[items][1][quantity]": "5",
			"[metadata][plan_key]": "gold", "[metadata][plan_id]": "plan_gold", "[metadata][plan_name]": "Gold",
		},
	} {
		for name, value := range phase {
			fields[place+name] = value
		}
		for name, value := range map[string]string{
			"[items][0][price]": "price_extra", "[items][0][quantity]": "1", "[items][1][metadata][seat]": "all", "[items][1][tax_rates][0]": "txr_2",
			"[description]": "Team of Ada", "[default_payment_method]": "pm_1", "[automatic_tax][enabled]": "true", "[default_tax_rates][0]": "txr_1",
			"[discounts][0][discount]": "di_1", "[discounts][1][coupon]": "half", "[application_fee_percent]": "0.6000", "[metadata][user_id]": "ada",
		} {
			fields[place+name] = value
		}
	}
	if diff := cmp.Diff(fields, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A twin may have released the schedule first.
func TestReleaseByATwin(t *testing.T) {
	t.Parallel()
	const refusal = `{"error": {"type": "invalid_request_error", "message": "It is released."}}`
	for name, c := range map[string]struct {
		now      string // the subscription at Stripe
		released bool
	}{
		"it is free":          {subscriptionJSON, true},
		"it is under another": {strings.Replace(subscriptionJSON, `"status"`, `"schedule": "sub_sched_2", "status"`, 1), true},
		"it is not":           {strings.Replace(subscriptionJSON, `"status"`, `"schedule": "sub_sched_1", "status"`, 1), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stripe := functiontest.NewStripe(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					functiontest.Answering(http.StatusBadRequest, refusal)(w, r)
					return
				}
				functiontest.Answering(http.StatusOK, c.now)(w, r)
			})
			_, err := account(t, stripe.URL).Release(t.Context(), held("sub_sched_1"))
			if c.released != (err == nil) || err != nil && billing.KindOf(err) != billing.Refused {
				t.Errorf("err = %v", err)
			}
		})
	}
}

// A subscription without a schedule is not asked about.
func TestReleaseOfNothing(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusInternalServerError, `{}`))
	o, err := account(t, stripe.URL).Release(t.Context(), held(""))
	if diff := cmp.Diff(held(""), o); diff != "" || err != nil || len(stripe.Requests()) != 0 {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// A retry is the same move; anything else is another one.
func TestMovesHaveIdempotencyKeysOfTheirOwn(t *testing.T) {
	t.Parallel()
	moved := strings.NewReplacer(`"price_1"`, `"price_2"`, `"quantity": 2`, `"quantity": 5`).Replace(subscriptionJSON)
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, moved))
	a := account(t, stripe.URL)
	key := func(o gateway.Observed, err error) string {
		t.Helper()
		if err != nil || o.Fact.ID != "sub_1" {
			t.Fatalf("%+v, %v", o, err)
		}
		return stripe.Requests()[0].IdempotencyKey
	}
	change := func(price string, quantity, revision int64) string {
		t.Helper()
		return key(a.ChangeNow(t.Context(), held(""), offer(price, quantity), revision))
	}
	resume := func(atEnd bool, revision int64) string {
		t.Helper()
		o := held("")
		o.CancelAtPeriodEnd = atEnd
		return key(a.Resume(t.Context(), o, revision))
	}
	if first, again := change("price_2", 5, 1), change("price_2", 5, 1); first != again {
		t.Errorf("one change: %q and %q", first, again)
	}
	if first, again := resume(true, 1), resume(true, 1); first != again {
		t.Errorf("one resumption: %q and %q", first, again)
	}
	seen := map[string]string{}
	for name, k := range map[string]string{
		"change": change("price_2", 5, 1), "later": change("price_2", 5, 2), "another price": change("price_3", 5, 1), "another quantity": change("price_2", 6, 1),
		"resume": resume(true, 1), "resume later": resume(true, 2), "resume from a time": resume(false, 1),
	} {
		if k == "" || seen[k] != "" {
			t.Errorf("%s and %s have the key %q", name, seen[k], k)
		}
		seen[k] = name
	}
}

// What Stripe answers to a repeated idempotency key is of the first time: if the
// change has been undone since, it is made again.
func TestAMoveThatWasUndoneIsMadeAgain(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, func(w http.ResponseWriter, r *http.Request) {
		functiontest.Answering(http.StatusOK, subscriptionJSON, "Idempotent-Replayed", "true")(w, r)
	})
	if _, err := account(t, stripe.URL).ChangeNow(t.Context(), held(""), offer("price_2", 5), 1); err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, r := range stripe.Requests() {
		if r.Operation == "POST /v1/subscriptions/sub_1" {
			keys[r.IdempotencyKey] = true
		}
	}
	if len(keys) != 2 {
		t.Errorf("asked under %d keys", len(keys))
	}
}
