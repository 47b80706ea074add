package gateway_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/projector"
)

var answeredAt = time.Date(2026, 2, 3, 9, 20, 30, 0, time.UTC)

// An answer is as old as its call at most: what happened at Stripe while the
// call was under way may be missing from it.
func TestAnswersKnowHowOldTheyMayBe(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, subscriptionJSON, "Date", answeredAt.Format(http.TimeFormat)))
	o, err := account(t, stripe.URL).Observe(t.Context(), "sub_1")
	if err != nil {
		t.Fatal(err)
	}
	if o.AsOf.Nanosecond() != 0 || !o.AsOf.Before(answeredAt) || o.AsOf.Before(answeredAt.Add(-10*time.Second)) {
		t.Errorf("as of %s, answered at %s", o.AsOf, answeredAt)
	}
	if o.Item != "si_1" || o.Fact.ID != "sub_1" {
		t.Errorf("observed %+v", o)
	}
	stripe.Answer(functiontest.Answering(http.StatusOK, subscriptionJSON, "Date", "yesterday"))
	if o, err = account(t, stripe.URL).Observe(t.Context(), "sub_1"); err != nil || !o.AsOf.IsZero() {
		t.Errorf("without a time: as of %s, %v", o.AsOf, err)
	}
}

// What Stripe answers to a repeated idempotency key is of the first time.
func TestReplayedAnswersAreReadAnew(t *testing.T) {
	t.Parallel()
	scheduled := strings.Replace(subscriptionJSON, `"status"`, `"cancel_at": 1772529300, "status"`, 1)
	tests := map[string]struct {
		now  string // at Stripe, whatever the stored answer says
		want []string
	}{
		"still canceled": {scheduled, []string{"POST", "GET"}},
		"taken back":     {subscriptionJSON, []string{"POST", "GET", "POST", "GET"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stripe := functiontest.NewStripe(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					functiontest.Answering(http.StatusOK, `{"id": "sub_1", "object": "subscription"}`, "Idempotent-Replayed", "true")(w, r)
					return
				}
				functiontest.Answering(http.StatusOK, test.now)(w, r)
			})
			o, err := account(t, stripe.URL).Cancel(t.Context(), "sub_1", gateway.Cancellation{}, 1)
			if err != nil || o.Fact.After.Status != billing.StatusActive {
				t.Errorf("canceled: %+v, %v", o, err)
			}
			var asked []string
			keys := map[string]bool{}
			for _, r := range stripe.Requests() {
				method, path, _ := strings.Cut(r.Operation, " ")
				if asked = append(asked, method); path != "/v1/subscriptions/sub_1" {
					t.Errorf("asked %s", r.Operation)
				}
				if method == http.MethodPost {
					keys[r.IdempotencyKey] = true
				}
			}
			if diff := cmp.Diff(test.want, asked); diff != "" || len(keys) != len(test.want)/2 {
				t.Errorf("requests (-want +got):\n%sunder %d keys", diff, len(keys))
			}
		})
	}
}

// A retry is the same change; another row, reason or price is another one.
func TestChangesHaveIdempotencyKeysOfTheirOwn(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, subscriptionJSON))
	a := account(t, stripe.URL)
	key := func(change func() (gateway.Observed, error)) string {
		t.Helper()
		if _, err := change(); err != nil {
			t.Fatal(err)
		}
		return stripe.Requests()[0].IdempotencyKey
	}
	cancel := func(id string, c gateway.Cancellation, revision int64) string {
		t.Helper()
		return key(func() (gateway.Observed, error) { return a.Cancel(t.Context(), id, c, revision) })
	}
	change := func(price, proration string, revision int64) string {
		t.Helper()
		o := gateway.Observed{Observation: projector.Observation{Fact: billing.SubscriptionFact{ID: "sub_1"}}, Item: "si_1"}
		return key(func() (gateway.Observed, error) {
			return a.ChangePrice(t.Context(), o, gateway.Price{ID: price}, proration, revision)
		})
	}
	if first, again := cancel("sub_1", gateway.Cancellation{}, 1), cancel("sub_1", gateway.Cancellation{}, 1); first != again {
		t.Errorf("one cancellation: %q and %q", first, again)
	}
	if first, again := change("price_2", "none", 1), change("price_2", "none", 1); first != again {
		t.Errorf("one change: %q and %q", first, again)
	}
	seen := map[string]string{}
	for name, k := range map[string]string{
		"cancel":                  cancel("sub_1", gateway.Cancellation{}, 1),
		"cancel another":          cancel("sub_2", gateway.Cancellation{}, 1),
		"cancel for a reason":     cancel("sub_1", gateway.Cancellation{Feedback: "unused"}, 1),
		"cancel with a comment":   cancel("sub_1", gateway.Cancellation{Comment: "unused"}, 1),
		"cancel later":            cancel("sub_1", gateway.Cancellation{}, 2),
		"change":                  change("price_2", "none", 1),
		"change to another":       change("price_3", "none", 1),
		"change with a proration": change("price_2", "always_invoice", 1),
		"change later":            change("price_2", "none", 2),
	} {
		if k == "" || seen[k] != "" {
			t.Errorf("%s and %s have the key %q", name, seen[k], k)
		}
		seen[k] = name
	}
}

// Callers' metadata cannot pretend to be billhook's own.
func TestReservedMetadata(t *testing.T) {
	t.Parallel()
	stripe := functiontest.NewStripe(t, functiontest.Answering(http.StatusOK, `{"id": "cs_test_1", "object": "checkout.session"}`))
	_, err := account(t, stripe.URL).CreateCheckoutSession(t.Context(), gateway.Checkout{
		Recurring: true, Plan: "Team", AutomaticTax: true, PromotionCodes: true, TrialDays: 7, Request: "abc",
		Metadata: map[string]string{"billhook_request": "x", "billhook_trial_days": "9", "plan_name": "Gold", "note": "kept"},
	})
	if err != nil {
		t.Fatal(err)
	}
	form := stripe.Requests()[0].Form
	for field, want := range map[string]string{
		"metadata[billhook_request]":                       "abc",
		"metadata[billhook_trial_days]":                    "7",
		"metadata[note]":                                   "kept",
		"subscription_data[metadata][note]":                "kept",
		"subscription_data[metadata][plan_name]":           "Team",
		"subscription_data[metadata][billhook_request]":    "",
		"subscription_data[metadata][billhook_trial_days]": "",
		"subscription_data[trial_period_days]":             "7",
		"automatic_tax[enabled]":                           "true",
		"customer_update[address]":                         "auto",
		"allow_promotion_codes":                            "true",
	} {
		if got := form.Get(field); got != want {
			t.Errorf("%s = %q, want %q", field, got, want)
		}
	}
}
