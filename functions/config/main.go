// Command config is the Lambda function in which developers manage projects,
// API keys and the Stripe configuration.
package main

import (
	"crypto/rand"

	"billhook/pkg/function"
	"billhook/pkg/gateway"
	"billhook/pkg/web"
)

//go:generate go tool -modfile=../../infra/tools.mod oapi-codegen -config server.yaml ../../pkg/api/openapi.yaml

func main() {
	var cfg struct {
		WebhookBaseURL string `env:"WEBHOOK_BASE_URL,required"`
		StripeAPIBase  string `env:"STRIPE_API_BASE"`
	}
	f := function.Load(&cfg)
	web.Start(handler(f, &server{
		store:          f.Table,
		vault:          f.Vault,
		stripe:         gateway.New(f.Table, f.Vault, cfg.StripeAPIBase),
		random:         rand.Reader,
		now:            f.Now,
		webhookBaseURL: cfg.WebhookBaseURL,
	}))
}
