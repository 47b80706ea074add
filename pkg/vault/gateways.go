package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"billhook/pkg/billing"
)

// The deployment's own credentials are one secret, which its operator writes.
// It has no version that anything names, so it is read again after a while.
const gatewaysLife = 5 * time.Minute

// gatewaysDocument is the JSON in the secret.
type gatewaysDocument struct {
	Managed  keysDocument     `json:"managed"`
	Platform modeKeysDocument `json:"platform"`
	Connect  modeKeysDocument `json:"connect"`
}

type modeKeysDocument struct {
	Test keysDocument `json:"test"`
	Live keysDocument `json:"live"`
}

type keysDocument struct {
	ClientID       string `json:"client_id"`
	SecretKey      string `json:"secret_key"`
	PublishableKey string `json:"publishable_key"`
	WebhookSecret  string `json:"webhook_secret"`
}

func (d keysDocument) value() billing.GatewayKeys {
	return billing.GatewayKeys{
		ClientID: d.ClientID, SecretKey: billing.Secret(d.SecretKey),
		PublishableKey: billing.Secret(d.PublishableKey), WebhookSecret: billing.Secret(d.WebhookSecret),
	}
}

func (d modeKeysDocument) value() billing.ModeKeys {
	return billing.ModeKeys{Test: d.Test.value(), Live: d.Live.value()}
}

// Gateways are the deployment's own credentials. Without a secret there are
// those of the settings only.
func (v *Vault) Gateways(ctx context.Context) (billing.Gateways, error) {
	v.mu.Lock()
	known, readAt := v.gateways, v.gatewaysReadAt
	v.mu.Unlock()
	now := v.settings.Now()
	if !readAt.IsZero() && now.Sub(readAt) < gatewaysLife {
		return known, nil
	}
	read, err := v.readGateways(ctx)
	if err != nil {
		return billing.Gateways{}, fmt.Errorf("the deployment's credentials: %w", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.gateways, v.gatewaysReadAt = read, now
	return read, nil
}

func (v *Vault) readGateways(ctx context.Context) (billing.Gateways, error) {
	out, err := v.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(v.settings.Prefix + "/stripe/gateways")})
	text := aws.String("{}")
	if _, unknown := errors.AsType[*types.ResourceNotFoundException](err); err != nil && !unknown {
		return billing.Gateways{}, err
	} else if err == nil {
		text = out.SecretString
	}
	var d gatewaysDocument
	if err := json.Unmarshal([]byte(aws.ToString(text)), &d); err != nil {
		return billing.Gateways{}, errors.New("the secret is not the JSON document that docs/deploy.md describes") // err may quote it
	}
	g := billing.Gateways{
		Managed: d.Managed.value(), Platform: d.Platform.value(), Connect: d.Connect.value(), FeeBasisPoints: v.settings.FeeBasisPoints,
	}
	v.settings.fill(&g)
	return g, nil
}

// fill adds the platform's credentials of the settings, where the secret has
// none of the mode.
func (s Settings) fill(g *billing.Gateways) {
	mode := billing.ModeOf(!strings.Contains(s.PlatformKey.Reveal(), "_"+string(billing.Test)+"_"))
	if keys := g.Platform.Of(mode); s.PlatformKey != "" && keys.SecretKey == "" {
		keys.SecretKey, keys.WebhookSecret = s.PlatformKey, s.PlatformWebhookSecret
	}
}
