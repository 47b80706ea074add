package function

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// account is the AWS account that Lambda runs the function in, as Lambda's
// environment variables describe it. The SDK's own loader knows many more ways
// to come by credentials; they are a fifth of a function's size and start.
func account(getenv func(string) string) (aws.Config, error) {
	region := cmp.Or(getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION"))
	if region == "" {
		return aws.Config{}, errors.New("AWS_REGION is not set")
	}
	return aws.Config{
		Region:        region,
		Credentials:   environment(getenv),
		ConfigSources: []any{environment(getenv)},
	}, nil
}

// environment answers what the SDK asks of an account.
type environment func(name string) string

var _ aws.CredentialsProvider = environment(nil)

// Retrieve is the role's credentials, which stay the same for as long as an
// instance lives.
func (getenv environment) Retrieve(context.Context) (aws.Credentials, error) {
	c := aws.Credentials{
		AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	if !c.HasKeys() {
		return c, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
	}
	return c, nil
}

// GetServiceBaseEndpoint is where a service is, if it is not where AWS has it:
// the variables are those of AWS's own SDKs and tools.
func (getenv environment) GetServiceBaseEndpoint(_ context.Context, service string) (string, bool, error) {
	name := strings.ToUpper(strings.ReplaceAll(service, " ", "_"))
	url := cmp.Or(getenv("AWS_ENDPOINT_URL_"+name), getenv("AWS_ENDPOINT_URL"))
	return url, url != "", nil
}
