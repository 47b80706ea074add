package story

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

func (s *story) createProject(ctx context.Context) (string, error) {
	var err error
	if s.developerToken, err = s.world.DeveloperToken(s.Developer); err != nil {
		return "", err
	}
	var project struct {
		ID string `json:"id"`
	}
	send := map[string]string{"name": "Demo", "description": "The main job"}
	if err := s.api(ctx, http.MethodPost, "/api/v1/projects/", s.developerToken, send, &project); err != nil {
		return "", err
	}
	s.Project = project.ID
	s.userToken, err = s.world.UserToken(s.User, s.Project)
	return "project " + s.Project, err
}

func (s *story) configPath() string {
	return "/api/v1/payments/stripe/projects/" + s.Project + "/config"
}

type config struct {
	Active    bool    `json:"is_active"`
	HasTest   bool    `json:"has_test_credentials"`
	HasLive   bool    `json:"has_live_credentials"`
	SecretKey *string `json:"test_secret_key_masked"`
	Webhook   *string `json:"test_webhook_secret_masked"`
}

func (s *story) saveCredentials(ctx context.Context) (string, error) {
	var saved config
	send := map[string]string{
		"test_secret_key":      s.StripeKey,
		"test_publishable_key": strings.Replace(s.StripeKey, "sk_", "pk_", 1),
	}
	if err := s.api(ctx, http.MethodPut, s.configPath(), s.developerToken, send, &saved); err != nil {
		return "", err
	}
	var c checks
	c.equal("has_test_credentials", true, saved.HasTest)
	c.equal("has_live_credentials", false, saved.HasLive)
	return "test credentials saved, none for live", c.err()
}

func (s *story) readCredentials(ctx context.Context) (string, error) {
	var read config
	if err := s.api(ctx, http.MethodGet, s.configPath(), s.developerToken, nil, &read); err != nil {
		return "", err
	}
	masked := "sk_test_..." + s.StripeKey[len(s.StripeKey)-4:]
	var c checks
	c.equal("is_active", true, read.Active)
	c.equal("test_secret_key_masked", masked, deref(read.SecretKey))
	c.equal("test_webhook_secret_masked", "null", deref(read.Webhook))
	return masked, c.err()
}

// registerWebhook does at Stripe what a developer does in its dashboard, and
// saves the signing secret that Stripe shows once.
func (s *story) registerWebhook(ctx context.Context) (string, error) {
	var err error
	if s.WebhookURL, err = s.readWebhookURL(ctx); err != nil {
		return "", err
	}
	var endpoint struct {
		ID     string `json:"id"`
		Secret string `json:"secret"`
	}
	params := url.Values{"url": {s.WebhookURL}, "enabled_events[]": {"*"}}
	if err := s.stripe(ctx, http.MethodPost, "/v1/webhook_endpoints", params, &endpoint); err != nil {
		return "", err
	}
	s.Endpoint, s.webhookSecret = endpoint.ID, endpoint.Secret
	var saved config
	send := map[string]string{"test_webhook_secret": endpoint.Secret}
	if err := s.api(ctx, http.MethodPut, s.configPath(), s.developerToken, send, &saved); err != nil {
		return "", err
	}
	var c checks
	c.equal("test_webhook_secret_masked", "whsec_..."+endpoint.Secret[len(endpoint.Secret)-4:], deref(saved.Webhook))
	c.equal("has_test_credentials", true, saved.HasTest)
	return endpoint.ID + " sends to " + s.WebhookURL, c.err()
}

func (s *story) readWebhookURL(ctx context.Context) (string, error) {
	var urls struct {
		Test string `json:"test_webhook_url"`
	}
	path := "/api/v1/payments/stripe/projects/" + s.Project + "/webhook-urls"
	err := s.api(ctx, http.MethodGet, path, s.developerToken, nil, &urls)
	return urls.Test, err
}

// Reconnect has Stripe send to where a shop's webhook URL is now: a stack that
// starts again may listen on other ports.
func Reconnect(ctx context.Context, world World, shop Shop) (Shop, error) {
	s := newStory(world, shop)
	defer s.http.CloseIdleConnections()
	var err error
	if s.developerToken, err = world.DeveloperToken(s.Developer); err != nil {
		return shop, err
	}
	now, err := s.readWebhookURL(ctx)
	if err != nil || now == s.WebhookURL {
		return shop, err
	}
	s.WebhookURL = now
	err = s.stripe(ctx, http.MethodPost, "/v1/webhook_endpoints/"+s.Endpoint, url.Values{"url": {now}}, nil)
	return s.Shop, err
}

func deref(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}
