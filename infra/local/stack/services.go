package stack

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"billhook/infra/local/dynamodb"
	"billhook/infra/local/sam"
	"billhook/infra/local/secrets"
	"billhook/infra/local/stripebox/sandbox"
)

// newAccessKey names the database that the stack uses. A stack that keeps
// nothing has one of its own, also in a server that it shares with others.
func (s *Stack) newAccessKey() (string, error) {
	if s.options.StateDir != "" {
		return "local", nil
	}
	random, err := randomHex(16)
	return "local" + random, err
}

// randomHex returns n hexadecimal digits.
func randomHex(n int) (string, error) {
	random := make([]byte, (n+1)/2)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	return hex.EncodeToString(random)[:n], nil
}

func (s *Stack) startDynamoDB(ctx context.Context) error {
	server, err := dynamodb.Start(ctx, dynamodb.Options{Root: s.options.Root, DataDir: s.statePath("dynamodb")})
	if err != nil {
		return err
	}
	s.closing(server.Close)
	s.DynamoDBEndpoint = server.Endpoint()
	table, err := s.document.Table(s.values())
	if err != nil {
		return err
	}
	// CloudFormation adds random characters to a name of its own, too.
	if s.TableName = table.Name; s.TableName == "" {
		s.TableName = stackName + "-" + table.LogicalID + "-" + s.accessKey
	}
	s.options.Logger.Info("DynamoDB Local is ready", "endpoint", s.DynamoDBEndpoint, "table", s.TableName)
	return dynamodb.CreateTable(ctx, s.DynamoDB(), table, s.TableName)
}

func (s *Stack) startSecrets(ctx context.Context) error {
	server, err := secrets.Open(s.statePath("secrets.json"), now)
	if err != nil {
		return err
	}
	url, err := s.listeners.open("secrets", s.options.Ports.Secrets)
	if err != nil {
		return err
	}
	s.serve("secrets", server)
	s.SecretsEndpoint = url
	declared, err := s.document.Secrets(s.values())
	if err != nil {
		return err
	}
	for _, secret := range declared {
		if err := s.generate(ctx, secret); err != nil {
			return fmt.Errorf("create secret %s: %w", secret.Name, err)
		}
	}
	return nil
}

// generate creates a secret as CloudFormation does, unless it exists already.
func (s *Stack) generate(ctx context.Context, secret sam.Secret) error {
	generated, err := randomHex(secret.Length)
	if err != nil {
		return err
	}
	_, err = s.Secrets().CreateSecret(ctx, &secretsmanager.CreateSecretInput{
		Name: aws.String(secret.Name), SecretString: aws.String(generated)})
	var exists *types.ResourceExistsException
	if errors.As(err, &exists) {
		return nil
	}
	return err
}

// secretARN answers !Ref of a secret.
func (s *Stack) secretARN(ctx context.Context, name string) (string, error) {
	output, err := s.Secrets().DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: aws.String(name)})
	if err != nil {
		return "", fmt.Errorf("secret %s: %w", name, err)
	}
	return aws.ToString(output.ARN), nil
}

func newSecretsClient(endpoint, accessKey string) *secretsmanager.Client {
	return secretsmanager.New(secretsmanager.Options{
		BaseEndpoint: aws.String(endpoint),
		Region:       region,
		Credentials:  credentials.NewStaticCredentialsProvider(accessKey, "local", ""),
	})
}

// startStripe serves the sandbox, which writes its state when it is closed: after
// its listener, so that nothing changes any more.
func (s *Stack) startStripe(context.Context) error {
	url, err := s.listeners.open("stripe", s.options.Ports.Stripe)
	if err != nil {
		return err
	}
	server, err := sandbox.New(sandbox.Options{
		Now:       now,
		Logger:    s.options.Logger,
		PublicURL: url,
		StateFile: s.statePath("stripe.json"),
	})
	if err != nil {
		return err
	}
	s.closing(server.Close)
	s.serve("stripe", server)
	s.StripeURL, s.StripePageURL = url, server.PageURL(url)
	s.dashboard = server.DashboardURL(url)
	return nil
}
