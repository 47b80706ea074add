// Command webhooks is the Lambda function that Stripe sends events to.
package main

import (
	"billhook/pkg/function"
	"billhook/pkg/web"
)

//go:generate go tool -modfile=../../infra/tools.mod oapi-codegen -config server.yaml ../../pkg/api/openapi.yaml

func main() {
	var cfg struct {
		StripeAPIBase string `env:"STRIPE_API_BASE"`
	}
	f := function.Load(&cfg)
	web.Start(handler(f, cfg.StripeAPIBase))
}
