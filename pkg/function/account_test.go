package function

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// onLambda is the environment that Lambda gives a function, with changes.
func onLambda(changes map[string]string) func(string) string {
	variables := map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
	}
	return func(name string) string {
		if value, changed := changes[name]; changed {
			return value
		}
		return variables[name]
	}
}

func TestAccount(t *testing.T) {
	t.Parallel()
	config, err := account(onLambda(nil))
	if err != nil {
		t.Fatal(err)
	}
	got, err := config.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := aws.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: "token"}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(aws.Credentials{}, "Source")); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
	if got.CanExpire {
		t.Error("the SDK would ask for the credentials again")
	}
	if config.Region != "eu-central-1" {
		t.Errorf("region = %q", config.Region)
	}
}

func TestAccountNeedsItsVariables(t *testing.T) {
	t.Parallel()
	if _, err := account(onLambda(map[string]string{"AWS_REGION": ""})); err == nil {
		t.Error("there is an account without a region")
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		config, err := account(onLambda(map[string]string{name: ""}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := config.Credentials.Retrieve(t.Context()); err == nil {
			t.Errorf("there are credentials without %s", name)
		}
	}
}

// The SDK's clients themselves are asked, so that a change of how they find
// their endpoints is noticed.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		variables         map[string]string
		dynamodb, secrets string // empty: AWS's own
	}{
		"AWS": {nil, "", ""},
		"one elsewhere": {
			map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000"}, "http://127.0.0.1:8000", "",
		},
		"a service of two words": {
			map[string]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:8001"}, "", "http://127.0.0.1:8001",
		},
		"all elsewhere": {
			map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:8000", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:8001"},
			"http://127.0.0.1:8000", "http://127.0.0.1:8001",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, err := account(onLambda(test.variables))
			if err != nil {
				t.Fatal(err)
			}
			if got := aws.ToString(dynamodb.NewFromConfig(config).Options().BaseEndpoint); got != test.dynamodb {
				t.Errorf("DynamoDB is at %q, want %q", got, test.dynamodb)
			}
			if got := aws.ToString(secretsmanager.NewFromConfig(config).Options().BaseEndpoint); got != test.secrets {
				t.Errorf("Secrets Manager is at %q, want %q", got, test.secrets)
			}
		})
	}
}
