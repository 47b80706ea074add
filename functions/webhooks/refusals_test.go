package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
)

const (
	invalidSignature = `{"detail": "Invalid signature"}`
	invalidPayload   = `{"detail": "Invalid payload"}`
)

func TestSignatures(t *testing.T) {
	t.Parallel()
	body := paidInvoice("evt_1", "in_1")
	secret := secretOf(billing.Test)
	for name, c := range map[string]struct {
		header   func(now time.Time) string
		accepted bool
	}{
		"signed now":      {func(now time.Time) string { return sign(secret, now, body) }, true},
		"5 minutes old":   {func(now time.Time) string { return sign(secret, now.Add(-300*time.Second), body) }, true},
		"5 minutes early": {func(now time.Time) string { return sign(secret, now.Add(300*time.Second), body) }, true},
		"beside another": {func(now time.Time) string {
			return sign("whsec_canaryOther", now, body) + "," + signatures(sign(secret, now, body))
		}, true},
		"beside a test one": {func(now time.Time) string {
			return sign(secret, now, body) + ",v0=6ffbb59b2300aae63f272406069a9788598b792a"
		}, true},
		"unsigned":            {func(time.Time) string { return "" }, false},
		"blank":               {func(time.Time) string { return " " }, false},
		"garbage":             {func(time.Time) string { return "signed, sealed, delivered" }, false},
		"no time":             {func(now time.Time) string { return signatures(sign(secret, now, body)) }, false},
		"no signature":        {func(now time.Time) string { return fmt.Sprintf("t=%d", now.Unix()) }, false},
		"a test one only":     {func(now time.Time) string { return strings.Replace(sign(secret, now, body), "v1=", "v0=", 1) }, false},
		"another's secret":    {func(now time.Time) string { return sign("whsec_canaryOther", now, body) }, false},
		"the other mode's":    {func(now time.Time) string { return sign(secretOf(billing.Live), now, body) }, false},
		"the empty secret":    {func(now time.Time) string { return sign("", now, body) }, false},
		"of another body":     {func(now time.Time) string { return sign(secret, now, body+" ") }, false},
		"of another time":     {func(now time.Time) string { return strings.Replace(sign(secret, now, body), "t=", "t=1", 1) }, false},
		"replayed after 5:01": {func(now time.Time) string { return sign(secret, now.Add(-301*time.Second), body) }, false},
		"dated 5:01 ahead":    {func(now time.Time) string { return sign(secret, now.Add(301*time.Second), body) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			before := f.Stored(t)
			answer := f.post(t, f.project.String(), "test", body, c.header(f.Clock.Now()))
			if c.accepted {
				answer.Is(t, 200, received)
				return
			}
			answer.Is(t, 400, invalidSignature)
			f.SameAs(t, before)
			if !f.Logged(t, map[string]any{"EventsRefused": 1, "Kind": "invalid_signature"}) && name != "unsigned" {
				t.Error("the refusal was not counted")
			}
		})
	}
}

// signatures is a header without its time.
func signatures(header string) string {
	_, rest, _ := strings.Cut(header, ",")
	return rest
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	good := paidInvoice("evt_1", "in_1")
	for name, c := range map[string]struct {
		body   string
		status int
		answer string
	}{
		"nothing":             {"", 400, invalidPayload},
		"no JSON":             {"id=evt_1", 400, invalidPayload},
		"cut off":             {good[:len(good)-3], 400, invalidPayload},
		"two values":          {good + good, 400, invalidPayload},
		"null":                {"null", 400, invalidPayload},
		"an array":            {"[" + good + "]", 400, invalidPayload},
		"no event":            {`{"id": "in_1", "object": "invoice"}`, 400, invalidPayload},
		"no id":               {strings.Replace(good, `"evt_1"`, `""`, 1), 400, invalidPayload},
		"no livemode":         {strings.Replace(good, `"livemode": false`, `"live": false`, 1), 400, invalidPayload},
		"a thin event":        {strings.Replace(good, `"object": "event"`, `"object": "v2.core.event"`, 1), 400, invalidPayload},
		"live, at test's URL": {strings.Replace(good, `"livemode": false`, `"livemode": true`, 1), 400, invalidPayload},
		"over 1 MiB":          {strings.Repeat(" ", 1<<20) + good, 413, `{"detail": "The body is larger than 1048576 bytes"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			before := f.Stored(t)
			f.deliver(t, c.body).Is(t, c.status, c.answer)
			f.SameAs(t, before)
		})
	}
	t.Run("test, at live's URL", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		before := f.Stored(t)
		f.post(t, f.project.String(), "live", good, sign(secretOf(billing.Live), f.Clock.Now(), good)).Is(t, 400, invalidPayload)
		f.SameAs(t, before)
	})
}

func TestURLs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	body := paidInvoice("evt_1", "in_1")
	good := sign(secretOf(billing.Test), f.Clock.Now(), body)
	others := f.CreateProject(t, "developer-2").ID
	c := functiontest.Credentials(billing.Test)
	c.WebhookSecrets[0].Value = "whsec_canaryOther"
	f.Configure(t, others, billing.Test, c)
	before := f.Stored(t)
	for name, c := range map[string]struct {
		project, mode, signature string
		status                   int
		answer                   string
	}{
		"no uuid":            {"mine", "test", good, 422, `{"detail": [{"loc": ["path", "project_id"], "msg": "Input could not be parsed", "type": "parsing"}]}`},
		"unknown mode":       {f.project.String(), "staging", good, 422, `{"detail": [{"loc": ["path", "mode"], "msg": "Input should be 'test' or 'live'", "type": "enum"}]}`},
		"unknown project":    {uuid.NewString(), "test", good, 404, `{"detail": "Project not found"}`},
		"another's project":  {others.String(), "test", good, 400, invalidSignature},
		"unsigned, no uuid":  {"mine", "test", "", 400, invalidSignature},
		"unsigned, unknown":  {uuid.NewString(), "test", "", 400, invalidSignature},
		"test's to live":     {f.project.String(), "live", good, 400, invalidSignature},
		"upper case of mode": {f.project.String(), "TEST", good, 422, `{"detail": [{"loc": ["path", "mode"], "msg": "Input should be 'test' or 'live'", "type": "enum"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			f.post(t, c.project, c.mode, body, c.signature).Is(t, c.status, c.answer)
		})
	}
	f.SameAs(t, before)
}

func TestProjectsThatReceiveNothing(t *testing.T) {
	t.Parallel()
	const notConfigured = `{"detail": "Stripe is not configured for test mode"}`
	for name, prepare := range map[string]func(*testing.T, *fixture){
		"without a configuration": func(t *testing.T, f *fixture) { f.project = f.CreateProject(t, "developer-1").ID },
		"without a webhook secret": func(t *testing.T, f *fixture) {
			c := functiontest.Credentials(billing.Test)
			c.WebhookSecrets = nil
			f.Configure(t, f.project, billing.Test, c)
		},
		"with live credentials only": func(t *testing.T, f *fixture) {
			f.EditConfig(t, f.project, func(c *billing.StripeConfig) { c.Test = billing.CredentialSet{} })
		},
		"deactivated": func(t *testing.T, f *fixture) { f.deactivate(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			prepare(t, &f)
			before := f.Stored(t)
			f.deliver(t, paidInvoice("evt_1", "in_1")).Is(t, 404, notConfigured)
			f.SameAs(t, before)
		})
	}
}

func (f fixture) deactivate(t *testing.T) {
	t.Helper()
	f.EditConfig(t, f.project, func(c *billing.StripeConfig) { c.Active = false })
}

// An instance that has the secrets in memory must notice too.
func TestDeactivatedWhileSecretsAreKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.deliver(t, paidInvoice("evt_1", "in_1")).Is(t, 200, received)
	f.deactivate(t)
	before := f.Stored(t)
	reads := f.Calls()["GetSecretValue"]
	for _, event := range []string{"evt_1", "evt_2"} { // one that is known, and a new one
		answer := f.deliver(t, paidInvoice(event, "in_2"))
		if answer.Status != 404 || !strings.Contains(answer.Body, "not configured") {
			t.Errorf("%s: %d %s", event, answer.Status, answer.Body)
		}
	}
	if n := f.Calls()["GetSecretValue"]; n != reads {
		t.Error("the secrets were read again: the test means an instance that keeps them")
	}
	f.SameAs(t, before)
	f.EditConfig(t, f.project, func(c *billing.StripeConfig) { c.Active = true })
	f.deliver(t, paidInvoice("evt_2", "in_2")).Is(t, 200, received)
}
