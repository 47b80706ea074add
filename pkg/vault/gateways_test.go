package vault_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/vault"
)

const gatewaysSecret = "prefix/stripe/gateways"

func TestGateways(t *testing.T) {
	t.Parallel()
	keys := func(name string) billing.GatewayKeys {
		return billing.GatewayKeys{SecretKey: billing.Secret("sk_" + name), PublishableKey: billing.Secret("pk_" + name), WebhookSecret: billing.Secret("whsec_" + name)}
	}
	connect := keys("canaryConnect")
	connect.ClientID = "ca_1"
	const document = `{
	  "managed": {"secret_key": "sk_canaryManaged", "publishable_key": "pk_canaryManaged", "webhook_secret": "whsec_canaryManaged"},
	  "platform": {"live": {"secret_key": "sk_canaryPlatform", "publishable_key": "pk_canaryPlatform", "webhook_secret": "whsec_canaryPlatform"}},
	  "connect": {"test": {"client_id": "ca_1", "secret_key": "sk_canaryConnect", "publishable_key": "pk_canaryConnect", "webhook_secret": "whsec_canaryConnect"}},
	  "unknown": 1}`
	environment := billing.GatewayKeys{SecretKey: "sk_live_canaryEnv", WebhookSecret: "whsec_canaryEnv"}
	inTest := billing.GatewayKeys{SecretKey: "sk_test_canaryEnv", WebhookSecret: "whsec_canaryEnv"}
	for name, c := range map[string]struct {
		document string // empty: there is no secret
		key      billing.Secret
		want     billing.Gateways
	}{
		"nothing":              {"", "", billing.Gateways{}},
		"environment":          {"", "sk_live_canaryEnv", billing.Gateways{Platform: billing.ModeKeys{Live: environment}}},
		"environment, in test": {"", "sk_test_canaryEnv", billing.Gateways{Platform: billing.ModeKeys{Test: inTest}}},
		"empty secret":         {`{}`, "", billing.Gateways{}},
		"secret": {document, "", billing.Gateways{
			Managed: keys("canaryManaged"), Platform: billing.ModeKeys{Live: keys("canaryPlatform")}, Connect: billing.ModeKeys{Test: connect},
		}},
		"secret before environment": {document, "sk_live_canaryEnv", billing.Gateways{
			Managed: keys("canaryManaged"), Platform: billing.ModeKeys{Live: keys("canaryPlatform")}, Connect: billing.ModeKeys{Test: connect},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			account := functiontest.NewAccount(t)
			if c.document != "" {
				account.CreateSecret(t, gatewaysSecret, c.document)
			}
			v := vault.Open(secretsmanager.NewFromConfig(account.Config), vault.Settings{
				Prefix: "prefix", PlatformKey: c.key, PlatformWebhookSecret: "whsec_canaryEnv", FeeBasisPoints: 60, Now: time.Now,
			})
			c.want.FeeBasisPoints = 60
			got, err := v.Gateways(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !cmp.Equal(c.want, got) {
				t.Error("the credentials differ from those that were written") // a diff would show them
			}
		})
	}
}

func TestGatewaysAreReadAgain(t *testing.T) {
	t.Parallel()
	account := functiontest.NewAccount(t)
	now := time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)
	secrets := secretsmanager.NewFromConfig(account.Config)
	v := vault.Open(secrets, vault.Settings{Prefix: "prefix", Now: func() time.Time { return now }})
	key := func() string {
		t.Helper()
		g, err := v.Gateways(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return g.Managed.SecretKey.Reveal()
	}
	account.CreateSecret(t, gatewaysSecret, `{"managed": {"secret_key": "first"}}`)
	if got := key(); got != "first" {
		t.Fatalf("read %q", got)
	}
	if _, err := secrets.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{
		SecretId: aws.String(gatewaysSecret), SecretString: aws.String(`{"managed": {"secret_key": "second"}}`),
	}); err != nil {
		t.Fatal(err)
	}
	now = now.Add(5*time.Minute - time.Second)
	if got := key(); got != "first" {
		t.Errorf("read %q again too soon", got)
	}
	now = now.Add(time.Second)
	account.Intercept(functiontest.Failing("GetSecretValue", &types.InternalServiceError{}))
	if g, err := v.Gateways(t.Context()); err == nil {
		t.Errorf("read %+v while Secrets Manager fails", g)
	}
	account.Intercept(nil)
	if got := key(); got != "second" {
		t.Errorf("read %q after five minutes", got)
	}
}

func TestGatewaysThatAreNoDocument(t *testing.T) {
	t.Parallel()
	v, account, _ := open(t)
	account.CreateSecret(t, gatewaysSecret, `"sk_live_canaryWhole"`)
	g, err := v.Gateways(t.Context())
	if err == nil || g != (billing.Gateways{}) {
		t.Errorf("read %+v, %v", g, err)
	}
}
