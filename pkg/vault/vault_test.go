package vault_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/vault"
)

func open(t *testing.T) (*vault.Vault, *functiontest.Account, billing.Scope) {
	t.Helper()
	account := functiontest.NewAccount(t)
	return another(account), account, billing.Scope{Project: uuid.New(), Mode: billing.Test}
}

// another is a vault as another function instance has it: with nothing in
// memory.
func another(account *functiontest.Account) *vault.Vault {
	return vault.Open(secretsmanager.NewFromConfig(account.Config), vault.Settings{Prefix: "prefix", Now: time.Now})
}

// credentials use every field.
func credentials(name string) billing.Credentials {
	return billing.Credentials{
		SecretKey:      billing.Secret("sk_test_canary" + name),
		PublishableKey: billing.Secret("pk_test_canary" + name),
		WebhookSecrets: []billing.WebhookSecret{
			{Value: billing.Secret("whsec_canary" + name)},
			{Value: billing.Secret("whsec_canaryOld" + name), ValidUntil: time.Date(2026, 2, 4, 9, 0, 0, 5, time.UTC)},
		},
		ConnectSecrets: []billing.WebhookSecret{{Value: billing.Secret("whsec_canaryConnect" + name)}},
	}
}

func save(t *testing.T, v *vault.Vault, s billing.Scope, c billing.Credentials) string {
	t.Helper()
	version, err := v.SaveCredentials(t.Context(), s, c)
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func reads(t *testing.T, v *vault.Vault, s billing.Scope, version string, want billing.Credentials) {
	t.Helper()
	got, err := v.Credentials(t.Context(), s, version)
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(want, got) {
		t.Errorf("version %s: the credentials differ from those that were saved", version) // a diff would show them
	}
}

func TestCredentialsAreReadByVersion(t *testing.T) {
	t.Parallel()
	v, account, s := open(t)
	live := billing.Scope{Project: s.Project, Mode: billing.Live}
	first := save(t, v, s, credentials("first"))
	second := save(t, v, s, credentials("second"))
	other := save(t, v, live, credentials("live"))
	for name, v := range map[string]*vault.Vault{"the saving vault": v, "another vault": another(account)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reads(t, v, s, first, credentials("first"))
			reads(t, v, s, second, credentials("second"))
			reads(t, v, live, other, credentials("live"))
			for name, c := range map[string]struct {
				scope   billing.Scope
				version string
			}{
				"unknown version":    {s, uuid.NewString()},
				"the other mode's":   {live, first},
				"an unknown project": {billing.Scope{Project: uuid.New(), Mode: billing.Test}, first},
			} {
				if got, err := v.Credentials(t.Context(), c.scope, c.version); err == nil {
					t.Errorf("%s: read %v", name, got)
				}
			}
		})
	}
}

func TestNoVersionIsNoCredentials(t *testing.T) {
	t.Parallel()
	v, account, s := open(t)
	reads(t, v, s, "", billing.Credentials{})
	if calls := account.Calls(); len(calls) != 0 {
		t.Errorf("calls: %v", calls)
	}
}

func TestEmptyCredentialsCanBeSaved(t *testing.T) {
	t.Parallel()
	v, account, s := open(t)
	version := save(t, v, s, billing.Credentials{})
	reads(t, another(account), s, version, billing.Credentials{})
}

func TestCredentialsAreReadOnce(t *testing.T) {
	t.Parallel()
	v, account, s := open(t)
	versions := []string{save(t, v, s, credentials("first")), save(t, v, s, credentials("second"))}
	var wg sync.WaitGroup
	for range 8 {
		for _, version := range versions {
			wg.Go(func() {
				if _, err := v.Credentials(t.Context(), s, version); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	before := account.Calls()["GetSecretValue"]
	reads(t, v, s, versions[0], credentials("first"))
	reads(t, v, s, versions[1], credentials("second"))
	if again := account.Calls()["GetSecretValue"] - before; again != 0 {
		t.Errorf("%d further reads", again)
	}
}

func TestFailedReadIsNotRemembered(t *testing.T) {
	t.Parallel()
	v, account, s := open(t)
	version := save(t, v, s, credentials("one"))
	account.Intercept(functiontest.Failing("GetSecretValue", &types.InternalServiceError{}))
	if _, err := v.Credentials(t.Context(), s, version); err == nil {
		t.Error("read while Secrets Manager fails")
	}
	account.Intercept(nil)
	reads(t, v, s, version, credentials("one"))
}

func TestSecretIsTagged(t *testing.T) {
	t.Parallel()
	v, account, s := open(t)
	save(t, v, s, credentials("one"))
	out, err := secretsmanager.NewFromConfig(account.Config).DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{
		SecretId: aws.String(fmt.Sprintf("prefix/stripe/%s/test", s.Project)),
	})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, tag := range out.Tags {
		got[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	want := map[string]string{"billhook:project": s.Project.String(), "billhook:mode": "test"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Two first saves at once: the second finds no secret, and then cannot create
// it either.
func TestCreatingASecretTwiceAtOnce(t *testing.T) {
	t.Parallel()
	v, account, s := open(t)
	var once sync.Once
	var won string
	account.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		if operation == "CreateSecret" {
			once.Do(func() {
				account.Intercept(nil)
				won = save(t, another(account), s, credentials("winner"))
			})
		}
		return next(ctx, input)
	})
	if _, err := v.SaveCredentials(t.Context(), s, credentials("loser")); billing.KindOf(err) != billing.Conflict {
		t.Errorf("err = %v, want Conflict", err)
	}
	reads(t, v, s, won, credentials("winner"))
	again := save(t, v, s, credentials("loser"))
	reads(t, v, s, again, credentials("loser"))
	reads(t, v, s, won, credentials("winner"))
}

// Documents are read by the versions of billhook before and after the one
// that wrote them.
func TestDocumentsOfOtherVersions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		document string
		want     billing.Credentials
	}{
		"empty":         {`{}`, billing.Credentials{}},
		"secret key":    {`{"secret_key": "sk_test_canary"}`, billing.Credentials{SecretKey: "sk_test_canary"}},
		"unknown field": {`{"secret_key": "sk_test_canary", "connect": {"account": "acct_1"}}`, billing.Credentials{SecretKey: "sk_test_canary"}},
		"unknown in a webhook secret": {
			`{"webhook_secrets": [{"secret": "whsec_canary", "endpoint": "we_1"}]}`,
			billing.Credentials{WebhookSecrets: []billing.WebhookSecret{{Value: "whsec_canary"}}},
		},
		"as it is written now": {
			`{"secret_key": "sk_test_canaryone", "publishable_key": "pk_test_canaryone", "webhook_secrets": [` +
				`{"secret": "whsec_canaryone"}, {"secret": "whsec_canaryOldone", "valid_until": "2026-02-04T09:00:00.000000005Z"}], ` +
				`"connect_webhook_secrets": [{"secret": "whsec_canaryConnectone"}]}`,
			credentials("one"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, account, s := open(t)
			reads(t, v, s, write(t, account, s, c.document), c.want)
		})
	}
}

// write creates a scope's secret with any text and answers its version.
func write(t *testing.T, account *functiontest.Account, s billing.Scope, text string) string {
	t.Helper()
	out, err := secretsmanager.NewFromConfig(account.Config).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String(fmt.Sprintf("prefix/stripe/%s/test", s.Project)), SecretString: aws.String(text),
	})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.VersionId)
}

func TestErrorsTellNothingOfTheSecret(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"not JSON":     `sk_test_canary`,
		"wrong type":   `{"secret_key": ["sk_test_canary"]}`,
		"wrong time":   `{"webhook_secrets": [{"secret": "whsec_canary", "valid_until": "whsec_canary"}]}`,
		"cut off":      `{"secret_key": "sk_test_canary`,
		"an array":     `["sk_test_canary"]`,
		"wrong number": `{"secret_key": 1, "publishable_key": "pk_test_canary"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, account, s := open(t)
			version := write(t, account, s, text)
			_, err := v.Credentials(t.Context(), s, version)
			if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "canary") {
				t.Errorf("err = %v", err)
			}
		})
	}
	for _, operation := range []string{"PutSecretValue", "CreateSecret"} {
		t.Run(operation+" fails", func(t *testing.T) {
			t.Parallel()
			v, account, s := open(t)
			account.Intercept(functiontest.Failing(operation, &types.InvalidParameterException{Message: aws.String("refused")}))
			_, err := v.SaveCredentials(t.Context(), s, credentials("one"))
			if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), "canary") || !strings.Contains(err.Error(), s.String()) {
				t.Errorf("err = %v", err)
			}
		})
	}
}

func TestCredentialsAreNotPrinted(t *testing.T) {
	t.Parallel()
	c := credentials("one")
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s %q", c, c, c, c, c), string(encoded)} {
		if strings.Contains(text, "canary") {
			t.Errorf("printed: %s", text)
		}
	}
}

func TestSecretOfPlainText(t *testing.T) {
	t.Parallel()
	v, account, _ := open(t)
	account.CreateSecret(t, "stack/jwt", "the key")
	if got, err := v.Secret(t.Context(), "stack/jwt"); err != nil || got.Reveal() != "the key" {
		t.Errorf("%q, %v", got.Reveal(), err)
	}
	_, err := v.Secret(t.Context(), "stack/unknown")
	if err == nil || !strings.Contains(err.Error(), "stack/unknown") {
		t.Errorf("err = %v, want one that names the secret", err)
	}
}

func TestSecretVersions(t *testing.T) {
	t.Parallel()
	v, account, _ := open(t)
	if _, err := v.SecretVersions(t.Context(), "prefix/entitlements"); err == nil {
		t.Error("a secret that does not exist was read")
	}
	account.CreateSecret(t, "prefix/entitlements", "one")
	client := secretsmanager.NewFromConfig(account.Config)
	for _, want := range [][]billing.Secret{{"one"}, {"two", "one"}, {"three", "two"}} {
		if want[0] != "one" {
			if _, err := client.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{
				SecretId: aws.String("prefix/entitlements"), SecretString: aws.String(want[0].Reveal()),
			}); err != nil {
				t.Fatal(err)
			}
		}
		versions, err := v.SecretVersions(t.Context(), "prefix/entitlements")
		if err != nil {
			t.Fatal(err)
		}
		var got []billing.Secret
		for _, version := range versions {
			got = append(got, version.Value)
			if version.CreatedAt.IsZero() {
				t.Error("a version has no age")
			}
		}
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b billing.Secret) bool { return a.Reveal() == b.Reveal() })); diff != "" {
			t.Errorf("%d versions, want %d", len(got), len(want))
		}
	}
}
