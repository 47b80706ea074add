package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

// reads are the calls that tell whether secrets were read: a configuration and
// a version of a secret. An event's rows are one BatchGetItem more.
func (f fixture) reads() [2]int {
	calls := f.Calls()
	return [2]int{calls["BatchGetItem"], calls["GetSecretValue"]}
}

// costs fails the test unless what was done took so many reads.
func (f fixture) costs(t *testing.T, doing string, items, secrets int, do func()) {
	t.Helper()
	before := f.reads()
	do()
	after := f.reads()
	if diff := cmp.Diff([2]int{items, secrets}, [2]int{after[0] - before[0], after[1] - before[1]}); diff != "" {
		t.Errorf("%s: reads of items and secrets (-want +got):\n%s", doing, diff)
	}
}

func TestWarmDeliveriesReadNoSecrets(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	take := func(event string) func() {
		return func() { f.deliver(t, paidInvoice(event, "in_"+event)).Is(t, 200, received) }
	}
	f.costs(t, "the first delivery", 2, 1, take("evt_1"))
	f.costs(t, "the second", 1, 0, take("evt_2"))
	f.Clock.Advance(secretsLife)
	f.costs(t, "one after a while", 2, 0, take("evt_3")) // the version did not change
}

func TestJunkCostsNoReads(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.deliver(t, paidInvoice("evt_1", "in_1")).Is(t, 200, received)
	junk := func() {
		for range 20 {
			body := paidInvoice("evt_2", "in_2")
			f.post(t, f.project.String(), "test", body, sign("whsec_canaryOther", f.Clock.Now(), body)).Is(t, 400, invalidSignature)
		}
	}
	f.costs(t, "junk right after a read, held against the other mode's secret", 1, 1, junk)
	f.Clock.Advance(secretsRereadIn)
	f.costs(t, "junk later", 1, 0, junk)
	f.costs(t, "junk that has no time to be right", 0, 0, func() {
		f.Clock.Advance(secretsRereadIn)
		body := paidInvoice("evt_2", "in_2")
		f.post(t, f.project.String(), "test", body, sign(secretOf(billing.Test), f.Clock.Now().Add(-time.Hour), body)).Is(t, 400, invalidSignature)
	})
}

// rotate replaces the test mode's webhook secret, as the config function does.
func (f fixture) rotate(t *testing.T, secret billing.Secret) {
	t.Helper()
	c := functiontest.Credentials(billing.Test)
	c.RollWebhookSecret(secret, billing.SecretOverlap, f.Clock.Now())
	f.Configure(t, f.project, billing.Test, c)
}

func TestSecretReplacedWhileKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const next = "whsec_canaryNext4242"
	signed := func(secret, event string) functiontest.Answer {
		body := paidInvoice(event, "in_"+event)
		return f.post(t, f.project.String(), "test", body, sign(secret, f.Clock.Now(), body))
	}
	signed(secretOf(billing.Test), "evt_1").Is(t, 200, received)
	f.rotate(t, next)
	signed(next, "evt_2").Is(t, 400, invalidSignature) // read a moment ago: Stripe will deliver it again
	f.Clock.Advance(secretsRereadIn)
	f.costs(t, "the new secret", 2, 1, func() { signed(next, "evt_2").Is(t, 200, received) })
	f.costs(t, "the new secret again", 1, 0, func() { signed(next, "evt_3").Is(t, 200, received) })

	// The replaced secret is good for a day.
	f.Clock.Advance(24*time.Hour - secretsRereadIn - time.Second)
	signed(secretOf(billing.Test), "evt_4").Is(t, 200, received)
	f.Clock.Advance(time.Second)
	signed(secretOf(billing.Test), "evt_5").Is(t, 400, invalidSignature) // also where it is kept
	signed(next, "evt_5").Is(t, 200, received)
}

func TestKeptSecretsAreBounded(t *testing.T) {
	t.Parallel()
	w := functiontest.New(t)
	s := newSigningSecrets(w.Function.Table, w.Function.Vault, w.Function.Now)
	for range secretsKept {
		s.known[billing.Scope{Project: uuid.New(), Mode: billing.Test}] = kept{}
	}
	project := w.CreateProject(t, "developer-1").ID
	w.Configure(t, project, billing.Test, functiontest.Credentials(billing.Test))
	scope := billing.Scope{Project: project, Mode: billing.Test}
	got, err := s.get(t.Context(), scope)
	if err != nil || len(got) != 1 || got[0].Reveal() != secretOf(billing.Test) {
		t.Errorf("%d secrets, %v", len(got), err)
	}
	if len(s.known) > secretsKept {
		t.Errorf("%d scopes are kept, more than %d", len(s.known), secretsKept)
	}
}
