package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// noConfig is the answer of a project that has no configuration: a JSON null.
type noConfig struct{}

// VisitGetStripeConfigResponse writes the null.
func (noConfig) VisitGetStripeConfigResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/json")
	_, err := io.WriteString(w, "null\n")
	return err
}

// GetStripeConfig answers the configuration, masked.
func (s *server) GetStripeConfig(ctx context.Context, r GetStripeConfigRequestObject) (GetStripeConfigResponseObject, error) {
	_, config, err := s.owned(ctx, r.ProjectID)
	switch {
	case err != nil:
		return nil, err
	case config == nil:
		return noConfig{}, nil
	}
	return GetStripeConfig200JSONResponse(configAnswer(*config)), nil
}

// PutStripeConfig saves the credentials that were sent.
func (s *server) PutStripeConfig(ctx context.Context, r PutStripeConfigRequestObject) (PutStripeConfigResponseObject, error) {
	config, err := again(func() (billing.StripeConfig, error) { return s.put(ctx, r.ProjectID, *r.Body) })
	if err != nil {
		return nil, err
	}
	return PutStripeConfig200JSONResponse(configAnswer(config)), nil
}

// put writes each mode's secret as a new version first. Writing the
// configuration, which names the versions, then makes all of them effective at
// once: a failure in between changes nothing.
func (s *server) put(ctx context.Context, project uuid.UUID, r api.StripeConfigRequest) (billing.StripeConfig, error) {
	owned, config, err := s.owned(ctx, project)
	if err != nil {
		return billing.StripeConfig{}, err
	}
	now := s.timestamp()
	next := billing.StripeConfig{Project: project, CreatedAt: now}
	if config != nil {
		next = *config
		next.UpdatedAt = now
	}
	next.Active = true
	overlap := billing.SecretOverlap
	if r.WebhookSecretOverlapHours != nil {
		overlap = time.Duration(*r.WebhookSecretOverlapHours) * time.Hour
	}
	for mode, sent := range sentCredentials(r) {
		scope := billing.Scope{Project: project, Mode: mode}
		if sent.secretKey != nil && !config.Usable(mode) {
			if err := s.mayTakeOver(ctx, scope, owned, config); err != nil {
				return billing.StripeConfig{}, err
			}
		}
		if err := s.save(ctx, scope, next.Set(mode), sent, overlap); err != nil {
			return billing.StripeConfig{}, err
		}
	}
	return next, s.store.SaveStripeConfig(ctx, next)
}

// sent is what a request holds for one mode; empty fields stay as they are.
type sent struct{ secretKey, publishableKey, webhookSecret, connectSecret *string }

func sentCredentials(r api.StripeConfigRequest) map[billing.Mode]sent {
	return map[billing.Mode]sent{
		billing.Test: {r.TestSecretKey, r.TestPublishableKey, r.TestWebhookSecret, r.TestConnectWebhookSecret},
		billing.Live: {r.LiveSecretKey, r.LivePublishableKey, r.LiveWebhookSecret, r.LiveConnectWebhookSecret},
	}
}

// save writes a new version of a mode's credentials and shows it in the set. A
// replaced webhook secret stays valid for the overlap.
func (s *server) save(ctx context.Context, scope billing.Scope, set *billing.CredentialSet, r sent, overlap time.Duration) error {
	if (r == sent{}) {
		return nil
	}
	creds, err := s.vault.Credentials(ctx, scope, set.Version)
	if err != nil {
		return err
	}
	now := s.timestamp()
	if r.secretKey != nil {
		creds.SecretKey = billing.Secret(*r.secretKey)
	}
	if r.publishableKey != nil {
		creds.PublishableKey = billing.Secret(*r.publishableKey)
	}
	if r.webhookSecret != nil {
		creds.RollWebhookSecret(billing.Secret(*r.webhookSecret), overlap, now)
	}
	if r.connectSecret != nil {
		creds.RollConnectSecret(billing.Secret(*r.connectSecret), overlap, now)
	}
	version, err := s.vault.SaveCredentials(ctx, scope, creds)
	if err != nil {
		return err
	}
	*set = creds.Public(version, now)
	return nil
}

// DeleteStripeConfig deactivates the configuration and keeps everything.
func (s *server) DeleteStripeConfig(ctx context.Context, r DeleteStripeConfigRequestObject) (DeleteStripeConfigResponseObject, error) {
	_, config, err := s.owned(ctx, r.ProjectID)
	if err != nil {
		return nil, err
	}
	if config == nil {
		return nil, billing.NewError(billing.NotFound, "stripe_not_configured", "Stripe is not configured for this project")
	}
	next := *config
	next.Active = false
	next.UpdatedAt = s.timestamp()
	if err := s.store.SaveStripeConfig(ctx, next); err != nil {
		return nil, err
	}
	return DeleteStripeConfig204Response{}, nil
}

// GetWebhookURLs answers where Stripe is to send events. A configuration is
// not needed: the URLs come first when Stripe is set up.
func (s *server) GetWebhookURLs(ctx context.Context, r GetWebhookURLsRequestObject) (GetWebhookURLsResponseObject, error) {
	p, _, err := s.owned(ctx, r.ProjectID)
	if err != nil {
		return nil, err
	}
	base, err := url.JoinPath(s.webhookBaseURL, "api/v1/payments/stripe/webhooks", p.ID.String())
	if err != nil {
		return nil, err
	}
	return GetWebhookURLs200JSONResponse{
		TestWebhookURL: base + "/" + string(billing.Test),
		LiveWebhookURL: base + "/" + string(billing.Live),
	}, nil
}

func configAnswer(c billing.StripeConfig) api.StripeConfig {
	return api.StripeConfig{
		ID:                       billing.Scope{Project: c.Project}.RecordID("stripe_config"),
		ProjectID:                c.Project,
		IsActive:                 c.Active,
		HasTestCredentials:       c.Test.SecretKey != "",
		HasLiveCredentials:       c.Live.SecretKey != "",
		TestSecretKeyMasked:      api.Text(c.Test.SecretKey),
		TestPublishableKeyMasked: api.Text(c.Test.PublishableKey),
		TestWebhookSecretMasked:  api.Text(c.Test.WebhookSecret),
		LiveSecretKeyMasked:      api.Text(c.Live.SecretKey),
		LivePublishableKeyMasked: api.Text(c.Live.PublishableKey),
		LiveWebhookSecretMasked:  api.Text(c.Live.WebhookSecret),
		TestConfiguredAt:         api.Time(c.Test.ConfiguredAt),
		LiveConfiguredAt:         api.Time(c.Live.ConfiguredAt),
		CreatedAt:                c.CreatedAt,
		UpdatedAt:                api.Time(c.UpdatedAt),

		TestConnectWebhookSecretMasked: api.Text(c.Test.ConnectSecret),
		LiveConnectWebhookSecretMasked: api.Text(c.Live.ConnectSecret),
	}
}
