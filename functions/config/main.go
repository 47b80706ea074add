// Command config is the Lambda function in which developers manage projects,
// API keys, the Stripe configuration and the billing switch.
package main

import (
	"billhook/pkg/function"
	"billhook/pkg/web"
)

//go:generate go tool -modfile=../../infra/tools.mod oapi-codegen -config server.yaml ../../pkg/api/openapi.yaml

func main() {
	var cfg struct {
		WebhookBaseURL string `env:"WEBHOOK_BASE_URL,required"`
		StripeAPIBase  string `env:"STRIPE_API_BASE"`
	}
	f := function.Load(&cfg)
	web.Start(handler(f, newServer(f, cfg.StripeAPIBase, cfg.WebhookBaseURL)))
}
