// Command wallet is the Lambda function of prepaid balances: end users pay in and
// spend, and backends charge for creators.
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
