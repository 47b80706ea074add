package secrets_test

import (
	"errors"
	"maps"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
)

// contract is what every server of this protocol must do. It runs against the
// stand-in, or against the server that SECRETSMANAGER_ENDPOINT names.
type contract struct {
	*testing.T
	client *secretsmanager.Client
	name   string
}

func newContract(t *testing.T) contract {
	t.Helper()
	name := "contract/" + uuid.NewString()
	if endpoint := os.Getenv("SECRETSMANAGER_ENDPOINT"); endpoint != "" {
		return contract{t, newClient(endpoint), name}
	}
	return contract{t, serve(t, "", time.Now), name}
}

func (c contract) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c contract) create(value string) string {
	c.Helper()
	output, err := c.client.CreateSecret(c.Context(), &secretsmanager.CreateSecretInput{Name: &c.name, SecretString: &value})
	c.must(err)
	return aws.ToString(output.VersionId)
}

func (c contract) put(token, value string, stages ...string) error {
	_, err := c.client.PutSecretValue(c.Context(), &secretsmanager.PutSecretValueInput{
		SecretId: &c.name, SecretString: &value, ClientRequestToken: &token, VersionStages: stages})
	return err
}

// expect fails the test unless the secret's value is as wanted; id and stage may be empty.
func (c contract) expect(want, id, stage string) {
	c.Helper()
	input := &secretsmanager.GetSecretValueInput{SecretId: &c.name}
	if id != "" {
		input.VersionId = &id
	}
	if stage != "" {
		input.VersionStage = &stage
	}
	output, err := c.client.GetSecretValue(c.Context(), input)
	c.must(err)
	if got := aws.ToString(output.SecretString); got != want {
		c.Errorf("value of version %q, stage %q: %q, want %q", id, stage, got, want)
	}
}

// refused fails the test unless err is the service's error of that name.
func (c contract) refused(err error, code string) {
	c.Helper()
	var failure smithy.APIError
	if !errors.As(err, &failure) || failure.ErrorCode() != code {
		c.Errorf("err = %v, want %s", err, code)
	}
}

func TestContractCreateAndGet(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	_, err := c.client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &c.name})
	c.refused(err, "ResourceNotFoundException")

	version := c.create("one")
	c.expect("one", "", "")
	c.expect("one", version, "")
	c.expect("one", version, "AWSCURRENT")
	_, err = c.client.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &c.name, SecretString: aws.String("two")})
	c.refused(err, "ResourceExistsException")

	described, err := c.client.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: &c.name})
	c.must(err)
	byARN, err := c.client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: described.ARN})
	c.must(err)
	if aws.ToString(byARN.SecretString) != "one" || aws.ToString(byARN.Name) != c.name {
		t.Errorf("by ARN: %+v", byARN)
	}
}

func TestContractBinaryValue(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	_, err := c.client.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &c.name, SecretBinary: []byte{0, 255}})
	c.must(err)
	output, err := c.client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &c.name})
	c.must(err)
	if diff := cmp.Diff([]byte{0, 255}, output.SecretBinary); diff != "" || output.SecretString != nil {
		t.Errorf("string %v, binary (-want +got):\n%s", output.SecretString, diff)
	}
}

func TestContractVersions(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	first := c.create("one")
	second, third := uuid.NewString(), uuid.NewString()
	c.must(c.put(second, "two"))
	c.expect("two", "", "")
	c.expect("one", "", "AWSPREVIOUS")
	c.must(c.put(third, "three"))
	c.expect("two", "", "AWSPREVIOUS")
	c.expect("one", first, "")

	_, err := c.client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &c.name, VersionId: aws.String(uuid.NewString())})
	c.refused(err, "ResourceNotFoundException")
	_, err = c.client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &c.name, VersionStage: aws.String("NONE")})
	c.refused(err, "ResourceNotFoundException")

	described, err := c.client.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: &c.name})
	c.must(err)
	want := map[string][]string{second: {"AWSPREVIOUS"}, third: {"AWSCURRENT"}}
	// Versions without a label do not count; moto shows them all the same.
	maps.DeleteFunc(described.VersionIdsToStages, func(_ string, stages []string) bool { return len(stages) == 0 })
	if diff := cmp.Diff(want, described.VersionIdsToStages); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
	listed, err := c.client.ListSecretVersionIds(t.Context(), &secretsmanager.ListSecretVersionIdsInput{SecretId: &c.name})
	c.must(err)
	got := map[string][]string{}
	for _, entry := range listed.Versions {
		if len(entry.VersionStages) > 0 {
			got[aws.ToString(entry.VersionId)] = entry.VersionStages
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

func TestContractPutIsIdempotent(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	c.create("one")
	token := uuid.NewString()
	c.must(c.put(token, "two"))
	c.must(c.put(token, "two"))
	c.expect("two", "", "AWSCURRENT")
	c.expect("one", "", "AWSPREVIOUS")
	c.refused(c.put(token, "another"), "ResourceExistsException")
	c.expect("two", "", "AWSCURRENT")
}

func TestContractOwnStages(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	c.create("one")
	c.must(c.put(uuid.NewString(), "next", "AWSPENDING"))
	c.expect("one", "", "AWSCURRENT")
	c.expect("next", "", "AWSPENDING")
}

func TestContractDeleteAndRestore(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	c.create("one")
	deleted, err := c.client.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &c.name, RecoveryWindowInDays: aws.Int64(7)})
	c.must(err)
	if days := time.Until(aws.ToTime(deleted.DeletionDate)).Hours() / 24; days < 6.9 || days > 7.1 {
		t.Errorf("gone in %.1f days, want 7", days)
	}
	_, err = c.client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &c.name})
	c.refused(err, "InvalidRequestException")
	_, err = c.client.RestoreSecret(t.Context(), &secretsmanager.RestoreSecretInput{SecretId: &c.name})
	c.must(err)
	c.expect("one", "", "")

	_, err = c.client.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &c.name, ForceDeleteWithoutRecovery: aws.Bool(true)})
	c.must(err)
	_, err = c.client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &c.name})
	c.refused(err, "ResourceNotFoundException")
	c.create("anew")
	c.expect("anew", "", "")
}

func TestContractRefusals(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	c.create("one")
	_, err := c.client.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &c.name,
		ForceDeleteWithoutRecovery: aws.Bool(true), RecoveryWindowInDays: aws.Int64(7)})
	c.refused(err, "InvalidParameterException")
	_, err = c.client.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &c.name, RecoveryWindowInDays: aws.Int64(1)})
	c.refused(err, "InvalidParameterException")
	_, err = c.client.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &c.name})
	c.refused(err, "InvalidRequestException")
	c.name += "-unknown"
	c.refused(c.put(uuid.NewString(), "two"), "ResourceNotFoundException")
}

func TestContractTags(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	c.create("one")
	for _, value := range []string{"a", "b"} {
		_, err := c.client.TagResource(t.Context(), &secretsmanager.TagResourceInput{SecretId: &c.name,
			Tags: []types.Tag{{Key: aws.String("project"), Value: &value}}})
		c.must(err)
	}
	described, err := c.client.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: &c.name})
	c.must(err)
	want := []types.Tag{{Key: aws.String("project"), Value: aws.String("b")}}
	if diff := cmp.Diff(want, described.Tags, cmpopts.IgnoreUnexported(types.Tag{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
