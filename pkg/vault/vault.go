// Package vault keeps secrets in AWS Secrets Manager: the Stripe credentials
// of each project and mode, one secret each, those of the deployment itself, and
// the key that tokens are signed with. Nothing of them is written anywhere else.
//
// Credentials are read by version. The version in force stands in the
// project's Stripe configuration, so saving credentials takes effect at once
// and everywhere when the configuration is written, a half-finished save has
// no effect, and what was read can be cached for as long as it is used.
package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// Settings are what a Vault has to know.
type Settings struct {
	Prefix string // of the secrets' names: the stack's name
	// Credentials of the deployment's own account that stand in the environment,
	// for the mode that the key is of; empty: none.
	PlatformKey, PlatformWebhookSecret billing.Secret
	FeeBasisPoints                     int64 // as of billing.Gateways
	Now                                func() time.Time
}

// Vault reads and writes secrets. It is safe for concurrent use.
type Vault struct {
	client   *secretsmanager.Client
	settings Settings

	mu             sync.Mutex
	cache          map[string]billing.Credentials
	gateways       billing.Gateways
	gatewaysReadAt time.Time // zero: never
}

// Open makes a Vault. Nothing is read yet.
func Open(client *secretsmanager.Client, s Settings) *Vault {
	return &Vault{client: client, settings: s, cache: map[string]billing.Credentials{}}
}

// name is the secret of a scope.
func (v *Vault) name(s billing.Scope) string {
	return fmt.Sprintf("%s/stripe/%s/%s", v.settings.Prefix, s.Project, s.Mode)
}

// document is the JSON in a secret.
type document struct {
	SecretKey      string            `json:"secret_key,omitempty"`
	PublishableKey string            `json:"publishable_key,omitempty"`
	WebhookSecrets []webhookDocument `json:"webhook_secrets,omitempty"`
	ConnectSecrets []webhookDocument `json:"connect_webhook_secrets,omitempty"`
}

type webhookDocument struct {
	Secret     string     `json:"secret"`
	ValidUntil *time.Time `json:"valid_until,omitempty"`
}

// cacheSize bounds the credentials that one function instance holds.
const cacheSize = 1000

// Credentials reads a version of a scope's credentials, from memory where it
// was read before. An empty version is no credentials.
func (v *Vault) Credentials(ctx context.Context, s billing.Scope, version string) (billing.Credentials, error) {
	if version == "" {
		return billing.Credentials{}, nil
	}
	id := s.String() + "#" + version
	if creds, ok := v.cached(id); ok {
		return creds, nil
	}
	creds, err := v.read(ctx, s, version)
	if err != nil {
		return billing.Credentials{}, fmt.Errorf("credentials of %s: %w", s, err)
	}
	v.keep(id, creds)
	return creds, nil
}

func (v *Vault) cached(id string) (billing.Credentials, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	creds, ok := v.cache[id]
	return creds, ok
}

func (v *Vault) keep(id string, creds billing.Credentials) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.cache) >= cacheSize {
		clear(v.cache) // rare, and cheaper than keeping an order
	}
	v.cache[id] = creds
}

func (v *Vault) read(ctx context.Context, s billing.Scope, version string) (billing.Credentials, error) {
	out, err := v.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{
		SecretId:  aws.String(v.name(s)),
		VersionId: aws.String(version),
	})
	if err != nil {
		return billing.Credentials{}, err
	}
	var d document
	if err := json.Unmarshal([]byte(aws.ToString(out.SecretString)), &d); err != nil {
		return billing.Credentials{}, errors.New("the secret is not the JSON document that was written") // err may quote it
	}
	return billing.Credentials{
		SecretKey:      billing.Secret(d.SecretKey),
		PublishableKey: billing.Secret(d.PublishableKey),
		WebhookSecrets: webhookSecrets(d.WebhookSecrets),
		ConnectSecrets: webhookSecrets(d.ConnectSecrets),
	}, nil
}

func webhookSecrets(documents []webhookDocument) []billing.WebhookSecret {
	var secrets []billing.WebhookSecret
	for _, w := range documents {
		secret := billing.WebhookSecret{Value: billing.Secret(w.Secret)}
		if w.ValidUntil != nil {
			secret.ValidUntil = *w.ValidUntil
		}
		secrets = append(secrets, secret)
	}
	return secrets
}

// SaveCredentials writes a new version of a scope's credentials and answers
// which. It takes effect when the configuration names the version.
func (v *Vault) SaveCredentials(ctx context.Context, s billing.Scope, c billing.Credentials) (string, error) {
	text, err := json.Marshal(documentOf(c))
	if err != nil {
		return "", fmt.Errorf("save credentials of %s: %w", s, err)
	}
	version := uuid.NewString()
	_, err = v.client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId:           aws.String(v.name(s)),
		ClientRequestToken: aws.String(version),
		SecretString:       aws.String(string(text)),
	})
	var unknown *types.ResourceNotFoundException
	if errors.As(err, &unknown) {
		return v.create(ctx, s, text)
	}
	if err != nil {
		return "", fmt.Errorf("save credentials of %s: %w", s, err)
	}
	return version, nil
}

// create writes a scope's first credentials. If somebody else is creating the
// same secret, the save has failed and can be tried again.
func (v *Vault) create(ctx context.Context, s billing.Scope, text []byte) (string, error) {
	version := uuid.NewString()
	_, err := v.client.CreateSecret(ctx, &secretsmanager.CreateSecretInput{
		Name:               aws.String(v.name(s)),
		Description:        aws.String("Stripe credentials of a billhook project"),
		ClientRequestToken: aws.String(version),
		SecretString:       aws.String(string(text)),
		Tags: []types.Tag{
			{Key: aws.String("billhook:project"), Value: aws.String(s.Project.String())},
			{Key: aws.String("billhook:mode"), Value: aws.String(string(s.Mode))},
		},
	})
	var exists *types.ResourceExistsException
	if errors.As(err, &exists) {
		return "", billing.ConcurrentChange("configuration")
	}
	if err != nil {
		return "", fmt.Errorf("create credentials of %s: %w", s, err)
	}
	return version, nil
}

func documentOf(c billing.Credentials) document {
	return document{
		SecretKey: c.SecretKey.Reveal(), PublishableKey: c.PublishableKey.Reveal(),
		WebhookSecrets: webhookDocuments(c.WebhookSecrets), ConnectSecrets: webhookDocuments(c.ConnectSecrets),
	}
}

func webhookDocuments(secrets []billing.WebhookSecret) []webhookDocument {
	var documents []webhookDocument
	for _, w := range secrets {
		doc := webhookDocument{Secret: w.Value.Reveal()}
		if !w.ValidUntil.IsZero() {
			doc.ValidUntil = &w.ValidUntil
		}
		documents = append(documents, doc)
	}
	return documents
}

// Secret reads a secret of plain text by its id.
func (v *Vault) Secret(ctx context.Context, id string) (billing.Secret, error) {
	out, err := v.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(id)})
	if err != nil {
		return "", fmt.Errorf("secret %s: %w", id, err)
	}
	return billing.Secret(aws.ToString(out.SecretString)), nil
}

// previousVersion is Secrets Manager's name for the value before the current one.
const previousVersion = "AWSPREVIOUS"

// SecretVersions reads the current value of a secret of plain text, and then the
// one before it if there is one.
func (v *Vault) SecretVersions(ctx context.Context, id string) ([]billing.SecretVersion, error) {
	var values []billing.SecretVersion
	for _, stage := range []*string{nil, aws.String(previousVersion)} {
		out, err := v.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(id), VersionStage: stage})
		if _, unknown := errors.AsType[*types.ResourceNotFoundException](err); unknown && stage != nil {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("secret %s: %w", id, err)
		}
		values = append(values, billing.SecretVersion{Value: billing.Secret(aws.ToString(out.SecretString)), CreatedAt: aws.ToTime(out.CreatedDate)})
	}
	return values, nil
}
