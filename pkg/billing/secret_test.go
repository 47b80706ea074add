package billing_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/pkg/billing"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	const value = "sk_test_51QvLeaksNothing9fQ2"
	secret := billing.Secret(value)
	credentials := billing.Credentials{
		SecretKey:      secret,
		WebhookSecrets: []billing.WebhookSecret{{Value: secret}},
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%10.3s"} {
		for name, shown := range map[string]any{
			"the secret":  secret,
			"a pointer":   &secret,
			"a slice":     []billing.Secret{secret},
			"a map":       map[string]billing.Secret{"key": secret},
			"credentials": credentials,
			"an error":    fmt.Errorf("refused: %v", secret),
		} {
			t.Run(verb+" of "+name, func(t *testing.T) {
				t.Parallel()
				got := fmt.Sprintf(verb, shown)
				for _, leak := range []string{value, fmt.Sprintf("%x", value), fmt.Sprintf("%X", value)} {
					if strings.Contains(got, leak) {
						t.Errorf("the value is printed: %s", got)
					}
				}
			})
		}
	}
}

func TestSecretIsNeverEncoded(t *testing.T) {
	t.Parallel()
	const value = "whsec_LeaksNothing9fQ2"
	credentials := billing.Credentials{
		SecretKey:      value,
		PublishableKey: value,
		WebhookSecrets: []billing.WebhookSecret{{Value: value}},
	}
	tests := map[string]func(t *testing.T, w *bytes.Buffer){
		"encoding/json": func(t *testing.T, w *bytes.Buffer) {
			t.Helper()
			if err := json.NewEncoder(w).Encode(credentials); err != nil {
				t.Fatal(err)
			}
		},
		"slog JSON": func(_ *testing.T, w *bytes.Buffer) {
			slog.New(slog.NewJSONHandler(w, nil)).Info("saved", "secret", credentials.SecretKey, "credentials", credentials)
		},
		"slog text": func(_ *testing.T, w *bytes.Buffer) {
			slog.New(slog.NewTextHandler(w, nil)).Info("saved", "secret", credentials.SecretKey, "credentials", credentials)
		},
	}
	for name, encode := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w bytes.Buffer
			encode(t, &w)
			if strings.Contains(w.String(), value) {
				t.Errorf("the value is encoded: %s", w.String())
			}
			if !strings.Contains(w.String(), "[secret]") {
				t.Errorf("no placeholder in %s", w.String())
			}
		})
	}
}

func TestSecretReveal(t *testing.T) {
	t.Parallel()
	if got := billing.Secret("sk_test_1").Reveal(); got != "sk_test_1" {
		t.Errorf("Reveal() = %q", got)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		value billing.Secret
		want  string
	}{
		"nothing":                      {"", ""},
		"a secret key":                 {"sk_test_51QabcdefghijkL9fQ2", "sk_test_...9fQ2"},
		"a live secret key":            {"sk_live_51QabcdefghijkL9fQ2", "sk_live_...9fQ2"},
		"a restricted key":             {"rk_live_51QabcdefghijkL77ab", "rk_live_...77ab"},
		"a publishable key":            {"pk_live_51QabcdefghijkL77ab", "pk_live_...77ab"},
		"a webhook secret":             {"whsec_abcdefghijkLZk0p", "whsec_...Zk0p"},
		"eight characters":             {"whsec_abcdZk0p", "whsec_...Zk0p"},
		"seven characters":             {"whsec_abcZk0p", "whsec_..."},
		"the prefix alone":             {"sk_test_", "sk_test_..."},
		"underscores in a secret key":  {"sk_test_51Qabcdefghijk_mnopqr9fQ2", "sk_test_...9fQ2"},
		"underscores in a webhook key": {"whsec_test_abcdefgh_Zk0p", "whsec_...Zk0p"},
		"no known prefix":              {"abcdefghijkl", "...ijkl"},
		"an unknown prefix":            {"other_abcdefgh_ijkl", "...ijkl"},
		"short, no known prefix":       {"abcdefg", "..."},
		"not text":                     {"sk_test_\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8", "sk_test_..."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, billing.Mask(test.value)); diff != "" {
				t.Errorf("Mask (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCredentialsPublic(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)
	credentials := billing.Credentials{
		SecretKey:      "sk_test_51QabcdefghijkL9fQ2",
		PublishableKey: "pk_test_51QabcdefghijkL77ab",
		WebhookSecrets: []billing.WebhookSecret{
			{Value: "whsec_abcdefghijkLnew1"},
			{Value: "whsec_abcdefghijkLold1", ValidUntil: now.Add(time.Hour)},
		},
		ConnectSecrets: []billing.WebhookSecret{{Value: "whsec_abcdefghijkLnew2"}},
	}
	want := billing.CredentialSet{
		Version:        "v1",
		SecretKey:      "sk_test_...9fQ2",
		PublishableKey: "pk_test_...77ab",
		WebhookSecret:  "whsec_...new1",
		ConnectSecret:  "whsec_...new2",
		ConfiguredAt:   now,
	}
	if diff := cmp.Diff(want, credentials.Public("v1", now)); diff != "" {
		t.Errorf("Public (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(billing.CredentialSet{Version: "v2", ConfiguredAt: now}, billing.Credentials{}.Public("v2", now)); diff != "" {
		t.Errorf("Public of none (-want +got):\n%s", diff)
	}
}

func TestRollWebhookSecret(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	type roll struct {
		at      time.Duration
		value   billing.Secret
		overlap time.Duration // zero: the usual one; negative: none
	}
	tests := map[string]struct {
		rolls []roll
		at    time.Duration
		want  []billing.Secret
	}{
		"no secret":                      {nil, 0, nil},
		"the first":                      {[]roll{{0, "a", 0}}, 0, []billing.Secret{"a"}},
		"the current one does not age":   {[]roll{{0, "a", 0}}, 1000 * day, []billing.Secret{"a"}},
		"a rolled one stays valid":       {[]roll{{0, "a", 0}, {0, "b", 0}}, day - 1, []billing.Secret{"b", "a"}},
		"and ends after 24 h":            {[]roll{{0, "a", 0}, {0, "b", 0}}, day, []billing.Secret{"b"}},
		"two rolled ones":                {[]roll{{0, "a", 0}, {time.Hour, "b", 0}, {2 * time.Hour, "c", 0}}, 3 * time.Hour, []billing.Secret{"c", "b", "a"}},
		"each by its own time":           {[]roll{{0, "a", 0}, {time.Hour, "b", 0}, {2 * time.Hour, "c", 0}}, 25 * time.Hour, []billing.Secret{"c", "b"}},
		"the same again changes nothing": {[]roll{{0, "a", 0}, {0, "b", 0}, {time.Hour, "b", 0}}, 2 * time.Hour, []billing.Secret{"b", "a"}},
		"and gives the old no more time": {[]roll{{0, "a", 0}, {0, "b", 0}, {time.Hour, "b", 0}}, day, []billing.Secret{"b"}},
		"rolled back":                    {[]roll{{0, "a", 0}, {0, "b", 0}, {time.Hour, "a", 0}}, 2 * time.Hour, []billing.Secret{"a", "b"}},
		"a long overlap":                 {[]roll{{0, "a", 0}, {0, "b", 7 * day}}, 7*day - 1, []billing.Secret{"b", "a"}},
		"a long overlap is over":         {[]roll{{0, "a", 0}, {0, "b", 7 * day}}, 7 * day, []billing.Secret{"b"}},
		"none ends the old at once":      {[]roll{{0, "a", 0}, {0, "b", -1}}, 0, []billing.Secret{"b"}},
		"the same again ends the old":    {[]roll{{0, "a", 0}, {0, "b", 0}, {time.Hour, "b", -1}}, time.Hour, []billing.Secret{"b"}},
		"a short one counts for all":     {[]roll{{0, "a", 0}, {0, "b", 7 * day}, {0, "c", time.Hour}}, time.Hour, []billing.Secret{"c"}},
		"a long one revives nothing":     {[]roll{{0, "a", 0}, {0, "b", time.Hour}, {0, "c", 7 * day}}, time.Hour, []billing.Secret{"c", "b"}},
		"rolled back, much later":        {[]roll{{0, "a", 0}, {0, "b", 0}, {time.Hour, "a", 0}}, 26 * time.Hour, []billing.Secret{"a"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var credentials billing.Credentials
			for _, r := range test.rolls {
				overlap := billing.SecretOverlap
				if r.overlap != 0 {
					overlap = max(r.overlap, 0)
				}
				credentials.RollWebhookSecret(r.value, overlap, start.Add(r.at))
			}
			// Secret hides its value from cmp's report, so the values are compared.
			got := reveal(credentials.SigningSecrets(start.Add(test.at)))
			if diff := cmp.Diff(reveal(test.want), got); diff != "" {
				t.Errorf("SigningSecrets (-want +got):\n%s", diff)
			}
		})
	}
}

// The two endpoints of a mode have a secret each, which roll by themselves.
func TestRollConnectSecret(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)
	var credentials billing.Credentials
	credentials.RollWebhookSecret("a", billing.SecretOverlap, start)
	credentials.RollConnectSecret("b", billing.SecretOverlap, start)
	credentials.RollConnectSecret("c", billing.SecretOverlap, start.Add(time.Hour))
	for after, want := range map[time.Duration][]string{2 * time.Hour: {"a", "c", "b"}, 48 * time.Hour: {"a", "c"}} {
		if diff := cmp.Diff(want, reveal(credentials.SigningSecrets(start.Add(after)))); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", after, diff)
		}
	}
}

func reveal(secrets []billing.Secret) []string {
	var values []string
	for _, s := range secrets {
		values = append(values, s.Reveal())
	}
	return values
}

func TestRollWebhookSecretForgetsWhatEnded(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)
	var credentials billing.Credentials
	for day := range 10 {
		credentials.RollWebhookSecret(billing.Secret(fmt.Sprint("whsec_", day)), billing.SecretOverlap, start.AddDate(0, 0, day))
	}
	if got := len(credentials.WebhookSecrets); got != 2 {
		t.Errorf("%d secrets are kept, want the current and the one before it", got)
	}
}

func TestSigningSecretsSkipsEmptyOnes(t *testing.T) {
	t.Parallel()
	credentials := billing.Credentials{WebhookSecrets: []billing.WebhookSecret{{Value: ""}}}
	if got := credentials.SigningSecrets(time.Unix(0, 0)); len(got) != 0 {
		t.Errorf("%d secrets, want none", len(got))
	}
}
