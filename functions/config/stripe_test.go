package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// answered is the body of a configuration's answer: that of a project without
// credentials, with members replaced.
func answered(project uuid.UUID, members map[string]string) string {
	all := map[string]string{
		"id":                  `"` + (billing.Scope{Project: project}).RecordID("stripe_config").String() + `"`,
		"project_id":          `"` + project.String() + `"`,
		"is_active":           `true`,
		"created_at":          `"2100-02-03T09:14:08Z"`,
		"updated_at":          `null`,
		"test_configured_at":  `null`,
		"live_configured_at":  `null`,
		"test_secret_key":     "",
		"live_secret_key":     "",
		"test_publishable":    "",
		"live_publishable":    "",
		"test_webhook_secret": "",
		"live_webhook_secret": "",
	}
	for name, value := range members {
		if _, known := all[name]; !known {
			panic("no member " + name)
		}
		all[name] = value
	}
	masked := func(name string) string {
		if all[name] == "" {
			return "null"
		}
		return `"` + all[name] + `"`
	}
	return fmt.Sprintf(`{
		"id": %s, "project_id": %s, "is_active": %s, "created_at": %s, "updated_at": %s,
		"has_test_credentials": %t, "test_configured_at": %s,
		"test_secret_key_masked": %s, "test_publishable_key_masked": %s, "test_webhook_secret_masked": %s, "test_connect_webhook_secret_masked": null,
		"has_live_credentials": %t, "live_configured_at": %s,
		"live_secret_key_masked": %s, "live_publishable_key_masked": %s, "live_webhook_secret_masked": %s, "live_connect_webhook_secret_masked": null
	}`, all["id"], all["project_id"], all["is_active"], all["created_at"], all["updated_at"],
		all["test_secret_key"] != "", all["test_configured_at"],
		masked("test_secret_key"), masked("test_publishable"), masked("test_webhook_secret"),
		all["live_secret_key"] != "", all["live_configured_at"],
		masked("live_secret_key"), masked("live_publishable"), masked("live_webhook_secret"))
}

const testKeys = `{
	"test_secret_key": "sk_test_canarySecretKey9fQ2",
	"test_publishable_key": "pk_test_canaryPublishable77ab",
	"test_webhook_secret": "whsec_canarySigningZk0p"
}`

// testMasked is what is shown of testKeys.
func testMasked(configuredAt string) map[string]string {
	return map[string]string{
		"test_secret_key":     "sk_test_...9fQ2",
		"test_publishable":    "pk_test_...77ab",
		"test_webhook_secret": "whsec_...Zk0p",
		"test_configured_at":  configuredAt,
	}
}

func with(members map[string]string, more ...string) map[string]string {
	for i := 0; i+1 < len(more); i += 2 {
		members[more[i]] = more[i+1]
	}
	return members
}

func TestConfigFromNothingToDeletedAndBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.CreateProject(t, developer)
	path := configPath(p.ID)
	f.send(t, http.MethodGet, path, "").Is(t, 200, `null`)
	f.send(t, http.MethodDelete, path, "").Is(t, 404, `{"detail": "Stripe is not configured for this project"}`)

	want := answered(p.ID, testMasked(`"2100-02-03T09:14:08Z"`))
	f.send(t, http.MethodPut, path, testKeys).Is(t, 200, want)
	f.send(t, http.MethodGet, path, "").Is(t, 200, want)

	f.Clock.Advance(time.Minute)
	f.send(t, http.MethodDelete, path, "").Is(t, 204, "")
	deleted := with(testMasked(`"2100-02-03T09:14:08Z"`), "is_active", "false", "updated_at", `"2100-02-03T09:15:08Z"`)
	f.send(t, http.MethodGet, path, "").Is(t, 200, answered(p.ID, deleted))

	f.Clock.Advance(time.Minute)
	again := with(testMasked(`"2100-02-03T09:14:08Z"`), "updated_at", `"2100-02-03T09:16:08Z"`)
	f.send(t, http.MethodPut, path, `{}`).Is(t, 200, answered(p.ID, again))
	f.send(t, http.MethodGet, path, "").Is(t, 200, answered(p.ID, again))
	if got := f.credentials(t, billing.Scope{Project: p.ID, Mode: billing.Test}).SecretKey.Reveal(); got != "sk_test_canarySecretKey9fQ2" {
		t.Error("the secret key did not survive")
	}
}

// The endpoint for connected accounts has a secret of its own, which is shown
// where there is one.
func TestConnectWebhookSecret(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.CreateProject(t, developer)
	path := configPath(p.ID)
	f.send(t, http.MethodPut, path, testKeys).Is(t, 200, answered(p.ID, testMasked(`"2100-02-03T09:14:08Z"`)))
	var shown struct {
		Own     string  `json:"test_webhook_secret_masked"`
		Connect string  `json:"test_connect_webhook_secret_masked"`
		Live    *string `json:"live_connect_webhook_secret_masked"`
	}
	f.send(t, http.MethodPut, path, `{"test_connect_webhook_secret": "whsec_canaryConnect7Wq1"}`).Decode(t, &shown)
	if shown.Own != "whsec_...Zk0p" || shown.Connect != "whsec_...7Wq1" || shown.Live != nil {
		t.Errorf("shown: %+v", shown)
	}
	var valid []string
	for _, s := range f.credentials(t, billing.Scope{Project: p.ID, Mode: billing.Test}).SigningSecrets(f.Clock.Now()) {
		valid = append(valid, s.Reveal())
	}
	if diff := cmp.Diff([]string{"whsec_canarySigningZk0p", "whsec_canaryConnect7Wq1"}, valid); diff != "" {
		t.Errorf("valid (-want +got):\n%s", diff)
	}
	f.send(t, http.MethodPut, path, `{"live_connect_webhook_secret": "sk_live_canary"}`).Invalid(t, `["body", "live_connect_webhook_secret"]`, "value_error")
}

// Only what is sent changes: each case says what a second PUT changes of the
// first's outcome, an hour later.
func TestPutChangesOnlyWhatIsSent(t *testing.T) {
	t.Parallel()
	const before, now = `"2100-02-03T09:14:08Z"`, `"2100-02-03T10:14:08Z"`
	for name, c := range map[string]struct {
		body         string
		configuredAt string
		changed      []string
	}{
		"nothing":        {`{}`, before, nil},
		"nulls":          {`{"test_secret_key": null, "test_publishable_key": null, "test_webhook_secret": null}`, before, nil},
		"empty texts":    {`{"test_secret_key": "", "test_publishable_key": "", "test_webhook_secret": "", "live_secret_key": ""}`, before, nil},
		"unknown fields": {`{"is_active": false, "test_secret_key_masked": "sk_test_...0000", "id": {}}`, before, nil},
		"a secret key":   {`{"test_secret_key": "sk_test_canaryAnother0001"}`, now, []string{"test_secret_key", "sk_test_...0001"}},
		"a restricted key": {
			`{"test_secret_key": "rk_test_canaryAnother0002", "test_webhook_secret": null}`, now, []string{"test_secret_key", "rk_test_...0002"},
		},
		"a publishable key": {`{"test_publishable_key": "pk_test_canaryAnother0003"}`, now, []string{"test_publishable", "pk_test_...0003"}},
		"a webhook secret":  {`{"test_webhook_secret": "whsec_canaryAnother0004"}`, now, []string{"test_webhook_secret", "whsec_...0004"}},
		"the other mode": {
			`{"live_secret_key": "sk_live_canaryAnother0005", "live_publishable_key": "pk_live_canaryAnother0006", "live_webhook_secret": "whsec_canaryAnother0007"}`,
			before,
			[]string{"live_secret_key", "sk_live_...0005", "live_publishable", "pk_live_...0006", "live_webhook_secret", "whsec_...0007", "live_configured_at", now},
		},
		"part of the other mode": {
			`{"live_webhook_secret": "whsec_canaryAnother0008"}`, before,
			[]string{"live_webhook_secret", "whsec_...0008", "live_configured_at", now},
		},
		"a short key": {`{"test_secret_key": "sk_test_abc"}`, now, []string{"test_secret_key", "sk_test_..."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			p := f.CreateProject(t, developer)
			f.put(t, p.ID, testKeys)
			f.Clock.Advance(time.Hour)
			want := answered(p.ID, with(testMasked(c.configuredAt), append(c.changed, "updated_at", now)...))
			f.send(t, http.MethodPut, configPath(p.ID), c.body).Is(t, 200, want)
			f.send(t, http.MethodGet, configPath(p.ID), "").Is(t, 200, want)
		})
	}
}

func TestModesAreKeptApart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.CreateProject(t, developer)
	f.put(t, p.ID, testKeys)
	f.put(t, p.ID, `{"live_secret_key": "sk_live_canarySecretKey1111", "live_webhook_secret": "whsec_canarySigningLive"}`)
	test, live := f.credentials(t, billing.Scope{Project: p.ID, Mode: billing.Test}), f.credentials(t, billing.Scope{Project: p.ID, Mode: billing.Live})
	if test.SecretKey.Reveal() != "sk_test_canarySecretKey9fQ2" || live.SecretKey.Reveal() != "sk_live_canarySecretKey1111" || live.PublishableKey != "" {
		t.Error("the modes' credentials are mixed up")
	}
	if n := f.Calls()["CreateSecret"]; n != 3 { // the token's, and one for each mode
		t.Errorf("%d secrets were created, want one for each mode", n)
	}
}

func TestPutRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, loc, kind string }{
		"no body":                      {``, `["body"]`, "missing"},
		"malformed JSON":               {`{"test_secret_key": "sk_test_canary4242"`, `["body"]`, "json_invalid"},
		"malformed after the key":      {`{"test_secret_key": "sk_test_canary4242"}}`, `["body"]`, "json_invalid"},
		"null":                         {`null`, `["body"]`, "model_attributes_type"},
		"an array":                     {`["sk_test_canary4242"]`, `["body"]`, "model_attributes_type"},
		"a number":                     {`{"test_secret_key": 4242}`, `["body", "test_secret_key"]`, "string_type"},
		"an object":                    {`{"test_secret_key": {"sk_test_canary4242": 1}}`, `["body", "test_secret_key"]`, "string_type"},
		"a live key for test":          {`{"test_secret_key": "sk_live_canary4242"}`, `["body", "test_secret_key"]`, "value_error"},
		"a test key for live":          {`{"live_secret_key": "sk_test_canary4242"}`, `["body", "live_secret_key"]`, "value_error"},
		"a publishable key for secret": {`{"test_secret_key": "pk_test_canary4242"}`, `["body", "test_secret_key"]`, "value_error"},
		"a secret key for publishable": {`{"test_publishable_key": "sk_test_canary4242"}`, `["body", "test_publishable_key"]`, "value_error"},
		"a live publishable for test":  {`{"test_publishable_key": "pk_live_canary4242"}`, `["body", "test_publishable_key"]`, "value_error"},
		"a test publishable for live":  {`{"live_publishable_key": "pk_test_canary4242"}`, `["body", "live_publishable_key"]`, "value_error"},
		"a key for a webhook secret":   {`{"test_webhook_secret": "sk_test_canary4242"}`, `["body", "test_webhook_secret"]`, "value_error"},
		"a live webhook secret":        {`{"live_webhook_secret": "we_canary4242"}`, `["body", "live_webhook_secret"]`, "value_error"},
		"a prefix alone":               {`{"test_secret_key": "sk_test_"}`, `["body", "test_secret_key"]`, "value_error"},
		"a space before":               {`{"test_secret_key": " sk_test_canary4242"}`, `["body", "test_secret_key"]`, "value_error"},
		"a line break after":           {`{"test_secret_key": "sk_test_canary4242\n"}`, `["body", "test_secret_key"]`, "value_error"},
		"a key that is too long":       {`{"test_secret_key": "sk_test_` + strings.Repeat("a", 248) + `"}`, `["body", "test_secret_key"]`, "value_error"},
		"one good and one bad key":     {`{"live_secret_key": "sk_live_canary4242", "test_secret_key": "canary"}`, `["body", "test_secret_key"]`, "value_error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			p := f.CreateProject(t, developer)
			before := f.Stored(t)
			answer := f.send(t, http.MethodPut, configPath(p.ID), c.body)
			answer.Invalid(t, c.loc, c.kind)
			if strings.Contains(answer.Body, "canary") || strings.Contains(answer.Body, "4242") {
				t.Errorf("the answer repeats the key: %s", answer.Body)
			}
			f.SameAs(t, before)
		})
	}
	t.Run("a body over 1 MiB", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		p := f.CreateProject(t, developer)
		before := f.Stored(t)
		f.send(t, http.MethodPut, configPath(p.ID), testKeys+strings.Repeat(" ", 1<<20)).
			Is(t, 413, `{"detail": "The body is larger than 1048576 bytes"}`)
		f.SameAs(t, before)
	})
}

// A save that fails half-way changes nothing that is in force, and the same
// request completes it.
func TestFailingSecretsManager(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"PutSecretValue", "GetSecretValue"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			p := f.CreateProject(t, developer)
			before := f.put(t, p.ID, testKeys)
			next := f.newInstance(t) // has nothing in memory
			const both = `{"test_secret_key": "sk_test_canaryNext5555", "live_secret_key": "sk_live_canaryNext6666"}`
			next.send(t, http.MethodGet, configPath(p.ID), "").Is(t, 200, before.Body) // reads the tokens' secret
			f.Intercept(functiontest.Failing(operation, &types.InternalServiceError{}))
			next.send(t, http.MethodPut, configPath(p.ID), both).Is(t, 500, `{"detail": "Internal server error"}`)
			f.Intercept(nil)
			f.send(t, http.MethodGet, configPath(p.ID), "").Is(t, 200, before.Body)
			if got := f.credentials(t, billing.Scope{Project: p.ID, Mode: billing.Test}).SecretKey.Reveal(); got != "sk_test_canarySecretKey9fQ2" {
				t.Error("a half-finished save is in force")
			}
			var saved api.StripeConfig
			next.put(t, p.ID, both).Decode(t, &saved)
			if *saved.TestSecretKeyMasked != "sk_test_...5555" || *saved.LiveSecretKeyMasked != "sk_live_...6666" {
				t.Errorf("tried again: %+v", saved)
			}
		})
	}
}

// interfering saves another secret key just before the next n writes of the
// configuration.
func (f fixture) interfering(t *testing.T, project uuid.UUID, n int) functiontest.Interceptor {
	t.Helper()
	var interfere functiontest.Interceptor
	interfere = func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		if operation == "TransactWriteItems" && n > 0 {
			n--
			f.Intercept(nil)
			f.put(t, project, `{"test_secret_key": "sk_test_canaryOther7777"}`)
			f.Intercept(interfere)
		}
		return next(ctx, input)
	}
	return interfere
}

// Of two changes at the same time none undoes the other.
func TestConfigChangedAtTheSameTime(t *testing.T) {
	t.Parallel()
	const late = `{"test_publishable_key": "pk_test_canaryLate8888"}`
	const refused = `{"detail": "The configuration was changed at the same time; try again"}`
	others := []string{"test_secret_key", "sk_test_...7777", "updated_at", `"2100-02-03T09:14:08Z"`}
	for name, c := range map[string]struct {
		method, body string
		times        int
		status       int
		answer       string   // of a refusal
		kept         []string // beside what the others changed
	}{
		"saved over one change":      {http.MethodPut, late, 1, 200, "", []string{"test_publishable", "pk_test_...8888"}},
		"saved over two":             {http.MethodPut, late, 2, 200, "", []string{"test_publishable", "pk_test_...8888"}},
		"refused after the third":    {http.MethodPut, late, 3, 409, refused, nil},
		"deleting is not done blind": {http.MethodDelete, "", 1, 409, refused, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			p := f.CreateProject(t, developer)
			f.put(t, p.ID, testKeys)
			f.Intercept(f.interfering(t, p.ID, c.times))
			answer := f.send(t, c.method, configPath(p.ID), c.body)
			f.Intercept(nil)
			want := answered(p.ID, with(with(testMasked(`"2100-02-03T09:14:08Z"`), others...), c.kept...))
			if c.status == http.StatusOK {
				answer.Is(t, c.status, want)
			} else {
				answer.Is(t, c.status, c.answer)
			}
			f.send(t, http.MethodGet, configPath(p.ID), "").Is(t, 200, want)
			if again := f.send(t, c.method, configPath(p.ID), c.body); again.Status >= 300 {
				t.Errorf("tried again: %d %s", again.Status, again.Body)
			}
		})
	}
}

// A project's first secret can only be created once; who comes second saves
// over it.
func TestFirstSavesAtTheSameTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.CreateProject(t, developer)
	f.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		if operation == "CreateSecret" {
			f.Intercept(nil)
			f.put(t, p.ID, `{"test_secret_key": "sk_test_canaryOther7777"}`)
		}
		return next(ctx, input)
	})
	f.send(t, http.MethodPut, configPath(p.ID), `{"test_webhook_secret": "whsec_canaryLate8888"}`).Is(t, 200, answered(p.ID, map[string]string{
		"test_secret_key": "sk_test_...7777", "test_webhook_secret": "whsec_...8888",
		"test_configured_at": `"2100-02-03T09:14:08Z"`, "updated_at": `"2100-02-03T09:14:08Z"`,
	}))
}

func TestWebhookURLs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.CreateProject(t, developer) // a configuration is not needed
	f.send(t, http.MethodGet, "/api/v1/payments/stripe/projects/"+p.ID.String()+"/webhook-urls", "").Is(t, 200, fmt.Sprintf(`{
		"test_webhook_url": "https://hooks.example.com/api/v1/payments/stripe/webhooks/%[1]s/test",
		"live_webhook_url": "https://hooks.example.com/api/v1/payments/stripe/webhooks/%[1]s/live"
	}`, p.ID))
}
