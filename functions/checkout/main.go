// Command checkout is the Lambda function in which end users buy.
package main

import (
	"billhook/pkg/function"
	"billhook/pkg/gateway"
	"billhook/pkg/identity"
	"billhook/pkg/web"
)

//go:generate go tool -modfile=../../infra/tools.mod oapi-codegen -config server.yaml ../../pkg/api/openapi.yaml

func main() {
	var cfg struct {
		StripeAPIBase string `env:"STRIPE_API_BASE"`
	}
	f := function.Load(&cfg)
	web.Start(f.For(identity.EndUser, routes(f.Answer, &server{
		store:   f.Table,
		gateway: gateway.New(f.Table, f.Vault, cfg.StripeAPIBase),
	})))
}
