// Command events is the Lambda function in which developers see what became of
// Stripe's events, and have one taken in again.
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
