package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

// Stripe keeps signing with a rolled secret for a day.
func TestRotatingTheWebhookSecret(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.CreateProject(t, developer)
	s := billing.Scope{Project: p.ID, Mode: billing.Test}
	f.put(t, p.ID, `{"test_webhook_secret": "whsec_canaryFirst"}`)
	f.put(t, p.ID, `{"test_webhook_secret": "whsec_canaryFirst"}`) // the same again rotates nothing
	rotated := f.Clock.Now()
	f.put(t, p.ID, `{"test_webhook_secret": "whsec_canarySecond"}`)
	for name, c := range map[string]struct {
		after time.Duration
		want  []string
	}{
		"at once":          {0, []string{"whsec_canarySecond", "whsec_canaryFirst"}},
		"within a day":     {24*time.Hour - time.Second, []string{"whsec_canarySecond", "whsec_canaryFirst"}},
		"after a day":      {24 * time.Hour, []string{"whsec_canarySecond"}},
		"after many years": {20 * 365 * 24 * time.Hour, []string{"whsec_canarySecond"}},
	} {
		var got []string
		for _, secret := range f.credentials(t, s).SigningSecrets(rotated.Add(c.after)) {
			got = append(got, secret.Reveal())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Whoever rolls a secret says how long the old one is good for.
func TestWebhookSecretOverlap(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body  string
		after time.Duration
		want  int // valid secrets
	}{
		"a week":                 {`{"test_webhook_secret": "whsec_canarySecond", "webhook_secret_overlap_hours": 168}`, 168*time.Hour - time.Second, 2},
		"after that week":        {`{"test_webhook_secret": "whsec_canarySecond", "webhook_secret_overlap_hours": 168}`, 168 * time.Hour, 1},
		"none":                   {`{"test_webhook_secret": "whsec_canarySecond", "webhook_secret_overlap_hours": 0}`, 0, 1},
		"null is the usual day":  {`{"test_webhook_secret": "whsec_canarySecond", "webhook_secret_overlap_hours": null}`, 24*time.Hour - time.Second, 2},
		"without another secret": {`{"webhook_secret_overlap_hours": 0}`, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			p := f.CreateProject(t, developer)
			f.put(t, p.ID, `{"test_webhook_secret": "whsec_canaryFirst"}`)
			f.put(t, p.ID, c.body)
			valid := f.credentials(t, billing.Scope{Project: p.ID, Mode: billing.Test}).SigningSecrets(f.Clock.Now().Add(c.after))
			if len(valid) != c.want {
				t.Errorf("%d secrets are valid, want %d", len(valid), c.want)
			}
		})
	}
}

// A secret that was rolled is ended by sending the current one again.
func TestEndingARolledWebhookSecret(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.CreateProject(t, developer)
	for _, body := range []string{
		`{"test_webhook_secret": "whsec_canaryFirst"}`,
		`{"test_webhook_secret": "whsec_canarySecond"}`,
		`{"test_webhook_secret": "whsec_canarySecond", "webhook_secret_overlap_hours": 0}`,
	} {
		f.put(t, p.ID, body)
	}
	valid := f.credentials(t, billing.Scope{Project: p.ID, Mode: billing.Test}).SigningSecrets(f.Clock.Now())
	if len(valid) != 1 || valid[0].Reveal() != "whsec_canarySecond" {
		t.Errorf("%d secrets are valid, want the second only", len(valid))
	}
}
