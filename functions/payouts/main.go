// Command payouts is the Lambda function that pays creators: by the Account API,
// in which they connect a Stripe account and ask to be paid, and on a schedule,
// which pays those who need not ask and finishes what was interrupted.
package main

import (
	"billhook/pkg/function"
	"billhook/pkg/gateway"
	"billhook/pkg/web"
)

//go:generate go tool -modfile=../../infra/tools.mod oapi-codegen -config server.yaml ../../pkg/api/openapi.yaml

func main() {
	var cfg struct {
		StripeAPIBase string `env:"STRIPE_API_BASE"`
	}
	f := function.Load(&cfg)
	stripe := gateway.New(f.Table, f.Vault, cfg.StripeAPIBase)
	web.StartScheduled(handler(f, stripe), newPaymaster(f, stripe).run)
}
