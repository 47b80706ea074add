package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// The sender of a delivery that is refused learns nothing; the operator and the
// developer learn what most likely is wrong.
func TestRefusalsAreExplained(t *testing.T) {
	t.Parallel()
	body := paidInvoice("evt_1", "in_1")
	signed := func(secret, signedBody string, ago time.Duration) func(f fixture) string {
		return func(f fixture) string { return sign(secret, f.Clock.Now().Add(-ago), signedBody) }
	}
	tests := map[string]struct {
		signature func(f fixture) string
		want      string
	}{
		"the other mode's secret":  {signed(secretOf(billing.Live), body, 0), "live mode endpoint at Stripe has the test mode URL"},
		"another secret":           {signed("whsec_canaryOther", body, 0), "signed with another secret"},
		"a body formatted anew":    {signed(secretOf(billing.Test), strings.TrimSpace(body)+"\n", 0), "changed on its way"},
		"an old signature":         {signed(secretOf(billing.Test), body, time.Hour), "a clock is wrong"},
		"no signature of Stripe's": {func(fixture) string { return "Bearer x" }, "missing or not Stripe's"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.post(t, f.project.String(), "test", body, test.signature(f)).Is(t, 400, invalidSignature)
			got, err := f.Function.Table.LastRefusal(t.Context(), f.scope(billing.Test))
			if err != nil || got == nil {
				t.Fatalf("nothing is kept: %v", err)
			}
			if !strings.Contains(got.LikelyCause, test.want) || !got.At.Equal(f.Clock.Now()) {
				t.Errorf("likely cause %q at %s, want %q", got.LikelyCause, got.At, test.want)
			}
			if !f.Logged(t, map[string]any{"msg": "delivery refused", "likely_cause": got.LikelyCause}) {
				t.Error("nothing was logged")
			}
			// The next one costs nothing for a while.
			f.Clock.Advance(time.Second)
			before := f.Calls()["PutItem"]
			f.post(t, f.project.String(), "test", body, test.signature(f)).Is(t, 400, invalidSignature)
			if after := f.Calls()["PutItem"]; after != before {
				t.Errorf("%d writes for another one at once", after-before)
			}
		})
	}
}

// An event that cannot be read is kept whole and acknowledged; once it can be
// read, it is applied.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	good := paidInvoice("evt_1", "in_1")
	for name, body := range map[string]string{
		"no amount":         strings.Replace(good, "amount_paid", "amount_lost", 1),
		"an amount of text": strings.Replace(good, `"amount_paid": 2400`, `"amount_paid": "24.00"`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.deliver(t, body).Is(t, 200, received)
			kept, err := f.Function.Table.Body(t.Context(), f.scope(billing.Test), "evt_1")
			if err != nil || string(kept) != body {
				t.Errorf("kept %q, %v", kept, err)
			}
			if !f.Logged(t, map[string]any{"msg": "event quarantined", "event": "evt_1"}) || !f.Logged(t, map[string]any{"Events": 1, "Outcome": "quarantined"}) ||
				!f.Logged(t, map[string]any{"EventsQuarantined": 1, "Why": "unreadable"}) {
				t.Error("the quarantine was not logged and counted")
			}
			at := billing.EventRef{ID: "evt_1", Created: billing.At(1770110104)}
			record, err := f.Function.Table.Record(t.Context(), f.scope(billing.Test), at)
			if err != nil || record == nil || record.Outcome != billing.Quarantined || !strings.Contains(record.Reason, "amount_paid") || record.Attempts != 1 {
				t.Errorf("record %+v, %v", record, err)
			}
			f.deliver(t, good).Is(t, 200, received)
			f.onePayment(t)
		})
	}
}

// A failure is written down, and the event is applied when it comes again.
func TestFailuresAreRecorded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	body := sample(t, "checkout.session.completed")
	f.stripe.Answer(functiontest.Answering(500, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false"))
	for attempt := 1; attempt <= 2; attempt++ {
		f.deliver(t, body).Is(t, 502, `{"detail": "Stripe failed to answer"}`)
		f.Clock.Advance(time.Second)
	}
	at := billing.EventRef{ID: "evt_1SwU5nin1QbhkHe4Zr9LmTyW", Created: billing.At(1770110105)}
	record, err := f.Function.Table.Record(t.Context(), f.scope(billing.Test), at)
	if err != nil || record == nil || record.Outcome != billing.Failed || record.Attempts != 2 || record.Reason != "Stripe failed to answer" {
		t.Errorf("record %+v, %v", record, err)
	}
}

// An event that keeps failing is kept whole when Stripe will not come much longer.
func TestParking(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	body := sample(t, "checkout.session.completed")
	f.stripe.Answer(functiontest.Answering(500, `{"error": {"type": "api_error"}}`, "Stripe-Should-Retry", "false"))
	recent := strings.Replace(body, `"created": 1770110105`, fmt.Sprintf(`"created": %d`, f.Clock.Now().Unix()), 1)
	for range 20 { // Stripe will deliver this one for days
		f.deliver(t, recent).Is(t, 502, `{"detail": "Stripe failed to answer"}`)
		f.Clock.Advance(time.Second)
	}
	deliveries := 0
	for status := 0; status != 200 && deliveries < 30; deliveries++ {
		status = f.deliver(t, body).Status
		f.Clock.Advance(time.Second)
	}
	kept, err := f.Function.Table.Body(t.Context(), f.scope(billing.Test), "evt_1SwU5nin1QbhkHe4Zr9LmTyW")
	if err != nil || string(kept) != body || deliveries != 13 {
		t.Errorf("after %d deliveries, kept %d bytes of %d, %v", deliveries, len(kept), len(body), err)
	}
	if !f.Logged(t, map[string]any{"EventsQuarantined": 1, "Why": "parked"}) {
		t.Error("the parking was not counted")
	}
}
