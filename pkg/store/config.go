package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"billhook/pkg/billing"
)

type configItem struct {
	key
	Project   string         `dynamodbav:"project"`
	Active    bool           `dynamodbav:"active"`
	Test      credentialItem `dynamodbav:"test"`
	Live      credentialItem `dynamodbav:"live"`
	CreatedAt millis         `dynamodbav:"created_at"`
	UpdatedAt millis         `dynamodbav:"updated_at,omitempty"`
	Revision  int64          `dynamodbav:"revision"`
}

// credentialItem holds masked values only.
type credentialItem struct {
	Version        string `dynamodbav:"version,omitempty"`
	SecretKey      string `dynamodbav:"secret_key,omitempty"`
	PublishableKey string `dynamodbav:"publishable_key,omitempty"`
	WebhookSecret  string `dynamodbav:"webhook_secret,omitempty"`
	ConnectSecret  string `dynamodbav:"connect_webhook_secret,omitempty"`
	ConfiguredAt   millis `dynamodbav:"configured_at,omitempty"`
}

func credentialItemOf(c billing.CredentialSet) credentialItem {
	return credentialItem{c.Version, c.SecretKey, c.PublishableKey, c.WebhookSecret, c.ConnectSecret, toMillis(c.ConfiguredAt)}
}

func (i credentialItem) value() billing.CredentialSet {
	return billing.CredentialSet{
		Version:        i.Version,
		SecretKey:      i.SecretKey,
		PublishableKey: i.PublishableKey,
		WebhookSecret:  i.WebhookSecret,
		ConnectSecret:  i.ConnectSecret,
		ConfiguredAt:   i.ConfiguredAt.time(),
	}
}

// configItemOf is the item of a configuration's next revision.
func configItemOf(c billing.StripeConfig) configItem {
	return configItem{
		key:       configKey(c.Project),
		Project:   c.Project.String(),
		Active:    c.Active,
		Test:      credentialItemOf(c.Test),
		Live:      credentialItemOf(c.Live),
		CreatedAt: toMillis(c.CreatedAt),
		UpdatedAt: toMillis(c.UpdatedAt),
		Revision:  c.Revision + 1,
	}
}

// decodeConfig reads a configuration; nil stays nil.
func decodeConfig(it item) (*billing.StripeConfig, error) {
	if it == nil {
		return nil, nil
	}
	i, err := decode[configItem](it)
	if err != nil {
		return nil, err
	}
	return &billing.StripeConfig{
		Project:   uuid.MustParse(i.Project),
		Active:    i.Active,
		Test:      i.Test.value(),
		Live:      i.Live.value(),
		CreatedAt: i.CreatedAt.time(),
		UpdatedAt: i.UpdatedAt.time(),
		Revision:  i.Revision,
	}, nil
}

// SaveStripeConfig writes a configuration over the revision it was read at, 0
// for a new one, and which of its scopes are to be reconciled. It is
// billing.Conflict if somebody wrote in between.
func (t *Table) SaveStripeConfig(ctx context.Context, c billing.StripeConfig) error {
	config, err := t.replace(configItemOf(c), c.Revision)
	if err != nil {
		return err
	}
	err = t.transact(ctx, append(t.registrations(c), config))
	switch {
	case standsInTheWay(err):
		return billing.ConcurrentChange("configuration").Because(err)
	case err != nil:
		return fmt.Errorf("save Stripe configuration of %s: %w", c.Project, err)
	}
	return nil
}

// StripeConfigs reads the configurations of projects, by project; one that has
// none is absent.
func (t *Table) StripeConfigs(ctx context.Context, projects []uuid.UUID) (map[uuid.UUID]billing.StripeConfig, error) {
	keys := make([]key, len(projects))
	for i, id := range projects {
		keys[i] = configKey(id)
	}
	found, err := t.get(ctx, keys...)
	if err != nil {
		return nil, fmt.Errorf("configurations: %w", err)
	}
	configs := make(map[uuid.UUID]billing.StripeConfig, len(found))
	for _, it := range found {
		c, err := decodeConfig(it)
		if err != nil {
			return nil, err
		}
		configs[c.Project] = *c
	}
	return configs, nil
}
