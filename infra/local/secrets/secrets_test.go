package secrets_test

import (
	"errors"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/secrets"
)

func newClient(endpoint string) *secretsmanager.Client {
	return secretsmanager.New(secretsmanager.Options{
		BaseEndpoint: aws.String(endpoint),
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		Retryer:      aws.NopRetryer{},
	})
}

func serve(t *testing.T, path string, now func() time.Time) *secretsmanager.Client {
	t.Helper()
	server, err := secrets.Open(path, now)
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	return newClient(listener.URL)
}

func TestStateSurvivesARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state", "secrets.json")
	first := contract{t, serve(t, path, time.Now), "kept"}
	first.create("one")
	first.must(first.put(uuid.NewString(), "two"))

	second := contract{t, serve(t, path, time.Now), "kept"}
	second.expect("two", "", "")
	second.expect("one", "", "AWSPREVIOUS")

	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("mode %o, want 600", mode)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil || len(left) != 1 {
		t.Errorf("files %v (%v), want only the state", left, err)
	}
}

func TestAChangeThatCannotBeSavedDoesNotHappen(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state")
	c := contract{t, serve(t, filepath.Join(dir, "secrets.json"), time.Now), "kept"}
	c.create("one")
	// A file where the folder was: nothing can be written there, whoever asks.
	if err := errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	c.refused(c.put(uuid.NewString(), "two"), "InternalServiceError")
	c.expect("one", "", "")
}

func TestBrokenFileIsNotOverwritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secrets.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secrets.Open(path, time.Now); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("err = %v, want one that names %s", err, path)
	}
}

func TestSecretIsGoneAfterItsRecoveryWindow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	c := contract{t, serve(t, "", func() time.Time { return now }), "short-lived"}
	c.create("one")
	_, err := c.client.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &c.name})
	c.must(err)
	now = now.AddDate(0, 0, 30)
	_, err = c.client.RestoreSecret(t.Context(), &secretsmanager.RestoreSecretInput{SecretId: &c.name})
	c.refused(err, "ResourceNotFoundException")
	c.create("two")
	c.expect("two", "", "")
}

// Not part of the contract: moto answers ResourceExistsException.
func TestTheNameOfADeletedSecretIsHeld(t *testing.T) {
	t.Parallel()
	c := contract{t, serve(t, "", time.Now), "held"}
	c.create("one")
	_, err := c.client.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &c.name})
	c.must(err)
	_, err = c.client.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &c.name, SecretString: aws.String("two")})
	c.refused(err, "InvalidRequestException")
}

func TestUnknownOperation(t *testing.T) {
	t.Parallel()
	c := contract{t, serve(t, "", time.Now), "any"}
	_, err := c.client.ListSecrets(t.Context(), &secretsmanager.ListSecretsInput{})
	c.refused(err, "UnknownOperationException")
}

func TestConcurrentPutsLeaveOneCurrentVersion(t *testing.T) {
	t.Parallel()
	c := contract{t, serve(t, filepath.Join(t.TempDir(), "secrets.json"), time.Now), "busy"}
	c.create("zero")
	results := make(chan error)
	for range 8 {
		go func() { results <- c.put(uuid.NewString(), "value") }()
	}
	for range 8 {
		c.must(<-results)
	}
	described, err := c.client.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: &c.name})
	c.must(err)
	stages := slices.Concat(slices.Collect(maps.Values(described.VersionIdsToStages))...)
	slices.Sort(stages)
	if diff := cmp.Diff([]string{"AWSCURRENT", "AWSPREVIOUS"}, stages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
