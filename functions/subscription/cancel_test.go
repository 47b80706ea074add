package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
)

const rfc3339 = "2006-01-02T15:04:05Z"

func TestCancelAtPeriodEnd(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	for name, body := range map[string]string{
		"by default":         `{}`,
		"cancel_immediately": `{"cancel_immediately": false}`,
		"immediate":          `{"immediate": false}`,
		"at_period_end":      `{"at_period_end": true, "immediate": false, "cancel_immediately": false}`,
		"null":               `{"at_period_end": null, "immediate": null, "cancel_immediately": null, "feedback": null, "comment": null}`,
		"with a reason":      `{"feedback": "too_expensive", "comment": "See you in spring."}`,
	} {
		user := "user " + name
		id := h.subscribe(t, user)
		end := time.Unix(h.subscription(t, id).CurrentPeriodEnd, 0).UTC().Format(rfc3339)
		now := h.sandbox.Clock.Now().Format(rfc3339)
		h.post(t, user, cancelPath, body).Is(t, 200, fmt.Sprintf(`{
			"subscription_id": %q, "status": "active", "cancel_at": %q, "cancelled_at": %q,
			"message": "Subscription will be canceled at the end of the billing period"
		}`, id, end, now))
		// It shows at once, and access is kept.
		h.shows(t, user, map[string]any{"subscription_id": id, "status": "active", "cancel_at": end, "cancelled_at": now})
		details := h.subscription(t, id).CancellationDetails
		if reason := name == "with a reason"; reason != (details.Feedback == "too_expensive" && details.Comment == "See you in spring.") {
			t.Errorf("%s: Stripe was told %+v", name, details)
		}
		// Once more changes nothing.
		h.sandbox.Clock.Advance(time.Minute)
		if again := h.post(t, user, cancelPath, `{}`); again.Status != http.StatusOK || h.changes(t, updated, id) != 1 {
			t.Errorf("%s, again: %d %s", name, again.Status, again.Body)
		}
	}
}

func TestCancelImmediately(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	for name, body := range map[string]string{
		"cancel_immediately": `{"cancel_immediately": true}`,
		"immediate":          `{"immediate": true}`,
		"at_period_end":      `{"at_period_end": false, "feedback": "unused"}`,
		"all agree":          `{"at_period_end": false, "immediate": true, "cancel_immediately": true}`,
	} {
		user := "user " + name
		id := h.subscribe(t, user)
		h.post(t, user, cancelPath, body).Is(t, 200, fmt.Sprintf(`{
			"subscription_id": %q, "status": "canceled", "cancel_at": null, "cancelled_at": %q,
			"message": "Subscription canceled immediately"
		}`, id, h.sandbox.Clock.Now().Format(rfc3339)))
		if got := h.mine(t, user); got != nil {
			t.Errorf("%s: my-subscription is still %v", name, got)
		}
		if feedback := h.subscription(t, id).CancellationDetails.Feedback; (feedback == "unused") != (name == "at_period_end") {
			t.Errorf("%s: Stripe was told %q", name, feedback)
		}
		h.post(t, user, cancelPath, body).Is(t, 404, noSubscriptionHeld)
	}
}

// Billed flexibly, a subscription that is to end at the period's end says when,
// and not that it is the period's end.
func TestFlexibleCancellationReadsTheSame(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	id := h.subscribe(t, user)
	end, asked := h.subscription(t, id).CurrentPeriodEnd, h.sandbox.Clock.Now()
	if _, err := h.sandbox.API.Subscriptions.Update(id, &stripe.SubscriptionParams{CancelAt: &end}); err != nil {
		t.Fatal(err)
	}
	// The sandbox does not bill flexibly: it forgets when it was asked.
	h.sandbox.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		body := strings.Replace(recorder.Body.String(), `"canceled_at": null`, fmt.Sprintf(`"canceled_at": %d`, asked.Unix()), 1)
		functiontest.Answering(recorder.Code, body, "Date", recorder.Header().Get("Date"))(w, r)
	})
	h.told(t, id)
	want := map[string]any{
		"status": "active", "cancel_at": time.Unix(end, 0).UTC().Format(rfc3339), "cancelled_at": asked.Format(rfc3339),
	}
	h.shows(t, user, want)
	h.post(t, user, cancelPath, `{}`).Is(t, 200, fmt.Sprintf(`{
		"subscription_id": %q, "status": "active", "cancel_at": %q, "cancelled_at": %q,
		"message": "Subscription will be canceled at the end of the billing period"
	}`, id, want["cancel_at"], want["cancelled_at"]))
	if n := h.changes(t, updated, id); n != 1 {
		t.Errorf("%d updates, want only the one before", n)
	}
}

// A cancellation that was taken back can be asked for again.
func TestCancelAgainAfterItWasTakenBack(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	id := h.subscribe(t, user)
	for round := range 3 {
		if answer := h.post(t, user, cancelPath, `{}`); answer.Status != http.StatusOK || !h.subscription(t, id).CancelAtPeriodEnd {
			t.Fatalf("round %d: %d %s", round, answer.Status, answer.Body)
		}
		if _, err := h.sandbox.API.Subscriptions.Update(id, &stripe.SubscriptionParams{CancelAtPeriodEnd: stripe.Bool(false)}); err != nil {
			t.Fatal(err)
		}
		if round > 0 { // the first time its event is late
			h.sandbox.Clock.Advance(time.Minute)
			h.told(t, id)
		}
	}
}

// Nor does it matter that the row has not heard of the first one: Stripe would
// answer the second with the first one's stored answer.
func TestCancelAgainBeforeAnyEvent(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	id := h.subscribe(t, user)
	h.told(t, id) // in this second, so that the events are waited for
	for round := range 2 {
		answer := h.post(t, user, cancelPath, `{}`)
		if answer.Status != http.StatusOK || !h.subscription(t, id).CancelAtPeriodEnd || strings.Contains(answer.Body, `"cancel_at":null`) {
			t.Fatalf("round %d: %d %s", round, answer.Status, answer.Body)
		}
		if _, err := h.sandbox.API.Subscriptions.Update(id, &stripe.SubscriptionParams{CancelAtPeriodEnd: stripe.Bool(false)}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestManyCancellationsAtTheSameTime(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	for body, kind := range map[string]string{`{}`: updated, `{"immediate": true}`: deleted} {
		user := "user " + kind
		id := h.subscribe(t, user)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				// Whoever comes when all is done finds nothing to cancel.
				if answer := h.post(t, user, cancelPath, body); answer.Status != http.StatusOK && (kind == updated || answer.Status != http.StatusNotFound) {
					t.Errorf("%s: %d %s", body, answer.Status, answer.Body)
				}
			})
		}
		wg.Wait()
		if n := h.changes(t, kind, id); n != 1 {
			t.Errorf("%s: %d cancellations", body, n)
		}
	}
}

func TestInvalidCancellations(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	id := h.subscribe(t, user)
	for body, want := range map[string]struct{ loc, kind string }{
		``:                              {`["body"]`, "missing"},
		`[]`:                            {`["body"]`, "model_attributes_type"},
		`{"cancel_immediately": "yes"}`: {`["body", "cancel_immediately"]`, "bool_type"},
		`{"immediate": true, "cancel_immediately": false}`:    {`["body", "immediate"]`, "value_error"},
		`{"immediate": false, "cancel_immediately": true}`:    {`["body", "immediate"]`, "value_error"},
		`{"at_period_end": true, "immediate": true}`:          {`["body", "at_period_end"]`, "value_error"},
		`{"at_period_end": true, "cancel_immediately": true}`: {`["body", "at_period_end"]`, "value_error"},
		`{"feedback": "boredom"}`:                             {`["body", "feedback"]`, "enum"},
		`{"feedback": ""}`:                                    {`["body", "feedback"]`, "enum"},
		`{"feedback": 1}`:                                     {`["body", "feedback"]`, "string_type"},
		`{"comment": []}`:                                     {`["body", "comment"]`, "string_type"},
	} {
		h.post(t, user, cancelPath, body).Invalid(t, want.loc, want.kind)
	}
	if sub := h.subscription(t, id); sub.CancelAtPeriodEnd || sub.Status != stripe.SubscriptionStatusActive {
		t.Errorf("at Stripe: %+v", sub)
	}
}

// A change may be cut short at any of its calls, before or after the call is
// carried out. The same request again goes through, and it happens once.
func TestChangesAreRepairedByTryingAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, body, event string }{
		"at the period's end": {cancelPath, `{"feedback": "unused"}`, updated},
		"immediately":         {cancelPath, `{"immediate": true}`, deleted},
		"another price":       {updatePath, `{"new_price_id": "price_pro_monthly", "proration_behavior": "always_invoice"}`, updated},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHolders(t)
			effects := h.Effects(h.sandbox)
			learn := func(fault *functiontest.Fault, user string) (string, functiontest.Answer) {
				effects.Fail(nil)
				id := h.subscribe(t, user)
				effects.Fail(fault)
				return id, h.post(t, user, c.path, c.body)
			}
			id, answer := learn(nil, "user")
			made := effects.Made()
			if answer.Status != http.StatusOK || h.changes(t, c.event, id) != 1 || len(made) < 5 {
				t.Fatalf("%d %s, by %v", answer.Status, answer.Body, made)
			}
			for i, effect := range made {
				for _, lost := range []bool{false, true} {
					user := fmt.Sprintf("user-%d-%t", i, lost)
					id, first := learn(&functiontest.Fault{Effect: i, Lost: lost}, user)
					if first.Status != http.StatusInternalServerError && first.Status != http.StatusBadGateway {
						t.Errorf("%s, lost %t: %d %s", effect, lost, first.Status, first.Body)
					}
					effects.Fail(nil)
					again := h.post(t, user, c.path, c.body)
					// If all was done but the last reply lost, nothing is left to cancel.
					done := c.event == deleted && lost && i == len(made)-1 && again.Status == http.StatusNotFound
					if again.Status != http.StatusOK && !done {
						t.Errorf("%s, lost %t, again: %d %s", effect, lost, again.Status, again.Body)
					}
					if n := h.changes(t, c.event, id); n != 1 {
						t.Errorf("%s, lost %t: it happened %d times", effect, lost, n)
					}
				}
			}
		})
	}
}
